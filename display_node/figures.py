"""Numbers as they are printed, so that what a visitor adds up by hand is right.

Everything is counted in whole units of the last place that is printed, exactly, as fractions: in binary,
neither 0.01 nor a hundred times 1.115 is what it says. Rounding is half to even, as Python's `format` does.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 6

Floats = npt.NDArray[np.float64]
Numbers = Sequence[float] | npt.NDArray[np.floating]


def printed(value: float, decimals: int = 2) -> str:
    """With a true minus sign, and none before a zero: `−0.42`, `0.00`."""
    (scaled,) = _scaled([value], decimals)
    return f"{_read(round(scaled), decimals):.{decimals}f}".replace("-", MINUS)


def rounded_sum(terms: Numbers, total: float, decimals: int = 2) -> tuple[Floats, float]:
    """The `terms`, and `total` rounded, such that the terms as printed add up to the total as printed.

    Each term is less than one unit of the last place from its true value, and one that needs no rounding
    stays: nothing times a weight is nothing. Where rounding every term to the nearest adds up, that is what
    comes back. Raises `ValueError` if the terms do not sum to `total`, but for what float32 loses.
    """
    scaled = _scaled(terms, decimals)
    (whole,) = _scaled([total], decimals)
    exact = [float(term) for term in terms]
    lost = (len(exact) + 8) * float(np.finfo(np.float32).eps) * math.fsum(map(abs, [*exact, float(total)]))
    if abs(math.fsum(exact) - float(total)) > lost:
        raise ValueError(f"the terms sum to {math.fsum(exact):.9g}, not to {float(total):.9g}")
    units = _apportioned(scaled, round(whole))
    return np.array([_read(unit, decimals) for unit in units]), _read(round(whole), decimals)


def running(terms: Numbers, decimals: int = 2) -> Floats:
    """(n,) the sums of the first term, of the first two, …, of the terms as printed."""
    sums = np.cumsum([round(term) for term in _scaled(terms, decimals)], dtype=object)
    return np.array([_read(unit, decimals) for unit in sums])


def _scaled(values: Numbers, decimals: int) -> list[Fraction]:
    """In units of the last place."""
    if not 0 <= decimals <= MOST_DECIMALS:
        raise ValueError(f"{decimals} decimals; 0 to {MOST_DECIMALS} can be printed")
    numbers = [float(value) for value in values]
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"a number to be printed is not finite: {numbers}")
    return [Fraction(value) * 10**decimals for value in numbers]


def _read(units: int, decimals: int) -> float:
    return float(Fraction(units, 10**decimals))


def _apportioned(parts: Sequence[Fraction], whole: int) -> list[int]:
    """`parts` rounded down or up to whole numbers that add up to `whole`: to the nearest, if these do.

    Else the largest remainders are rounded up, among equal ones the first: Hamilton's method; see M. Balinski
    and H. P. Young, Fair Representation, 1982, and https://en.wikipedia.org/wiki/Largest_remainder_method
    """
    nearest = [round(part) for part in parts]
    if sum(nearest) == whole:
        return nearest
    units = [math.floor(part) for part in parts]
    up = sorted(range(len(parts)), key=lambda at: units[at] - parts[at])[: whole - sum(units)]
    broken = sum(part.denominator != 1 for part in parts)
    if not 0 <= whole - sum(units) <= broken:
        raise ValueError(f"{float(sum(parts)):.9g} units cannot be rounded to {whole}")
    for at in up:
        units[at] += 1
    return units
