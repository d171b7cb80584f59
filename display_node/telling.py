"""What is said about each stage of any network, and for how long: chosen by what the stage does, and where.

The network that the piece is about has sentences of its own, where they are true; any other network
borrows those that are true of it, and the general ones for the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from display_node.network import POOLS
from display_node.stages import Stage

CONVOLUTION_SECONDS = (3.0, 2.4, 1.2, 1.0)
"""Of action, layer by layer, the last number for all further ones: grows far slower than the work shown."""
POOL_SECONDS = (2.4, 1.8)
FLATTEN_SECONDS = 1.8
LINEAR_SECONDS = (1.0, 1.0)
TEMPLATE_SECONDS = 8.0
"""The same for rows of weights that are pictures."""


@dataclass(frozen=True)
class Part:
    """A stage's `chapter` by name, its caption by key with what is filled in, and seconds of action.

    Without a caption, the one of the stage before goes on.
    """

    chapter: str
    caption: str | None
    values: Mapping[str, str]
    seconds: float


def number(count: int) -> str:
    """As it is written in a caption, in either language."""
    return f"{count:,}"


def told(line_up: Sequence[Stage]) -> list[Part]:
    """A part for each stage but the input, in order. Chapters are counted by kind; the last is `sums`."""
    parts: list[Part] = []
    kinds = [stage.kind for stage in line_up]
    for source, target in pairwise(line_up):
        turn = kinds[: target.index].count(target.kind)
        last = target is line_up[-1]
        name = f"{target.kind}{turn + 1}"
        if target.kind == "conv2d":
            parts.append(_convolution(name, source, target, turn))
        elif target.kind in POOLS:
            parts.append(_pool(name, target, turn))
        elif target.kind == "flatten":
            parts.append(_flatten(source, target, last))
        else:
            parts.append(_linear("sums" if last else name, source, target, turn, last))
    return parts


def _convolution(name: str, source: Stage, target: Stage, turn: int) -> Part:
    assert target.layer is not None
    count = target.shape[0]
    # A window of several boxes on a map of several boxes sees further than the one before it did.
    wider = target.layer.kernel > 1 and _map(source) > 1
    key: str | None
    if count == 1:
        key = "one_filter"
    elif turn < 2:
        key = name
    elif wider and turn == 2:
        key = "smaller" if _map(target) < _map(source) else "conv2d3"
    elif wider and source.kind == "conv2d":
        key = None
    else:
        key = "conv2d"
    return _part(name, key, count, _nth(CONVOLUTION_SECONDS, turn))


def _pool(name: str, target: Stage, turn: int) -> Part:
    assert target.layer is not None
    key = target.kind if turn == 0 else f"{target.kind}_again"
    if target.layer.kernel == 1:
        key = "moved"
    return _part(name, key, target.layer.kernel**2, _nth(POOL_SECONDS, turn))


def _flatten(source: Stage, target: Stage, last: bool) -> Part:
    key = "flatten_sums" if last else "flatten_rows" if target.height else "flatten"
    if key == "flatten" and source.shape[0] > 1:
        key = "row"
    return _part("flatten", key, len(target.centres), FLATTEN_SECONDS)


def _linear(name: str, source: Stage, target: Stage, turn: int, last: bool) -> Part:
    count = len(target.centres)
    if source.index == 0:
        return _part(name, "template_sums" if last else "templates", count, TEMPLATE_SECONDS)
    if last:
        return _part(name, "sums" if turn else "only_sums", count, _nth(LINEAR_SECONDS, turn))
    key = "one_row" if count == 1 else "linear1" if turn == 0 else "linear"
    return _part(name, key, count, _nth(LINEAR_SECONDS, turn))


def _part(chapter: str, key: str | None, count: int, seconds: float) -> Part:
    return Part(chapter, key and f"tour.{key}", {"count": number(count)}, seconds)


def _map(stage: Stage) -> int:
    """Boxes of one channel."""
    return stage.shape[1] * stage.shape[2]


def _nth(plan: Sequence[float], turn: int) -> float:
    return plan[min(turn, len(plan) - 1)]
