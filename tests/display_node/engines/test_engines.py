"""Three engines, one answer."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from common import strokes
from common.bitmap import BLANK, Bitmap
from common.errors import ConfigError
from common.raster import framed
from display_node.engine import ENGINES, Engine, open_engine
from display_node.exhibit import find
from display_node.network import SHIPPED, Network, load
from display_node.probe import Probe
from display_node.samples import DRAWINGS
from tests.data import mnist_test
from tests.display_node.conftest import ROOT, Wall, refused
from tests.processes import DEADLINE

CLOSE = 1e-4
"""How far apart two engines' activations may be."""
NO_TORCH = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"


def pictures() -> list[Bitmap]:
    """Our own drawings, noise, all ink and nothing."""
    random = np.random.default_rng(3)
    noise = [Bitmap.of(random.random((32, 32))) for _ in range(4)]
    return [*map(framed, strokes.read(DRAWINGS)), *noise, Bitmap(b"\xff" * 1024), BLANK]


def same(one: Probe, other: Probe) -> None:
    assert one.digit == other.digit
    assert one.sure == other.sure
    assert list(one.activations) == list(other.activations)
    for name, array in one.activations.items():
        theirs = other.activations[name]
        assert (theirs.dtype, theirs.shape) == (np.float32, array.shape)
        assert not theirs.flags.writeable
        np.testing.assert_allclose(theirs, array, rtol=0, atol=CLOSE, err_msg=name)


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "torch"])
def test_they_agree_on_any_network(name: str, beside: tuple[Network, Path]) -> None:
    eager, other = open_engine("torch", *beside), open_engine(name, *beside)
    for bitmap in pictures():
        same(eager.read(bitmap), other.read(bitmap, bitmap))


@pytest.mark.parametrize("name", [name for name in ENGINES if name != "torch"])
def test_they_agree_on_a_thousand_digits(name: str) -> None:
    network, digits = load(SHIPPED), mnist_test(1000)
    eager, other = open_engine("torch", network, SHIPPED), open_engine(name, network, SHIPPED)
    for bitmap in digits:
        same(eager.read(bitmap), other.read(bitmap))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return open_engine(request.param, load(SHIPPED), SHIPPED)


def test_a_reading_is_nobody_elses(engine: Engine) -> None:
    one, other, *_ = pictures()
    first = engine.read(one)
    kept = {name: array.copy() for name, array in first.activations.items()}
    engine.read(other)
    for name, array in first.activations.items():
        np.testing.assert_array_equal(array, kept[name])


def test_its_show_is_the_same(engine: Engine) -> None:
    network, bitmap = load(SHIPPED), pictures()[0]
    wanted = open_engine("torch", network, SHIPPED).read(bitmap)
    exhibit = find("convolution")
    ours, theirs = (exhibit.build(network, probe, 1) for probe in (wanted, engine.read(bitmap)))
    for one, other in zip(ours.batches, theirs.batches, strict=True):
        for field in one.boxes.dtype.names or ():
            np.testing.assert_allclose(other.boxes[field], one.boxes[field], rtol=1e-3, atol=CLOSE)


_READ = """
import sys
from display_node.engine import open_engine
from display_node.network import SHIPPED, load
from display_node.samples import samples
print(open_engine({name!r}, load(SHIPPED), SHIPPED).read(samples()[0]).digit)
print([name for name in ("torch", "weights") if name in sys.modules])
"""


@pytest.mark.parametrize(("name", "needed"), [("torch", ["torch"]), ("static", ["torch"]), ("scratch", [])])
def test_an_engine_needs_no_more_than_it_says(name: str, needed: list[str]) -> None:
    """The static graph is run without the code that makes the network; ours without torch."""
    command = [sys.executable, "-c", _READ.format(name=name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert done.stdout.splitlines() == ["3", str(needed)]


@pytest.fixture
def torchless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Processes started from here find a torch that is not one."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(NO_TORCH)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def answered(wall: Wall) -> list[tuple[int, tuple[float, ...]]]:
    try:
        answers = [wall.read(bitmap) for bitmap in pictures()[:6]]
    finally:
        wall.close()
    return [(answer.digit, answer.probabilities) for answer in answers]


@pytest.mark.parametrize("name", ENGINES)
def test_a_wall_with_it_answers_the_same(name: str, wall: Wall, tmp_path: Path) -> None:
    wanted = [wall.read(bitmap) for bitmap in pictures()[:6]]
    for one, (digit, shares) in zip(wanted, answered(Wall(tmp_path, "--engine", name)), strict=True):
        assert digit == one.digit
        assert shares == pytest.approx(one.probabilities, abs=CLOSE)


def test_a_wall_with_ours_runs_where_there_is_no_torch(torchless: Path) -> None:
    assert [digit for digit, _ in answered(Wall(torchless, "--engine", "scratch"))][:1] == [
        open_engine("torch", load(SHIPPED), SHIPPED).read(pictures()[0]).digit
    ]


@pytest.mark.parametrize("name", ["torch", "static"])
def test_what_needs_torch_says_so_where_there_is_none(name: str, torchless: Path) -> None:
    said = refused(torchless, "--engine", name)
    assert f"the engine {name} needs torch, which is not installed" in said
    assert "--engine scratch" in said


def test_an_unknown_engine_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    assert "engine = 'keras' must be one of torch, scratch, static" in refused(tmp_path, "--engine", "keras")
    config = tmp_path / "wall.toml"
    config.write_text('engine = "Torch"\n')
    assert "must be one of torch, scratch, static" in refused(tmp_path, "--config", str(config))


def test_a_wall_without_the_graph_of_its_weights_ends_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(SHIPPED.read_bytes())
    said = refused(tmp_path, "--engine", "static", "--weights", str(path))
    assert f"python -m weights.convert {path} {path.with_suffix('.pt2')}" in said


def test_only_a_missing_module_is_a_matter_of_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "display_node.engines.eager", None)
    with pytest.raises(ConfigError, match="the engine torch needs"):
        open_engine("torch", load(SHIPPED), SHIPPED)
