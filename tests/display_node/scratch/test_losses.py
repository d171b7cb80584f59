"""Losses against torch: every reduction, both kinds of targets, and the far ends of the scale."""

import numpy as np
import pytest

from display_node import scratch
from tests.display_node.scratch.twins import agree, numbers

REDUCTIONS = ("mean", "sum", "none")
SCORES = numbers(1, (5, 4))[0]
CLASSES = np.array([0, 3, 1, 1, 2])
PARTS = np.random.default_rng(2).dirichlet(np.ones(4), 5)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_losses(reduction: str) -> None:
    how = {"reduction": reduction}
    agree(lambda t, x, y: t.nn.functional.cross_entropy(x, y, **how), SCORES, CLASSES)
    agree(lambda t, x, y: t.nn.functional.cross_entropy(x, y, **how), SCORES, PARTS)
    agree(lambda t, x, y: t.nn.functional.nll_loss(x, y, **how), SCORES, CLASSES)
    agree(lambda t, x, y: t.nn.functional.mse_loss(x, y, **how), SCORES, PARTS)
    agree(lambda t, x, y: t.nn.functional.binary_cross_entropy_with_logits(x, y, **how), SCORES, PARTS)
    agree(lambda t, x, y: t.nn.functional.binary_cross_entropy(x.sigmoid(), y, **how), SCORES, PARTS)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_losses_as_modules(reduction: str) -> None:
    for name, target in [
        ("CrossEntropyLoss", CLASSES),
        ("NLLLoss", CLASSES),
        ("MSELoss", PARTS),
        ("BCEWithLogitsLoss", PARTS),
    ]:
        agree(lambda t, x, y, n=name: getattr(t.nn, n)(reduction=reduction)(x, y), SCORES, target)
    agree(lambda t, p, y: t.nn.BCELoss(reduction=reduction)(p, y), PARTS, np.round(PARTS))


def test_certainty_is_wrong_but_not_infinitely_so() -> None:
    far = np.array([-1000.0, 1000.0, 0.0, -30.0, 60.0])
    agree(
        lambda t, x, y: t.nn.functional.binary_cross_entropy_with_logits(x, y),
        far,
        np.array([1.0, 0.0, 1.0, 0.5, 1.0]),
    )
    agree(lambda t, x: t.nn.functional.cross_entropy(x[None], t.tensor([0])), far)
    certain = np.array([0.0, 1.0, 0.0, 1.0])
    agree(
        lambda t, p: t.nn.functional.binary_cross_entropy(p, t.tensor([0.0, 1.0, 1.0, 0.0], dtype=p.dtype)),
        certain,
        dtypes=["float32"],  # torch's 1e−12 is single precision even in double
    )


def test_what_does_not_fit_is_refused() -> None:
    functional, scores = scratch.nn.functional, scratch.zeros(2, 3)
    with pytest.raises(scratch.GraphError, match="no class 3 among 3"):
        functional.cross_entropy(scores, scratch.tensor([0, 3]))
    with pytest.raises(scratch.GraphError, match="n whole numbers"):
        functional.cross_entropy(scores, scratch.tensor([[0], [1]]))
    with pytest.raises(scratch.GraphError, match="shapes differ"):
        functional.mse_loss(scores, scratch.zeros(2))
    with pytest.raises(scratch.GraphError, match=r"whole numbers, not float32: use long\(\)"):
        functional.cross_entropy(scores, scratch.zeros(2))
    with pytest.raises(scratch.GraphError, match=r"not \(2, 3\) and float32 of \(2,\)"):
        functional.nll_loss(scores, scratch.zeros(2))
    for score in (1.5, -0.1, float("nan")):
        with pytest.raises(scratch.GraphError, match="a sigmoid makes them"):
            functional.binary_cross_entropy(scores + score, scores)
    with pytest.raises(scratch.Unsupported, match="reduction='mean', 'sum' or 'none', not 'median'"):
        functional.mse_loss(scores, scores, reduction="median")
