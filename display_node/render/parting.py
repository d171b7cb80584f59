"""A caption's row is parted between two words where frames hide a stripe of the picture. Pure."""

from collections.abc import Callable, Sequence

from display_node.render.breaking import Letters, Row, runs, split
from display_node.tiling import Gap

AIR = 0.3
"""Ems that stay free beside a stripe, at least."""

Measure = Callable[[str], float]
Part = tuple[float, float, Row]


def parted(row: Row, gaps: Sequence[Gap], widest: float, measure: Measure) -> list[tuple[Row, float]]:
    """Parts of a row, each with its middle; a row that crosses no gap, or has no room, stays whole.

    Of all places between two words, that is taken which leaves the row best in the middle of the screen.
    All in the unit of `measure`, from that middle on; `widest` is what the row may become.
    """
    natural = measure("".join(text for text, _ in row))
    hidden = [(low - AIR, high + AIR) for low, high in gaps]
    if not any(_meet(-natural / 2, natural / 2, gap) for gap in hidden):
        return [(row, 0.0)]
    words = split([(letter, role) for text, role in row for letter in text], " ")
    found: list[tuple[float, list[Part]]] = []
    for gap in hidden:
        for count in range(len(words) + 1):
            parts = [_part(words[:count], gap[0], measure, ends=True)] if count else []
            parts += _flow(words[count:], gap[1], hidden, measure)
            start, end = parts[0][0], parts[-1][1]
            seen = not any(_meet(part[0], part[1], other) for part in parts for other in hidden)
            if seen and max(-start, end) <= widest / 2:
                found.append((abs(start + end), parts))
    if not found:
        return [(row, 0.0)]
    _, best = min(found, key=lambda one: one[0])
    return [(part, (start + end) / 2) for start, end, part in best]


def _flow(words: Sequence[Letters], x: float, hidden: Sequence[Gap], measure: Measure) -> list[Part]:
    """As many words as fit before the next gap, the others behind it."""
    if not words:
        return []
    for count in range(len(words), 0, -1):
        part = _part(words[:count], x, measure)
        met = [gap for gap in hidden if _meet(part[0], part[1], gap)]
        if not met:
            break
    else:  # not even one word fits
        return _flow(words, met[0][1], hidden, measure) if met[0][1] > x else [part]
    behind = [gap[1] for gap in hidden if gap[1] > part[1]]
    return [part, *_flow(words[count:], behind[0] if behind else part[1], hidden, measure)]


def _part(words: Sequence[Letters], x: float, measure: Measure, *, ends: bool = False) -> Part:
    """Start, end and runs of words that begin, or end, at `x`."""
    letters = [letter for word in words for letter in (*word, (" ", word[-1][1] if word else None))][:-1]
    wide = measure("".join(letter for letter, _ in letters))
    return (x - wide, x, runs(letters)) if ends else (x, x + wide, runs(letters))


def _meet(start: float, end: float, gap: Gap) -> bool:
    return start < gap[1] - 1e-9 and end > gap[0] + 1e-9
