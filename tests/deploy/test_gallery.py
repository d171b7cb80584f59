"""One file for a gallery, and what it makes of each machine."""

import configparser
import os
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from common.config import make
from common.errors import ConfigError
from deploy.gallery.command import deploy
from deploy.gallery.machine import files_of
from deploy.gallery.programs import health_url, settings_of
from deploy.gallery.roles import ROLES, known_settings
from deploy.gallery.settings import Gallery, parse_gallery, read_gallery
from deploy.supervise import CONFIGS, NODES, single
from display_node.settings import Settings as Wall
from input_node.settings import Settings as Station

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
SMALL: dict[str, Any] = {"machines": {"wall": {"display": {}}}}
OWN: dict[str, Any] = {"drawing_port": 9100, "control_port": 9101, "http_port": 9102, "legacy": False}
"""Ports for a second wall of a machine."""


def gallery(**changes: Any) -> Gallery:
    return parse_gallery({**SMALL, **changes}, "gallery.toml")


def read_ini(text: str) -> configparser.RawConfigParser:
    ini = configparser.RawConfigParser(strict=True)
    ini.read_string(text)
    return ini


def test_the_committed_examples_are_what_the_generator_makes(tmp_path: Path) -> None:
    """After a change: sandglass deploy deploy/examples/gallery.toml --out deploy/examples"""
    assert deploy([str(EXAMPLES / "gallery.toml"), "--out", str(tmp_path)]) == 0
    made = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {
        path.relative_to(EXAMPLES): path.read_text()
        for path in EXAMPLES.rglob("*")
        if path.is_file() and path.parent != EXAMPLES
    }
    assert made == kept


@pytest.mark.parametrize("node", NODES)
def test_the_config_of_a_single_node_is_made_by_the_same_code(node: str) -> None:
    assert (CONFIGS / f"{node}.conf").read_text() == single(node)


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"nmae": "x"}, "did you mean 'name'"),
        ({"hours": {"every-day": []}}, "did you mean 'every_day'"),
        ({"timezone": "Europe/Wien"}, "Europe/Vienna"),
        ({"language": "fr"}, "en, ko, en+ko"),
        ({"machines": {}}, "no machines"),
        ({"machines": {"Wall 1": {"display": {}}}}, "small letters"),
        ({"machines": {"wall": {}}}, "1 to 11 of display, input, operate"),
        ({"machines": {"wall": {"dispaly": {}}}}, "did you mean 'display'"),
        (
            {"machines": {"wall": {"display": {"colour": 1}}}},
            "machines.wall.display: unknown setting 'colour'",
        ),
        ({"machines": {"wall": {"display": {"volum": 1}}}}, "did you mean 'volume'"),
        ({"machines": {"wall": {"display": {"volume": 2}}}}, "between 0 and 1"),
        ({"machines": {"wall": {"display": 1}}}, "must be a table"),
        ({"machines": {"wall": {"display": {}, "keeper": {"prot": 1}}}}, "did you mean 'port'"),
        ({"machines": {"wall": {"display": {}, "address": "wall.local"}}}, "192.168.1.20"),
        ({"machines": {"wall": {"display": {}, "user": "root;rm"}}}, "no name of a user"),
        ({"machines": {"wall": {"display": {}, "folder": "/opt/my sandglass"}}}, "without spaces"),
        ({"machines": {"wall": {"display": {}, "state": "/" + "x" * 99}}}, "too long for a socket"),
        ({"machines": {"wall": {"display": {}, "screen": "mir"}}}, "x, wayland, none"),
        (
            {"machines": {word: {"display": {}, "address": "10.0.0.1"} for word in "ab"}},
            "two machines have the address 10.0.0.1",
        ),
        (
            {"machines": {"gallery-north-entrance-tablet": {"input-left": {}, "input-right": {}}}},
            "'gallery-north-entrance-tablet-input-left', over 32 letters",
        ),
        (
            {"machines": {"hall": {"input": {}, "input-b": {}}, "hall-input-b": {"input": {}}}},
            "'hall-input-b', as gallery.toml: machines.hall.input-b is",
        ),
        (
            {"machines": {"a": {"input": {}}, "b": {"input": {"station": "a"}}}},
            "'a', as gallery.toml: machines.a.input is; rename one",
        ),
        (
            {"machines": {"m": {"display-left": {}, "display-right": {}}}},
            "machines.m: display-right's http_port is 9002 (TCP), as display-left's http_port is; "
            "set http_port under [machines.m.display-right]",
        ),
        (
            {"machines": {"m": {"display-left": {}, "display-right": OWN | {"control-port": 9001}}}},
            "display-right's control_port is 9001 (UDP), as display-left's control_port is; set control_port",
        ),
        (
            {"machines": {"m": {"display": {}, "display-b": {**OWN, "legacy": True}}}},
            "display-b's legacy_port is 12000 (UDP), as display's legacy_port is; "
            "set legacy_port, or legacy = false,",
        ),
        (
            {"machines": {"m": {"display": {"drawing_port": 9001}}}},
            "display's control_port is 9001 (UDP), as display's drawing",
        ),
        ({"machines": {"m": {"input": {}, "input-b": {}}}}, "input-b's http_port is 9003 (TCP), as input's"),
        ({"machines": {"m": {"input": {"http_port": 9006}}}}, "9006 (TCP), as keeper's http_port is"),
        ({"machines": {"m": {"display": {}, "keeper": {"port": 9001}}}}, "9001 (UDP), as keeper's port is"),
        ({"machines": {"m": {"display": {}, "operate": {"port": 9000}}}}, "9000 (UDP), as display's drawing"),
        *(
            ({"key": key}, f"key = {key!r} must be a file's name of letters")
            for key in ("my key", "a;reboot", "$(reboot)", "keys/-k", ".key", "..", "/", "clé", "`id`", "k'")
        ),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigError) as error:
        gallery(**table)
    assert named in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_what_is_generated_is_valid_for_the_programs() -> None:
    made = read_gallery(EXAMPLES / "gallery.toml")
    kinds = {"display": Wall, "input": Station}
    for machine in made.machines:
        for program in machine.programs:
            told = settings_of(made, machine, program)
            if program.role in kinds:
                settings = make(kinds[program.role], told, "generated")
                assert settings.fullscreen is True
    wall, tablet = made.machines
    assert settings_of(made, tablet, tablet.programs[0])["peers"] == "192.168.1.20:9000"
    assert settings_of(made, wall, wall.programs[0])["volume"] == 0.5


