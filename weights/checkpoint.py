"""Where a run stands, kept on disk after every epoch, so that a power cut costs one epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import nn

from common.errors import DataError
from weights.normed import trainable
from weights.zoo import Plan

PARTS = ("net", "averaged", "first", "optimiser")


@dataclass
class State:
    """All that an epoch leaves to the next. `curve` has a row per epoch: loss, then followed accuracies.

    `averaged` follows `net`; `first` is where it stood at the end of the long cycle.
    """

    net: nn.Sequential
    averaged: nn.Sequential
    first: nn.Sequential
    optimiser: torch.optim.AdamW
    curve: list[list[float]] = field(default_factory=list)


def begin(plan: Plan, seed: int, decay: float) -> State:
    """Before the first epoch. The learning rate is set at every step, so it has no place here."""
    torch.manual_seed(seed)
    net, averaged, first = (trainable(plan) for _ in range(3))
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged.load_state_dict(net.state_dict())
    return State(
        net,
        averaged.eval(),
        first.eval(),
        torch.optim.AdamW(net.parameters(), weight_decay=decay, fused=True),
    )


def keep(path: Path, state: State, recipe: Mapping[str, float | str]) -> None:
    """Replace the checkpoint in one step."""
    parts = {name: getattr(state, name).state_dict() for name in PARTS}
    partial = path.with_suffix(".part")
    torch.save(parts | {"curve": state.curve, "recipe": dict(recipe)}, partial)
    partial.replace(path)


def resume(path: Path, state: State, recipe: Mapping[str, float | str]) -> None:
    """Bring `state` to where a run of the same recipe was left. Raises `DataError` for any other."""
    try:
        saved = torch.load(path, weights_only=True)
    except OSError as error:
        raise DataError(f"cannot resume from {path}: {error.strerror}") from None
    except Exception:  # torch raises nearly anything over a broken file
        raise DataError(f"cannot resume from {path}: it is not a whole checkpoint") from None
    if saved.get("recipe") != recipe:
        raise DataError(f"{path} was left by another recipe: {saved.get('recipe')}")
    for name in PARTS:
        getattr(state, name).load_state_dict(saved[name])
    state.curve = saved["curve"]
