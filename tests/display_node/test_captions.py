"""The language files: whatever a show can say, every language says, in few words and in the same colours."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from display_node import language, reading
from display_node.language import FOLDER, Language, filled, languages, read
from display_node.markup import ROLES, parse, plain
from display_node.stages import stages
from display_node.telling import told
from tests.display_node.chains import chain
from tests.display_node.drawn import planned
from weights.zoo import PLANS

VALUES = {"count": "1,024", "stride": "2", "digit": "8", "share": "99", "other": "3", "rest": "49"}
"""The longest that each brace is filled with."""
LONGEST_LINE, MOST_SYLLABLES, MOST_LINES = 40, 24, 2
LONGEST_READ = {"tour": 6.5, "answer": 5.5, "short": 4.5, "legend": 2.5}
"""Seconds for which a caption of each table may keep the tour waiting."""
EXPLAINING = """drawing look multiply result everywhere zero filters deeper deeper_rest smaller row
    weigh weigh_rest sums shares why"""
"""What is said of the network that ships, one after the other."""
KEY = re.compile(r'"((?:tour|short|answer)\.[a-z_0-9]+)"')


@cache
def said() -> frozenset[str]:
    """Every key that a show can say: those in the source, of any network, verdict or colour."""
    sources = Path(language.__file__).parent.rglob("*.py")
    keys = {key for path in sources for key in KEY.findall(path.read_text(encoding="utf-8"))}
    networks = [*map(planned, PLANS), *map(chain, range(300))]
    keys |= {part.caption for network in networks for part in told(stages(network)) if part.caption}
    keys |= {f"answer.{kind}" for kind in ("sure", "likely", "unsure", "strange")}
    keys |= {f"legend.{role}" for role in ROLES}
    return frozenset(keys | {"invitation", "listening"})


def faults(folder: Path) -> list[str]:
    """What is wrong with the language files, each with its file, its key and why."""
    texts = {code: read(code, folder) for code in languages(folder)}
    everything = said().union(*texts.values())
    found = []
    for code, table in texts.items():
        found += [f"{code}: {key} is missing" for key in sorted(everything - table.keys())]
        for key, text in table.items():
            first = next(other[key] for other in texts.values() if key in other)
            found += [f"{code}: {key} {fault}" for fault in _faults(key, text, first)]
    return found


def _faults(key: str, text: str, first: str) -> Iterator[str]:
    """`first`: the same in the first language."""
    whole = filled(text, VALUES)
    rows = plain(whole).split("\n")
    if "{" in whole or "}" in whole:
        yield "has a brace that nothing fills"
    if _braces(text) != _braces(first):
        yield f"fills in {sorted(_braces(text))}, not {sorted(_braces(first))}"
    if _roles(text) != _roles(first):
        yield f"colours {_roles(text)}, not {_roles(first)}"
    if "[" in plain(whole) or "]" in plain(whole):
        yield "has a bracket that is no markup"
    if any("\n" in run for run, role in parse(text) if role):
        yield "breaks a line inside of a colour"
    if len(rows) > MOST_LINES:
        yield f"has {len(rows)} lines"
    for row in rows:
        if row != row.strip() or not row:
            yield "has an empty line or a space at its end"
        syllables = int(reading.letters(row)) - len(row)
        if len(row) > LONGEST_LINE or syllables > MOST_SYLLABLES:
            yield f"has a line of {len(row)} characters, {syllables} of them syllables"
    most = LONGEST_READ.get(key.split(".")[0], 4.0)
    if (seconds := reading.NOTICE + reading.letters(whole) / reading.PER_SECOND) > most:
        yield f"takes {seconds:.1f} s to read, {most} at most"


def _braces(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _roles(text: str) -> list[str]:
    """In any order: languages differ in theirs."""
    return sorted(role for _, role in parse(text) if role)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped languages, to be changed."""
    for path in FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_nothing_is_missing_too_long_or_differently_coloured() -> None:
    assert {"en", "ko"} <= set(languages())
    assert faults(FOLDER) == []


def test_all_that_is_explained_can_be_read_in_a_minute() -> None:
    """The answer comes on top."""
    total = sum(reading.seconds(f"tour.{key}", {**VALUES, "count": "16"}) for key in EXPLAINING.split())
    assert total <= 60.0


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('zero = "Below zero becomes zero"\n', "", "en: tour.zero is missing"),
        ("Below zero becomes zero", "Below\\nzero\\nis zero", "en: tour.zero has 3 lines"),
        ("Below zero", "What is below zero " * 2, "en: tour.zero has a line of"),
        ("becomes zero", "becomes {count}", "ko: tour.zero fills in [], not ['count']"),
        ("becomes zero", "becomes {0}", "en: tour.zero has a brace that nothing fills"),
        ("Below zero", "[result:Below] zero", "ko: tour.zero colours [], not ['result']"),
        ("Below zero", "[hat:Below] zero", "en: tour.zero has a bracket that is no markup"),
        (
            "[result:{count} boxes]",
            "[result:{count}\\nboxes]",
            "en: tour.weigh_rest breaks a line inside of a colour",
        ),
        ("becomes zero", "becomes zero\\n" + "so " * 14, "en: tour.zero has an empty line or a space"),
    ],
)
def test_each_fault_is_named_with_its_line(folder: Path, before: str, after: str, fault: str) -> None:
    english = folder / "en.toml"
    text = english.read_text(encoding="utf-8")
    assert before in text
    english.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert any(found.startswith(fault) for found in faults(folder)), faults(folder)


def test_a_third_language_is_a_file(folder: Path) -> None:
    text = (folder / "en.toml").read_text(encoding="utf-8")
    german = text.replace("Below zero becomes zero", "Unter null wird null")
    (folder / "de.toml").write_text(german, encoding="utf-8")
    assert languages(folder) == ["de", "en", "ko"]
    assert Language("de+ko", folder).say("tour.zero", {}) == [
        "Unter null wird null",
        "0보다 작으면 0이 됩니다",
    ]
    assert faults(folder) == []
    (folder / "de.toml").write_text('[tour]\nzero = "Unter null wird null"\n', encoding="utf-8")
    named = faults(folder)
    assert "de: tour.look is missing" in named
    assert len(named) == len(read("en")) - 1
