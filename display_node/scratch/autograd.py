"""Operations with a derivative of their own: `Function`, as in torch, for visitors' code.

class Square(autograd.Function):
    @staticmethod
    def forward(ctx, x):                # tensors and numbers; nothing in here is remembered …
        ctx.save_for_backward(x)        # … but this
        return x * x

    @staticmethod
    def backward(ctx, gradient):        # one answer per argument of forward; None where there is none
        (x,) = ctx.saved_tensors
        return 2 * x * gradient

y = Square.apply(x)
"""

from typing import Any

from display_node.scratch.dtypes import Array
from display_node.scratch.errors import GraphError, Unsupported, unknown
from display_node.scratch.gradcheck import gradcheck
from display_node.scratch.graph import flow
from display_node.scratch.mode import no_grad
from display_node.scratch.tensor import Rule, Tensor, record

__all__ = ["Context", "Function", "grad", "gradcheck"]


class Context:
    """What `forward` leaves for `backward`: tensors, and any attribute set on it."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self.saved_tensors: tuple[Tensor, ...] = ()

    def save_for_backward(self, *tensors: Tensor) -> None:
        self.saved_tensors = tensors

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"ctx has no {name!r}: forward has not set it")


class Function:
    """To be derived from. One tensor comes out; `apply` is how it is called."""

    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Any:
        raise NotImplementedError("a Function needs a forward(ctx, …)")

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise NotImplementedError("a Function needs a backward(ctx, gradient)")

    @classmethod
    def apply(cls, *inputs: Any) -> Tensor:
        if hasattr(cls, "setup_context"):
            raise Unsupported(f"scratch's Function knows forward(ctx, …) only: {cls.__name__}.setup_context")
        ctx = Context(tuple(isinstance(given, Tensor) and given.requires_grad for given in inputs))
        with no_grad():
            made = cls.forward(ctx, *inputs)
        if not isinstance(made, Tensor):
            raise GraphError(f"{cls.__name__}.forward gave a {type(made).__name__}, not one tensor")
        answers = _Answers(cls, ctx, len(inputs))
        edges = [(given, answers.rule(at)) for at, given in enumerate(inputs) if isinstance(given, Tensor)]
        return record(cls.__name__.lower(), made.array, *edges)


class _Answers:
    """One call of `backward` answers for all inputs; the rules of all edges ask here."""

    def __init__(self, function: type[Function], ctx: Context, count: int) -> None:
        self._function, self._ctx, self._count = function, ctx, count
        self._asked: Array | None = None
        self._answers: tuple[Any, ...] = ()

    def rule(self, at: int) -> Rule:
        return lambda g: self._to(g)[at]

    def _to(self, g: Array) -> list[Any]:
        if self._asked is not g:
            with no_grad():
                given = self._function.backward(self._ctx, Tensor(g))
            self._answers = given if isinstance(given, tuple) else (given,)
            self._asked = g
            if len(self._answers) != self._count:
                name, count = self._function.__name__, len(self._answers)
                raise GraphError(f"{name}.backward gave {count} gradients for {self._count} inputs")
        return [answer.array if isinstance(answer, Tensor) else answer for answer in self._answers]


def grad(outputs: Tensor, inputs: Tensor | list[Tensor] | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """d(outputs)/d(each input), without touching any `grad`. The graph is kept."""
    wanted = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    found = {id(tensor): Tensor(arrived.copy()) for tensor, arrived, _ in flow(outputs, None)}
    if missing := [at for at, tensor in enumerate(wanted) if id(tensor) not in found]:
        raise GraphError(f"input {missing[0]} of grad() has no part in the output, or needs no gradient")
    return tuple(found[id(tensor)] for tensor in wanted)


def __getattr__(name: str) -> Any:
    raise unknown("scratch.autograd", name, __all__)
