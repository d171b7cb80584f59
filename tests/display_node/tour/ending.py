"""The visitor's own sums, continued: the ten sums, their shares of a hundred, and the answer in words."""

from decimal import Decimal
from itertools import pairwise

import numpy as np

from display_node.form import Form
from display_node.scene import Label, Tint
from display_node.stages import Stage
from tests.display_node.tour.ledger import Reader, number


def ten_sums(reader: Reader, form: Form) -> None:
    """A digit under each of the last ten boxes; in the full form its sum over it, until its share is told."""
    stage, values = reader.line_up[-1], reader.values(reader.line_up[-1])
    digits = reader.take("sums", lambda label: label.tint is Tint.TEXT)
    assert sorted(box(stage, label) for label in digits) == list(range(10))
    assert all(label.text == str(box(stage, label)) for label in digits)
    sums = reader.take("answer", lambda label: not label.text.endswith(" %"))
    boxes = list(range(10)) if form is Form.FULL else []
    assert sorted(box(stage, label) for label in sums) == boxes
    for label in sums:
        places = Decimal("0.1") ** len(label.text.partition(".")[2])
        assert number(label.text) == Decimal(float(values[box(stage, label)])).quantize(places)
        assert places <= Decimal("0.1")


def box(stage: Stage, label: Label) -> int:
    return int(np.abs(stage.centres[:, 0] - label.at[0]).argmin())


def shares(reader: Reader) -> None:
    """Together exactly a hundred per cent; each within one of its own."""
    stage, probabilities = reader.line_up[-1], reader.told.probe.probabilities
    labels = reader.take("answer", lambda label: label.text.endswith(" %"))
    assert sorted(box(stage, label) for label in labels) == list(range(10))
    parts = [number(label.text) for label in sorted(labels, key=lambda label: box(stage, label))]
    assert sum(parts) == 100
    for part, probability in zip(parts, probabilities, strict=True):
        assert abs(part - 100 * Decimal(float(probability))) < 1 + Decimal("0.001")
    for low, high in pairwise(np.argsort(probabilities)):
        assert parts[low] <= parts[high] or probabilities[low] == probabilities[high]


def winner(reader: Reader) -> None:
    """The digit that has the largest share, or that it may be none; and what is said in words."""
    probe = reader.told.probe
    text = str(int(np.argmax(probe.probabilities))) if probe.sure else "?"
    for chapter in ("winner", "why"):
        for label in reader.take(chapter, lambda label: True):
            assert label.text == text
    (said,) = [caption for caption in reader.scene.captions if caption.key.startswith("answer.")]
    second, first = np.argsort(probe.probabilities, kind="stable")[-2:]
    assert said.values["digit"] == str(first)
    for name, digit in (("share", first), ("rest", second)):
        assert abs(int(said.values[name]) - 100 * float(probe.probabilities[digit])) <= 1.0
    if probe.probabilities[second] > 0.01:
        assert said.values["other"] == str(second)
