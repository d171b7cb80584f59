"""What is said on each screen, in every language. Words only; where they stand is the panels' business."""

from dataclasses import dataclass

from common.verdict import Verdict, judge
from common.wire import Answer
from input_node.station import Screen, Station
from input_node.texts import Texts
from input_node.tour import WHY

Words = tuple[str, ...]
"""The same in each language."""


@dataclass(frozen=True, slots=True)
class Said:
    title: Words
    detail: Words = ()
    large: str = ""
    """What stands large before it: the digit, two where it may be either, or a question mark."""


def said(state: Station, now: float, texts: Texts, *, empty: bool, reachable: bool) -> Said:
    """`empty`: the canvas is; `reachable`: a wall is there."""
    screen, say = state.screen(now), texts.say
    if screen is Screen.DRAW:
        return Said(say("hint" if state.hinting(now) else "invite" if empty else "ready"))
    if screen is Screen.READ:
        return Said(say("reading" if reachable else "waiting"))
    if screen is Screen.TOUR and state.tour:
        return Said(*texts.chapter(state.tour.chapter))
    if state.answer and state.revealed is not None:
        answer = _answer(judge(state.answer.probabilities, state.answer.sure), texts)
        return Said(*texts.chapter(WHY), answer.large) if screen is Screen.WHY else answer
    key = "next" if screen is Screen.NEXT else "soon"
    return Said(say(key), say(f"about_{key}"))


def _answer(found: Verdict, texts: Texts) -> Said:
    title = texts.say(found.kind, digit=found.digit, second=found.second)
    shares = {"percent": found.percent, "rest": found.rest, "digit": found.digit, "second": found.second}
    if found.kind == "strange":  # no large digit and no per cent: it must not look like an answer
        return Said(title, texts.say("closest", digit=found.digit), "?")
    if found.kind == "unsure":
        return Said(title, texts.say("either", **shares), f"{found.digit}{found.second}")
    detail = "rather" if found.kind == "likely" else "confidence"
    return Said(title, texts.say(detail, **shares), str(found.digit))


def warmth(answer: Answer) -> float:
    """How far (0…1) the visitor's ink turns to sand once the answer is shown: as sure as it is."""
    return {"sure": 1.0, "likely": 0.7, "unsure": 0.35}.get(
        judge(answer.probabilities, answer.sure).kind, 0.0
    )
