"""`python -m weights.evaluate`: what a weights file reads right, as one line of JSON."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from common import strokes
from common.bitmap import SIDE
from common.config import parse, setting
from common.errors import DataError, explain
from display_node.model import module
from display_node.network import SHIPPED, Network, load
from weights import mnist, pens
from weights.inking import legacy, measured
from weights.mnist import Digits

BATCH = 1000
"""Pictures at a time; bounds the memory, not the result."""


@dataclass(frozen=True)
class Settings:
    data: str = setting(
        "mnist",
        "mnist (its test part), pens (writers never trained on), legacy (the same, drawn without"
        " anti-aliasing into 32×32 pixels) or a *.strokes.json with labels",
    )
    weights: Path = setting(SHIPPED, "the network to measure")


@dataclass(frozen=True, eq=False)
class Result:
    """`confusion[meant, read]`: (10, 10) counts."""

    confusion: npt.NDArray[np.int64]

    @property
    def count(self) -> int:
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        return float(np.trace(self.confusion)) / self.count

    def report(self) -> dict[str, Any]:
        return {"accuracy": self.accuracy, "count": self.count, "confusion": self.confusion.tolist()}


@torch.inference_mode()
def measure(network: Network, digits: Digits) -> Result:
    """Every digit through the module that the wall runs."""
    if not len(digits):
        raise DataError("there is nothing to measure: no labelled digits")
    if network.input != (1, SIDE, SIDE):
        raise DataError(f"these weights read {network.input}, but our pictures are {(1, SIDE, SIDE)}")
    net = module(network)
    confusion = np.zeros((10, 10), np.int64)
    for start in range(0, len(digits), BATCH):
        part = digits.part(start, start + BATCH)
        images = part.images.astype(np.float32)[:, None] / np.float32(255.0)
        read = net(torch.from_numpy(images)).argmax(dim=1).numpy()
        np.add.at(confusion, (part.labels, read), 1)
    return Result(confusion)


def digits(data: str) -> Digits:
    """The digits that `--data` names. Raises `DataError` for one that cannot be had."""
    if data == "mnist":
        return mnist.test()
    if data in ("pens", "legacy"):
        drawings = [sample.drawing for sample in pens.unseen()]
        return measured(drawings, legacy) if data == "legacy" else measured(drawings)
    path = Path(data).expanduser()
    if not path.name.endswith(".strokes.json"):
        raise DataError(f"--data {data}: neither mnist, pens, legacy nor a *.strokes.json")
    labelled = [drawing for drawing in strokes.read(path) if drawing.label in range(10)]
    if not labelled:
        raise DataError(f"{path}: no drawing says which digit is meant, so none can be read right")
    return measured(labelled)


def main(argv: list[str] | None = None) -> int:
    settings = parse(Settings, "python -m weights.evaluate", argv, about="Measure a weights file.")
    result = measure(load(settings.weights), digits(settings.data))
    json.dump(result.report(), sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
