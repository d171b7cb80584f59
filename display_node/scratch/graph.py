"""The way back: the chain rule over everything that a tensor remembers, and the graph laid open.

`flow` is the algorithm. The gradient of the loss by itself is 1. Tensors are visited from the latest to
the earliest, so that each has received its gradient from all its users before it passes it on; each
step's rules turn the gradient at its value into one at each input; where a tensor is used several times
the gradients add up. Source: reverse-mode differentiation, Linnainmaa 1970.

`walk` and `unwind` show the same to an exhibit: every node in the order of its making, then every
gradient in the reverse order. Neither changes anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError, only
from display_node.scratch.tensor import Tensor

Handed = tuple[Array | None, ...]


@dataclass(frozen=True, eq=False)
class Node:
    """One tensor of a graph. `order` is its place in `walk`'s list, `inputs` are places of others.

    `op` is "leaf" for what no operation made: parameters, the drawing, constants.
    """

    order: int
    op: str
    inputs: tuple[int, ...]
    value: Array
    requires_grad: bool
    name: str
    tensor: Tensor

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape


@dataclass(frozen=True, eq=False)
class Back:
    """What passes node `order` on the way back: its whole gradient, and what it hands each of its inputs.

    An input that needs no gradient is handed None. Where a node has several users, `gradient` is the sum
    of what they hand it.
    """

    order: int
    gradient: Array
    handed: Handed


def walk(root: Tensor, names: dict[str, Tensor] | None = None) -> list[Node]:
    """Everything `root` was computed from, inputs before users, in the order in which it was made.

    To be called before `backward` lets the graph go. `names`, for example `dict(net.named_parameters())`,
    gives leaves (or others) their names.
    """
    named = {id(tensor): name for name, tensor in (names or {}).items()}
    tensors = _ancestry(root)
    place = {id(tensor): order for order, tensor in enumerate(tensors)}
    nodes = []
    for order, tensor in enumerate(tensors):
        inputs = tuple(place[id(source)] for source, _ in _edges(tensor))
        op = "leaf" if tensor.grad_fn is None else tensor.grad_fn.op
        name = named.get(id(tensor), "")
        nodes.append(Node(order, op, inputs, tensor.array, tensor.requires_grad, name, tensor))
    return nodes


def unwind(nodes: Sequence[Node], gradient: Tensor | None = None) -> list[Back]:
    """The way back from the last of `nodes`, as `walk` gave them: latest first, down to the leaves."""
    place = {id(node.tensor): node.order for node in nodes}
    passing = flow(nodes[-1].tensor, gradient)
    return [Back(place[id(tensor)], arrived, handed) for tensor, arrived, handed in passing]


def backward(root: Tensor, gradient: Tensor | None, retain_graph: bool, create_graph: bool = False) -> None:
    """Add each leaf's gradient to its `grad`; then let the graph go, unless `retain_graph`.

    Raises `GraphError` where `root` remembers nothing, where it is no scalar and comes without a
    `gradient`, where the graph was let go before (torch, too, keeps only what needs no saved values), and
    where an input has been changed in place since.
    """
    only("backward", create_graph=(create_graph, False))
    for tensor, arrived, _ in flow(root, gradient):
        if tensor.grad_fn is None or tensor.retains_grad:
            if tensor.grad is None:
                tensor.grad = Tensor(arrived.copy())  # rules may hand one array to several inputs
            else:
                tensor.grad.array += arrived
        if tensor.grad_fn is not None and not retain_graph:
            tensor.grad_fn.edges = None


def flow(root: Tensor, gradient: Tensor | None) -> Iterator[tuple[Tensor, Array, Handed]]:
    """Each tensor that requires a gradient, latest first, with its whole gradient and what it hands on."""
    waiting = {id(root): _first(root, gradient)}
    for tensor in reversed(_ancestry(root)):
        if id(tensor) not in waiting:
            continue  # needs no gradient, or a visitor's function handed it none
        arrived = waiting.pop(id(tensor))
        handed: list[Array | None] = []
        for source, rule in _edges(tensor):
            with np.errstate(all="ignore"):  # infinities and NaN are values, as in torch
                part = _fit(rule(arrived), source) if source.requires_grad else None
            if part is not None:
                before = waiting.get(id(source))
                waiting[id(source)] = part if before is None else np.asarray(before + part)
            handed.append(part)
        yield tensor, arrived, tuple(handed)


def _first(root: Tensor, gradient: Tensor | None) -> Array:
    if not root.requires_grad:
        raise GraphError("backward() from a tensor that remembers nothing: no input requires gradients")
    if gradient is not None:
        if gradient.shape != root.shape:
            raise GraphError(f"a gradient of shape {gradient.shape} for a tensor of shape {root.shape}")
        return gradient.array.astype(root.dtype)
    if root.numel() != 1:
        raise GraphError(f"backward() without a gradient wants one number, not a tensor of {root.shape}")
    return np.ones_like(root.array)


def _edges(tensor: Tensor) -> Sequence[tuple[Tensor, Any]]:
    """Inputs and rules; none for a leaf."""
    step = tensor.grad_fn
    if step is None:
        return ()
    if step.edges is None:
        again = "compute it again, or use backward(retain_graph=True)"
        raise GraphError(f"the graph behind {step} was let go by backward(): {again}")
    if step.versions != [source.changes[0] for source, _ in step.edges]:
        raise GraphError(f"an input of {step} was changed in place after it was used")
    return step.edges


def _ancestry(root: Tensor) -> list[Tensor]:
    """`root` and all that it came of, in the order of making. No recursion: graphs may be deep."""
    found = {id(root): root}
    open_ends = [root]
    while open_ends:
        for source, _ in _edges(open_ends.pop()):
            if id(source) not in found:
                found[id(source)] = source
                open_ends.append(source)
    return sorted(found.values(), key=lambda tensor: tensor.order)


def _fit(gradient: Array | None, source: Tensor) -> Array | None:
    """In the input's shape and dtype: what broadcasting repeated is summed, for each copy has its share."""
    if gradient is None:
        return None
    gradient, value = np.asarray(gradient), source.array  # numpy makes scalars of arrays without axes
    if gradient.shape != value.shape:
        extra = gradient.ndim - value.ndim
        if extra >= 0:
            stretched = (extra + axis for axis, side in enumerate(value.shape) if side == 1)
            gradient = gradient.sum(axis=(*range(extra), *stretched), keepdims=True)
            gradient = gradient.reshape(gradient.shape[extra:])
        if gradient.shape != value.shape:
            raise GraphError(f"a gradient of shape {gradient.shape} for an input of shape {value.shape}")
    return np.asarray(gradient, value.dtype)
