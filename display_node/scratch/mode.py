"""Whether operations are remembered: `no_grad`, `enable_grad`. Each thread has its own mode, as in torch."""

import threading
from contextlib import ContextDecorator
from typing import Self


class _Mode(threading.local):
    remembers = True


mode = _Mode()


def is_grad_enabled() -> bool:
    return mode.remembers


class _Switch(ContextDecorator):
    """Sets the mode inside a `with` block or, as a decorator, inside every call of a function."""

    remembers: bool

    def __init__(self) -> None:
        self._before: list[bool] = []

    def _recreate_cm(self) -> Self:
        # A decorated function may run in two threads at once: each call gets a switch of its own.
        return type(self)()

    def __enter__(self) -> Self:
        self._before.append(mode.remembers)
        mode.remembers = self.remembers
        return self

    def __exit__(self, *_: object) -> None:
        mode.remembers = self._before.pop()


class no_grad(_Switch):  # noqa: N801 (torch's name)
    """Nothing is remembered: forward only, and parameters may be changed in place."""

    remembers = False


class enable_grad(_Switch):  # noqa: N801 (torch's name)
    """Remembers again, inside a `no_grad`."""

    remembers = True


class inference_mode(no_grad):  # noqa: N801 (torch's name)
    """The same as `no_grad`; torch's is stricter about what may be done later with the results."""