def test_a_console_elsewhere_may_look_and_command() -> None:
    walls = {"wall": {"address": "10.0.0.1", "display": {}}, "office": {"address": "10.0.0.2", "operate": {}}}
    made = gallery(machines=walls)
    told = settings_of(made, made.machines[0], made.machines[0].programs[0])
    assert told["control_allow"] == "127.0.0.1 10.0.0.2"
    alone = gallery()
    told = settings_of(alone, alone.machines[0], alone.machines[0].programs[0])
    assert "control_host" not in told, "closed, where nobody is to come in"


def test_two_walls_on_one_machine_have_names_and_ports_of_their_own() -> None:
    made = gallery(machines={"m": {"display": {}, "display-left": OWN}})
    machine = made.machines[0]
    files = files_of(made, machine, "")
    assert {"display.toml", "display-left.toml"} <= set(files)
    told = settings_of(made, machine, machine.programs[1])
    assert health_url(machine.programs[1], told) == "http://127.0.0.1:9102/health"


def test_any_free_port_is_nobodys_and_tcp_is_not_udp() -> None:
    free = dict.fromkeys(("drawing_port", "control_port", "http_port", "legacy_port"), 0)
    walls = {f"display-{word}": free for word in "abc"}
    gallery(machines={"m": {**walls, "operate": {"port": 9002, "http_port": 9000}, "display": {}}})


@pytest.mark.parametrize("role", ROLES)
def test_the_ports_of_a_role_are_its_settings(role: str) -> None:
    """Written twice, since a tablet lacks what it takes to ask a wall's settings."""
    known = known_settings(role)
    assert known is not None
    listens = {key: number for key, number in known.items() if key == "port" or key.endswith("_port")}
    assert listens == {"http_port": ROLES[role].health, **dict(ROLES[role].udp)}


@pytest.mark.parametrize("key", ["installation.key", "/srv/gallery/hall_2-north.key", "K"])
def test_a_key_is_known_by_its_files_name(key: str) -> None:
    assert gallery(key=key).key == Path(key).name
    assert gallery(key="").key == ""


