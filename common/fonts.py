"""Where a font lies on this machine. Finds paths; whoever draws loads them.

Fonts are the system's own (`make` installs fonts-nanum on Debian and Ubuntu). Without a Hangul font
callers say so once and show English, in the font that pygame carries.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

HANGUL = (
    "/usr/share/fonts/truetype/nanum/NanumSquareRoundR.ttf",
    "/usr/share/fonts/truetype/nanum/NanumSquareR.ttf",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/AppleSDGothicNeo.ttc",
    "C:/Windows/Fonts/malgun.ttf",
)
"""Tried in this order: Debian and Ubuntu, Arch, macOS, Windows."""

ADVICE = "no Hangul font found: install fonts-nanum (Debian, Ubuntu) or any Noto Sans CJK; showing English"


@cache
def hangul() -> Path | None:
    """A font with Hangul *and* Latin, or None."""
    return next((Path(path) for path in HANGUL if Path(path).is_file()), None)


def latin() -> Path | None:
    """A font that has at least Latin: the Hangul one, else the one inside the pygame package."""
    spec = find_spec("pygame")
    carried = Path(spec.origin).parent / "freesansbold.ttf" if spec and spec.origin else None
    return hangul() or (carried if carried and carried.is_file() else None)
