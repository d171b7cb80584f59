"""What is said about an answer: once, so that the tablet and the wall never disagree."""

import math
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
    """The verdict on probabilities in the order 0…9, `sure` that it is a digit at all."""
    parts = percentages(probabilities)
    order = sorted(range(len(probabilities)), key=lambda digit: -probabilities[digit])
    first, second = order[0], order[1]
    share = probabilities[first]
    kind = "sure" if share >= SURE else "likely" if share >= LIKELY else "unsure"
    kind = kind if sure else "strange"
    return Verdict(kind, first, parts[first], second, parts[second])


def percentages(probabilities: Sequence[float]) -> list[int]:
    """Whole per cents of these shares of their sum: exactly a hundred together, who has more never less.

    Each is less than one from its true value, by the largest remainder (A. Hamilton's method; M. Balinski and
    H. P. Young, Fair Representation, 1982). A hundred is said of nothing less: where the others have no more
    than rounding took, the runner-up gets one all the same. Where all are zero, so are these.
    """
    whole = math.fsum(probabilities)
    if whole <= 0.0:
        return [0] * len(probabilities)
    exact = [100.0 * share / whole for share in probabilities]
    parts = [math.floor(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda at: -probabilities[at])  # which may differ by less
    for at in sorted(order, key=lambda at: parts[at] - exact[at])[: 100 - sum(parts)]:
        parts[at] += 1
    first, second = order[:2]
    if parts[first] == 100 and probabilities[second] > 0.0:
        parts[first], parts[second] = 99, 1
    return parts
