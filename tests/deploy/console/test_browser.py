"""The console as an operator has it: a real Chromium, real walls, a station, a keeper under supervisord, all
with the installation's key.

Screenshots go to `out/console/`, for people to look at.
"""

import contextlib
import csv
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.keeper.desk import SAME
from display_node.counting.store import NAME, Store
from display_node.counting.tally import Counts, Sheet
from tests.budgets import TRIES
from tests.deploy.console.doors import PASSWORD
from tests.deploy.galleries import Place, deployed, supervised
from tests.processes import DEADLINE, free_port, python, running, wait_for

selenium = pytest.importorskip("selenium", reason="selenium is not installed (make test installs it)")
from selenium import webdriver  # noqa: E402
from selenium.common.exceptions import StaleElementReferenceException  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
OUT = Path(__file__).parents[3] / "out" / "console"
RED_WITHIN = 3.0
"""Seconds from a node's death until the page shows it: the issue states it."""
LATE = ("nothing changed", "not reachable", "supervisord at")
"""Of what the console says where it, or a keeper, has waited in vain."""
SIZES = {"phone": (390, 844), "desk": (1440, 900)}


@dataclass
class Page:
    """The console in a browser, and the processes that it looks at."""

    driver: webdriver.Chrome
    place: Place
    right: list[str]
    """The command of a wall that nobody supervises."""
    right_log: Path
    processes: dict[str, "subprocess.Popen[bytes]"]
    supervisor: int

    def card(self, name: str, role: str = "display") -> dict[str, Any] | None:
        """What is on a node's card."""
        script = """
            for (const card of document.querySelectorAll(`.card[data-role=${arguments[1]}]`)) {
              const text = (what) => card.querySelector(what)?.textContent;
              if (text('h3') !== arguments[0]) continue;
              const facts = {};
              for (const fact of card.querySelectorAll('dl div'))
                facts[fact.className] = fact.lastChild.textContent;
              const image = card.querySelector('img');
              return {...facts, ...card.dataset, word: text('.word'), doing: text('.doing'),
                      image: image?.complete && image.naturalWidth ? image.src : null,
                      stale: Boolean(card.querySelector('figure.stale'))};
            }
            return null;"""
        found: dict[str, Any] | None = self.driver.execute_script(script, name, role)
        return found

    def seen(self, name: str, role: str = "display", **wanted: Any) -> Callable[[], dict[str, Any] | None]:
        def look() -> dict[str, Any] | None:
            card = self.card(name, role)
            return card if card and all(card[key] == value for key, value in wanted.items()) else None

        return look

    def press(self, selector: str) -> None:
        """Once it is there and can be pressed."""

        def try_it() -> bool:
            with contextlib.suppress(StaleElementReferenceException):
                for one in self.driver.find_elements(By.CSS_SELECTOR, selector):
                    if one.is_displayed() and one.is_enabled():
                        self.driver.execute_script("arguments[0].click()", one)
                        return True
            return False

        wait_for(try_it, f"{selector} to press")

    def press_on(self, name: str, word: str) -> None:
        """A button of a wall's card, by what it says."""
        script = """
            for (const card of document.querySelectorAll('.card[data-role=display]'))
              if (card.querySelector('h3').textContent === arguments[0])
                for (const one of card.querySelectorAll('.actions button:not([hidden])'))
                  if (one.textContent === arguments[1] && !one.disabled) return one.click(), true;
            return false;"""
        wait_for(lambda: self.driver.execute_script(script, name, word), f"{word} on {name}")

    def listen(self) -> None:
        """From now on keep what the console says of what was asked of it: each line is there for seconds."""
        self.driver.execute_script("""
            window.ever = [];
            new MutationObserver((changes) => {
              for (const line of changes.flatMap(change => [...change.addedNodes]))
                if (!line.classList.contains('busy')) window.ever.push(line.textContent);
            }).observe(document.getElementById('said'), {childList: true});
        """)

    def said(self) -> list[str]:
        found: list[str] = self.driver.execute_script("return window.ever")
        return found

    def ordered(self, ask: Callable[[], None], who: str, what: str) -> None:
        """`ask`, until the console says that it is done: of what takes longer than it looks it does not."""

        def told() -> list[str]:
            return [line for line in self.said()[before:] if f": {what} – " in line]

        for _ in range(5):
            before = len(self.said())
            ask()
            lines = wait_for(told, f"what became of {what}")
            if f"{who}: {what} – done" in lines:
                return
            assert any(late in line for line in lines for late in LATE), lines
            time.sleep(SAME)
        pytest.fail(f"{what} was late five times")

    def size(self, name: str) -> None:
        width, height = SIZES[name]
        shape = {
            "width": width,
            "height": height,
            "deviceScaleFactor": 2 if width < 500 else 1,
            "mobile": width < 500,
        }
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)

    def in_sight(self, name: str) -> bool:
        """Whether a card's name is in the window, and nothing before it."""
        script = """
            const names = [...document.querySelectorAll('.card[data-id] h3')];
            const name = names.find(one => one.textContent === arguments[0]);
            const {left, top, height} = name.getBoundingClientRect();
            return name.contains(document.elementFromPoint(left + 3, top + height / 2));
        """
        return bool(self.driver.execute_script(script, name))

    def shoot(self, name: str) -> None:
        OUT.mkdir(parents=True, exist_ok=True)
        for size in SIZES:
            self.size(size)
            time.sleep(0.4)  # for eyes: a transition has ended
            self.driver.save_screenshot(str(OUT / f"{name}-{size}.png"))
            self.driver.execute_script("scrollTo(0, document.body.scrollHeight)")
            self.driver.save_screenshot(str(OUT / f"{name}-{size}-below.png"))
            self.driver.execute_script("scrollTo(0, 0)")
            wide = self.driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], f"{name} at {size} is wider than its window"
        self.size("desk")

    def health(self, port: int) -> dict[str, Any]:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=3) as reply,
        ):
            told: dict[str, Any] = json.load(reply)
            return told
        return {}

    @property
    def left(self) -> int:
        """The supervised wall's process, 0 while there is none."""
        for child in psutil.Process(self.supervisor).children():
            with contextlib.suppress(psutil.Error):
                if "display_node" in child.cmdline():
                    return child.pid
        return 0

    def red_soon(self, name: str, harm: Callable[[], None], revive: Callable[[], None]) -> dict[str, Any]:
        """Its card, which became red within what is promised, in one of `TRIES`."""
        for _ in range(TRIES):
            began = time.monotonic()
            harm()
            card = wait_for(self.seen(name, colour="bad"), f"{name} to be red")
            seconds = time.monotonic() - began
            print(f"\n{name}: red after {seconds:.2f} s")
            if seconds < RED_WITHIN:
                return card
            revive()
        pytest.fail(f"{name} was not red within {RED_WITHIN:g} s")


