"""The show as a pure reducer: (state, event, now) → state. No GL, no sockets, no clock of its own.

    IDLE ── a pen moves ──▶ DRAWING ── a show is compiled ──▶ TOURING ── its end ──▶ ANSWERED
     ▲  ◀── nobody draws ──┘                                                            │
     └──────────────────────────────── after a rest ◀───────────────────────────────────┘

While IDLE, the invitation goes on from part to part, without a seam: the next one is there before one ends.
`now` is monotonic seconds. What is to be drawn is `scene` at `clock.show(now)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from common.bitmap import BLANK, Bitmap
from common.clock import ShowClock
from common.control import Control
from display_node.choices import Choices
from display_node.events import Awake, Compiled, Drawn, Event, Failed, Part, Wiped
from display_node.form import RECENT, Form, suited
from display_node.scene import Scene

FORGET = 20.0
"""Seconds without a pen after which a drawing on the wall makes way for the invitation."""
FORGET_WIPED = 4.0
"""The same after the canvas was wiped."""
MAX_WAITING = 4
"""Shows that wait for the stage, one a station, some megabytes each."""


class Phase(Enum):
    IDLE = "idle"
    DRAWING = "drawing"
    TOURING = "touring"
    ANSWERED = "answered"


@dataclass(frozen=True, eq=False)
class State:
    """`since`: when `scene` came on the wall. `until`: when the phase ends by itself, None for never.

    `invitation`: the part of it that is on the wall, or was; `ahead`: the one to follow. `canvas`: the live
    picture. `tour`: the show on the wall, if it is one, in its form `form`; `cut`: seconds into it at which
    it makes way for the next. `waiting`: those to come. `seen`: when a station last saw the end of a whole
    tour. `configured`: the choices to go back to.
    """

    invitation: Part
    listening: Scene
    rest: float
    scene: Scene
    clock: ShowClock
    since: float
    choices: Choices
    configured: Choices
    ahead: Part | None = None
    phase: Phase = Phase.IDLE
    until: float | None = None
    canvas: Bitmap = BLANK
    pen: str | None = None
    tour: Compiled | None = None
    form: Form | None = None
    cut: float | None = None
    waiting: tuple[Compiled, ...] = ()
    seen: Mapping[str, float] = field(default_factory=dict)
    awake: bool = False
    leave: bool = False
    failure: str | None = None

    def time(self, now: float) -> float:
        """Seconds into the scene."""
        return self.clock.show(now)


def begin(invitation: Part, listening: Scene, *, rest: float, choices: Choices, now: float) -> State:
    """A wall that has just been switched on."""
    clock = ShowClock.starting(now)
    return State(invitation, listening, rest, invitation.scene, clock, now, choices, choices)


def step(state: State, event: Event, now: float) -> State:
    """What becomes of `state` when `event` happens."""
    if isinstance(event, Drawn):
        return _drawn(state, event, now)
    if isinstance(event, Wiped):
        if state.phase is Phase.DRAWING and state.pen == event.station:
            return replace(state, canvas=BLANK, until=now + FORGET_WIPED)
        return state
    if isinstance(event, Awake):
        woken = replace(state, awake=True, ahead=event.invitation)
        return _rest(woken, now) if state.phase is Phase.IDLE else woken
    if isinstance(event, Part):
        return replace(state, ahead=event)
    if isinstance(event, Compiled):
        return _compiled(state, event, now)
    if isinstance(event, Failed):
        return replace(state, failure=event.reason)
    return _operated(state, event, now)


def tick(state: State, now: float) -> State:
    """What becomes of `state` by the mere passing of time. Idempotent at any one `now`."""
    if state.phase is Phase.TOURING:
        t = state.time(now)
        if t >= state.scene.duration:
            state = replace(state, seen=_seen(state, now))
        if state.waiting and state.cut is not None and t >= state.cut:
            return _tour(state, now)
        if t >= state.scene.duration:
            return replace(state, phase=Phase.ANSWERED, until=now + state.rest)
        return state
    if state.phase is Phase.IDLE and state.time(now) >= state.scene.duration:
        return _drift(state, now)
    if state.until is None or now < state.until:
        return state
    if state.phase is Phase.ANSWERED and state.clock.paused:
        return state
    return _rest(state, now)


def _drawn(state: State, event: Drawn, now: float) -> State:
    if state.phase is Phase.TOURING:
        return state
    if state.phase is Phase.DRAWING:
        if state.pen != event.station:
            return state  # one drawing at a time; the other one's turn comes with its submit
        return replace(state, canvas=event.bitmap, until=now + FORGET)
    if event.bitmap.empty:
        return state
    drawing = replace(state, phase=Phase.DRAWING, until=now + FORGET, canvas=event.bitmap, pen=event.station)
    drawing = replace(drawing, tour=None, form=None)
    return _on_stage(drawing, state.listening, now)


def _compiled(state: State, event: Compiled, now: float) -> State:
    """Start at once, or at the end of the running show's chapter; a station's newest replaces its last."""
    others = [show for show in state.waiting if show.job.station != event.job.station]
    state = replace(state, waiting=(*others, event)[-MAX_WAITING:])
    if state.phase is not Phase.TOURING:
        return _tour(state, now)
    if state.cut is None:
        return replace(state, cut=state.scene.next_chapter(state.time(now)))
    return state


def _tour(state: State, now: float) -> State:
    if not state.waiting:
        return state
    first, *others = state.waiting
    form = suited(state.choices.form, bool(others), state.seen.get(first.job.station), now)
    scene = first.scenes[form]
    touring = replace(state, phase=Phase.TOURING, until=None, cut=None, canvas=BLANK, pen=None)
    touring = replace(touring, tour=first, form=form, waiting=tuple(others))
    if others:
        touring = replace(touring, cut=scene.duration)
    return _on_stage(touring, scene, now)


def _seen(state: State, now: float) -> Mapping[str, float]:
    """Who saw a whole tour of late, once the one on the wall has come to its end."""
    if state.tour is None or state.form is not Form.FULL:
        return state.seen
    recent = {station: at for station, at in state.seen.items() if now - at < RECENT}
    return recent | {state.tour.job.station: now}


def _rest(state: State, now: float) -> State:
    if state.waiting:
        return _tour(state, now)
    idle = replace(
        state, phase=Phase.IDLE, until=None, cut=None, canvas=BLANK, pen=None, tour=None, form=None
    )
    idle = replace(idle, invitation=state.ahead or state.invitation, ahead=None)
    return _on_stage(idle, idle.invitation.scene, now)


def _drift(state: State, now: float) -> State:
    """On to the invitation's next part, which takes over to the instant; without one, the same once more."""
    if state.ahead is None:
        return _on_stage(state, state.invitation.scene, now)
    scene = state.ahead.scene
    over = (state.time(now) - state.scene.duration) % scene.duration
    clock = state.clock.seek(now, over)
    return replace(state, invitation=state.ahead, scene=scene, ahead=None, clock=clock)


