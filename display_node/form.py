"""How long a show is: the whole tour, or as much of it as they want who wait, or who have just seen it."""

from enum import Enum


class Form(Enum):
    FULL = "full"
    """Everything is explained: about 60 s."""
    SHORT = "short"
    """What was just explained is left out: about 15 s."""
