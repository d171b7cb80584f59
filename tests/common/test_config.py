"""A bad setting is one line that names where it stands, what it is, and what it may be."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from common.config import make, parse, setting
from common.errors import ConfigError, explain


@dataclass(frozen=True)
class Settings:
    size: str = setting("small", "how big")
    port: int = setting(9000, "where", low=0, high=65535)
    rest: float = setting(12.0, "how long", low=1.0)
    most: float = setting(1.0, "how loud", high=1.0)
    mode: str = setting("a", "which", choices=("a", "b"))
    headless: bool = setting(False, "without a window")
    weights: Path | None = setting(None, "a file")
    secret: str = setting("", "in the file only", option=False)


def read(text: str | bytes, folder: Path, *options: str) -> Settings:
    path = folder / "wall.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return parse(Settings, "sandglass", ["--config", str(path), *options])


def test_nothing_given_is_the_default() -> None:
    assert parse(Settings, "sandglass", []) == Settings()


def test_the_file_then_the_options(tmp_path: Path) -> None:
    found = read('port = 1\nrest = 3\nsecret = "x"\nheadless = true\n', tmp_path, "--port", "2")
    assert found == Settings(port=2, rest=3.0, secret="x", headless=True)
    assert read("headless = true", tmp_path, "--no-headless") == Settings()


def test_a_whole_number_may_stand_for_a_number_and_a_hyphen_for_a_line(tmp_path: Path) -> None:
    assert isinstance(read("rest = 3", tmp_path).rest, float)
    assert make(Settings, {"rest": 2.5}, "here").rest == 2.5


def test_a_path_may_start_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read('weights = "~/w.safetensors"', tmp_path).weights == tmp_path / "w.safetensors"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 9000", "unknown setting 'prot'; did you mean 'port'?"),
        ("zzz = 1", "known: size, port"),
        ("[wall]\nport = 1", "unknown setting 'wall'"),
        ("port = -1", "port = -1 must be between 0 and 65535"),
        ("port = 65536", "between 0 and 65535"),
        ('port = "9000"', "must be a whole number"),
        ("port = 9.5", "must be a whole number"),
        ("port = true", "must be a whole number"),
        ("rest = 0.5", "must be at least 1"),
        ("rest = nan", "must be at least 1"),
        ("most = 2.0", "must be at most 1"),
        (f"rest = 1{'0' * 400}", "must be a number"),
        ("headless = 1", "must be true or false"),
        ("size = 3", "must be a text in quotes"),
        ('mode = "c"', "must be one of a, b"),
        ("weights = 3", "must be a path in quotes"),
        ('weights = "a\\u0000b"', "cannot be a path"),
        ('weights = "~nosuchuser/w"', "names a user"),
        ("port = ", "is not TOML"),
        ("port = 1\nport = 2", "is not TOML"),
        (f"port = 1{'0' * 5000}", "is not TOML"),
        (f"port = {'[' * 20_000}", "is not TOML"),
        (b"\xff\xfe", "is not TOML: line 1 is no UTF-8; save it as UTF-8"),
        (b'port = 1\nsize = "caf\xe9"\n', "line 2 is no UTF-8; save it as UTF-8"),
        ("port = 1\nsize = Europe/Berlin", "at line 2, column 8): size = Europe/Berlin; texts, times and"),
        ("size = 192.168.1.20", ": size = 192.168.1.20; texts, times and addresses need straight quotes"),
        ("size = 09:30", ": size = 09:30; texts, times and addresses need straight quotes"),
        ("size = “big”\r\nport = 1", ": size = “big”; texts, times and addresses need straight quotes"),
        (f"size = {'é' * 500}", f"size = {'é' * 73}…; texts, times"),
        ('size = "a\x1b"', 'size = "a?"; texts'),
    ],
)
def test_the_fault_is_named(text: str | bytes, named: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text, tmp_path)
    assert named in str(caught.value)
    assert "wall.toml" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_quotes_do_not_help_against_what_stands_there_twice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read("port = 1\nport = 2\n", tmp_path)
    assert str(caught.value).endswith("Cannot overwrite a value (at line 2, column 9): port = 2")


def test_the_mark_that_some_editors_put_before_utf_8_is_no_part_of_it(tmp_path: Path) -> None:
    assert read(b"\xef\xbb\xbfport = 1\r\n", tmp_path).port == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ConfigError, match="cannot read the config"):
            parse(Settings, "sandglass", ["--config", str(path)])


@pytest.mark.parametrize(
    "options",
    [["--prot", "1"], ["--port", "x"], ["--port", "70000"], ["--port"], ["--secret", "x"], ["--por", "1"]],
)
def test_a_bad_option_is_one_line(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(lambda: parse(Settings, "sandglass", options) and 0) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_help_lists_every_option_and_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(Settings, "sandglass", ["--help"])
    shown = capsys.readouterr().out
    assert "--port" in shown
    assert "default: 9000" in shown
    assert "--secret" not in shown
