"""How long a caption must stay so that it can be read: the storyboard's sixth rule, for every language. Pure.

Two languages may be shown at once, but everyone reads one of them: the one that takes longest decides.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from display_node.language import FOLDER, filled, languages, read
from display_node.markup import plain

NOTICE = 1.2
"""Seconds until the eye has come down to it."""
PER_SECOND = 15.0
"""Letters."""
SYLLABLE = 2.0
"""Letters that a Hangul syllable counts for: it is written of two to four, and read as slowly as two.

Subtitlers count so: in Netflix' Korean Timed Text Style Guide, section 2, "Latin characters, spaces,
punctuation count as 0.5 character".
"""
HANGUL = ("가", "힣")
"""The first and the last syllable of Unicode."""


def seconds(key: str, values: Mapping[str, str], folder: Path = FOLDER) -> float:
    """For the caption `key` with `values` filled in. A key that no language has raises KeyError."""
    said = [texts[key] for texts in _texts(folder) if key in texts]
    if not said:
        raise KeyError(f"no language has a caption {key!r}")
    return NOTICE + max(letters(filled(text, values)) for text in said) / PER_SECOND


def letters(text: str) -> float:
    """Of what is read: without the markup; a space counts, and a line break as one."""
    return sum(SYLLABLE if HANGUL[0] <= char <= HANGUL[1] else 1.0 for char in plain(text))


@cache
def _texts(folder: Path) -> tuple[dict[str, str], ...]:
    """Of every language: files don't change while a wall runs."""
    return tuple(read(code, folder) for code in languages(folder))
