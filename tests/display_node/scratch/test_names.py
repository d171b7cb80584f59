"""What is missing says so by name, in one line, and what is there can be found."""

import importlib
import textwrap
from typing import Any

import pytest

from common.errors import SandglassError
from display_node import scratch
from display_node.scratch import nn, optim
from display_node.scratch.nn import functional as F  # noqa: N812

X = scratch.zeros(1, 2, 4, 4)
W = scratch.zeros(3, 2, 3, 3)
FIRST = "    from display_node import scratch as torch"


@pytest.mark.parametrize(
    ("where", "name", "known"),
    [
        (scratch, "lstm", "tanh"),
        (nn, "LSTM", "Linear"),
        (F, "gelu", "relu"),
        (optim, "LBFGS", "SGD"),
        (nn.init, "orthogonal_", "kaiming_uniform_"),
        (scratch.autograd, "jacobian", "Function"),
        (X, "std", "mean"),
        (nn.Linear(1, 1), "register_forward_hook", "state_dict"),
        (optim.SGD([X]), "state_dict", "zero_grad"),
    ],
)
def test_an_unknown_name_is_said_with_what_is_known(where: Any, name: str, known: str) -> None:
    assert not hasattr(where, name)
    with pytest.raises(scratch.Unknown) as caught:
        getattr(where, name)
    words = str(caught.value)
    assert words.startswith("scratch")
    assert f" has no {name!r}: it knows " in words
    assert known in words.split("it knows ")[1].split(", ")
    assert "\n" not in words


OPTIONS: dict[str, Any] = {
    "dilation=(2, 2)": lambda: F.conv2d(X, W, dilation=2),
    "padding_mode='reflect'": lambda: nn.Conv2d(1, 1, 3, padding_mode="reflect"),
    "Conv2d knows dilation": lambda: nn.Conv2d(1, 1, 3, dilation=2),
    "'cuda'": lambda: nn.Linear(1, 1, device="cuda"),
    "'cuda:0'": lambda: X.to("cuda:0"),
    "'mps'": lambda: nn.ReLU().to("mps"),
    "ceil_mode=True": lambda: F.max_pool2d(X, 2, ceil_mode=True),
    "return_indices=True": lambda: nn.MaxPool2d(2, return_indices=True),
    "count_include_pad=False": lambda: nn.AvgPool2d(2, count_include_pad=False),
    "divisor_override=3": lambda: F.avg_pool2d(X, 2, divisor_override=3),
    "label_smoothing=0.1": lambda: nn.CrossEntropyLoss(label_smoothing=0.1)(
        X[0, 0], scratch.tensor([0, 1, 2, 3])
    ),
    "ignore_index=0": lambda: F.nll_loss(X[0, 0], scratch.tensor([0, 1, 2, 3]), ignore_index=0),
    "inplace=True": lambda: nn.ReLU(inplace=True),
    "'foreach'": lambda: optim.SGD([X], lr=0.1, foreach=True),
    "'amsgrad'": lambda: optim.Adam([X], amsgrad=True),
    "'fused'": lambda: optim.AdamW([{"params": [X], "fused": True}]),
    "float16": lambda: X.to("float16"),
    "complex64": lambda: scratch.zeros(1, dtype="complex64"),
    "softmax wants a dim": lambda: F.softmax(X),
    "mode 'fan_avg'": lambda: nn.init.kaiming_uniform_(W, mode="fan_avg"),
    r"Tensor\(3\) is torch's old way": lambda: scratch.Tensor(3),
}


@pytest.mark.parametrize("words", OPTIONS)
def test_an_unsupported_option_is_refused_by_name(words: str) -> None:
    with pytest.raises(scratch.Unsupported, match=words.replace("(2, 2)", r"\(2, 2\)")) as caught:
        OPTIONS[words]()
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, SandglassError)


