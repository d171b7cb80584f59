"""Convolution and pooling against torch, and against six plain loops."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from display_node import scratch
from display_node.scratch.nn import functional as F  # noqa: N812
from tests.display_node.scratch.twins import agree, numbers

SMALL = st.integers(1, 3)


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, Any]:
    """Sizes that fit: the kernel is not larger than the padded picture."""
    size, kernel = draw(st.tuples(st.integers(1, 7), st.integers(1, 7))), draw(st.tuples(SMALL, SMALL))
    padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
    assume(all(k <= s + 2 * p for k, s, p in zip(kernel, size, padding, strict=True)))
    return {
        "picture": (draw(SMALL), size),
        "kernel": kernel,
        "stride": draw(st.tuples(SMALL, SMALL)),
        "padding": padding,
        "groups": draw(st.integers(1, 2)),
        "channels": (draw(st.integers(1, 2)), draw(st.integers(1, 2))),
    }


@settings(max_examples=60)
@given(layout=layouts(), bias=st.booleans(), seed=st.integers(0, 1000))
def test_convolution(layout: dict[str, Any], bias: bool, seed: int) -> None:
    (count, size), groups, (ins, outs) = layout["picture"], layout["groups"], layout["channels"]
    shapes = [(count, ins * groups, *size), (outs * groups, ins, *layout["kernel"]), (outs * groups,)]
    options = {name: layout[name] for name in ("stride", "padding", "groups")}
    arrays = numbers(seed, *shapes[: 2 + bias])
    agree(lambda t, *given: t.nn.functional.conv2d(*given, **options), *arrays)


@settings(max_examples=25)
@given(layout=layouts(), seed=st.integers(0, 1000))
def test_six_loops_say_the_same(layout: dict[str, Any], seed: int) -> None:
    (_, size), (ins, outs) = layout["picture"], layout["channels"]
    arrays = numbers(seed, (ins, *size), (outs, ins, *layout["kernel"]), (outs,))
    given = [scratch.tensor(array) for array in arrays]
    fast = F.conv2d(*given, layout["stride"], layout["padding"])
    slow = F.conv2d_loop(*given, layout["stride"], layout["padding"])
    np.testing.assert_allclose(fast.numpy(), slow.numpy(), rtol=1e-12, atol=1e-12)
    unbiased = F.conv2d_loop(*given[:2], None, layout["stride"], layout["padding"])
    np.testing.assert_allclose(
        unbiased.numpy() + arrays[2][:, None, None], slow.numpy(), rtol=1e-9, atol=1e-9
    )


def test_one_drawing_may_come_without_a_batch() -> None:
    arrays = numbers(2, (2, 6, 6), (4, 2, 3, 3), (4,))
    agree(lambda t, *given: t.nn.functional.conv2d(*given, stride=2), *arrays)
    agree(lambda t, x: t.nn.functional.max_pool2d(x, 2), arrays[0])
    agree(lambda t, x: t.nn.functional.avg_pool2d(x, 3), arrays[0])


@settings(max_examples=40)
@given(layout=layouts(), name=st.sampled_from(["max_pool2d", "avg_pool2d"]), seed=st.integers(0, 1000))
def test_pooling(layout: dict[str, Any], name: str, seed: int) -> None:
    (count, size), kernel = layout["picture"], layout["kernel"]
    padding = tuple(min(p, k // 2) for p, k in zip(layout["padding"], kernel, strict=True))
    assume(all(k <= s + 2 * p for k, s, p in zip(kernel, size, padding, strict=True)))
    x = numbers(seed, (count, layout["channels"][0], *size))[0]
    agree(lambda t, x: getattr(t.nn.functional, name)(x, kernel, layout["stride"], padding), x)


def test_pooling_moves_by_its_own_size_unless_told_otherwise() -> None:
    x = numbers(4, (1, 2, 7, 7))[0]
    agree(lambda t, x: t.nn.functional.max_pool2d(x, 2), x)
    agree(lambda t, x: t.nn.AvgPool2d((2, 3))(x), x)
    agree(lambda t, x: t.nn.MaxPool2d(3, 2, 1)(x), x)


def test_the_first_of_equals_gets_a_windows_gradient() -> None:
    agree(lambda t, x: t.nn.functional.max_pool2d(x, 2), np.zeros((1, 1, 4, 4)))


def test_no_drawings_are_a_batch_as_well() -> None:
    x, w, b = scratch.zeros(0, 2, 4, 4), scratch.ones(3, 2, 3, 3, requires_grad=True), scratch.zeros(3)
    y = F.conv2d(x, w, b, padding=1)
    y.sum().backward()
    assert (y.shape, scratch.flatten(y, 1).shape) == ((0, 3, 4, 4), (0, 48))
    assert w.grad is not None
    assert not w.grad.any()


@pytest.mark.parametrize("turned", [lambda t, x: x.transpose(2, 3), lambda t, x: x[:, :, ::2, 1:]])
def test_a_picture_may_lie_in_memory_in_any_order(turned: Any) -> None:
    arrays = numbers(8, (2, 2, 6, 6), (3, 2, 3, 3))
    agree(lambda t, x, w: t.nn.functional.conv2d(turned(t, x), w), *arrays)


def test_finite_differences_agree() -> None:
    x, w, b = (
        scratch.tensor(array, requires_grad=True) for array in numbers(9, (2, 2, 5, 4), (4, 1, 3, 2), (4,))
    )
    assert scratch.autograd.gradcheck(lambda *given: F.conv2d(*given, 2, 1, groups=2), (x, w, b))
    assert scratch.autograd.gradcheck(lambda x: F.max_pool2d(x, 2), x)
    assert scratch.autograd.gradcheck(lambda x: F.avg_pool2d(x, 3, 1, 1), x)


def test_what_does_not_fit_is_said_with_its_sizes() -> None:
    x = scratch.zeros(1, 2, 4, 4)
    for weight, options, words in [
        ((3, 1, 3, 3), {}, r"\(1, 2, 4, 4\) with kernels \(3, 1, 3, 3\)"),
        ((3, 2, 3, 3), {"groups": 2}, r"in 2 group"),
        ((3, 2, 5, 5), {}, r"kernel of \(5, 5\) does not fit on 4 × 4"),
        ((3, 2, 3, 3), {"stride": 0}, r"stride of \(0, 0\)"),
        ((3, 2, 3, 3), {"padding": "same"}, "'same'"),
    ]:
        with pytest.raises(scratch.GraphError, match=words):
            F.conv2d(x, scratch.zeros(*weight), **options)
