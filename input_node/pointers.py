"""Pointers: where a contact went down decides whether it presses a button or draws."""

from collections.abc import Callable

from input_node.layout import Layout
from input_node.pen import BOX, Contact, Position
from input_node.session import Session

BUTTONS = ("predict", "undo", "clear")


class Pointers:
    """Positions are pixels of the window. A button acts when it is let go of, still inside."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._contact: Contact | None = None
        self._button: str | None = None
        self._inside = False

    @property
    def pressed(self) -> str | None:
        """The button that would act now."""
        return self._button if self._inside else None

    def down(self, made: Layout, contact: Contact, x: float, y: float, now: float) -> None:
        if self._session.pen.busy(contact, now):
            return  # a palm on a button, while the pen draws
        found = next((name for name in BUTTONS if getattr(made, name).contains(x, y)), None)
        if found:
            self._contact, self._button, self._inside = contact, found, True
        elif made.canvas.contains(x, y):
            self._session.down(contact, to_canvas(made, x, y), now)

    def move(self, made: Layout, contact: Contact, x: float, y: float, now: float) -> None:
        if contact == self._contact and self._button:
            self._inside = getattr(made, self._button).contains(x, y)
        else:
            self._session.move(contact, to_canvas(made, x, y), now)

    def up(self, made: Layout, contact: Contact, x: float, y: float, now: float) -> None:
        if contact != self._contact:
            self._session.up(contact, to_canvas(made, x, y), now)
            return
        self.move(made, contact, x, y, now)
        button = self.pressed
        self.release()
        if button:
            self.act(button, now)

    def act(self, button: str, now: float) -> None:
        actions: dict[str, Callable[[float], None]] = {
            "predict": self._session.predict,
            "undo": self._session.undo,
            "clear": self._session.clear,
        }
        actions[button](now)

    def release(self) -> None:
        """Forget what is held: the window lost its pointers."""
        self._contact, self._button, self._inside = None, None, False


def to_canvas(made: Layout, x: float, y: float) -> Position:
    """Pixels of the window → canvas units."""
    scale = BOX / made.canvas.width
    return (x - made.canvas.left) * scale, (y - made.canvas.top) * scale
