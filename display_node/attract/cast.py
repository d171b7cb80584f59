"""Whose drawings drift through the invitation, part after part: visitors' and the wall's own in turn."""

from collections.abc import Sequence

import numpy as np

from display_node.probe import Probe

DIGITS = 3
"""Drawings in one part."""
ENCORE = 4
"""Parts at least until a visitor's drawing comes back: it shall greet who made it, not haunt the room."""


def cast(
    shipped: Sequence[Probe], visitors: Sequence[Probe], before: Probe, seed: int, number: int, age: int
) -> list[Probe]:
    """The drawings of part `number`, in order; none is of the same digit as the one before it, if possible.

    `visitors`: the newest first, who leads the part that is the first since they came, of `age` 0. `before`:
    what stands on the wall when the part begins. The shipped ones are dealt like cards: all, in an order
    that `seed` decides, then all again in another.
    """
    guest = age % max(len(visitors), ENCORE)
    found: list[Probe] = []
    for turn in range(DIGITS):
        last = found[-1] if found else before
        if turn == 0 and guest < len(visitors) and visitors[guest] is not last:
            found.append(visitors[guest])
        else:
            found.append(_dealt(shipped or visitors or [before], last, seed, number * DIGITS + turn))
    return found


def ring(shipped: Sequence[Probe], seed: int, number: int) -> list[Probe]:
    """What stands when part `number` begins, and its drawings: the same on all walls, whatever each has seen.

    The shipped ones go round in one order, in which neighbours are different digits as far as possible.
    """
    left = [shipped[index] for index in np.random.default_rng(seed).permutation(len(shipped)).tolist()]
    order = [left.pop()]
    while left:
        other = next((index for index, card in enumerate(left) if card.digit != order[-1].digit), 0)
        order.append(left.pop(other))
    first = number * DIGITS
    return [order[place % len(order)] for place in range(first - 1, first + DIGITS)]


def _dealt(deck: Sequence[Probe], last: Probe, seed: int, place: int) -> Probe:
    """The card at `place`, or the next one that is another digit than `last`, or at least another drawing."""
    deal, first = divmod(place, len(deck))
    order = np.random.default_rng((seed, deal)).permutation(len(deck))
    cards: list[Probe] = [deck[index] for index in np.roll(order, -first).tolist()]
    others = [card for card in cards if card is not last] or cards
    return next((card for card in others if card.digit != last.digit), others[0])
