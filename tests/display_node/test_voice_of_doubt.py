"""Where the network is not sure that a drawing is a digit, the wall says so: to the station and on itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from common.bitmap import Bitmap
from common.raster import framed
from display_node.exhibits.convolution import exhibit
from display_node.language import Language, languages
from display_node.network import SHIPPED, load
from display_node.probe import Probe
from display_node.scene import Tint
from tests.display_node.conftest import Wall
from tests.display_node.drawn import probe, shipped, three
from weights.files import save

HIGH = 1e6
"""A threshold that no drawing reaches."""


def drawn() -> Bitmap:
    return framed(three())


def strange() -> Probe:
    return replace(probe(), sure=False)


@pytest.mark.parametrize("code", languages())
def test_the_tour_ends_with_a_question(code: str) -> None:
    built = exhibit.build(shipped(), strange(), 1)
    (said,) = (caption for caption in built.captions if caption.key.startswith("answer."))
    assert said.key == "answer.strange"
    assert built.captions[-1].key == "tour.why_strange"
    (text,) = Language(code).say("answer.strange", said.values)
    assert "?" in text
    assert "%" not in text
    assert str(probe().digit) in text


def test_nothing_is_called_and_nothing_stands_out() -> None:
    built = exhibit.build(shipped(), strange(), 1)
    bars = next(batch for batch in built.batches if batch.name == "softmax")
    assert (bars.boxes["tint"] == float(Tint.RESULT)).all()
    called = {(label.text, label.tint) for label in built.labels if label.height >= 9}
    assert called == {("?", Tint.RESULT)}


def test_the_station_is_told(tmp_path: Path) -> None:
    save(replace(load(SHIPPED), threshold=HIGH), tmp_path / "doubting.safetensors")
    wall = Wall(tmp_path, "--weights", str(tmp_path / "doubting.safetensors"))
    try:
        answer = wall.read(drawn())
        assert not answer.sure
        assert answer.digit == 3
    finally:
        wall.close()


def test_and_told_where_there_is_no_doubt(wall: Wall) -> None:
    assert wall.read(drawn()).sure
