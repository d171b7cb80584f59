"""`python -m weights.train`: data → trained weights, their static graph and card, and two charts.

The recipe: a network of `zoo` with batch normalisation (`normed`), MNIST, pens and templates together, every
picture augmented anew each time, AdamW under two cycles of the learning rate, in the second of which digits
are hardly changed any more, and a running average of the weights; what is exported lies halfway between the
ends of the two cycles. Nothing is chosen by looking at a test part.
"""

import copy
import dataclasses
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn
from torch.nn import functional

from common.config import parse, setting
from common.errors import ConfigError, explain
from display_node.network import SHIPPED, Network, load
from weights import card, chart, checkpoint, pool
from weights.checkpoint import State
from weights.evaluate import Result, cut, digits, measure
from weights.files import save
from weights.mnist import Digits
from weights.normed import folded
from weights.pool import Pool
from weights.static import save_static
from weights.teachers import TAUGHT, Teachers, taught
from weights.tune import tuned
from weights.warp import augment
from weights.zoo import PLANS, Plan

RESTART = 0.25
"""Peak of the second cycle, as a part of the first one's."""
WARM_UP = 0.1
"""Part of the cycle in which the learning rate rises."""
OF_THE_MACHINE = ("resume", "output", "runs", "threads")


@dataclass(frozen=True)
class Recipe:
    network: str = setting("sandglass", f"which one to train: {', '.join(PLANS)}")
    epochs: int = setting(60, "times that every digit is seen", low=1)
    finish: int = setting(12, "more times, nearly as they are, in a second, gentler cycle of the rate", low=0)
    batch: int = setting(128, "digits per step", low=2)
    rate: float = setting(3e-3, "learning rate at its peak", low=0.0)
    decay: float = setting(0.02, "weight decay (AdamW)", low=0.0)
    smoothing: float = setting(0.0, "label smoothing", low=0.0, high=0.5)
    teachers: str = setting("", "weights files of larger networks to learn from as well, separated by commas")
    average: float = setting(0.9995, "part of the averaged weights that each step keeps", low=0.0, high=1.0)
    variants: int = setting(10, "pictures made of each pen drawing", low=1)
    seed: int = setting(1, "of everything random", low=0)
    threads: int = setting(2, "of torch, and processes that rasterise", low=1)
    half: bool = setting(False, "16-bit brain floats inside: quicker where the processor knows them")
    resume: bool = setting(False, "go on from the checkpoint in `runs`")
    output: Path | None = setting(None, "the weights to write, with graph and card beside them")
    runs: Path = setting(Path("runs"), "folder of the checkpoint and the charts")

    @property
    def plan(self) -> Plan:
        if self.network not in PLANS:
            raise ConfigError(f"no network {self.network!r}; there are {', '.join(PLANS)}")
        return PLANS[self.network]

    @property
    def masters(self) -> list[Path]:
        return [Path(name) for name in self.teachers.split(",") if name]

    @property
    def target(self) -> Path:
        return self.output or SHIPPED.with_name(f"{self.network}.safetensors")

    @property
    def numbers(self) -> dict[str, float | str]:
        """What makes one run the same as another: every setting that is not about files or the machine."""
        values = dataclasses.asdict(self).items()
        return {name: value for name, value in values if name not in OF_THE_MACHINE}


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


def epoch(state: State, pool: Pool, recipe: Recipe, console: Console, teachers: Teachers) -> float:
    """Every digit of `pool` once (a last batch that isn't full is left out); returns the mean loss."""
    number = len(state.curve)
    # Seeded anew by its number, so that a resumed run draws what an unbroken one would have drawn.
    random = torch.Generator().manual_seed(recipe.seed * 10_000 + number)
    batch = min(recipe.batch, len(pool))
    steps = len(pool) // batch
    order = torch.randperm(len(pool), generator=random)[: steps * batch].reshape(steps, batch)
    total = torch.zeros(())
    state.net.train()
    quiet = not console.is_terminal
    for step, chosen in enumerate(track(order, f"epoch {number + 1}", console=console, disable=quiet)):
        for group in state.optimiser.param_groups:
            group["lr"] = rate(recipe, number + step / steps)
        images = torch.from_numpy(pool.digits.images[chosen.numpy()]).unsqueeze(1).float() / 255.0
        images = augment(images, chosen >= pool.scanned, random, calm=number >= recipe.epochs)
        labels = torch.from_numpy(pool.digits.labels[chosen.numpy()])
        loss = _loss(state.net, images, labels, recipe, teachers)
        state.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        state.optimiser.step()
        # A young average forgets faster, or the random start would stay in it.
        before = number * steps + step
        follow(state.averaged, state.net, min(recipe.average, (1 + before) / (10 + before)))
        total += loss.detach()
    return float(total) / steps


