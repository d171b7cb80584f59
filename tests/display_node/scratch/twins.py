"""The same lines run on torch and on ours: torch is the oracle."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from display_node import scratch

Array = NDArray[Any]
Run = Callable[..., Any]
"""Takes the module, `torch` or `scratch`, and tensors; gives one tensor."""

CLOSE = {"float64": 1e-9, "float32": 1e-4}
DTYPES = tuple(CLOSE)


def numbers(seed: int, *shapes: tuple[int, ...], low: float | None = None) -> list[Array]:
    """Normally distributed float64, or at least `low` with an exponential tail above."""
    chance = np.random.default_rng(seed)
    if low is None:
        return [np.asarray(chance.standard_normal(shape)) for shape in shapes]
    return [np.asarray(low + chance.exponential(size=shape)) for shape in shapes]


def outcome(module: Any, run: Run, arrays: Sequence[Array]) -> list[Array]:
    """The value, and the gradient at every input where the value's is 0.5 … 1.5, another at each place."""
    tensors = [module.tensor(array, requires_grad=array.dtype.kind == "f") for array in arrays]
    value = run(module, *tensors)
    gradient = np.linspace(0.5, 1.5, value.numel()).reshape(tuple(value.shape))
    value.backward(module.tensor(gradient.astype(str(value.dtype).removeprefix("torch."))))
    gradients = [
        np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.numpy()
        for tensor in tensors
        if tensor.requires_grad
    ]
    return [value.detach().numpy(), *gradients]


def agree(run: Run, *arrays: Array, dtypes: Sequence[str] = DTYPES) -> None:
    """Value, dtype and gradients are torch's, in double and in single precision."""
    for dtype in dtypes:
        given = [array.astype(dtype) if array.dtype.kind == "f" else array for array in arrays]
        theirs, ours = outcome(torch, run, given), outcome(scratch, run, given)
        assert ours[0].dtype == theirs[0].dtype
        for mine, wanted in zip(ours, theirs, strict=True):
            assert mine.shape == wanted.shape
            np.testing.assert_allclose(mine, wanted, rtol=CLOSE[dtype], atol=CLOSE[dtype])


def digits(nn: Any) -> Any:
    """The network that the installation shows, of either engine's modules."""
    layers: OrderedDict[str, Any] = OrderedDict()
    for at, (channels, more) in enumerate([(1, 16), (16, 32), (32, 32), (32, 32)], start=1):
        layers[f"conv{at}"] = nn.Conv2d(channels, more, 3, stride=2, padding=1)
        layers[f"relu{at}"] = nn.ReLU()
    layers |= {"flatten": nn.Flatten(), "fc1": nn.Linear(128, 128), "relu5": nn.ReLU()}
    return nn.Sequential(layers | {"fc2": nn.Linear(128, 10)})


def pair_of_digits() -> tuple[Any, Any]:
    """(torch's, ours), with the same parameters."""
    theirs, ours = digits(torch.nn), digits(scratch.nn)
    theirs.load_state_dict({name: torch.from_numpy(p.numpy()) for name, p in ours.state_dict().items()})
    return theirs, ours


def batch(count: int, seed: int = 1) -> tuple[Array, Array]:
    """(count, 1, 32, 32) pixels from 0 to 1, (count,) digits."""
    chance = np.random.default_rng(seed)
    return chance.random((count, 1, 32, 32), dtype=np.float32), chance.integers(0, 10, count)