def count_some(folder: Path) -> Path:
    """A wall's state folder in which the visitors of the last two weeks are counted."""
    folder.mkdir()
    store, sheet, today = Store(folder / NAME), Sheet(), dt.date.today()
    for back in range(14):
        n = 20 + 9 * (back % 7)
        day = today - dt.timedelta(days=back)
        sheet.add(day, "tablet", Counts(n, 2 * n + back, 2 * n, n // 6, 41.0 * n))
    store.add(sheet)
    store.close()
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("no chromium here (deploy/system_packages.sh test installs it)")
    folder = tmp_path_factory.mktemp("console")
    left, right, http = free_port(), free_port(), free_port(socket.SOCK_STREAM)
    walls = f"127.0.0.1:{left} 127.0.0.1:{right}"
    display = {"drawing_port": left, "peers": walls, "group": "hall", "size": "480x270", "frame_rate": 6}
    wall_options = (
        "--headless --size 480x270 --samples 0 --frame-rate 6 --no-sound --no-legacy --name right "
        f"--group hall --host 127.0.0.1 --drawing-port {right} --control-port 0 --http-port 0 "
        f"--engine scratch --state {count_some(folder / 'right')}"
    )
    with contextlib.ExitStack() as stack:
        station = {"peers": walls, "station": "tablet", "prefer": "here"}
        place = stack.enter_context(deployed("display", "input", key=True, display=display, input=station))
        sealed = ("--key", str(place.config / "k"))
        command = python("display_node", *wall_options.split(), "--peers", walls, *sealed)
        supervisor = stack.enter_context(supervised(place))
        wall = stack.enter_context(running(*command, log=folder / "right.log"))
        state = folder / "state"
        subprocess.run(python("deploy.cli", "operate", "--set-password", "--state", str(state)),
                       input=PASSWORD.encode(), check=True, timeout=DEADLINE)  # fmt: skip
        peers = f"{walls} 127.0.0.1:{place.keeper_port}"
        operate = python("deploy.cli", "operate", "--no-discovery", "--peers", peers, "--state", str(state),
                         "--http-host", "127.0.0.1", "--http-port", str(http), "--name", "desk",
                         *sealed)  # fmt: skip
        console = stack.enter_context(running(*operate, log=folder / "console.log"))
        wait_for(lambda: '"ready"' in (folder / "console.log").read_text(), "the console to be ready")
        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for word in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--lang=en",
        ):
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        stack.callback(driver.quit)
        made = Page(
            driver,
            place,
            command,
            folder / "right-again.log",
            {"right": wall, "console": console},
            supervisor,
        )
        made.size("desk")
        driver.get(f"http://127.0.0.1:{http}/")
        wait_for(lambda: driver.find_element(By.ID, "password").is_displayed(), "the log-in")
        driver.find_element(By.ID, "password").send_keys(PASSWORD)
        made.press("#login button[type=submit]")
        made.listen()
        yield made


def test_it_finds_every_node(page: Page) -> None:
    """A wall by its address, its neighbour, a keeper; and a station that only the walls know of."""
    for name, role in (("here", "display"), ("right", "display"), ("tablet", "input"), ("here", "machine")):
        wait_for(page.seen(name, role, colour="good"), f"{role} {name} to be well")
    roles = page.driver.execute_script(
        "return [...document.querySelectorAll('.card[data-id]')].map(c => c.dataset.role)"
    )
    assert sorted(roles) == ["display", "display", "input", "machine"]
    wait_for(page.seen("tablet", "input", answers="here"), "the station's wall")
    wait_for(page.seen("here", program="running"), "the keeper's word")
    page.shoot("all-well")


def test_what_a_wall_presents_is_seen_to_change(page: Page) -> None:
    first = wait_for(lambda: (page.card("here") or {}).get("image"), "a picture")
    wait_for(lambda: (page.card("here") or {}).get("image") not in (None, first), "another picture")


def test_pause_goes_to_all_walls_of_the_group(page: Page) -> None:
    button, port = "#panel .transport .primary", page.place.ports["display"]

    def still() -> list[bool]:
        return ["Paused" in (page.card(name) or {}).get("doing", "") for name in ("here", "right")]

    def pause() -> None:
        if all(still()):  # it came late
            page.press(button)
            wait_for(lambda: not any(still()), "time to run")
        page.press(button)

    page.ordered(pause, "here, right", "Pause")
    wait_for(lambda: all(still()), "both to stand still")
    wait_for(lambda: page.health(port).get("paused") is True, "the wall itself to say so")
    page.press(button)
    wait_for(lambda: page.health(port).get("paused") is False, "time to run")


def test_the_language_is_changed_and_the_page_shows_the_truth(page: Page) -> None:
    pick = "const one = document.getElementById('choose-language'); one.value = 'ko';"
    chosen = f"{pick} one.dispatchEvent(new Event('change'))"
    page.ordered(lambda: page.driver.execute_script(chosen), "here, right", "Language: 한국어")
    wait_for(lambda: page.health(page.place.ports["display"]).get("language") == "ko", "Korean")
    shown = "return document.getElementById('choose-language').value"
    wait_for(lambda: page.driver.execute_script(shown) == "ko", "the choice to show it")


def test_the_page_itself_speaks_korean(page: Page) -> None:
    page.press("#language")
    wait_for(page.seen("here", word="정상"), "the page in Korean")
    page.shoot("korean")
    page.press("#language")
    wait_for(page.seen("here", word="Well"), "the page in English")


def test_visitors_are_plotted_and_can_be_taken_home(page: Page) -> None:
    bars = "return document.querySelectorAll(`#plot rect.sand:not([height='0'])`).length"
    wait_for(lambda: page.driver.execute_script(bars) == 14, "a bar for each day")
    assert "20 today" in page.driver.find_element(By.ID, "plot").text
    script = "return fetch(document.querySelector('#visits a').href).then(reply => reply.text())"
    rows = list(csv.DictReader(str(page.driver.execute_script(script)).splitlines()))
    assert [row["sessions"] for row in rows if row["wall"] == "right"][-2:] == ["29", "20"]


def test_a_killed_wall_is_red_within_three_seconds(page: Page) -> None:
    wait_for(page.seen("right", colour="good"), "the wall to be well")
    walls = [page.processes["right"]]
    with contextlib.ExitStack() as stack:

        def revive() -> None:
            walls.append(stack.enter_context(running(*page.right, log=page.right_log)))
            wait_for(page.seen("right", colour="good"), "the wall to be back")

        card = page.red_soon("right", lambda: walls[-1].kill(), revive)
        assert card["stale"]
        wait_for(page.seen("right", word="Dead: process has ended"), "the reason")
        page.shoot("killed")
        page.size("phone")
        wait_for(lambda: not page.in_sight("right"), "it to be below, on a phone")
        page.press("#summary .bad")
        wait_for(lambda: page.in_sight("right"), "it to be brought")
        page.size("desk")
        revive()


def test_a_wall_that_hangs_is_red_within_three_seconds(page: Page) -> None:
    """Not by its supervisor's patience: the watch needs longer, and starts it again."""
    wait_for(page.seen("here", colour="good"), "the wall to be well")
    frozen = 0

    def freeze() -> None:
        nonlocal frozen
        frozen = wait_for(lambda: page.left, "its process")
        os.kill(frozen, signal.SIGSTOP)

    def revive() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(frozen, signal.SIGKILL)  # what the watch does, if not as soon
        wait_for(lambda: page.left not in (0, frozen), "supervisord to start it again")
        wait_for(page.seen("here", colour="good", program="running"), "the wall to be back")

    page.red_soon("here", freeze, revive)
    wait_for(page.seen("here", word="Frozen: does not answer"), "the reason")
    page.shoot("frozen")
    revive()


def test_a_wall_is_restarted_by_its_keeper(page: Page) -> None:
    process = wait_for(lambda: page.left, "its process")

    def restart() -> None:
        wait_for(page.seen("here", colour="good", program="running"), "the wall to be well")
        page.press_on("here", "Restart")
        page.press("#ask-yes")

    page.ordered(restart, "here", "Restart")
    wait_for(lambda: not psutil.pid_exists(process), "the process to end")
    wait_for(lambda: page.left not in (0, process), "another process")
    wait_for(page.seen("here", colour="good", program="running"), "the wall to be back")


def test_a_program_is_stopped_and_started(page: Page) -> None:
    """That is no alarm, and says so."""
    page.press("button[aria-label='Stop: input']")
    page.press("#ask-yes")
    wait_for(page.seen("tablet", "input", colour="unsure", word="Stopped"), "the station to be stopped")
    page.press("button[aria-label='Start: input']")
    wait_for(page.seen("tablet", "input", colour="good", program="running"), "the station to be back")


def test_a_log_is_read(page: Page) -> None:
    def log() -> str:
        return page.driver.find_element(By.ID, "log-text").text

    def read() -> bool:
        page.press_on("here", "Log")
        wait_for(lambda: log() not in ("", "…"), "an answer")
        if log() == "The keeper did not answer.":  # nor will it: the question was given up
            page.press("#log-close")
            return False
        assert "first frame" in log()
        return True

    wait_for(read, "the log")
    page.shoot("log")
    page.press("#log-close")


def test_a_lost_console_says_so_and_comes_back(page: Page) -> None:
    lost = page.driver.find_element(By.ID, "lost")
    os.kill(page.processes["console"].pid, signal.SIGSTOP)
    try:
        wait_for(lost.is_displayed, "the banner")
        page.shoot("lost")
    finally:
        os.kill(page.processes["console"].pid, signal.SIGCONT)
    wait_for(lambda: not lost.is_displayed(), "the banner to go")


def test_news_that_cannot_be_read_are_none(page: Page) -> None:
    """Else old colours would stay, and nothing would say that they are old."""
    lost = page.driver.find_element(By.ID, "lost")
    spoil = "window.parse = JSON.parse; JSON.parse = () => { throw new SyntaxError('spoilt'); }"
    page.driver.execute_script(spoil)
    wait_for(lost.is_displayed, "the banner")
    page.driver.execute_script("JSON.parse = window.parse")
    wait_for(lambda: not lost.is_displayed(), "the banner to go")


def test_the_browser_had_nothing_to_complain_of(page: Page) -> None:
    """No script's error, nothing that the content policy forbids."""
    noise = ("ERR_CONNECTION", "favicon", "504")  # the last: a keeper that was late with its log
    logged = [line["message"] for line in page.driver.get_log("browser") if line["level"] == "SEVERE"]
    assert not [line for line in logged if not any(word in line for word in noise)]
