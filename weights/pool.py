"""What a run learns from, and, in a rehearsal, what it is followed on."""

from weights import allographs, mnist, pens
from weights.inking import measured, varied
from weights.mnist import Digits, joined

REHEARSED = 5_000
"""MNIST's last training digits, kept out of a rehearsal."""
REHEARSED_WRITERS = frozenset({5, 12, 20, 27})
"""Writers kept out of a rehearsal, besides those whom training never meets."""
ALLOGRAPHS = 200
"""Drawings of each shape in `allographs`: together about as many as four writers left."""


def gather(rehearse: bool, variants: int, seed: int, processes: int) -> tuple[Digits, dict[str, Digits]]:
    """The digits to learn, and named parts to follow (none but in a rehearsal).

    A recipe is chosen in rehearsals, which hold back a part of the training data; the final run learns
    from all of it. So the test parts are read once, by the finished network.
    """
    scanned, samples = mnist.training(), pens.training()
    followed = {}
    if rehearse:
        held = [sample.drawing for sample in samples if sample.writer in REHEARSED_WRITERS]
        samples = [sample for sample in samples if sample.writer not in REHEARSED_WRITERS]
        cut = len(scanned) - REHEARSED
        followed = {"mnist": scanned.part(cut, len(scanned)), "pens": measured(held)}
        scanned = scanned.part(0, cut)
    drawings = [sample.drawing for sample in samples] + allographs.drawings(ALLOGRAPHS, seed)
    written = varied(drawings, variants, seed, processes)
    return joined(scanned, written), followed
