"""Mesa's shader cache on a disk that is full: it would end the process, so it is not to be used."""

import os
from pathlib import Path

import pytest

from display_node.shader_cache import ENOUGH, FOLDER, SWITCH, spare_shader_cache
from tests.netns import small_disk


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "")  # put back afterwards, whatever a test leaves there
    monkeypatch.delenv(SWITCH)


@pytest.mark.usefixtures("unset")
def test_where_there_is_room_mesa_keeps_its_shaders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "not yet" / "made"))
    with small_disk(tmp_path, 2 * ENOUGH // 1024):
        spare_shader_cache()
    assert SWITCH not in os.environ


@pytest.mark.usefixtures("unset")
@pytest.mark.parametrize("name", [FOLDER, "XDG_CACHE_HOME"])
def test_where_there_is_little_it_keeps_none(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "cache"))
    with small_disk(tmp_path, ENOUGH // 2048):
        spare_shader_cache()
    assert os.environ[SWITCH] == "true"


def test_what_somebody_has_set_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setenv(SWITCH, "false")
    with small_disk(tmp_path, 64):
        spare_shader_cache()
    assert os.environ[SWITCH] == "false"
