"""What is said about an answer: once, so that the tablet and the wall never disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

SURE, LIKELY = 0.8, 0.5
"""Shares from which the winner is called, or only thought, to be right."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`percent` of `digit` and `rest` of `second`, the runner-up.

    `kind` is "sure", "likely" or "unsure" which digit it is; or "strange": unsure whether it is one, and then
    the shares say only to which digit it comes closest.
    """

    kind: str
    digit: int
    percent: int
    second: int
    rest: int


def judge(probabilities: Sequence[float], sure: bool) -> Verdict:
    """The verdict on probabilities in the order 0…9, `sure` that it is a digit at all.

    A hundred per cent is said of nothing less.
    """
    order = sorted(range(len(probabilities)), key=lambda digit: -probabilities[digit])
    first, second = order[0], order[1]
    share = probabilities[first]
    kind = "sure" if share >= SURE else "likely" if share >= LIKELY else "unsure"
    kind = kind if sure else "strange"
    return Verdict(kind, first, _percent(share), second, _percent(probabilities[second]))


def _percent(share: float) -> int:
    return 100 if share >= 1.0 else min(round(100 * share), 99)
