"""A tensor that a module learns."""

from display_node.scratch.tensor import Tensor


class Parameter(Tensor):
    """Shares its numbers with `data`; requires gradients unless told otherwise."""

    __slots__ = ()

    def __init__(self, data: Tensor, requires_grad: bool = True) -> None:
        super().__init__(data.array, requires_grad=requires_grad)
        self.changes = data.changes

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"