def _on_stage(state: State, scene: Scene, now: float) -> State:
    """Another scene from its beginning, at the speed, or in the pause, that the operator chose."""
    clock = replace(state.clock, show_base=0.0, real_base=now)
    return replace(state, scene=scene, clock=clock, since=now)


def _operated(state: State, command: Control, now: float) -> State:
    clock, value = state.clock, command.value
    choices = state.choices.after(command)
    if choices != state.choices:
        return replace(state, choices=choices)
    if command.verb == "play":
        return replace(state, clock=clock.play(now))
    if command.verb == "pause":
        return replace(state, clock=clock.pause(now))
    if command.verb == "seek":
        return _sought(state, float(value or 0.0), now)
    if command.verb == "next":
        if state.phase is Phase.ANSWERED:
            return _rest(state, now)
        return _sought(state, state.scene.next_chapter(state.scene.clamp(state.time(now))), now)
    if command.verb == "speed":
        return replace(state, clock=clock.speed(now, float(value or 1.0)))
    if command.verb == "reset":
        fresh = replace(state, clock=ShowClock.starting(now), waiting=(), choices=state.configured)
        return _rest(fresh, now)
    if command.verb == "restart":
        return replace(state, leave=True)
    return state


def _sought(state: State, t: float, now: float) -> State:
    """Jump within the scene; from the answer back into its tour."""
    moved = replace(state, clock=state.clock.seek(now, min(t, state.scene.duration)))
    if state.phase is Phase.ANSWERED and t < state.scene.duration:
        return replace(moved, phase=Phase.TOURING, until=None)
    return moved
