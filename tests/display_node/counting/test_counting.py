"""Visitors are counted once, privately, and whatever the disk and the clock do."""

import contextlib
import csv
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from common.bitmap import BLANK
from common.errors import DataError
from common.link import MemoryNetwork
from common.wire import Answer
from display_node.choices import Choices
from display_node.counting.counter import Counter
from display_node.counting.report import COLUMNS, document, write_csv
from display_node.counting.store import NAME, Store, read_only
from display_node.counting.tally import GAP, MOST_STATIONS, OTHERS, Counts, Sheet, Tally
from display_node.events import Compiled, Job, Part
from display_node.form import Form
from display_node.network import SHIPPED, load
from display_node.probe import asleep
from display_node.scene import Scene
from display_node.state import Coming, Phase, begin
from tests.netns import small_disk
from tests.processes import wait_for

MONDAY = date(2026, 11, 23)
SHARES = (1.0, *[0.0] * 9)


def test_signs_of_life_are_one_session_until_nobody_is_there_for_long() -> None:
    tally = Tally()
    for now in (100.0, 101.0, 101.0 + GAP, 150.0, 150.0 + GAP + 0.1, 190.0):
        tally.sign("left", now, MONDAY)
    tally.sign("right", 190.0, MONDAY)
    tally.submit("right", 189.5, MONDAY)  # another thread's clock was read a moment before
    tally.sign("right", 191.0, MONDAY)
    counts = tally.sheet.day(MONDAY)
    assert (counts.sessions, counts.submits) == (3, 1)
    assert counts.dwell == pytest.approx(51.0 + 190.0 - (150.0 + GAP + 0.1))


def test_what_is_new_is_taken_once_and_all_is_known() -> None:
    tally = Tally()
    tally.submit("left", 1.0, MONDAY)
    assert tally.take().day(MONDAY) == Counts(sessions=1, submits=1)
    assert not tally.take()
    tally.answer("left", False, MONDAY)
    assert tally.take().day(MONDAY) == Counts(answers=1, doubts=1)
    assert tally.sheet.day(MONDAY) == Counts(1, 1, 1, 1)


def test_a_session_over_midnight_or_a_clock_set_back_is_one_and_its_seconds_are_split() -> None:
    tally, tuesday = Tally(), MONDAY + timedelta(days=1)
    for now, day in ((1.0, MONDAY), (5.0, tuesday), (9.0, MONDAY)):
        tally.sign("left", now, day)
    assert tally.sheet.day(MONDAY) == Counts(sessions=1, dwell=4.0)
    assert tally.sheet.day(tuesday) == Counts(dwell=4.0)


def test_names_from_the_network_do_not_grow_a_day() -> None:
    tally = Tally()
    for number in range(MOST_STATIONS * 3):
        tally.submit(f"s{number}", float(number), MONDAY)
    names = [station for _, station, _ in tally.sheet.rows()]
    assert len(names) == MOST_STATIONS + 1
    assert OTHERS in names
    assert tally.sheet.day(MONDAY).submits == MOST_STATIONS * 3


def one(**counts: float) -> Sheet:
    sheet = Sheet()
    sheet.add(MONDAY, "left", Counts(**counts))  # type: ignore[arg-type]
    return sheet


