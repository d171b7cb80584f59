"""Matrix products. For y = a b, a gradient g at y is g bᵀ at a and aᵀ g at b."""

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError
from display_node.scratch.tensor import Tensor, record


def same_dtype(op: str, *tensors: Tensor | None) -> None:
    """One float64 among float32s would make everything behind it float64, at twice the time."""
    kinds = {tensor.dtype for tensor in tensors if tensor is not None}
    if len(kinds) > 1:
        raise GraphError(f"{op} wants one dtype, not {' and '.join(sorted(map(str, kinds)))}")


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """(…, n, k) × (…, k, m) → (…, n, m); axes before the last two are broadcast.

    A vector on the left is a row, on the right a column, and its axis is missing from the result.
    """
    same_dtype("matmul", a, b)
    try:
        value = a.array @ b.array
    except ValueError:
        raise GraphError(f"matmul of {a.shape} and {b.shape}: the inner sizes differ") from None
    left = a.array[None, :] if a.ndim == 1 else a.array
    right = b.array[:, None] if b.ndim == 1 else b.array

    def whole(g: Array) -> Array:
        """The gradient with the axes that the vectors lost."""
        shape = g.shape[: len(g.shape) - (a.ndim > 1) - (b.ndim > 1)]
        return g.reshape(*shape, left.shape[-2], right.shape[-1])

    def to_right(g: Array) -> Array:
        back = left.swapaxes(-1, -2) @ whole(g)
        return back[..., 0] if b.ndim == 1 else back

    return record("matmul", value, (a, lambda g: whole(g) @ right.swapaxes(-1, -2)), (b, to_right))


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input × weightᵀ + bias: (…, in), (out, in), (out,) → (…, out)."""
    same_dtype("linear", input, weight, bias)
    if input.shape[-1:] != weight.shape[1:]:
        raise GraphError(f"linear wants {weight.shape[1]} numbers, not {input.shape}")
    value = input.array @ weight.array.T
    edges = [(input, lambda g: g @ weight.array), (weight, lambda g: _rows(g).T @ _rows(input.array))]
    if bias is not None:
        value = value + bias.array
        edges.append((bias, lambda g: g))
    return record("linear", value, *edges)


def _rows(array: Array) -> Array:
    """All axes but the last as one."""
    return array.reshape(-1, array.shape[-1])
