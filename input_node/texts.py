"""What the visitor reads, in one language or two. A language is one TOML file in `texts/`."""

import logging
import tomllib
from dataclasses import dataclass
from pathlib import Path

from common import fonts
from common.errors import DataError

FOLDER = Path(__file__).parent / "texts"

log = logging.getLogger("sandglass")


@dataclass(frozen=True)
class Texts:
    """One table a language, the first one shown larger."""

    tables: tuple[dict[str, str], ...]

    def say(self, key: str, **values: object) -> tuple[str, ...]:
        """The text of `key` in each language."""
        return tuple(table[key].format(**values) for table in self.tables)

    def chapter(self, name: str) -> tuple[str, ...]:
        """What the wall is showing: `conv2d7` is a `conv2d`; without words for it, only that it is a tour."""
        keys = (f"chapter_{name}", f"chapter_{name.rstrip('0123456789')}", "tour")
        return self.say(next(key for key in keys if all(key in table for table in self.tables)))


def load(language: str) -> Texts:
    """`language` is `en`, `ko` or `en+ko`. Without a font for Hangul: English, and one line in the log."""
    names = language.split("+")
    if "ko" in names and fonts.hangul() is None:
        log.warning(fonts.ADVICE)
        names = ["en"]
    return Texts(tuple(read(name) for name in names))


def read(name: str) -> dict[str, str]:
    path = FOLDER / f"{name}.toml"
    try:
        with path.open("rb") as file:
            return {key: str(value) for key, value in tomllib.load(file).items()}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"cannot read {path}: {error}") from None
