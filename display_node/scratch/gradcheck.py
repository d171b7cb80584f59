"""Is a derivative right? Ask the function itself: nudge an input, and see how much the output moves."""

from collections.abc import Callable, Sequence

import numpy as np

from display_node.scratch.dtypes import Array, float64
from display_node.scratch.errors import GraphError
from display_node.scratch.mode import no_grad
from display_node.scratch.tensor import Tensor


def gradcheck(
    func: Callable[..., Tensor],
    inputs: Tensor | Sequence[Tensor],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
) -> bool:
    """True, or `GraphError` where a gradient differs from (f(x + eps) − f(x − eps)) / 2 eps.

    Inputs that require gradients must be float64: in float32 the difference drowns in rounding. Each
    output is weighted by a number of its own, so that errors at two of them do not cancel.
    """
    given = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    asked = [(at, tensor) for at, tensor in enumerate(given) if tensor.requires_grad]
    if not asked or any(tensor.dtype != float64 for _, tensor in asked):
        raise GraphError("gradcheck wants inputs of float64 that require gradients")
    for _, tensor in asked:
        tensor.grad = None
    output = func(*given)
    weights = np.linspace(0.5, 1.5, output.numel()).reshape(output.shape)
    output.backward(Tensor(weights))
    for at, tensor in asked:
        ours = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.array
        measured = _measured(lambda: float((func(*given).array * weights).sum()), tensor, eps)
        if not np.allclose(ours, measured, rtol=rtol, atol=atol):
            worst = np.abs(ours - measured).max()
            raise GraphError(f"input {at}: the gradient is off by up to {worst:.3g} from what is measured")
    return True


def _measured(total: Callable[[], float], tensor: Tensor, eps: float) -> Array:
    """d(total)/d(each number of the tensor), which is nudged and put back."""
    slopes = np.zeros(tensor.shape)
    with no_grad():
        for place in np.ndindex(tensor.shape):
            before = tensor.array[place]
            tensor.array[place] = before + eps
            above = total()
            tensor.array[place] = before - eps
            below = total()
            tensor.array[place] = before
            slopes[place] = (above - below) / (2 * eps)
    return slopes
