"""The rooms keep their doors: who may import whom, and who may know what."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from common import wire

ROOT = Path(__file__).parent.parent
ROOMS = ("common", "input_node", "display_node", "weights", "deploy")
MAY_IMPORT = {
    "common": {"common"},
    "input_node": {"input_node", "common"},
    "display_node": {"display_node", "common"},
    "weights": {"weights", "common", "display_node"},
    "deploy": set(ROOMS),
}
GL = {"moderngl", "OpenGL", "glcontext"}
PYGAME_FILES = {"window.py", "sound/speaker.py"}
TORCH_FILES = {"engines/eager.py", "engines/static.py"}
LONGEST = 250


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, f"{path}: relative import"
            yield statement.module or ""


def packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_in_one_direction(room: str) -> None:
    for path in sources(room):
        wrong = packages(path) & (set(ROOMS) | {"tests"}) - MAY_IMPORT[room]
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_common_knows_no_gl_torch_or_pygame() -> None:
    for path in sources("common"):
        assert not packages(path) & (GL | {"torch", "pygame"}), path


def test_only_render_and_the_surfaces_know_gl() -> None:
    for path in sources("display_node"):
        inside = "render" in path.relative_to(ROOT).parts
        if not inside and path.name not in {"window.py", "surface.py"}:
            assert not packages(path) & GL, path


def test_only_two_engines_know_torch() -> None:
    for path in sources("display_node"):
        if path.relative_to(ROOT / "display_node").as_posix() not in TORCH_FILES:
            assert "torch" not in packages(path), path


def test_the_engine_from_scratch_knows_numpy_only() -> None:
    for path in sources("display_node/scratch"):
        for name in imports(path):
            own = name == "common.errors" or f"{name}.".startswith("display_node.scratch.")
            allowed = own or name.split(".")[0] in {"numpy", *sys.stdlib_module_names}
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_only_the_station_the_window_and_the_speaker_know_pygame() -> None:
    for path in sources("display_node"):
        if path.relative_to(ROOT / "display_node").as_posix() not in PYGAME_FILES:
            assert "pygame" not in packages(path), path


def test_cues_and_sounds_are_made_with_numpy_only() -> None:
    for name in ("cues", "synth", "score"):
        used = packages(ROOT / "display_node" / "sound" / f"{name}.py")
        assert used <= {"numpy", "display_node", *sys.stdlib_module_names}, used


def test_the_tablet_needs_no_torch_and_no_gl() -> None:
    for path in sources("input_node"):
        assert not packages(path) & (GL | {"torch", "safetensors"}), path


def test_exhibits_have_no_clock_and_no_global_state() -> None:
    for path in sources("display_node/exhibits"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not packages(path) & {"time", "random", "datetime", "os", "threading"}, path
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal)], path


@pytest.mark.parametrize("room", ROOMS)
def test_addresses_stand_in_the_wire_only(room: str) -> None:
    known = (
        "/drawing/",
        "/control/",
        "/state/",
        "/node/",
        "/show/",
        "/sealed",
        "/reseal",
        wire.Legacy.ADDRESS,
    )
    for path in sources(room):
        if path.name in ("wire.py", "control.py", "state_wire.py", "nodes.py", "seal.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # Docstrings may speak of addresses; a string that begins with one is one.
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith(known), f"{path}:{node.lineno} {node.value!r}"


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_is_a_hall(room: str) -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources(room)
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST
    }
    assert not long, f"over {LONGEST} lines: {long}"


def test_what_lies_beside_the_code_is_installed_with_it() -> None:
    """Only an editable install finds files that `package-data` does not name."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        patterns = tomllib.load(file)["tool"]["setuptools"]["package-data"]["*"]
    named = {path for room in ROOMS for pattern in patterns for path in (ROOT / room).glob(pattern)}
    code_only = {".py", ".pyc", ".sh", ".png"}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and path.suffix not in code_only:
                assert path in named, f"{path.relative_to(ROOT)} is in no pattern of package-data"
