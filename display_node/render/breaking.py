"""A caption's rows: its own where they fit, else its words broken anew. Words keep their role. Pure."""

from collections.abc import Callable, Sequence
from itertools import groupby

from display_node.markup import Run, parse

Row = list[Run]
Letters = list[tuple[str, str | None]]


def rows(text: str, widest: float, measure: Callable[[str], float]) -> list[Row]:
    """`measure` gives the width of a text, in the unit of `widest`."""
    letters = [(letter, role) for run, role in parse(text) for letter in run]
    own = split(letters, "\n")
    if not text.strip() or all(_width(row, measure) <= widest for row in own):
        return [runs(row) for row in own]
    words = [word for row in own for word in split(row, " ") if word]
    made = _filled(words, widest, measure)
    while True:  # as narrow as it goes in as many rows, so that no word is left alone
        reach = max(_width(row, measure) for row in made)
        narrower = _filled(words, reach * 0.999, measure)
        if len(narrower) > len(made) or max(_width(row, measure) for row in narrower) >= reach:
            return [runs(row) for row in made]
        made = narrower


def _filled(words: Sequence[Letters], widest: float, measure: Callable[[str], float]) -> list[Letters]:
    made: list[Letters] = []
    for word in words:
        longer = [*made[-1], (" ", _between(made[-1], word)), *word] if made else []
        if made and _width(longer, measure) <= widest:
            made[-1] = longer
        else:
            made.append(word)
    return made


def _between(row: Letters, word: Letters) -> str | None:
    """A space between two words of one thing is of that thing too."""
    return word[0][1] if row[-1][1] == word[0][1] else None


def split(letters: Letters, at: str) -> list[Letters]:
    """What stands between one `at` and the next."""
    parts: list[Letters] = [[]]
    for letter in letters:
        if letter[0] == at:
            parts.append([])
        else:
            parts[-1].append(letter)
    return parts


def _width(letters: Letters, measure: Callable[[str], float]) -> float:
    return measure("".join(letter for letter, _ in letters))


def runs(letters: Letters) -> Row:
    """Letters of one role that follow each other, as one text."""
    return [
        ("".join(letter for letter, _ in run), role)
        for role, run in groupby(letters, key=lambda pair: pair[1])
    ]
