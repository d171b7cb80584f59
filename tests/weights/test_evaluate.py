"""The command's JSON on a strokes file, and what it refuses to measure."""

import json
from pathlib import Path

import numpy as np
import pytest

from common import strokes
from common.bitmap import Bitmap
from common.errors import DataError, explain
from common.strokes import Drawing
from display_node.engines.eager import Eager
from display_node.network import Network
from weights.evaluate import digits, main, measure
from weights.files import save
from weights.inking import measured
from weights.mnist import Digits

BAR = np.array([[50.0, 10.0], [50.0, 90.0]])


def file(folder: Path, *labels: int | None) -> Path:
    path = folder / "some.strokes.json"
    strokes.write(
        path, [Drawing((BAR + index,), (100.0, 100.0), label) for index, label in enumerate(labels)]
    )
    return path


def test_json_says_accuracy_count_and_confusion(
    tmp_path: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    drawings = file(tmp_path, 1, 7, 1, None)
    save(network, tmp_path / "net.safetensors")
    assert main(["--data", str(drawings), "--weights", str(tmp_path / "net.safetensors")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["count"] == 3
    confusion = np.array(said["confusion"])
    assert confusion.shape == (10, 10)
    assert confusion.sum(axis=1).tolist() == [0, 2, 0, 0, 0, 0, 0, 1, 0, 0]
    assert said["accuracy"] == pytest.approx(np.trace(confusion) / 3)


def test_it_measures_what_the_wall_reads(network: Network) -> None:
    drawings = [
        Drawing((BAR * [1.0, stretch / 4] + [0, stretch],), (100.0, 100.0), 1) for stretch in range(8)
    ]
    engine = Eager(network)
    seen = measured(drawings)
    result = measure(network, seen)
    read = [engine.read(Bitmap.of(image)).digit for image in seen.images]
    assert result.confusion[1].tolist() == np.bincount(read, minlength=10).tolist()


def test_a_file_without_labels_and_unknown_data_are_refused(tmp_path: Path) -> None:
    for data in (str(file(tmp_path, None)), str(file(tmp_path)), "emnist", str(tmp_path / "no.strokes.json")):
        with pytest.raises(DataError):
            digits(data)


def test_nothing_is_not_measured(network: Network) -> None:
    digits = Digits(np.zeros((1, 32, 32), np.uint8), np.zeros(1, np.int64))
    with pytest.raises(DataError, match="nothing"):
        measure(network, digits.part(0, 0))


def test_missing_weights_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(file(tmp_path, 1)), "--weights", str(tmp_path / "none.safetensors")]
    assert explain(lambda: main(arguments)) == 2
    assert capsys.readouterr().err.count("\n") == 1