def lines(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        found: int = connection.execute("SELECT count(*) FROM counts").fetchone()[0]
        return found


def test_rows_are_added_and_a_day_that_is_over_is_joined(tmp_path: Path) -> None:
    path = tmp_path / NAME
    store = Store(path)
    for _ in range(5):
        store.add(one(sessions=1, dwell=2.5))
    store.join(MONDAY)
    assert lines(path) == 5
    store.join(MONDAY + timedelta(days=1))
    assert lines(path) == 1
    assert store.read().day(MONDAY) == Counts(sessions=5, dwell=12.5)
    store.close()


class Wall:
    """A counter with a clock and a calendar that a test turns."""

    def __init__(self, folder: Path) -> None:
        self.now, self.today = 1000.0, MONDAY
        self.counter = Counter(folder, lambda: self.now, lambda: self.today)
        self.file = folder / NAME

    def visit(self, number: int, station: str = "left", sure: bool = True) -> None:
        for _ in range(3):
            self.counter.noted("pen", station)
            self.now += 1.0
        self.counter.noted("submit", station)
        self.counter.answered(Answer(station, number, 0, SHARES, sure))

    @property
    def told(self) -> dict[str, object]:
        today: dict[str, object] = json.loads(self.counter.page()().body)["today"]
        return today

    def kept(self, day: date = MONDAY) -> Counts:
        try:
            return read_only(self.file).day(day)
        except DataError:
            return Counts()


@pytest.fixture
def opened() -> Iterator[Callable[[Path], Wall]]:
    walls: list[Wall] = []

    def make(folder: Path) -> Wall:
        walls.append(Wall(folder))
        return walls[-1]

    yield make
    for wall in walls:
        wall.counter.close()


VISIT = Counts(sessions=1, submits=1, answers=1, doubts=0, dwell=3.0)


def test_it_is_kept_while_it_runs_and_taken_up_by_the_next(
    tmp_path: Path, opened: Callable[[Path], Wall]
) -> None:
    first = opened(tmp_path)
    first.visit(1)
    wait_for(lambda: first.kept() == VISIT, "the disk to have it")
    first.counter.close()
    second = opened(tmp_path)
    wait_for(lambda: second.told["submits"] == 1, "the past to be read")
    second.visit(2, sure=False)
    second.counter.close()
    assert second.kept() == VISIT + Counts(1, 1, 1, 1, 3.0)
    assert second.told == {
        "date": "2026-11-23", "sessions": 2, "submits": 2, "answers": 2, "doubts": 1,
        "dwell": 6.0, "mean": 3.0,
    }  # fmt: skip


def test_a_process_that_is_killed_has_written_what_it_counted(tmp_path: Path) -> None:
    code = (
        "import sys,time; from pathlib import Path; from datetime import date\n"
        "from display_node.counting.counter import Counter\n"
        "c = Counter(Path(sys.argv[1]), time.monotonic, lambda: date(2026, 11, 23))\n"
        "c.noted('submit', 'left'); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    try:
        kept = tmp_path / NAME

        def there() -> bool:
            return kept.is_file() and kept.with_name(NAME + "-wal").is_file() and _submits(kept) == 1

        wait_for(there, "the row")
    finally:
        process.kill()
        process.wait()
    assert _submits(kept) == 1
    store = Store(kept)
    assert store.read().day(MONDAY).submits == 1
    store.close()


def _submits(path: Path) -> int:
    try:
        return read_only(path).day(MONDAY).submits
    except DataError:
        return 0


def test_a_damaged_file_is_put_aside_and_nothing_that_was_read_of_it_is_lost(
    tmp_path: Path, opened: Callable[[Path], Wall], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    wall = opened(tmp_path)
    wall.visit(1)
    wait_for(lambda: wall.kept() == VISIT, "a new file")
    aside = [path for path in tmp_path.iterdir() if "damaged" in path.name]
    assert len(aside) == 1
    assert len([record for record in caplog.records if "put aside" in record.message]) == 1


IMPOSSIBLE = {
    "endless sessions": [("left", float("inf"), 1.0)],
    "endless dwell": [("left", 1, float("inf"))],
    "fewer than none": [("left", -1, 1.0)],
    "more than there is room for": [("left", 2**63 - 1, 1.0)] * 2,
    "a name that is none": [(b"\xff\x1b", 1, 1.0)],
}


@pytest.mark.parametrize("rows", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_rows_that_nobody_counted_are_damage_as_well(
    tmp_path: Path, opened: Callable[[Path], Wall], caplog: pytest.LogCaptureFixture,
    rows: list[tuple[object, ...]],
) -> None:  # fmt: skip
    Store(tmp_path / NAME).close()
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as connection, connection:
        connection.executemany(
            "INSERT INTO counts VALUES ('2026-11-22', CAST(? AS TEXT), ?, 0, 0, 0, ?)", rows
        )
    wall = opened(tmp_path)
    wall.visit(1)
    wall.counter.close()
    assert wall.kept() == VISIT
    assert len([path for path in tmp_path.iterdir() if "damaged" in path.name]) == 1
    (said,) = (record.message for record in caplog.records if "put aside" in record.message)
    assert said.isprintable()


def test_while_another_keeps_it_locked_it_is_counted_on(
    tmp_path: Path, opened: Callable[[Path], Wall]
) -> None:
    Store(tmp_path / NAME).close()
    other = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    wall = opened(tmp_path)
    wall.visit(1)
    assert wall.told["submits"] == 1
    wait_for(lambda: wall.counter._complained, "it to be noticed")
    other.execute("ROLLBACK")
    other.close()
    wait_for(lambda: wall.kept() == VISIT, "the lock to be gone")


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    with small_disk(tmp_path / "tiny", 1024) as folder:
        yield folder


def fill(folder: Path) -> Path:
    stuffing = folder / "stuffing"
    with stuffing.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return stuffing


def test_a_full_disk_is_waited_for(
    tiny: Path, opened: Callable[[Path], Wall], caplog: pytest.LogCaptureFixture
) -> None:
    wall = opened(tiny)
    wait_for(lambda: wall.counter._read, "its file to be there")
    stuffing = fill(tiny)
    wall.visit(1)
    wait_for(lambda: wall.counter._complained, "it to be noticed")
    wall.visit(2)
    assert wall.told["submits"] == 2
    stuffing.unlink()
    wait_for(lambda: wall.kept().submits == 2, "the room to be used")
    assert len([record for record in caplog.records if "in memory only" in record.message]) == 1


def test_who_watches_has_not_left_and_other_walls_visitors_are_theirs(
    tmp_path: Path, opened: Callable[[Path], Wall]
) -> None:
    wall = opened(tmp_path)
    wall.visit(1)
    network = load(SHIPPED)
    resting, scene = asleep(network), Scene("convolution", 60.0, (), ())
    link = MemoryNetwork().link("wall", 9000)
    state = begin(Part(scene, 0, resting), scene, rest=12.0, choices=Choices("en"), now=wall.now)
    for mine, station in ((True, "left"), (False, "there")):
        job = Job(station, 1, BLANK, BLANK, link, ("tablet", 5000), mine)
        tour = Compiled(job, resting, {Form.FULL: scene})
        on_tour = replace(state, tour=tour, phase=Phase.TOURING, form=Form.FULL)
        for _ in range(60):
            wall.now += 1.0
            wall.counter.after(on_tour, on_tour, wall.now)
        held = replace(on_tour, clock=on_tour.clock.pause(wall.now))
        wall.counter.after(held, held, wall.now + 10.0)
    assert (wall.told["sessions"], wall.told["dwell"]) == (1, 63.0)


def test_nobody_watches_a_wall_that_is_paused_all_night(
    tmp_path: Path, opened: Callable[[Path], Wall]
) -> None:
    wall = opened(tmp_path)
    wall.visit(1)
    resting, scene = asleep(load(SHIPPED)), Scene("convolution", 60.0, (), ())
    job = Job("left", 1, BLANK, BLANK, MemoryNetwork().link("wall", 9000), ("tablet", 5000), True)
    tour = Compiled(job, resting, {Form.FULL: scene})
    state = begin(Part(scene, 0, resting), scene, rest=12.0, choices=Choices("en"), now=wall.now)
    coming = Coming(tour, Form.FULL, state.clock)
    for left in (replace(state, waiting=(tour,)), replace(state, coming=coming)):
        paused = replace(left, clock=left.clock.pause(wall.now))
        for _ in range(60):
            wall.now += 1.0
            wall.counter.after(paused, paused, wall.now)
    assert (wall.told["sessions"], wall.told["dwell"]) == (1, 3.0)
    going = replace(state, waiting=(tour,))
    for _ in range(10):  # somebody lets it go on in the morning
        wall.now += 1.0
        wall.counter.after(going, going, wall.now)
    assert (wall.told["sessions"], wall.told["dwell"]) == (2, 12.0)


def test_the_page_has_every_day_and_the_csv_every_station() -> None:
    sheet = one(sessions=2, submits=3, answers=3, doubts=1, dwell=61.04)
    sheet.add(MONDAY, "=cmd", Counts(sessions=1))
    page = json.loads(document(sheet, MONDAY + timedelta(days=1)))
    assert [day["date"] for day in page["days"]][-2:] == ["2026-11-23", "2026-11-24"]
    assert len(page["days"]) == 30
    assert page["days"][-2]["sessions"] == 3
    assert page["today"] == page["days"][-1]
    assert page["today"]["mean"] is None
    out = io.StringIO()
    write_csv(sheet, out)
    head, *body = csv.reader(io.StringIO(out.getvalue()))
    assert tuple(head) == COLUMNS
    assert body == [
        ["2026-11-23", "'=cmd", "1", "0", "0", "0", "0.0"],
        ["2026-11-23", "left", "2", "3", "3", "1", "61.0"],
    ]


def test_no_drawing_and_no_address_is_in_the_file(tmp_path: Path) -> None:
    Store(tmp_path / NAME).close()
    with sqlite3.connect(tmp_path / NAME) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(counts)")]
    assert tuple(columns) == COLUMNS


@pytest.mark.parametrize("content", [None, b"", b"no database at all, whatever its name"])
def test_a_file_that_is_none_is_one_clear_line(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    with pytest.raises(DataError, match="visitors"):
        read_only(tmp_path / NAME)
