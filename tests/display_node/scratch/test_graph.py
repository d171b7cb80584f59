"""What is remembered, how it is walked and consumed, and what is refused so that no gradient is wrong."""

import threading
import weakref
from typing import Any

import numpy as np
import pytest
import torch

from display_node import scratch
from display_node.scratch import Tensor, graph
from tests.display_node.scratch.twins import agree, numbers


def leaf(*values: float) -> Tensor:
    return scratch.tensor(values, requires_grad=True)


def gradient(tensor: Tensor) -> Any:
    assert tensor.grad is not None
    return tensor.grad.tolist()


def test_gradients_add_up_until_they_are_forgotten() -> None:
    x = leaf(1.0, 2.0)
    (x * 3).sum().backward()
    held = x.grad
    (x * x).sum().backward()
    assert gradient(x) == [5.0, 7.0]
    assert held is x.grad
    x.grad = None
    x.sum().backward()
    assert gradient(x) == [1.0, 1.0]


def test_each_leaf_has_a_gradient_of_its_own() -> None:
    """`add` hands both inputs the same array: changing one gradient must not change the other."""
    a, b, given = leaf(1.0), leaf(2.0), scratch.tensor([1.0])
    (a + b).backward(given)
    assert a.grad is not None
    a.grad.zero_()
    assert (gradient(b), given.tolist()) == ([1.0], [1.0])


def test_paths_that_meet_again_add_up() -> None:
    def diamonds(t: Any, x: Any) -> Any:
        for _ in range(5):
            x = x * x.tanh() + x
        return x

    agree(diamonds, *numbers(1, (3,)))


def deep(x: Tensor) -> Tensor:
    for _ in range(50_000):
        x = x + 0.5
    return x


def test_a_deep_graph_needs_no_recursion() -> None:
    """Neither to walk it, nor to go back through it, nor to drop one that nobody went back through."""
    x = leaf(1.0)
    y = deep(x)
    assert len(graph.walk(y)) == 100_001
    y.backward()
    assert gradient(x) == [1.0]
    watched = weakref.ref(deep(x))
    assert watched() is None


def test_a_second_backward_needs_a_kept_graph() -> None:
    x = leaf(3.0)
    kept = (x * x).sum()
    kept.backward(retain_graph=True)
    kept.backward()
    assert gradient(x) == [12.0]
    with pytest.raises(
        scratch.GraphError, match=r"let go by backward\(\): compute it again, or use backward\(retain"
    ):
        kept.backward()
    with pytest.raises(RuntimeError):
        graph.walk(kept)
    assert gradient(x) == [12.0]


def test_backward_wants_one_number_or_a_gradient() -> None:
    x = leaf(1.0, 2.0)
    with pytest.raises(scratch.GraphError, match="one number"):
        (x * 2).backward()
    with pytest.raises(scratch.GraphError, match=r"shape \(1,\) for a tensor of shape \(2,\)"):
        (x * 2).backward(scratch.ones(1))
    with pytest.raises(scratch.GraphError, match="remembers nothing"):
        scratch.ones(1).backward()
    with pytest.raises(scratch.Unsupported, match="create_graph=True"):
        x.sum().backward(create_graph=True)
    (x * 2).backward(scratch.tensor([1.0, 10.0]))
    assert gradient(x) == [2.0, 20.0]


def test_computed_tensors_keep_a_gradient_only_if_asked() -> None:
    x = leaf(2.0)
    middle, other = x * x, x * 3
    middle.retain_grad()
    (middle * other).backward()
    assert gradient(middle) == [6.0]
    assert other.grad is None
    assert (x.is_leaf, middle.is_leaf) == (True, False)


def test_nothing_is_remembered_under_no_grad() -> None:
    x = leaf(2.0)

    @scratch.no_grad()
    def plain() -> Tensor:
        with scratch.enable_grad():
            assert (x * 2).requires_grad
        assert not scratch.is_grad_enabled()
        return x * 2

    assert not plain().requires_grad
    with pytest.raises(ZeroDivisionError), scratch.inference_mode():
        1 / 0  # noqa: B018 (an error inside restores the mode)
    assert scratch.is_grad_enabled()
    assert (x * 2).requires_grad
    assert not (x.detach() * 2).requires_grad
    assert not (x > 1).requires_grad


def test_each_thread_has_its_own_mode() -> None:
    seen = []
    with scratch.no_grad():
        other = threading.Thread(target=lambda: seen.append(scratch.is_grad_enabled()))
        other.start()
        other.join()
        assert not scratch.is_grad_enabled()
    assert seen == [True]


def test_whole_numbers_require_no_gradients() -> None:
    with pytest.raises(scratch.GraphError, match="not int64"):
        scratch.tensor([1, 2], requires_grad=True)
    with pytest.raises(scratch.GraphError, match="not bool"):
        scratch.tensor(True).requires_grad_()
    with pytest.raises(scratch.GraphError, match="detach"):
        (leaf(1.0) * 2).requires_grad = False
    with pytest.raises(scratch.GraphError, match="detach"):
        leaf(1.0).numpy()


