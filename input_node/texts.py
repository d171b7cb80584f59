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

    def chapter(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the wall is showing, and what happens there: `conv2d7` is a `conv2d`.

        Without words for it, only that it is a tour.
        """
        names = (name, kind(name), "tour")
        known = next(name for name in names if all(f"chapter_{name}" in table for table in self.tables))
        return self.say(f"chapter_{known}"), self.say(f"about_{known}")

    def sign(self, name: str) -> tuple[str, ...]:
        """The same in one line, for those who are doing something else."""
        said, _ = self.chapter(name)
        walls = self.say("wall", chapter="{}")
        return tuple(wall.format(chapter) for wall, chapter in zip(walls, said, strict=True))


def kind(chapter: str) -> str:
    """A chapter's name without its number: chapters are counted by kind."""
    return chapter.rstrip("0123456789")


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
