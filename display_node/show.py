"""The show as a pure reducer: (state, event, now) → state. No GL, no sockets, no clock of its own.

    IDLE ── a pen moves ──▶ DRAWING ── a show is compiled ──▶ TOURING ── its end ──▶ ANSWERED
     ▲  ◀── nobody draws ──┘                                                            │
     └──────────────────────────────── after a rest ◀───────────────────────────────────┘

While IDLE, the invitation goes on from part to part, without a seam: the next one is there before one ends.
`now` is monotonic seconds. What is to be drawn is `scene` at `clock.show(now)`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from common.bitmap import BLANK
from common.clock import ShowClock
from common.control import Control
from display_node.events import Awake, Compiled, Drawn, Event, Failed, Nudged, Part, Staged, Together, Wiped
from display_node.form import RECENT, Form, suited
from display_node.scene import Scene
from display_node.state import Coming, Phase, State
from display_node.turns import is_due, joined, unseen

FORGET = 20.0
"""Seconds without a pen after which a drawing on the wall makes way for the invitation."""
FORGET_WIPED = 4.0
"""The same after the canvas was wiped."""
AT_ONCE = 0.3
"""Seconds between two pens that begin at once, for walls that hear them in another order."""
PUNCTUAL = 1.0
"""Seconds after which it is too late to begin something as of when it was due."""


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
    if isinstance(event, Staged):
        return _adopted(state, event, now)
    if isinstance(event, Nudged):
        return _nudged(state, event.seconds)
    if isinstance(event, Together):
        heard = replace(state, lead=event.lead, crowded=event.crowded)
        return replace(heard, patience=event.patience, following=event.following)
    if isinstance(event, Failed):
        return replace(state, failure=event.reason)
    return _operated(state, event, now) if isinstance(event, Control) else state


def tick(state: State, now: float) -> State:
    """What becomes of `state` by the mere passing of time. Idempotent at any one `now`."""
    if state.coming is not None:
        return _begin(state, state.coming, now)
    if state.waiting and is_due(state, now):
        return _tour(replace(state, seen=_seen(state, now)), now)
    if state.tour is not None:
        return _toured(state, now)
    if state.phase is Phase.IDLE and state.time(now) >= state.scene.duration:
        return _drift(state, now)
    if state.until is None or now < state.until or state.following:
        return state
    return _rest(_decided(state), now)


def _toured(state: State, now: float) -> State:
    """Tour, answer and rest are one stretch of the show's clock, and so the same on all walls."""
    duration, t = state.scene.duration, state.time(now)
    if t < duration:
        return state
    if state.phase is Phase.TOURING:
        state = replace(state, seen=_seen(state, now), phase=Phase.ANSWERED)
    if t < duration + state.rest or state.clock.paused:
        return state
    return _idle(state, _punctual(state.clock.real(duration + state.rest), now))


def _drawn(state: State, event: Drawn, now: float) -> State:
    if state.phase is Phase.TOURING:
        return state
    if state.phase is Phase.DRAWING:
        # One drawing at a time; the other one's turn comes with its submit. Where two begin at once, each
        # wall of a group hears another one first, and all must show the same.
        first = now - state.since < AT_ONCE and event.station < (state.pen or "") and not event.bitmap.empty
        if state.pen != event.station and not first:
            return state
        return replace(state, canvas=event.bitmap, until=now + FORGET, pen=event.station)
    if event.bitmap.empty:
        return state
    drawing = replace(state, phase=Phase.DRAWING, until=now + FORGET, canvas=event.bitmap, pen=event.station)
    drawing = replace(drawing, tour=None, form=None)
    return _on_stage(drawing, state.listening, now)


def _compiled(state: State, event: Compiled, now: float) -> State:
    """Start at once, or at the end of the running show's chapter; a station's newest replaces its last."""
    state = replace(state, waiting=joined(state.waiting, event))
    if state.phase is not Phase.TOURING:
        return state if state.following else _tour(state, now)
    if state.cut is None:
        whole = state.crowded and state.form is Form.SHORT  # it is short for those who wait elsewhere
        return replace(
            state, cut=state.scene.duration if whole else state.scene.next_chapter(state.time(now))
        )
    return state


def _tour(state: State, now: float) -> State:
    """The first in line is next: at once, or, for the other walls' sake, in a moment."""
    if not state.waiting or state.coming is not None:
        return state
    first, *others = state.waiting
    form = suited(state.choices.form, bool(others) or state.crowded, state.seen.get(first.job.station), now)
    clock = replace(state.clock, show_base=0.0, real_base=now + state.lead)
    return _begin(replace(_decided(state), waiting=tuple(others)), Coming(first, form, clock), now)


