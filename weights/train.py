"""`python -m weights.train`: data → trained weights, their card, and two charts.

The recipe: the original's network with batch normalisation (`normed`), MNIST and pens together, every
picture augmented anew each time, AdamW under two cycles of the learning rate, smoothed labels, and a
running average of the weights, which is what is exported. Nothing is chosen by looking at a test part.
"""

import dataclasses
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from torch import nn
from torch.nn import functional

from common.config import parse, setting
from common.errors import explain
from display_node.network import SHIPPED, Network, load
from weights import card, chart, checkpoint
from weights.checkpoint import State
from weights.evaluate import Result, digits, measure
from weights.files import save
from weights.mnist import Digits
from weights.normed import folded
from weights.pool import gather
from weights.warp import augment

RESTART = 0.25
"""Peak of the second cycle, as a part of the first one's."""
WARM_UP = 0.15
"""Part of the cycle in which the learning rate rises."""


@dataclass(frozen=True)
class Recipe:
    epochs: int = setting(60, "times that every digit is seen", low=1)
    finish: int = setting(12, "more times, in a second and gentler cycle of the learning rate", low=0)
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
    output: Path = setting(
        SHIPPED, "the weights to write, with their card beside them; a rehearsal writes into `runs`"
    )
    runs: Path = setting(Path("runs"), "folder of the checkpoint and the charts")

    @property
    def numbers(self) -> dict[str, float]:
        """What makes one run the same as another: every setting that is not about files."""
        values = dataclasses.asdict(self).items()
        return {name: value for name, value in values if name != "resume" and not isinstance(value, Path)}


def cycle(done: float) -> float:
    """The learning rate's one cycle, 0…1 → 0…1: up in a line, down in a cosine.

    L. Smith, Super-Convergence, 2018.
    """
    if done < WARM_UP:
        return done / WARM_UP
    return 0.5 * (1.0 + math.cos(math.pi * (done - WARM_UP) / (1.0 - WARM_UP)))


def rate(recipe: Recipe, epochs: float) -> float:
    """The learning rate after so many epochs: the long cycle, then a warm restart at a quarter of it.

    I. Loshchilov and F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.
    """
    if epochs < recipe.epochs:
        return recipe.rate * cycle(epochs / recipe.epochs)
    return recipe.rate * RESTART * cycle((epochs - recipe.epochs) / max(recipe.finish, 1))


def epoch(state: State, pool: Digits, recipe: Recipe, console: Console) -> float:
    """Every digit of `pool` once (a last batch that isn't full is left out); returns the mean loss."""
    number = len(state.curve)
    # Seeded anew by its number, so that a resumed run draws what an unbroken one would have drawn.
    random = torch.Generator().manual_seed(recipe.seed * 10_000 + number)
    batch = min(recipe.batch, len(pool))
    steps = len(pool) // batch
    order = torch.randperm(len(pool), generator=random)[: steps * batch].reshape(steps, batch).numpy()
    total = 0.0
    state.net.train()
    quiet = not console.is_terminal
    for step, chosen in enumerate(track(order, f"epoch {number + 1}", console=console, disable=quiet)):
        for group in state.optimiser.param_groups:
            group["lr"] = rate(recipe, number + step / steps)
        images = torch.from_numpy(pool.images[chosen]).unsqueeze(1).float() / 255.0
        logits = state.net(augment(images, random))
        labels = torch.from_numpy(pool.labels[chosen])
        loss = functional.cross_entropy(logits, labels, label_smoothing=recipe.smoothing)
        state.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        state.optimiser.step()
        # A young average forgets faster, or the random start would stay in it.
        before = number * steps + step
        follow(state.averaged, state.net, min(recipe.average, (1 + before) / (10 + before)))
        total += loss.item()
    return total / steps


@torch.no_grad()
def follow(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    """Move the averaged weights, and the normalisations' statistics, towards those of `net`."""
    for old, new in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, 1.0 - keep)


def run(recipe: Recipe, pool: Digits, followed: Mapping[str, Digits], console: Console) -> Network:
    """All epochs, with a checkpoint and a learning curve after each."""
    torch.set_num_threads(recipe.threads)
    recipe.runs.mkdir(parents=True, exist_ok=True)
    state = checkpoint.begin(recipe.seed, recipe.decay)
    if recipe.resume:
        checkpoint.resume(recipe.runs / "last.pt", state, recipe.numbers)
    epochs = recipe.epochs + recipe.finish
    console.print(f"{len(pool)} digits, {epochs} epochs")
    while len(state.curve) < epochs:
        loss = epoch(state, pool, recipe, console)
        network = folded(state.averaged)
        state.curve.append([loss, *(measure(network, part).accuracy for part in followed.values())])
        checkpoint.keep(recipe.runs / "last.pt", state, recipe.numbers)
        chart.curve(state.curve, ["loss", *followed], recipe.runs / "curve.png")
        told = [f"{name} {value:.2%}" for name, value in zip(followed, state.curve[-1][1:], strict=True)]
        console.print(", ".join([f"epoch {len(state.curve)}: loss {loss:.4f}", *told]))
    return folded(state.averaged)


def publish(recipe: Recipe, console: Console) -> None:
    """Measure the written file on what training never saw, and say so in its card."""
    network = load(recipe.output)
    results: dict[str, Result] = {}
    for name in card.MEASURED:
        results[name] = measure(network, digits(name))
        chart.confusion(results[name].confusion, recipe.runs / f"confusion-{name}.png")
        console.print(f"{name}: {results[name].accuracy:.2%} of {results[name].count}")
    card.write(recipe.output.with_suffix(".md"), recipe.numbers, network, results)


def main(argv: list[str] | None = None) -> int:
    recipe = parse(Recipe, "python -m weights.train", argv, about="Train the network that the wall shows.")
    console = Console()
    pool, followed = gather(recipe.rehearse, recipe.variants, recipe.seed, recipe.threads)
    network = run(recipe, pool, followed, console)
    if recipe.rehearse:
        save(network, recipe.runs / "rehearsal.safetensors")
    else:
        save(network, recipe.output)
        publish(recipe, console)
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
