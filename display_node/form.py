"""How long a show is: the whole tour, or as much of it as they want who wait, or who have just seen it."""

from enum import Enum

from common.errors import ConfigError

RECENT = 180.0
"""Seconds after a whole tour in which its station's next drawing is taken for the same visitor's.

Long enough to draw another digit, or two, after the answer; whoever comes later is likely to be somebody new.
"""
AUTO = "auto"


class Form(Enum):
    FULL = "full"
    """Everything is explained: about 60 s."""
    SHORT = "short"
    """What was just explained is left out: about 15 s."""


FORMS = (AUTO, *(form.value for form in Form))
"""What may be asked for; `auto`: as it suits."""


def wanted(text: str) -> Form | None:
    """The form that is always to be shown, None for `auto`; `ConfigError` names what there is."""
    if text not in FORMS:
        raise ConfigError(f"no form {text!r}; there are {', '.join(FORMS)}")
    return None if text == AUTO else Form(text)


def suited(asked: Form | None, others_wait: bool, seen: float | None, now: float) -> Form:
    """The form for a drawing whose turn it is; `seen`: when its station last saw a whole tour's end."""
    if asked is not None:
        return asked
    recent = seen is not None and now - seen < RECENT
    return Form.SHORT if others_wait or recent else Form.FULL
