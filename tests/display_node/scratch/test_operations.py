"""Every operation on numbers: its value and its gradients are torch's, and finite differences agree."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from display_node import scratch
from tests.display_node.scratch.twins import Run, agree, numbers

SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.lists(st.integers(1, 4), max_size=4).map(tuple)

PAIRS: dict[str, Run] = {
    "add": lambda t, a, b: a + b,
    "sub": lambda t, a, b: a - b,
    "mul": lambda t, a, b: a * b,
    "div": lambda t, a, b: a / b,
    "pow": lambda t, a, b: a**b,
    "maximum": lambda t, a, b: t.maximum(a, b),
    "minimum": lambda t, a, b: t.minimum(a, b),
    "where": lambda t, a, b: t.where(a > b, a * 2, b * 3),
}
SINGLES: dict[str, Run] = {
    "neg": lambda t, x: -x,
    "exp": lambda t, x: t.exp(x),
    "abs": lambda t, x: abs(x),
    "relu": lambda t, x: t.relu(x),
    "tanh": lambda t, x: x.tanh(),
    "sigmoid": lambda t, x: t.sigmoid(x),
    "clamp": lambda t, x: x.clamp(-0.5, 0.7),
    "square": lambda t, x: x**2,
    "cube": lambda t, x: x**3.0,
    "constant": lambda t, x: x**0,
    "numbers": lambda t, x: 2 - (3 * x + 1) / 4 - x / 2,
    "used twice": lambda t, x: x * x + x,
    "cast": lambda t, x: x.double() * 2,
}
POSITIVE: dict[str, Run] = {
    "log": lambda t, x: t.log(x),
    "sqrt": lambda t, x: x.sqrt(),
    "reciprocal": lambda t, x: 1 / x,
    "root": lambda t, x: x**0.5,
    "power of two": lambda t, x: 2**x,
}


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=15, deadline=None)
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4), seed=SEEDS)
def test_pairs_with_broadcasting(name: str, shapes: "object", seed: int) -> None:
    first, second = shapes.input_shapes  # type: ignore[attr-defined]
    agree(PAIRS[name], *numbers(seed, first, second, low=0.2))


@pytest.mark.parametrize("name", SINGLES)
@settings(max_examples=10, deadline=None)
@given(shape=SHAPES, seed=SEEDS)
def test_single_numbers(name: str, shape: tuple[int, ...], seed: int) -> None:
    agree(SINGLES[name], *numbers(seed, shape))


@pytest.mark.parametrize("name", POSITIVE)
@settings(max_examples=10, deadline=None)
@given(shape=SHAPES, seed=SEEDS)
def test_positive_numbers(name: str, shape: tuple[int, ...], seed: int) -> None:
    agree(POSITIVE[name], *numbers(seed, shape, low=0.2))


@pytest.mark.parametrize(
    "run",
    [
        lambda t, x: t.relu(x),
        lambda t, x: abs(x),
        lambda t, x: x**2,
        lambda t, x: x**0,
        lambda t, x: t.maximum(x, x * 0),
        lambda t, x: t.minimum(x, x * 0),
        lambda t, x: x.clamp(0, 1),
        lambda t, x: x.max(),
        lambda t, x: x.amax(0),
        lambda t, x: x.max(0).values,
    ],
)
def test_at_the_kinks_the_slope_is_torchs(run: Run) -> None:
    agree(run, np.array([0.0, 0.0, 1.0, -1.0, 1.0]))


@pytest.mark.parametrize(
    "run",
    [
        lambda t, x: t.exp(x * 100),
        lambda t, x: t.log(x),
        lambda t, x: t.sqrt(x),
        lambda t, x: x / 0,
        lambda t, x: 1 / x,
        lambda t, x: 0**x,
        lambda t, x: x**0.5,
    ],
)
def test_infinities_and_nan_are_values(run: Run) -> None:
    agree(run, np.array([0.0, 1.0, -1.0, 20.0]))


@pytest.mark.parametrize("dim", [None, 0, 1, -1, (0, 2), (-1, 0)])
@pytest.mark.parametrize("keepdim", [False, True])
def test_sums_means_and_maxima(dim: int | tuple[int, ...] | None, keepdim: bool) -> None:
    x = numbers(3, (2, 3, 4))[0]
    options = {} if dim is None else {"dim": dim, "keepdim": keepdim}
    agree(lambda t, x: x.sum(**options), x)
    agree(lambda t, x: t.mean(x, **options), x)
    agree(lambda t, x: x.amax(**options), x)
    if isinstance(dim, int):
        agree(lambda t, x: x.max(dim, keepdim).values, x)
        agree(lambda t, x: t.max(x, dim, keepdim)[0] * 2, x)
        agree(lambda t, x: x.softmax(dim), x)
        agree(lambda t, x: t.log_softmax(x, dim=dim), x)
        for module in (torch, scratch):
            assert module.tensor(x).max(dim, keepdim)[1].tolist() == x.argmax(dim, keepdims=keepdim).tolist()
            assert module.argmax(module.tensor(x), dim, keepdim).dtype == module.int64


def test_softmax_of_large_scores_is_finite() -> None:
    scores = np.array([[1000.0, -1000.0, 999.0], [-1e4, -1e4, 1e4]])
    agree(lambda t, x: t.softmax(x, 1), scores)
    agree(lambda t, x: t.log_softmax(x, 1), scores)


def test_a_sum_of_whole_numbers_and_bools_counts() -> None:
    hits = scratch.tensor([1, 2, 3]) == scratch.tensor([1, 0, 3])
    assert hits.dtype == scratch.bool
    assert (hits.sum().item(), hits.sum().dtype) == (2, scratch.int64)
    assert hits.float().mean().item() == pytest.approx(2 / 3)


PRODUCTS = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4))]
PRODUCTS += [((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (6, 3, 4)), ((3,), (5, 3, 4)), ((5, 2, 3), (3,))]


@pytest.mark.parametrize(("left", "right"), PRODUCTS)
def test_matrix_products(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    agree(lambda t, a, b: a @ b, *numbers(5, left, right))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3)])
def test_linear(shape: tuple[int, ...]) -> None:
    agree(lambda t, *given: t.nn.functional.linear(*given), *numbers(6, shape, (5, 3), (5,)))
    agree(lambda t, *given: t.nn.functional.linear(*given), *numbers(6, shape, (5, 3)))


@pytest.mark.parametrize("name", [*PAIRS, *SINGLES, *POSITIVE])
def test_finite_differences_agree(name: str) -> None:
    run = (PAIRS | SINGLES | POSITIVE)[name]
    arrays = numbers(7, *[(2, 3), (3,)][: 1 + (name in PAIRS)], low=0.3)
    assert scratch.autograd.gradcheck(
        lambda *given: run(scratch, *given), [scratch.tensor(array, requires_grad=True) for array in arrays]
    )


FOUND = [scratch.float32, scratch.float64, scratch.int64, scratch.int32, scratch.uint8, scratch.bool]


@pytest.mark.parametrize("first", FOUND, ids=str)
@pytest.mark.parametrize("second", FOUND, ids=str)
@pytest.mark.parametrize("shapes", [((2,), (2,)), ((2,), ()), ((), (2,))])
def test_dtypes_meet_as_in_torch(first: np.dtype, second: np.dtype, shapes: tuple) -> None:
    """With each other, and with Python's numbers."""
    arrays = [np.ones(shape, dtype) for shape, dtype in zip(shapes, (first, second), strict=True)]

    def results(t: object) -> list[str]:
        a, b = (t.tensor(array) for array in arrays)  # type: ignore[attr-defined]
        made = [a * b, a / b, a * 2, a * 2.5, a + True, a == b, 2.5 / b]
        return [str(tensor.dtype).removeprefix("torch.") for tensor in made]

    assert results(scratch) == results(torch)


def test_gradients_come_back_in_each_inputs_own_dtype() -> None:
    single = scratch.ones(3, requires_grad=True)
    double = scratch.ones(3, dtype=scratch.float64, requires_grad=True)
    (single * double).sum().backward()
    assert single.grad is not None
    assert double.grad is not None
    assert (single.grad.dtype, double.grad.dtype) == (scratch.float32, scratch.float64)