def _begin(state: State, coming: Coming, now: float) -> State:
    """On stage, if its time has come."""
    if coming.clock.show(now) < 0.0:
        return state if state.coming is coming else replace(state, coming=coming)
    scene = coming.tour.scenes[coming.form]
    touring = replace(state, phase=Phase.TOURING, until=None, cut=None, canvas=BLANK, pen=None, coming=None)
    touring = replace(touring, tour=coming.tour, form=coming.form)
    if state.waiting:
        # A full one is shown because the wall that took it did not know that somebody waits here.
        whole = coming.tour.job.mine or coming.form is Form.SHORT
        touring = replace(touring, cut=scene.duration if whole else scene.next_chapter(0.0))
    began = coming.clock.real(0.0)
    return replace(_on_stage(touring, scene, now if began is None else began), clock=coming.clock)


def _adopted(state: State, event: Staged, now: float) -> State:
    """What the group has on stage goes before what we had in mind, whose turn comes again."""
    state = replace(state, waiting=unseen(state, event, now), adopted=event, coming=None, rest=event.rest)
    if isinstance(event.show, Part):
        return replace(_idle(replace(state, ahead=event.show), now), clock=event.clock)
    assert event.form is not None
    if state.tour is event.show and state.form is event.form:
        running = event.clock.show(now) < state.scene.duration
        phase = Phase.TOURING if running else state.phase
        cut = (state.cut or state.scene.duration) if state.waiting else None
        return replace(state, clock=event.clock, phase=phase, cut=cut)
    # If it was stopped before its beginning, what is still on the wall stops as well.
    state = replace(state, clock=state.clock.going_as(event.clock, now))
    return _begin(state, Coming(event.show, event.form, event.clock), now)


def _nudged(state: State, seconds: float) -> State:
    """All that has a time, that much later."""
    moved = replace(state, clock=state.clock.nudged(seconds), since=state.since + seconds)
    if state.coming is not None:
        moved = replace(moved, coming=replace(state.coming, clock=state.coming.clock.nudged(seconds)))
    return moved


def _decided(state: State) -> State:
    return replace(state, decision=state.decision + 1)


def _punctual(due: float | None, now: float) -> float:
    """`due`, whenever the frame came: so all walls mean the same instant. Unless that was long ago."""
    return due if due is not None and due <= now < due + PUNCTUAL else now


def _seen(state: State, now: float) -> Mapping[str, float]:
    """Who saw a whole tour of late: also whoever sees the end of the one on the wall."""
    if state.phase is not Phase.TOURING or state.tour is None or state.form is not Form.FULL:
        return state.seen
    if state.time(now) < state.scene.duration:
        return state.seen
    recent = {station: at for station, at in state.seen.items() if now - at < RECENT}
    return recent | {state.tour.job.station: now}


def _rest(state: State, now: float) -> State:
    return _tour(state, now) if state.waiting else _idle(state, now)


def _idle(state: State, now: float) -> State:
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
    value = command.value
    choices = state.choices.after(command)
    if choices != state.choices:
        return replace(state, choices=choices)
    if command.verb == "restart":
        return replace(state, leave=True)
    decided = _decided(state)
    if command.verb == "play":
        return _timed(decided, lambda clock: clock.play(now))
    if command.verb == "pause":
        return _timed(decided, lambda clock: clock.pause(now))
    if command.verb == "speed":
        return _timed(decided, lambda clock: clock.speed(now, float(value or 1.0)))
    if command.verb == "seek":
        return _sought(decided, float(value or 0.0), now)
    if command.verb == "next":
        if state.phase is Phase.ANSWERED:
            return _rest(decided, now)
        return _sought(decided, state.scene.next_chapter(state.scene.clamp(state.time(now))), now)
    if command.verb == "reset":
        fresh = replace(decided, clock=ShowClock.starting(now), waiting=(), coming=None)
        return _rest(replace(fresh, choices=state.configured), now)
    return state


def _timed(state: State, change: Callable[[ShowClock], ShowClock]) -> State:
    """Another pace, of what is coming too."""
    coming = state.coming and replace(state.coming, clock=change(state.coming.clock))
    return replace(state, clock=change(state.clock), coming=coming)


def _sought(state: State, t: float, now: float) -> State:
    """Jump within the scene; from the answer back into its tour."""
    moved = replace(state, clock=state.clock.seek(now, min(t, state.scene.duration)))
    if state.phase is Phase.ANSWERED and t < state.scene.duration:
        return replace(moved, phase=Phase.TOURING)
    return moved
