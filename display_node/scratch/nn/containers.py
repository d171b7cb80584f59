"""Modules made of modules."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Self

from display_node.scratch.nn.module import Module


class _Listed(Module):
    """Its parts are attributes named "0", "1", …, or as an OrderedDict names them."""

    def _set(self, name: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__} holds modules, not {type(module).__name__}")
        setattr(self, name, module)

    def append(self, module: Module) -> Self:
        self._set(str(len(self)), module)
        return self

    def __len__(self) -> int:
        return len(list(self.children()))

    def __iter__(self) -> Iterator[Module]:
        return self.children()


class Sequential(_Listed):
    """One after the other: what the first gives, the second gets."""

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], OrderedDict):
            named = list(modules[0].items())
        else:
            named = [(str(at), module) for at, module in enumerate(modules)]
        for name, module in named:
            self._set(name, module)

    def forward(self, input: Any) -> Any:
        for module in self.children():
            input = module(input)
        return input

    def __getitem__(self, at: int | slice) -> Any:
        """One module, or a Sequential of some that shares them and keeps their names."""
        named = list(self.named_children())
        return Sequential(OrderedDict(named[at])) if isinstance(at, slice) else named[at][1]


class ModuleList(_Listed):
    """A list whose modules count as parts. It has no forward of its own."""

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        for module in modules:
            self.append(module)

    def __getitem__(self, at: int) -> Any:
        return list(self.children())[at]