def test_setup_context_is_refused_by_name() -> None:
    class New(scratch.autograd.Function):
        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None: ...

    with pytest.raises(scratch.Unsupported, match=r"New\.setup_context"):
        New.apply(X)


@pytest.mark.parametrize("name", ["", ".nn", ".nn.functional", ".nn.init", ".optim", ".autograd"])
def test_every_name_that_is_listed_is_there(name: str) -> None:
    """Files of the package must not stand where torch has a function: `sigmoid` is one, not a module."""
    module = importlib.import_module(f"display_node.scratch{name}")
    torch = importlib.import_module(f"torch{name}")
    ours_only = {"GraphError", "ScratchError", "Unknown", "Unsupported", "graph", "conv2d_loop", "Context"}
    for known in {*module.__all__, *(dir(scratch) if not name else ())} - ours_only:
        mine, theirs = getattr(module, known), getattr(torch, known)
        assert callable(mine) == callable(theirs), known


def test_methods_are_listed_and_are_torchs() -> None:
    import torch

    listed = {name for name in dir(X) if not name.startswith("_")}
    assert {"exp", "sum", "backward", "view", "shape", "T"} <= listed
    ours_only = {"array", "changes", "order"}
    assert {name for name in listed - ours_only if not hasattr(torch.Tensor, name)} == set()


def test_an_array_is_no_operand() -> None:
    import numpy as np

    with pytest.raises(scratch.GraphError, match="not ndarray"):
        X + np.zeros(4)
    with pytest.raises(scratch.GraphError, match="not ndarray"):
        np.zeros(4) * X
    with pytest.raises(scratch.GraphError, match="one dtype, not float32 and float64"):
        X @ scratch.zeros(4, 4, dtype=scratch.float64)
    assert (X == None) is False  # noqa: E711


MISTAKES: dict[str, Any] = {
    r"\(4, 4\) and \(3,\) do not meet": lambda: X[0, 0] + scratch.zeros(3),
    r"\(3,\) and \(4, 4\) do not meet": lambda: scratch.zeros(3) < X[0, 0],
    r"\(4,\) and \(5,\) do not meet": lambda: scratch.zeros(4).mul_(scratch.zeros(5)),
    r"\(4, 4\) and \(2, 3\) cannot be joined along axis 0": lambda: scratch.cat(
        [X[0, 0], scratch.zeros(2, 3)]
    ),
    "nothing cannot be joined": lambda: scratch.cat([]),
    r"\(4, 4\) cannot be expanded to \(4, 5\)": lambda: X[0, 0].expand(4, 5),
    r"\(4, 4\) cannot be expanded to \(4,\)": lambda: X[0, 0].expand(4),
    "rows of equal length": lambda: scratch.tensor([[1, 2], [3]]),
    r"x\[…\] = …: could not broadcast": lambda: X[0, 0].__setitem__(0, scratch.zeros(3)),
    r"SGD moves tensors, not Linear: give it net.parameters\(\)": lambda: optim.SGD([nn.Linear(1, 1)]),
    r"not ReLU: give it net.parameters\(\)": lambda: optim.Adam(nn.Sequential(nn.ReLU())),
    "Adam moves leaves, but this one was computed by <index>": lambda: optim.Adam(nn.Linear(2, 2).weight),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_what_a_beginner_gets_wrong_is_said_in_our_words(words: str) -> None:
    with pytest.raises(scratch.GraphError, match=words) as caught:
        MISTAKES[words]()
    assert "\n" not in str(caught.value)


def test_the_example_of_the_introduction_learns(capsys: pytest.CaptureFixture[str]) -> None:
    """One or the other, but not both: what no single line through the plane can tell apart."""
    lines = [line for line in str(scratch.__doc__).splitlines() if line.startswith("    ")]
    told: dict[str, Any] = {}
    exec(textwrap.dedent("\n".join(lines[lines.index(FIRST) :])), told)
    assert ((told["net"](told["x"]) > 0).float() == told["y"]).all()
    assert "tensor" in capsys.readouterr().out