CHANGES = {
    "+=": lambda x, y: x.__iadd__(y),
    "-=": lambda x, y: x.__isub__(y),
    "*=": lambda x, y: x.__imul__(y),
    "/=": lambda x, y: x.__itruediv__(y),
    "[]=": lambda x, y: x.__setitem__(0, y[0]),
    "copy_": lambda x, y: x.copy_(y),
    "add_": lambda x, y: x.add_(y, alpha=0.5),
    "sub_": lambda x, y: x.sub_(y, alpha=2),
    "clamp_": lambda x, y: x.clamp_(1.5, 2.5),
    "zero_": lambda x, y: x.zero_(),
    "fill_": lambda x, y: x.fill_(4.0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_in_place(name: str) -> None:
    """As torch's on plain numbers and under `no_grad`; refused where the graph remembers the tensor."""
    changed = []
    for module in (torch, scratch):
        plain, other = module.tensor([1.0, 2.0, 3.0]), module.tensor([4.0, 5.0, 8.0])
        CHANGES[name](plain, other)
        learnt = module.tensor([1.0, 2.0, 3.0], requires_grad=True)
        with module.no_grad():
            CHANGES[name](learnt, other)
        assert learnt.requires_grad
        assert learnt.tolist() == plain.tolist()
        changed.append(plain.tolist())
    assert changed[0] == changed[1] != [1.0, 2.0, 3.0]
    for x in (leaf(1.0, 2.0, 3.0), leaf(1.0, 2.0, 3.0) * 2):
        with pytest.raises(scratch.GraphError, match="in place"):
            CHANGES[name](x, scratch.tensor([1.0, 1.0, 1.0]))


def test_a_plain_tensor_does_not_swallow_a_remembered_one() -> None:
    total = scratch.zeros(1)
    with pytest.raises(scratch.GraphError, match="write a = a"):
        total += leaf(1.0)


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.mul_(2),
        lambda x: x.view(2, 1)[0].zero_(),
        lambda x: x.data.fill_(1),
        lambda x: x.__setitem__(0, 1.0),
        lambda x: setattr(x, "data", scratch.zeros(2)),
    ],
)
def test_a_change_after_use_is_noticed(change: Any) -> None:
    x, w = scratch.tensor([1.0, 2.0]), leaf(1.0, 1.0)
    y = (w * x).sum()
    change(x)
    with pytest.raises(scratch.GraphError, match="input of <mul> was changed in place"):
        y.backward()


def test_in_place_changes_keep_shape_and_kind() -> None:
    with pytest.raises(scratch.GraphError, match="broadcast"):
        scratch.zeros(2).add_(scratch.zeros(3, 2))
    with pytest.raises(scratch.GraphError, match="cast"):
        scratch.tensor([1, 2]).add_(0.5)


def small() -> tuple[dict[str, Tensor], Tensor]:
    named = {"w": leaf(2.0, 3.0), "b": leaf(0.5)}
    x = scratch.tensor([1.0, -1.0])
    return named, ((named["w"] * x + named["b"]).relu() * named["w"]).sum()


def test_walking_names_every_step_in_the_order_of_its_making() -> None:
    named, loss = small()
    nodes = graph.walk(loss, named)
    assert [(n.order, n.op, n.name, n.inputs, n.shape) for n in nodes] == [
        (0, "leaf", "w", (), (2,)),
        (1, "leaf", "b", (), (1,)),
        (2, "leaf", "", (), (2,)),
        (3, "mul", "", (0, 2), (2,)),
        (4, "add", "", (3, 1), (2,)),
        (5, "relu", "", (4,), (2,)),
        (6, "mul", "", (5, 0), (2,)),
        (7, "sum", "", (6,), ()),
    ]
    assert [n.requires_grad for n in nodes] == [True, True, False] + 5 * [True]
    assert nodes[4].value.tolist() == [2.5, -2.5]
    assert nodes[-1].tensor is loss


def test_unwinding_passes_every_gradient_in_reverse_and_changes_nothing() -> None:
    named, loss = small()
    nodes = graph.walk(loss, named)
    back = graph.unwind(nodes)
    assert [b.order for b in back] == [7, 6, 5, 4, 3, 1, 0]
    by_order = {b.order: b for b in back}
    assert by_order[7].gradient.tolist() == 1.0
    assert [None if part is None else part.tolist() for part in by_order[3].handed] == [[2.0, 0.0], None]
    users = [part for b in back for at, part in zip(nodes[b.order].inputs, b.handed, strict=True) if at == 0]
    assert np.sum(users, axis=0).tolist() == by_order[0].gradient.tolist() == [4.5, 0.0]
    assert named["w"].grad is None
    loss.backward()
    assert gradient(named["w"]) == [4.5, 0.0]
    assert gradient(named["b"]) == by_order[1].gradient.tolist() == [2.0]


def test_a_walk_without_gradients_shows_the_result_alone() -> None:
    assert [node.op for node in graph.walk(scratch.ones(2) * 2)] == ["leaf"]
