"""`x[key]`: numbers, slices, None, …, and tensors or lists of whole numbers or bools, mixed as in numpy."""

from typing import Any

import numpy as np

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError
from display_node.scratch.inplace import refuse_if_remembered
from display_node.scratch.shape import view_of
from display_node.scratch.tensor import Tensor, record


def _plain(key: Any) -> Any:
    """The key with arrays in place of tensors and lists."""
    if isinstance(key, tuple):
        return tuple(_plain(part) for part in key)
    if isinstance(key, Tensor):
        return key.array
    return np.asarray(key) if isinstance(key, list) else key


def index(x: Tensor, key: Any) -> Tensor:
    """The gradient goes back to the places it was taken from; a place taken twice gets the sum."""
    plain = _plain(key)
    parts = plain if isinstance(plain, tuple) else (plain,)
    gathers = any(isinstance(part, np.ndarray | bool) for part in parts)
    if not any(part is ... for part in parts):
        plain = (*parts, ...)  # else a single number would come as a copy instead of a view

    def rule(g: Array) -> Array:
        spread = np.zeros_like(x.array)
        if gathers:
            np.add.at(spread, plain, g)
        else:
            spread[plain] = g
        return spread

    value = np.asarray(x.array[plain])
    return record("index", value, (x, rule)) if gathers else view_of(x, "index", value, rule)


def put_(x: Tensor, key: Any, value: Tensor | float) -> None:
    """`x[key] = value`, in place: refused where the graph would lose what it remembers."""
    refuse_if_remembered("x[…] = …", x, value)
    try:
        x.array[_plain(key)] = value.array if isinstance(value, Tensor) else value
    except ValueError as error:
        raise GraphError(f"x[…] = …: {error}") from None
    x.changes[0] += 1
