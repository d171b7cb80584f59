"""Captions by key, in one language or two. A language is one TOML file in `captions/`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from common.errors import ConfigError, DataError

FOLDER = Path(__file__).parent / "captions"


def languages(folder: Path = FOLDER) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.toml"))


def read(code: str, folder: Path = FOLDER) -> dict[str, str]:
    """Dotted key → text, as written; a table's `text` has the table's own name as its key."""
    if code not in languages(folder):
        raise ConfigError(f"no language {code!r}; there are {', '.join(languages(folder))}")
    try:
        document = tomllib.loads((folder / f"{code}.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"captions/{code}.toml: {error}") from None
    texts = {}
    for table, entries in document.items():
        if isinstance(entries, dict):
            for key, text in entries.items():
                texts[table if key == "text" else f"{table}.{key}"] = str(text)
    return texts


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with a brace too many is shown as it is written: a show does not stop for a misprint."""
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError):
        return text


class Language:
    """What `--language` asks for: `en`, `ko`, or two joined by a plus, the first one larger."""

    def __init__(self, wanted: str, folder: Path = FOLDER) -> None:
        self.wanted = wanted
        codes = wanted.split("+")
        if len(codes) > 2:
            raise ConfigError(f"language {wanted!r} names {len(codes)}; a wall shows one or two")
        self._texts = [read(code, folder) for code in codes]

    def say(self, key: str, values: Mapping[str, str]) -> list[str]:
        """The caption in each language, filled in, its markup left in (`markup.parse`).

        A key that a file lacks is left out, never an error.
        """
        return [filled(texts[key], values) for texts in self._texts if key in texts]

    def everything(self) -> list[str]:
        """All texts, so that their glyphs can be made ahead of time."""
        return [text for texts in self._texts for text in texts.values()]
