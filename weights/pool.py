"""What a run learns from, and what is kept apart to tune by.

Three parts that never meet: training; tuning, which follows a run, compares recipes and chooses temperature
and threshold; and the tests of `evaluate`, which nothing is chosen by. The pens are split by writer.
"""

from dataclasses import dataclass

from weights import allographs, mnist, nondigits, pens
from weights.inking import measured, varied
from weights.jitter import GENTLE
from weights.mnist import Digits, joined

TUNED = 2_500
"""MNIST's last training digits, kept out of training."""
TUNED_WRITERS = frozenset({5, 20})
"""Writers kept out of training, besides those whom only a test may meet."""
REPEATED = 2
"""Times that each scanned digit is in the pool: the hardest to read, written by the most hands."""
ALLOGRAPHS, NONDIGITS = 250, 160
"""Drawings of each template, and of each that is no digit."""
FEW = 12
"""Drawings of each template to tune by."""


@dataclass(frozen=True, eq=False)
class Pool:
    """The first `scanned` of the pictures are MNIST's; the others were drawn, and varied already."""

    digits: Digits
    scanned: int

    def __len__(self) -> int:
        return len(self.digits)


def training(variants: int, seed: int, processes: int) -> Pool:
    """MNIST, `variants` of each pen drawing, and templates, digits or none."""
    scanned, samples = mnist.training(), pens.training()
    scanned = scanned.part(0, len(scanned) - TUNED)
    written = [sample.drawing for sample in samples if sample.writer not in TUNED_WRITERS]
    ours = allographs.drawings(ALLOGRAPHS, seed) + nondigits.training(NONDIGITS, seed)
    drawn = [varied(written, variants, seed, processes), varied(ours, 1, seed, processes, GENTLE)]
    return Pool(joined(*[scanned] * REPEATED, *drawn), REPEATED * len(scanned))


def tuning(seed: int, processes: int) -> dict[str, Digits]:
    """Named parts: scanned, written, drawn by us, and no digits at all."""
    scanned, samples = mnist.training(), pens.training()
    written = [sample.drawing for sample in samples if sample.writer in TUNED_WRITERS]
    # The same shapes as training's, by other hands: another seed.
    ours, none = allographs.drawings(FEW, seed + 1), nondigits.training(FEW, seed + 1)
    return {
        "mnist": scanned.part(len(scanned) - TUNED, len(scanned)),
        "pens": measured(written),
        "ours": varied(ours, 1, seed + 1, processes, GENTLE),
        "none": varied(none, 1, seed + 1, processes, GENTLE),
    }
