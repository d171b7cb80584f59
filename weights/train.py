"""`python -m weights.train`: data → trained weights, their card, and two charts.

The recipe: the original's network with batch normalisation (`normed`), MNIST and pens together, every
picture augmented anew each time, AdamW under one cycle of the learning rate, smoothed labels, and a
running average of the weights, which is what is exported. Nothing is chosen by looking at a test part.
"""

import math
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from common.config import parse, setting
from common.errors import DataError, explain
from display_node.network import SHIPPED, load

from weights.evaluate import digits, measure
from weights.files import save
from weights.mnist import Digits
from weights.normed import folded, trainable
from weights.pool import gather
from weights.warp import augment

WARM_UP = 0.15
"""Part of the cycle in which the learning rate rises."""


@dataclass(frozen=True)
class Recipe:
    epochs: int = setting(80, "times that every digit is seen", low=1)
    batch: int = setting(256, "digits per step", low=2)
    rate: float = setting(4e-3, "learning rate at its peak", low=0.0)
    decay: float = setting(0.02, "weight decay (AdamW)", low=0.0)
    smoothing: float = setting(0.05, "label smoothing", low=0.0, high=0.5)
    average: float = setting(0.999, "part of the averaged weights that each step keeps", low=0.0, high=1.0)
    variants: int = setting(10, "pictures made of each pen drawing", low=1)
    seed: int = setting(1, "of everything random", low=0)
    threads: int = setting(2, "of torch, and processes that rasterise", low=1)
    rehearse: bool = setting(False, "hold back a part of the training data and follow the accuracy on it")
    resume: bool = setting(False, "go on from the checkpoint in `runs`")
    output: Path = setting(SHIPPED, "the weights to write; the card goes beside them")
    runs: Path = setting(Path("runs"), "folder of the checkpoint and the charts")


@dataclass
class State:
    """All that an epoch leaves to the next. `curve` has a row per epoch: loss, then followed accuracies."""

    net: nn.Sequential
    averaged: nn.Sequential
    optimiser: torch.optim.AdamW
    curve: list[list[float]] = field(default_factory=list)


def begin(recipe: Recipe) -> State:
    torch.manual_seed(recipe.seed)
    net, averaged = trainable().to(memory_format=torch.channels_last), trainable()
    averaged.load_state_dict(net.state_dict())
    optimiser = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    return State(net, averaged.eval(), optimiser)


def cycle(done: float) -> float:
    """One cycle of the learning rate (L. Smith, 2018) by the part that is done: up in a line, down in a cosine."""
    if done < WARM_UP:
        return done / WARM_UP
    return 0.5 * (1.0 + math.cos(math.pi * (done - WARM_UP) / (1.0 - WARM_UP)))


def epoch(state: State, pool: Digits, recipe: Recipe, console: Console) -> float:
    """Every digit of `pool` once (a last batch that isn't full is left out); returns the mean loss."""
    number = len(state.curve)
    # Seeded anew by its number, so that a resumed run draws what an unbroken one would have drawn.
    random = torch.Generator().manual_seed(recipe.seed * 10_000 + number)
    batch = min(recipe.batch, len(pool))
    order = torch.randperm(len(pool), generator=random)[: len(pool) // batch * batch].split(batch)
    total = 0.0
    state.net.train()
    for step, chosen in enumerate(track(order, f"epoch {number + 1}", console=console, transient=True)):
        for group in state.optimiser.param_groups:
            group["lr"] = recipe.rate * cycle((number + step / len(order)) / recipe.epochs)
        images = torch.from_numpy(pool.images[chosen.numpy()]).unsqueeze(1).float() / 255.0
        labels = torch.from_numpy(pool.labels[chosen.numpy()])
        logits = state.net(augment(images, random))
        loss = functional.cross_entropy(logits, labels, label_smoothing=recipe.smoothing)
        state.optimiser.zero_grad()
        loss.backward()
        state.optimiser.step()
        steps = number * len(order) + step
        # Young averages forget faster, or the random start would stay in them.
        follow(state.averaged, state.net, min(recipe.average, (1 + steps) / (10 + steps)))
        total += loss.item()
    return total / len(order)


@torch.no_grad()
def follow(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    """Move the averaged weights, and the normalisations' statistics, towards those of `net`."""
    for old, new in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, 1.0 - keep)


def save_checkpoint(path: Path, state: State, recipe: Recipe) -> None:
    parts = {name: getattr(state, name).state_dict() for name in ("net", "averaged", "optimiser")}
    partial = path.with_suffix(".part")
    torch.save(parts | {"curve": state.curve, "recipe": _fixed(recipe)}, partial)
    partial.replace(path)


def load_checkpoint(path: Path, recipe: Recipe) -> State:
    """The state in which a run of the same recipe was left. Raises `DataError` for any other."""
    try:
        saved = torch.load(path, weights_only=True)
    except FileNotFoundError:
        raise DataError(f"no checkpoint at {path} to resume") from None
    if saved["recipe"] != _fixed(recipe):
        raise DataError(f"{path} was left by another recipe: {saved['recipe']}")
    state = begin(recipe)
    for name in ("net", "averaged", "optimiser"):
        getattr(state, name).load_state_dict(saved[name])
    state.curve = saved["curve"]
    return state


def _fixed(recipe: Recipe) -> dict[str, float]:
    """The numbers that make one run the same as another."""
    numbers = asdict(recipe)
    return {name: value for name, value in numbers.items() if isinstance(value, int | float) and name != "resume"}


def main(argv: list[str] | None = None) -> int:
    recipe = parse(Recipe, "python -m weights.train", argv, about="Train the network that the wall shows.")
    console = Console()
    torch.set_num_threads(recipe.threads)
    recipe.runs.mkdir(parents=True, exist_ok=True)
    checkpoint = recipe.runs / "last.pt"
    state = load_checkpoint(checkpoint, recipe) if recipe.resume else begin(recipe)
    pool, followed = gather(recipe.rehearse, recipe.variants, recipe.seed, recipe.threads)
    console.print(f"{len(pool)} digits, {recipe.epochs} epochs")
    while len(state.curve) < recipe.epochs:
        loss = epoch(state, pool, recipe, console)
        network = folded(state.averaged)
        state.curve.append([loss, *(measure(network, part).accuracy for part in followed.values())])
        save_checkpoint(checkpoint, state, recipe)
        told = ", ".join(f"{name} {value:.2%}" for name, value in zip(followed, state.curve[-1][1:], strict=True))
        console.print(f"epoch {len(state.curve)}: loss {loss:.4f} {told}")
    save(folded(state.averaged), recipe.output)
    results = {name: measure(load(recipe.output), digits(name)) for name in ("mnist", "pens", "legacy")}
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
