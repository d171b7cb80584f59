"""A module: parameters, further modules, and a `forward` that uses them.

There is no registry: a module's parts are the parameters and modules among its attributes, in the order
in which they were set, and a part's name is the attribute's.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from display_node.scratch.create import device_is_here
from display_node.scratch.dtypes import DType, DTypeLike, checked, float32, float64
from display_node.scratch.errors import GraphError, unknown
from display_node.scratch.nn.parameter import Parameter
from display_node.scratch.tensor import Tensor


class Mismatch(NamedTuple):
    """What `load_state_dict(strict=False)` did not find a use, or a value, for."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    training = True

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a forward")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        return self.forward(*inputs, **options)

    def __getattr__(self, name: str) -> Any:
        raise unknown(f"scratch's {type(self).__name__}", name, dir(self))

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        return ((name, part) for name, part in vars(self).items() if isinstance(part, Module))

    def children(self) -> Iterator["Module"]:
        return (part for _, part in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """This module, named `prefix`, and all inside it: `encoder.fc1`. Each once, however often used."""
        seen: set[int] = set()
        for name, module in self._all(prefix):
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def _all(self, prefix: str) -> Iterator[tuple[str, "Module"]]:
        yield prefix, self
        for name, child in self.named_children():
            yield from child._all(f"{prefix}.{name}" if prefix else name)

    def modules(self) -> Iterator["Module"]:
        return (module for _, module in self.named_modules())

    def _all_parameters(self) -> Iterator[tuple[str, Parameter]]:
        for prefix, module in self._all(""):
            for name, part in vars(module).items():
                if isinstance(part, Parameter):
                    yield (f"{prefix}.{name}" if prefix else name), part

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Each once, under its first name."""
        seen: set[int] = set()
        for name, parameter in self._all_parameters():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter

    def parameters(self) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters())

    def state_dict(self) -> dict[str, Tensor]:
        """Every parameter by name. The very same numbers, not copies."""
        return {name: parameter.data for name, parameter in self._all_parameters()}

    def load_state_dict(
        self, state_dict: Mapping[str, npt.ArrayLike | Tensor], strict: bool = True
    ) -> Mismatch:
        """Copy values in. Takes scratch's tensors, torch's, and arrays; names and shapes must fit."""
        own = dict(self._all_parameters())
        found = Mismatch([k for k in own if k not in state_dict], [k for k in state_dict if k not in own])
        if strict and (found.missing_keys or found.unexpected_keys):
            missing, unexpected = (", ".join(keys) or "none" for keys in found)
            raise GraphError(
                f"state dict for {type(self).__name__}: missing {missing}; unexpected {unexpected}"
            )
        values = {name: np.asarray(state_dict[name]) for name in own if name in state_dict}
        for name, value in values.items():
            if value.shape != own[name].shape:
                raise GraphError(f"{name} is {own[name].shape}, but the state dict has {value.shape}")
        for name, value in values.items():
            own[name].array[...] = value
            own[name].changes[0] += 1
        return found

    def train(self, mode: bool = True) -> Self:
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to zeros."""
        for parameter in self.parameters():
            forget(parameter, set_to_none)

    def add_module(self, name: str, module: "Module") -> None:
        setattr(self, name, module)

    def apply(self, fn: Callable[["Module"], None]) -> Self:
        """Call `fn` with every module, the innermost first: for one's own initialisation."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def to(self, target: DTypeLike | str) -> Self:
        """`to(dtype)` casts every parameter; `to("cpu")` does nothing."""
        if isinstance(target, str):
            device_is_here("Module.to", target)
            return self
        return self._cast(checked(target))

    def double(self) -> Self:
        return self._cast(float64)

    def float(self) -> Self:
        return self._cast(float32)

    def cpu(self) -> Self:
        return self

    def _cast(self, dtype: DType) -> Self:
        for parameter in self.parameters():
            parameter.array = parameter.array.astype(dtype)
            parameter.changes[0] += 1
        return self

    def extra_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        inside = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        if not inside:
            return f"{type(self).__name__}({self.extra_repr()})"
        return "\n  ".join([f"{type(self).__name__}(", *inside]) + "\n)"


def forget(parameter: Tensor, set_to_none: bool) -> None:
    if set_to_none or parameter.grad is None:
        parameter.grad = None
    else:
        parameter.grad.array[...] = 0
