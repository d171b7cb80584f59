"""What is said about ten probabilities: once, so that the tablet and the wall never disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

SURE, LIKELY = 0.8, 0.5
"""Shares from which the winner is called, or only thought, to be right."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is "sure", "likely" or "unsure"; `percent` of `digit` and `rest` of `second`, the runner-up."""

    kind: str
    digit: int
    percent: int
    second: int
    rest: int


def judge(probabilities: Sequence[float]) -> Verdict:
    """The verdict on probabilities in the order 0…9. A hundred per cent is said of nothing less."""
    order = sorted(range(len(probabilities)), key=lambda digit: -probabilities[digit])
    first, second = order[0], order[1]
    share = probabilities[first]
    kind = "sure" if share >= SURE else "likely" if share >= LIKELY else "unsure"
    return Verdict(kind, first, _percent(share), second, _percent(probabilities[second]))


def _percent(share: float) -> int:
    return 100 if share >= 1.0 else min(round(100 * share), 99)