def _loss(net: nn.Module, images: Tensor, labels: Tensor, recipe: Recipe, teachers: Teachers) -> Tensor:
    shown = cut(images, recipe.plan.input[1]).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.half):
        sums = net(shown).float()
    learned = lesson(sums, labels, recipe.smoothing)
    if not teachers:
        return learned
    return torch.lerp(learned, taught(functional.pad(sums, (0, 1)), teachers.shares(images)), TAUGHT)


def lesson(sums: Tensor, labels: Tensor, smoothing: float) -> Tensor:
    """(n, 10) sums and (n,) labels, 10 for no digit → the mean cross entropy over eleven.

    The eleventh sum is always zero and has no weights, so the network is the original's still; but to call a
    picture a digit, a sum must stand out above zero, and for a heart all ten must sink below it: `doubt`.
    """
    eleven = functional.pad(sums, (0, 1))
    return functional.cross_entropy(eleven, labels, label_smoothing=smoothing)


@torch.no_grad()
def follow(averaged: nn.Module, net: nn.Module, keep: float) -> None:
    """Move the averaged weights, and the normalisations' statistics, towards those of `net`."""
    pairs = zip(averaged.state_dict().values(), net.state_dict().values(), strict=True)
    old, new = zip(*((a, b) for a, b in pairs if a.is_floating_point()), strict=True)
    torch._foreach_lerp_(old, new, 1.0 - keep)


def run(
    recipe: Recipe,
    pool: Pool,
    followed: Mapping[str, Digits],
    console: Console,
) -> Network:
    """All epochs, with a checkpoint and a learning curve after each; tuned on the parts that are followed."""
    torch.set_num_threads(recipe.threads)
    recipe.runs.mkdir(parents=True, exist_ok=True)
    state = checkpoint.begin(recipe.plan, recipe.seed, recipe.decay)
    teachers = Teachers(recipe.masters, recipe.half)
    if recipe.resume:
        checkpoint.resume(recipe.runs / "last.pt", state, recipe.numbers)
    epochs = recipe.epochs + recipe.finish
    console.print(f"{len(pool)} pictures, {epochs} epochs")
    while len(state.curve) < epochs:
        loss = epoch(state, pool, recipe, console, teachers)
        if len(state.curve) + 1 == recipe.epochs:
            state.first.load_state_dict(state.averaged.state_dict())
        network = tuned(folded(halfway(state, recipe), recipe.plan), followed)
        state.curve.append([loss, *(measure(network, part).accuracy for part in followed.values())])
        checkpoint.keep(recipe.runs / "last.pt", state, recipe.numbers)
        chart.curve(state.curve, ["loss", *followed], recipe.runs / "curve.png")
        told = [f"{name} {value:.2%}" for name, value in zip(followed, state.curve[-1][1:], strict=True)]
        console.print(", ".join([f"epoch {len(state.curve)}: loss {loss:.4f}", *told]))
    return tuned(folded(halfway(state, recipe), recipe.plan), followed)


def halfway(state: State, recipe: Recipe) -> nn.Sequential:
    """What is exported: in the second cycle, the middle between where the first one ended and now.

    Both ends read alike, and the middle reads surer than either (M. Wortsman et al., Model soups, ICML 2022).
    """
    network = copy.deepcopy(state.averaged)
    if len(state.curve) >= recipe.epochs:
        follow(network, state.first, 0.5)
    return network


def publish(recipe: Recipe, console: Console) -> None:
    """Measure the written file on what training never saw, and say so in its card."""
    network = load(recipe.target)
    results: dict[str, Result] = {}
    for name in card.MEASURED:
        results[name] = measure(network, digits(name))
        chart.confusion(results[name].confusion, recipe.runs / f"confusion-{name}.png")
        console.print(f"{name}: {results[name].accuracy:.2%} of {results[name].count}")
    card.write(recipe.target.with_suffix(".md"), recipe.plan, recipe.numbers, network, results)


def main(argv: list[str] | None = None) -> int:
    recipe = parse(Recipe, "python -m weights.train", argv, about="Train a network that the wall can show.")
    console = Console()
    _ = recipe.plan  # one that is not there is refused before any work
    apart = pool.tuning(recipe.seed, recipe.threads)
    network = run(recipe, pool.training(recipe.variants, recipe.seed, recipe.threads), apart, console)
    save(network, recipe.target)
    save_static(network, recipe.target.with_suffix(".pt2"))
    publish(recipe, console)
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
