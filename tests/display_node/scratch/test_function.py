"""Operations of a visitor's own, and the check of their derivatives."""

from typing import Any

import numpy as np
import pytest
import torch

from display_node import scratch
from tests.display_node.scratch.twins import agree, numbers


def scaled_product(t: Any) -> Any:
    """The same class, derived from either engine's Function: a × b × factor."""

    class ScaledProduct(t.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, a: Any, b: Any, factor: float) -> Any:
            ctx.save_for_backward(a, b)
            ctx.factor = factor
            assert ctx.needs_input_grad == (True, True, False)
            assert not t.is_grad_enabled()
            return a * b * factor

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            a, b = ctx.saved_tensors
            return gradient * b * ctx.factor, gradient * a * ctx.factor, None

    return ScaledProduct


def test_the_same_class_runs_on_both() -> None:
    agree(lambda t, a, b: scaled_product(t).apply(a, b, 3.0) + a, *numbers(1, (2, 3), (2, 3)))


def test_it_is_a_node_of_the_graph_and_is_asked_once_per_backward() -> None:
    calls = []

    class Twice(scratch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, a: Any, b: Any) -> Any:
            return a + b

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            calls.append(gradient.tolist())
            return gradient, gradient * 2

    a, b = (scratch.ones(2, requires_grad=True) for _ in range(2))
    total = Twice.apply(a, b).sum()
    assert [node.op for node in scratch.graph.walk(total)] == ["leaf", "leaf", "twice", "sum"]
    total.backward(retain_graph=True)
    total.backward(scratch.tensor(3.0))
    assert calls == [[1.0, 1.0], [3.0, 3.0]]
    assert a.grad is not None
    assert b.grad is not None
    assert (a.grad.tolist(), b.grad.tolist()) == ([4.0, 4.0], [8.0, 8.0])


class Wrong(scratch.autograd.Function):
    """x², with the slope of x³."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * x * x * gradient


def test_gradcheck_finds_a_wrong_slope() -> None:
    x = scratch.tensor(np.array([0.5, 2.0]), requires_grad=True)
    assert scratch.autograd.gradcheck(lambda x: x * x, x)
    with pytest.raises(scratch.GraphError, match="input 0: the gradient is off by up to 12"):
        scratch.autograd.gradcheck(Wrong.apply, x)
    assert x.tolist() == [0.5, 2.0]
    with pytest.raises(scratch.GraphError, match="float64"):
        scratch.autograd.gradcheck(Wrong.apply, scratch.ones(2, requires_grad=True))


class Mistaken(scratch.autograd.Function):
    answer: Any = None

    @staticmethod
    def forward(ctx: Any, x: Any, how: Any) -> Any:
        ctx.how = how
        return x * 1

    @staticmethod
    def backward(ctx: Any, gradient: Any) -> Any:
        return ctx.how(gradient)


def test_mistakes_are_named() -> None:
    x = scratch.ones(2, 3, requires_grad=True)
    with pytest.raises(scratch.GraphError, match=r"Mistaken\.backward gave 1 gradients for 2 inputs"):
        Mistaken.apply(x, lambda g: g).sum().backward()
    with pytest.raises(scratch.GraphError, match=r"gradient of shape \(3,\) for an input of shape \(2, 3\)"):
        Mistaken.apply(x, lambda g: (g[0], None)).sum().backward()
    with pytest.raises(AttributeError, match="ctx has no 'scale'"):
        Mistaken.apply(x, lambda g: scratch.autograd.Context(()).scale).sum().backward()
    with pytest.raises(NotImplementedError, match="needs a forward"):
        scratch.autograd.Function.apply(x)


def test_an_input_handed_no_gradient_gets_none() -> None:
    x = scratch.ones(2, requires_grad=True)
    Mistaken.apply(x, lambda g: (None, None)).sum().backward()
    assert x.grad is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_sigmoid_is_stable_at_both_ends(dtype: type) -> None:
    x = np.array([-1e30, -750.0, -100.0, -20.0, 0.0, 20.0, 100.0, 1e30, np.inf, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        ours = scratch.tensor(x, requires_grad=True)
        y = ours.sigmoid()
        y.sum().backward()
    theirs = torch.tensor(x, requires_grad=True)
    wanted = torch.sigmoid(theirs)
    wanted.sum().backward()
    assert ours.grad is not None
    assert theirs.grad is not None
    np.testing.assert_allclose(y.detach().numpy(), wanted.detach().numpy(), rtol=1e-6, atol=1e-40)
    np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-6, atol=1e-30)


def test_grad_answers_without_touching_the_leaves() -> None:
    for t in (torch, scratch):
        x, w = (t.tensor(array, requires_grad=True) for array in numbers(1, (3,), (3,)))
        y = (x * w).tanh()
        (to_w, to_y) = t.autograd.grad((y * y).sum(), [w, y])
        assert w.grad is None
        np.testing.assert_allclose(to_y.numpy(), 2 * y.detach().numpy())
        slope = 2 * y.detach() * (1 - y.detach() ** 2) * x.detach()
        np.testing.assert_allclose(to_w.numpy(), slope.numpy())
    with pytest.raises(scratch.GraphError, match="input 0"):
        scratch.autograd.grad(scratch.ones(1, requires_grad=True).sum(), scratch.ones(1, requires_grad=True))
