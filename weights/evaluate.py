"""`python -m weights.evaluate`: what a weights file reads right, and doubts, as one line of JSON."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from common import strokes
from common.bitmap import SIDE
from common.config import parse, setting
from common.errors import DataError, explain
from display_node.doubt import evidence, softmax
from display_node.network import SHIPPED, Network, load
from weights import mnist, nondigits, pens
from weights.inking import legacy, measured, varied
from weights.jitter import GENTLE
from weights.mnist import Digits
from weights.module import module

BATCH = 1000
"""Pictures at a time; bounds the memory, not the result."""
BINS = 15
"""Of confidence, for the calibration error."""
NONDIGITS = 20
"""Drawings of each shape that is no digit."""

Sums = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Settings:
    data: str = setting(
        "mnist",
        "mnist (its test part), pens (writers never trained on), legacy (the same, drawn without"
        " anti-aliasing into 32×32 pixels), none (no digits) or a *.strokes.json with labels",
    )
    weights: Path = setting(SHIPPED, "the network to measure")


@dataclass(frozen=True, eq=False)
class Result:
    """How `count` pictures were read. `confusion[meant, read]`: (10, 10) counts, none for no digits.

    `accuracy`: the part read as what is meant; of no digits, the part that is doubted. `doubted`: the part
    that the network isn't sure to be digits. `calibration_error`: see there; None for no digits.
    """

    count: int
    accuracy: float
    confusion: npt.NDArray[np.int64]
    doubted: float
    calibration_error: float | None

    def report(self) -> dict[str, Any]:
        return vars(self) | {"confusion": self.confusion.tolist()}


def cut(images: Tensor, side: int) -> Tensor:
    """(n, 1, 32, 32) without the margin that a network of a smaller input doesn't see: `Network.picture`."""
    margin = (SIDE - side) // 2
    return images[:, :, margin : SIDE - margin, margin : SIDE - margin]


@torch.inference_mode()
def sums(network: Network, digits: Digits) -> Sums:
    """(n, 10) of every picture, through the module that the wall runs."""
    net = module(network)
    batches = torch.split(torch.from_numpy(digits.images).unsqueeze(1), BATCH)
    return torch.cat([net(cut(images.float() / 255.0, network.input[1])) for images in batches]).numpy()


def measure(network: Network, digits: Digits) -> Result:
    if not len(digits):
        raise DataError("there is nothing to measure: no labelled digits")
    found = sums(network, digits)
    doubted = evidence(found) < network.threshold
    none = digits.labels == nondigits.NONE
    right = np.where(none, doubted, found.argmax(axis=1) == digits.labels)
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (digits.labels[~none], found[~none].argmax(axis=1)), 1)
    error = None
    if not none.any():
        error = calibration_error(softmax(found, network.temperature).max(axis=1), right)
    return Result(len(digits), float(right.mean()), confusion, float(doubted.mean()), error)


def calibration_error(confidence: npt.NDArray[np.floating], right: npt.NDArray[np.bool_]) -> float:
    """Confidence less accuracy, without sign, averaged over `BINS` equal bins weighted by their answers.

    M. Naeini, G. Cooper, M. Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, 2015.
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(right))


def digits(data: str) -> Digits:
    """The digits that `--data` names. Raises `DataError` for one that cannot be had."""
    if data == "mnist":
        return mnist.test()
    if data == "none":
        return varied(nondigits.measured(NONDIGITS, seed=0), 1, 0, bend=GENTLE)
    if data in ("pens", "legacy"):
        drawings = [sample.drawing for sample in pens.unseen()]
        return measured(drawings, legacy) if data == "legacy" else measured(drawings)
    path = Path(data).expanduser()
    if not path.name.endswith(".strokes.json"):
        raise DataError(f"--data {data}: neither mnist, pens, legacy, none nor a *.strokes.json")
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
