"""Other orders and shapes, places and parts: value and gradient are torch's."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import basic_indices

from display_node import scratch
from tests.display_node.scratch.twins import Run, agree, numbers

X = numbers(1, (2, 3, 4))[0]
RUNS: dict[str, Run] = {
    "reshape": lambda t, x: x.reshape(4, 6) * 2,
    "reshape to a tuple": lambda t, x: t.reshape(x, (6, -1)),
    "view": lambda t, x: x.view(-1),
    "view by size": lambda t, x: x.view(x.size(0), -1) @ t.ones(12, 2, dtype=x.dtype),
    "flatten": lambda t, x: t.flatten(x),
    "flatten from": lambda t, x: x.flatten(1),
    "flatten to": lambda t, x: x.flatten(0, 1),
    "flatten a number": lambda t, x: x.sum().flatten(),
    "permute": lambda t, x: x.permute(2, 0, 1),
    "permute backwards": lambda t, x: x.permute(-1, 0, -2),
    "transpose": lambda t, x: x.transpose(0, 2),
    "T": lambda t, x: x[0].T,
    "mT": lambda t, x: x.mT @ x,
    "t": lambda t, x: x[:, 0].t(),
    "squeeze": lambda t, x: x[:1].squeeze(),
    "squeeze one": lambda t, x: x[:1, :1].squeeze(1),
    "squeeze none": lambda t, x: x.squeeze(1),
    "unsqueeze": lambda t, x: x.unsqueeze(1).unsqueeze(-1),
    "expand": lambda t, x: x[:, :1].expand(-1, 5, 4) * 3,
    "expand more": lambda t, x: x.expand(2, *x.shape),
    "clone": lambda t, x: x.clone() + x,
    "contiguous": lambda t, x: x.T.contiguous() if False else x.transpose(0, 1).contiguous(),
    "cat": lambda t, x: t.cat([x, x * 2, x[:, :1]], dim=1),
    "cat last": lambda t, x: t.cat([x, x[..., :2]], -1),
    "stack": lambda t, x: t.stack([x, x * x], dim=1),
    "stack last": lambda t, x: t.stack([x[0], x[1]], -1),
    "iterate": lambda t, x: t.stack([part * at for at, part in enumerate(x)]),
}
KEYS: list[Any] = [0, -1, slice(1), (slice(None), slice(None, None, 2)), (..., 1), (None, 1), (0, ..., None)]
KEYS += [[1, 0, 1], (slice(None), [0, 0, 2]), ([0, 1], [2, 2]), (0, 1, 2), (slice(None), 1, [3, 3])]


@pytest.mark.parametrize("name", RUNS)
def test_shape(name: str) -> None:
    agree(RUNS[name], X)


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_index(key: Any) -> None:
    agree(lambda t, x: x[key], X)


@settings(max_examples=40, deadline=None)
@given(key=basic_indices((2, 3, 4), allow_newaxis=True))
def test_any_slice(key: Any) -> None:
    parts = key if isinstance(key, tuple) else (key,)
    if any(isinstance(part, slice) and (part.step or 1) < 0 for part in parts):
        return  # torch has no backward slices
    agree(lambda t, x: x[key], X)


def test_index_by_tensors() -> None:
    agree(lambda t, x: x[t.tensor([1, 1, 0])], X)
    agree(lambda t, x: x[t.arange(2), :, t.tensor([3, 3])], X)
    agree(lambda t, x: x[x > 0], X)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_permutations_of_any_axes(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    order = data.draw(st.permutations(range(len(shape))))
    agree(lambda t, x: x.permute(*order) * 2, *numbers(2, tuple(shape)))


def test_a_view_shares_its_numbers() -> None:
    x = scratch.zeros(2, 3)
    x.view(-1)[4] = 1.0
    x.T[0, 0] = 2.0
    x[0, 1].fill_(3.0)
    assert x.tolist() == [[2.0, 3.0, 0.0], [0.0, 1.0, 0.0]]


def test_parts_of_a_tensor() -> None:
    x = scratch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert (x.shape, x.size(), x.size(-1), x.ndim, x.dim(), x.numel(), len(x)) == (
        (3, 2),
        (3, 2),
        2,
        2,
        2,
        6,
        3,
    )
    assert x.dtype == scratch.float32
    assert x.argmax().item() == 5
    assert x.argmax(1).tolist() == [1, 1, 1]
    assert [row.sum().item() for row in x] == [3.0, 7.0, 11.0]
    assert np.asarray(x).tolist() == x.tolist() == x.numpy().tolist()
    assert f"{x.mean():.2f}" == "3.50"
    assert repr(x[0]) == "tensor([1., 2.])"
    assert repr(x.double().requires_grad_()[0]) == "tensor([1., 2.], dtype=float64, grad_fn=<index>)"


def test_what_creates_tensors() -> None:
    assert scratch.tensor([1, 2]).dtype == scratch.int64
    assert scratch.tensor(np.zeros(2)).dtype == scratch.float64
    assert scratch.tensor([0.5]).dtype == scratch.float32
    assert scratch.tensor([True]).dtype == scratch.bool
    assert scratch.tensor([scratch.tensor(1.0), scratch.tensor(2.0)]).tolist() == [1.0, 2.0]
    assert scratch.full((2, 1), 7).tolist() == [[7], [7]]
    assert scratch.ones_like(scratch.zeros(2, dtype=scratch.float64)).dtype == scratch.float64
    assert scratch.arange(1, 7, 2).tolist() == [1, 3, 5]
    assert scratch.arange(3.0).dtype == scratch.float32
    assert scratch.linspace(0, 1, 3).tolist() == [0.0, 0.5, 1.0]
    assert scratch.eye(2).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    source = np.zeros(3, np.float32)
    assert scratch.as_tensor(source).numpy() is source
    assert scratch.as_tensor(source, dtype=scratch.float64).dtype == scratch.float64
    assert scratch.as_tensor([1.0, 2.0]).tolist() == [1.0, 2.0]
    scratch.from_numpy(source)[1] = 5.0
    assert source.tolist() == [0.0, 5.0, 0.0]
    scratch.tensor(source)[0] = 1.0
    assert source[0] == 0.0


def test_a_seed_makes_the_same_numbers_and_they_are_distributed_as_they_should() -> None:
    scratch.manual_seed(3)
    first = scratch.randn(20_000)
    again = scratch.randn(20_000, generator=scratch.Generator().manual_seed(3))
    assert first.tolist() == again.tolist()
    assert first.tolist() != scratch.randn(20_000).tolist()
    assert first.dtype == scratch.float32
    assert first.mean().item() == pytest.approx(0, abs=0.03)
    assert (first * first).mean().item() == pytest.approx(1, abs=0.05)
    even = scratch.rand(20_000).numpy()
    assert even.dtype == np.float32
    fine = scratch.rand(100, dtype=scratch.float64)
    assert fine.dtype == scratch.float64
    assert fine.float().double().tolist() != fine.tolist()
    assert 0 <= even.min() < 0.001 < 0.999 < even.max() < 1
    assert even.mean() == pytest.approx(0.5, abs=0.02)
    assert set(scratch.randint(2, 5, (200,)).tolist()) == {2, 3, 4}
    assert sorted(scratch.randperm(20).tolist()) == list(range(20))
