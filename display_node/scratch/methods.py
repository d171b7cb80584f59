"""What may be written behind a tensor's dot: `x.exp()` is `exp(x)`. And what torch calls `torch.exp(x)`."""

from collections.abc import Callable
from typing import Any

from display_node.scratch import (
    arithmetic,
    compare,
    convert,
    inplace,
    logistic,
    pointwise,
    probabilities,
    products,
    reduce,
    shape,
)

BOTH: dict[str, Callable[..., Any]] = {
    **{name: getattr(arithmetic, name) for name in ("add", "sub", "mul", "div", "neg", "pow")},
    **{name: getattr(compare, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{name: getattr(compare, name) for name in ("maximum", "minimum", "clamp")},
    **{name: getattr(pointwise, name) for name in ("exp", "log", "sqrt", "abs", "tanh", "relu")},
    **{name: getattr(reduce, name) for name in ("sum", "mean", "amax", "max", "argmax", "all", "any")},
    **{name: getattr(shape, name) for name in ("reshape", "flatten", "squeeze", "unsqueeze", "permute")},
    **{name: getattr(shape, name) for name in ("transpose", "t", "clone")},
    "matmul": products.matmul,
    "mm": products.matmul,
    "sigmoid": logistic.sigmoid,
    "softmax": probabilities.softmax,
    "log_softmax": probabilities.log_softmax,
}
"""Functions of the package that are methods as well."""

METHODS: dict[str, Callable[..., Any]] = {
    **BOTH,
    **{name: getattr(shape, name) for name in ("view", "expand", "contiguous")},
    **{name: getattr(convert, name) for name in ("to", "cpu", "type_as")},
    **{name: getattr(convert, name) for name in ("float", "double", "long", "int", "bool")},
    **{name: getattr(inplace, name) for name in ("add_", "sub_", "mul_", "div_", "fill_", "zero_")},
    **{name: getattr(inplace, name) for name in ("copy_", "clamp_")},
}
"""All methods that are not written out in `Tensor`."""
