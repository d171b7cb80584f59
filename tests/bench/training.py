"""An epoch of our training, with all its augmentation, against the plain loop that every tutorial has."""

from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch.nn import functional

from tests.bench.report import Row, at_most, side_by_side
from weights import checkpoint
from weights.mnist import Digits
from weights.normed import trainable
from weights.pool import Pool
from weights.teachers import Teachers
from weights.train import Recipe, epoch
from weights.zoo import ORIGINAL

GOAL = 1.5
STEPS = 12


def measure() -> list[Row]:
    recipe = Recipe(epochs=1000, runs=Path("unused"))
    random = np.random.default_rng(1)
    count = STEPS * recipe.batch
    images = random.integers(0, 256, (count, 32, 32)).astype(np.uint8)
    digits = Digits(images, random.integers(0, 10, count))
    threads = torch.get_num_threads()
    torch.set_num_threads(recipe.threads)
    state = checkpoint.begin(ORIGINAL, 1, recipe.decay)
    net = trainable()
    optimiser = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=recipe.decay)

    def ours() -> None:
        epoch(state, Pool(digits, count // 2), recipe, Console(quiet=True), Teachers([]))

    def plain() -> None:
        order = torch.randperm(count).split(recipe.batch)
        for chosen in order:
            shown = torch.from_numpy(images[chosen.numpy()]).unsqueeze(1).float() / 255.0
            loss = functional.cross_entropy(net(shown), torch.from_numpy(digits.labels[chosen.numpy()]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    mine, theirs = side_by_side(ours, plain, rounds=7)
    torch.set_num_threads(threads)
    what = f"training, {count:,} digits, augmented, averaged"
    return [at_most(what, 1000 * mine, 1000 * theirs, "ms", "plain torch loop, no augmentation", GOAL)]
