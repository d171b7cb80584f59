"""Shows of other walls, made ready here: found where they are at hand, or compiled by the worker, once."""

from collections.abc import Callable

from common.link import Address, Link
from display_node.ensemble.inbox import Inbox
from display_node.ensemble.sharing import INVITATION, Item, part_item, tour_item
from display_node.events import Compiled, Job, Part, Rehearsal
from display_node.form import Form
from display_node.state import State


class Learning:
    """`rehearse` is the worker's; `link` is the drawing port's."""

    def __init__(self, rehearse: Callable[[Rehearsal], None], link: Link, inbox: Inbox) -> None:
        self._rehearse, self._link, self._inbox = rehearse, link, inbox
        self._asked: Item | None = None
        self._ready: Compiled | Part | None = None
        self._impossible: Item | None = None

    def rehearsed(self, show: Compiled | Part | None) -> None:
        """What the worker made of what it was asked last; None if nothing."""
        self._ready = show
        self._impossible = self._asked if show is None else None
        if show is None:
            self._asked = None

    def over(self) -> None:
        """It is on stage; what else was asked for is not wanted any more."""
        self._asked = self._ready = self._impossible = None

    @property
    def vain(self) -> bool:
        """Whether we wait for others to show something else."""
        return self._impossible is not None

    def impossible(self, what: Item) -> bool:
        """Whether this wall cannot show it: of another version, perhaps."""
        return what == self._impossible

    def found(self, what: Item, state: State) -> Compiled | Part | None:
        """The show, if it is at hand: on our wall already, coming, or rehearsed."""
        tours = [(state.tour, state.form)]
        if state.coming is not None:
            tours.append((state.coming.tour, state.coming.form))
        if isinstance(self._ready, Compiled):
            tours.append((self._ready, next(iter(self._ready.scenes))))
        for tour, form in tours:
            if tour is not None and form is not None and tour_item(tour, form) == what:
                return tour
        parts = (state.invitation, state.ahead, self._ready)
        return next((part for part in parts if isinstance(part, Part) and part_item(part) == what), None)

    def learn(self, what: Item, teller: Address) -> bool:
        """Have it compiled. False if its pictures are missing, which `teller` has."""
        if what == self._asked:
            return True
        if what.kind == INVITATION:
            rehearsal = Rehearsal(None, "", Form.FULL, 0, what.number)
        elif what.form not in {form.value for form in Form}:
            self._impossible = what
            return True
        else:
            found = self._inbox.drawing(what.station, what.number)
            if found is None:
                return False
            job = Job(what.station, what.number, *found, self._link, teller, mine=False)
            rehearsal = Rehearsal(job, what.exhibit, Form(what.form), what.seed, 0)
        self._asked = what
        self._rehearse(rehearsal)
        return True
