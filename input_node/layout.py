"""Where everything stands: pure geometry from the window's size. Nothing overlaps, nothing leaves it.

    landscape                      portrait
    ┌──────────┐ message           message
    │          │ sight  bars       sight  bars
    │  canvas  │ sign              ┌──────────┐
    │          │ [   Predict   ]   │  canvas  │
    └──────────┘ [Undo] [Clear]    └──────────┘ sign, [Undo] [Clear] [Predict]

The canvas is as large as it can be; of the two orders the one with the larger canvas is taken.
"""

from dataclasses import dataclass

from common.bitmap import SIDE

TARGET = 44
"""Pixels that a finger needs on the smallest screen; larger screens give it a tenth of their height."""
PICTURE = 2.1
"""Width of a chapter's picture, of its height."""


@dataclass(frozen=True, slots=True)
class Rect:
    """Pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def tuple(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.width, self.height

    def contains(self, x: float, y: float) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom

    def overlaps(self, other: "Rect") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Layout:
    size: tuple[int, int]
    canvas: Rect
    message: Rect
    """What to do, and the answer in words."""
    sight: Rect
    """The 32×32 bitmap; its side is a multiple of 32."""
    caption: Rect
    bars: Rect
    sign: Rect
    """The quiet line: no wall yet, or what the wall is showing."""
    predict: Rect
    undo: Rect
    clear: Rect
    text: int
    """Pixels of the message's text."""

    @property
    def panel(self) -> Rect:
        """Where bitmap, caption and bars stand; pictures take all of it."""
        left = min(self.sight.left, self.bars.left)
        right = max(self.sight.right, self.bars.right)
        bottom = max(self.caption.bottom, self.bars.bottom)
        return Rect(left, self.sight.top, right - left, bottom - self.sight.top)

    @property
    def story(self) -> tuple[Rect, Rect]:
        """A chapter's words and its picture, in the place of message and panel.

        What a wide picture spares of its height is the words'.
        """
        panel, gap = self.panel, self.panel.top - self.message.bottom
        whole = panel.bottom - self.message.top
        tall = min(panel.height, round(panel.width / PICTURE), round(whole * 0.57))
        top = panel.bottom - tall
        words = Rect(self.message.left, self.message.top, self.message.width, top - gap - self.message.top)
        return words, Rect(panel.left, top, panel.width, tall)

    @property
    def all(self) -> dict[str, Rect]:
        names = ("canvas", "message", "sight", "caption", "bars", "sign", "predict", "undo", "clear")
        return {name: getattr(self, name) for name in names}


def layout(width: int, height: int, left_handed: bool = False) -> Layout:
    """For a right-handed visitor the buttons are right of the canvas, so that no hand covers it."""
    found = max(_landscape(width, height), _portrait(width, height), key=lambda made: made.canvas.width)
    return _mirror(found) if left_handed else found


def _margin(width: int, height: int) -> int:
    return max(8, round(min(width, height) * 0.035))


def _landscape(width: int, height: int) -> Layout:
    margin = _margin(width, height)
    gap = max(6, margin * 2 // 3)
    tall = height - 2 * margin
    side = max(min(tall, width - 3 * margin - round(height * 0.38)), SIDE)
    column = min(width - 3 * margin - side, round(side * 0.95))
    left = (width - column - side - margin) // 2
    canvas = Rect(left, (height - side) // 2, side, side)
    top, bottom = margin, height - margin
    if side < tall:  # a tall column beside a smaller canvas: keep them together
        tall = min(tall, max(side, column * 2))
        top, bottom = (height - tall) // 2, (height + tall) // 2
    left = canvas.right + margin
    tool = max(TARGET, round(tall * 0.1))
    undo, clear = _row(left, bottom - tool, column, tool, gap, (1, 1))
    press = max(TARGET, round(tall * 0.14))
    predict = Rect(left, undo.top - gap - press, column, press)
    line = max(16, round(tall * 0.05))
    sign = Rect(left, predict.top - gap - line, column, line)
    room = sign.top - gap - top
    sight_side = _sight(min(round(column * 0.44), round(room * 0.52)))
    label = max(32, round(sight_side * 0.24))
    message = Rect(left, top, column, room - sight_side - label - 2 * gap)
    sight, caption, bars = _panel(left, message.bottom + gap * 2, column, sight_side, label, gap * 3 // 2)
    size = (width, height)
    return Layout(
        size, canvas, message, sight, caption, bars, sign, predict, undo, clear, round(tall * 0.075)
    )


def _portrait(width: int, height: int) -> Layout:
    margin = _margin(width, height)
    gap = max(6, margin * 2 // 3)
    wide = width - 2 * margin
    side = max(min(wide, height - 4 * margin - max(300, round(width * 0.48))), SIDE)
    wide = max(side, round(wide * 0.8))  # flush with the canvas where that is nearly as wide
    room = min(height - side - 4 * margin, round(wide * 0.95))
    tool = max(TARGET, round(room * 0.19))
    line = max(16, round(room * 0.07))
    top = (height - side - room - 4 * margin) // 2 + margin
    panel = room - tool - line
    sight_side = _sight(min(round(wide * 0.3), round(panel * 0.5)))
    label = max(32, round(sight_side * 0.24))
    left = (width - wide) // 2
    message = Rect(left, top, wide, panel - sight_side - label - gap * 2)
    sight, caption, bars = _panel(left, message.bottom + gap * 2, wide, sight_side, label, gap * 2)
    canvas = Rect((width - side) // 2, caption.bottom + margin, side, side)
    sign = Rect(left, canvas.bottom + gap // 2, wide, line)
    undo, clear, predict = _row(left, sign.bottom + gap // 2, wide, tool, gap, (2, 2, 4))
    size = (width, height)
    return Layout(
        size, canvas, message, sight, caption, bars, sign, predict, undo, clear, round(panel * 0.13)
    )


def _sight(most: int) -> int:
    """The largest multiple of 32 that fits, so that every pixel of the bitmap is equally large."""
    return max(most // SIDE, 1) * SIDE


def _panel(left: int, top: int, width: int, side: int, label: int, gap: int) -> tuple[Rect, Rect, Rect]:
    sight = Rect(left, top, side, side)
    caption = Rect(left, sight.bottom, side, label)
    bars = Rect(sight.right + gap, top, width - side - gap, side + label)
    return sight, caption, bars


def _row(left: int, top: int, width: int, height: int, gap: int, shares: tuple[int, ...]) -> list[Rect]:
    unit = (width - gap * (len(shares) - 1)) / sum(shares)
    made, x = [], float(left)
    for share in shares:
        made.append(Rect(round(x), top, int(unit * share), height))
        x += unit * share + gap
    return made


def _mirror(made: Layout) -> Layout:
    width = made.size[0]
    turned = {
        name: Rect(width - rect.right, rect.top, rect.width, rect.height) for name, rect in made.all.items()
    }
    return Layout(size=made.size, text=made.text, **turned)
