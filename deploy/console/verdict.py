"""How a node is, from what is known of it: a colour, and the word that says why. Pure.

Two signs, each of which can fail alone: beats, which a firewall may swallow or a network lose, and its page,
which is made from *presented* frames. A red node is one that no visitor should stand in front of.
"""

from typing import NamedTuple

from deploy.console.watched import Watched

SILENT = 2.0
"""Seconds without any sign after which a node is red: and so, with the look after it, within 3."""
QUIET = 2.7
"""The same for one that has no page for us: two beats may be lost."""
LOST = 1.2
"""Seconds without a beat after which a port that nobody has any more means death: restarts take longer."""
STILL = 2.5
"""Seconds without a presented frame after which a wall is frozen, whatever else it does."""
WAKING = 20.0
"""Seconds after a node was met in which a page that never answered may still come."""

GOOD, UNSURE, BAD = "good", "unsure", "bad"


class Verdict(NamedTuple):
    """`colour`: one of `GOOD`, `UNSURE`, `BAD`. `word`: a key of the page's words."""

    colour: str
    word: str


WELL = Verdict(GOOD, "well")
STARTING = Verdict(UNSURE, "starting")
SLOW = Verdict(UNSURE, "slow")
UNHEARD = Verdict(UNSURE, "unheard")
STOPPED = Verdict(UNSURE, "stopped")
HEADLESS = Verdict(UNSURE, "unsupervised")
FROZEN = Verdict(BAD, "frozen")
HUNG = Verdict(BAD, "hung")
DEAD = Verdict(BAD, "dead")
GONE = Verdict(BAD, "gone")


def judge(node: Watched, now: float, program: str = "") -> Verdict:
    """`program`: its state as its machine's keeper tells it, in supervisor's words; "" if there is none."""
    if node.page_at is not None and now - node.page_at <= SILENT:
        return _answering(node, now)
    found = _mute(node, now) if node.page_at is None else _silent(node, now)
    return STOPPED if found.colour == BAD and program in ("STOPPED", "STOPPING") else found


def _answering(node: Watched, now: float) -> Verdict:
    age, beat = node.frame_age(now), _since(node.heard, now)
    if node.failure == "refused" and (beat is None or beat > LOST):
        return DEAD
    if age is None:
        return STARTING
    if age > STILL or node.page.get("ok") is not True:
        return FROZEN
    if node.page.get("awake") is False:
        return STARTING
    if beat is None or beat > 2 * QUIET:
        return UNHEARD
    if node.role == "machine" and node.page.get("supervised") is False:
        return HEADLESS
    return WELL


def _silent(node: Watched, now: float) -> Verdict:
    """Its page answered once."""
    beat = _since(node.heard, now)
    if beat is not None and beat <= LOST:
        return FROZEN if node.peer and not node.peer.fresh else SLOW
    if node.failure == "refused":
        return DEAD
    if beat is not None and beat <= SILENT:
        return SLOW
    return HUNG if node.failure == "silent" else GONE


def _mute(node: Watched, now: float) -> Verdict:
    """Its page never answered: it may have none, or none for us."""
    beat = _since(node.heard, now)
    if beat is None:
        return STARTING if now - node.known < QUIET else GONE
    if beat > QUIET:
        return HUNG if node.failure == "silent" else GONE
    if node.role in ("machine", "operate"):  # theirs are for their own machine only
        unheard = node.report is not None and not node.report.supervised
        return HEADLESS if unheard else WELL
    return STARTING if now - node.known < WAKING else SLOW


def _since(when: float | None, now: float) -> float | None:
    return None if when is None else now - when