def test_every_program_is_restarted_bounded_and_watched() -> None:
    made = read_gallery(EXAMPLES / "gallery.toml")
    for machine in made.machines:
        text = files_of(made, machine, "")["supervisord.conf"]
        ini = read_ini(text)
        assert "inet_http_server" not in ini
        assert ini["unix_http_server"]["chmod"] == "0700"
        jobs = [name for name in ini.sections() if name.startswith("program:")]
        assert jobs == [f"program:{name}" for name in ("keeper", *(one.name for one in machine.programs))]
        for job in jobs:
            assert ini[job]["autorestart"] == "true"
            assert ini[job]["stopasgroup"] == "true"
            assert int(ini[job]["startsecs"]) > 0
            assert ini[job]["stdout_logfile_maxbytes"] == "5MB"
            watch = ini[f"eventlistener:watch-{job.partition(':')[2]}"]
            assert watch["events"] == "TICK_5"
            assert watch["command"].endswith("/health")
        for listener in (name for name in ini.sections() if name.startswith("eventlistener:")):
            assert ini[listener]["autorestart"] == "true"
            assert ini[listener]["stdout_logfile"] == "NONE"
            assert ini[listener]["stderr_logfile_maxbytes"] == "1MB"
        assert "PROCESS_STATE_FATAL" in ini["eventlistener:reviver"]["events"]
        assert "display=3GB" in ini["eventlistener:memmon"]["command"] or machine.name == "tablet"


def test_only_the_machine_that_is_asked_for(tmp_path: Path) -> None:
    deploy([str(EXAMPLES / "gallery.toml"), "--machine", "tablet", "--out", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["tablet"]
    assert os.access(tmp_path / "tablet" / "kiosk.sh", os.X_OK)
    with pytest.raises(ConfigError, match="there are wall, tablet"):
        deploy([str(EXAMPLES / "gallery.toml"), "--machine", "table", "--out", str(tmp_path)])
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="--out"):
        deploy([str(EXAMPLES / "gallery.toml"), "--out", str(tmp_path / "file")])


@pytest.mark.parametrize("kind", ["x", "wayland"])
def test_scripts_and_units_pass_their_checkers(kind: str, tmp_path: Path) -> None:
    made = gallery(
        machines={"wall": {"screen": kind, "display": {}, "folder": str(tmp_path), "config": str(tmp_path)}}
    )
    files = files_of(made, made.machines[0], "")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "kiosk.sh").chmod(0o755)
    subprocess.run(["sh", "-n", str(tmp_path / "kiosk.sh")], check=True)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", str(tmp_path / "kiosk.sh")], check=True)
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    supervisord = tmp_path / ".venv" / "bin" / "supervisord"
    supervisord.parent.mkdir(parents=True)
    supervisord.write_text("#!/bin/sh\n")
    supervisord.chmod(0o755)
    units = [str(path) for path in sorted(tmp_path.glob("*.service"))]
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False, timeout=60
    )
    # chvt (Debian: kbd) is the runbook's matter, and needs no place here.
    ours = [line for line in done.stderr.splitlines() if "sandglass" in line and "chvt" not in line]
    assert (ours, len(units)) == ([], 2)


def test_the_readme_copies_what_is_there_and_keeps_the_key_to_one_user(tmp_path: Path) -> None:
    """Its commands, run: with another root, as whoever runs the tests, and without systemd."""
    made = gallery(key="k", machines={"wall": {
        "display": {}, "user": "nobody", "config": f"{tmp_path}/etc", "state": f"{tmp_path}/state",
    }})  # fmt: skip
    folder = tmp_path / "out" / "wall"
    folder.mkdir(parents=True)
    (folder.parent / "k").write_text("00")
    files = files_of(made, made.machines[0], "name = 'x'")
    for name, text in files.items():
        (folder / name).write_text(text)
    units = tmp_path / "units"
    units.mkdir()
    for line in files["README"].splitlines()[2:]:
        words = shlex.split(line)
        if words[0] == "systemctl":
            continue
        if words[:1] == ["install"] and "-o" in words:
            at = words.index("-o")
            del words[at : at + 2]
        words = [str(units) + "/" if word == "/etc/systemd/system/" else word for word in words]
        subprocess.run(words, check=True, cwd=folder)
    config = tmp_path / "etc"
    assert {path.name for path in config.iterdir()} == {
        name for name in files if not name.endswith(".service") and name != "README"
    } | {"k"}
    assert (config / "k").stat().st_mode & 0o777 == 0o600
    assert (config / "kiosk.sh").stat().st_mode & 0o777 == 0o700
    assert config.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in units.iterdir()} == {"sandglass.service", "sandglass-screen.service"}


def test_the_example_is_read_by_the_keeper_as_it_is_copied() -> None:
    kept = (EXAMPLES / "wall" / "gallery.toml").read_text()
    assert kept == (EXAMPLES / "gallery.toml").read_text()
    told = tomllib.loads((EXAMPLES / "wall" / "keeper.toml").read_text())
    assert told["machine"] == "wall"
    assert told["gallery"] == "/etc/sandglass/gallery.toml"
