"""Optimisers: how parameters move against their gradients.

The options of torch's that are not in the signatures (`foreach`, `amsgrad`, …) are refused by name.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError, Unsupported, unknown
from display_node.scratch.nn.module import forget
from display_node.scratch.tensor import Tensor

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]


class Optimizer:
    """`param_groups`: dicts of "params" with the options that hold for them, changeable at any time."""

    def __init__(self, params: Iterable[Any], options: dict[str, Any], refused: dict[str, Any]) -> None:
        given = list(params)
        groups = given if given and isinstance(given[0], dict) else [{"params": given}]
        named = {*refused, *(name for group in groups for name in group)}
        for name in sorted(named - {"params", *options}):
            raise Unsupported(
                f"scratch's {type(self).__name__} has no {name!r}: it knows {', '.join(options)}"
            )
        self.param_groups: list[dict[str, Any]] = [{**options, **group} for group in groups]
        for group in self.param_groups:
            group["params"] = [self._leaf(parameter) for parameter in group["params"]]
        if not any(group["params"] for group in self.param_groups):
            raise GraphError(f"{type(self).__name__} got no parameters")
        self.state: dict[int, dict[str, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        raise unknown(f"scratch's {type(self).__name__}", name, dir(self))

    def _leaf(self, parameter: Any) -> Tensor:
        """Anything else would never get a gradient, and so would stay as it is without a word."""
        if not isinstance(parameter, Tensor):
            found = type(parameter).__name__
            raise GraphError(f"{type(self).__name__} moves tensors, not {found}: give it net.parameters()")
        if not parameter.is_leaf:
            made = f"this one was computed by {parameter.grad_fn}"
            raise GraphError(
                f"{type(self).__name__} moves leaves, but {made}: give it [tensor], or detach() it"
            )
        return parameter

    def zero_grad(self, set_to_none: bool = True) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                forget(parameter, set_to_none)

    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Move every parameter that has a gradient; `closure`, if any, computes loss and gradients first."""
        loss = closure() if closure else None
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    state = self.state.setdefault(id(parameter), {})
                    parameter.array -= self._move(parameter.array, parameter.grad.array, state, group)
                    parameter.changes[0] += 1
        return loss

    def _move(self, value: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]) -> Array:
        """What to subtract from `value`; `state` is this parameter's own, empty at first."""
        raise NotImplementedError


class SGD(Optimizer):
    """lr · gradient; with momentum, lr · velocity: velocity ← momentum · velocity + gradient.

    `weight_decay` adds that part of the value to the gradient. Source: torch's documentation of SGD.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        **refused: Any,
    ) -> None:
        options = {"lr": lr, "momentum": momentum, "dampening": dampening}
        super().__init__(params, {**options, "weight_decay": weight_decay, "nesterov": nesterov}, refused)

    def _move(self, value: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]) -> Array:
        momentum = group["momentum"]
        if group["weight_decay"]:
            gradient = gradient + group["weight_decay"] * value
        if momentum:
            if "velocity" in state:
                state["velocity"] = momentum * state["velocity"] + (1 - group["dampening"]) * gradient
            else:
                state["velocity"] = gradient.copy()
            gradient = gradient + momentum * state["velocity"] if group["nesterov"] else state["velocity"]
        return np.asarray(group["lr"] * gradient)


class Adam(Optimizer):
    """lr · m / (√v + eps): m and v are running means of the gradient and of its square.

    Both begin at 0 and are divided by 1 − βᵗ at step t, which makes up for it. Source: Kingma & Ba 2015.
    """

    decoupled = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        **refused: Any,
    ) -> None:
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options, refused)

    def _move(self, value: Array, gradient: Array, state: dict[str, Any], group: dict[str, Any]) -> Array:
        (first, second), lr, decay = group["betas"], group["lr"], group["weight_decay"]
        if decay and not self.decoupled:
            gradient = gradient + decay * value
        t = state["step"] = state.get("step", 0) + 1
        m = state["m"] = first * state.get("m", 0.0) + (1 - first) * gradient
        v = state["v"] = second * state.get("v", 0.0) + (1 - second) * gradient * gradient
        move = lr / (1 - first**t) * m / (np.sqrt(v) / math.sqrt(1 - second**t) + group["eps"])
        return np.asarray(move + lr * decay * value if decay and self.decoupled else move)


class AdamW(Adam):
    """Adam whose `weight_decay` acts on the value and not through the gradient. Loshchilov & Hutter 2019."""

    decoupled = True

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, weight_decay: float = 1e-2, **options: Any
    ) -> None:
        super().__init__(params, lr, weight_decay=weight_decay, **options)


def __getattr__(name: str) -> Any:
    raise unknown("scratch.optim", name, __all__)
