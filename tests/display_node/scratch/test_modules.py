"""Modules: their parts and names, what they begin with, and state dicts that go to torch and back."""

import copy
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
import torch

from display_node import scratch
from display_node.scratch import nn
from tests.display_node.scratch.twins import batch, digits, pair_of_digits


def nested(t: Any) -> Any:
    """A module with everything that has a name, of either engine."""

    class Block(t.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = t.nn.Linear(3, 3, bias=False)
            self.scale = t.nn.Parameter(t.ones(3))
            self.plain = t.zeros(2)

        def forward(self, x: Any) -> Any:
            return t.relu(self.inner(x)) * self.scale

    class Net(t.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.blocks = t.nn.ModuleList([Block(), Block()])
            self.head = t.nn.Sequential(OrderedDict(norm=t.nn.Tanh(), out=t.nn.Linear(3, 2)))
            self.shared = self.blocks[0]

        def forward(self, x: Any) -> Any:
            for block in self.blocks:
                x = block(x)
            return self.head(self.shared(x))

    return Net()


def test_parts_have_torchs_names_in_torchs_order() -> None:
    theirs, ours = nested(torch), nested(scratch)
    for listing in ("named_parameters", "named_modules", "named_children"):
        assert [n for n, _ in getattr(ours, listing)()] == [n for n, _ in getattr(theirs, listing)()]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert len(list(ours.parameters())) == len(list(theirs.parameters())) == 6
    assert len(list(ours.children())) == 3
    assert [type(m).__name__ for m in ours.modules()] == [type(m).__name__ for m in theirs.modules()]


def test_state_dicts_go_to_torch_and_back() -> None:
    theirs, ours = nested(torch), nested(scratch)
    theirs.load_state_dict({name: torch.from_numpy(p.numpy()) for name, p in ours.state_dict().items()})
    x = np.random.default_rng(1).standard_normal((4, 3)).astype(np.float32)
    answer = theirs(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(ours(scratch.from_numpy(x)).detach().numpy(), answer, rtol=1e-5, atol=1e-6)
    fresh = nested(scratch)
    assert fresh.load_state_dict(theirs.state_dict()) == ([], [])
    for name, parameter in fresh.state_dict().items():
        assert parameter.tolist() == ours.state_dict()[name].tolist()
        assert parameter.array is not ours.state_dict()[name].array


def test_a_state_dict_that_does_not_fit_is_refused_whole() -> None:
    net = nn.Linear(2, 1)
    before = net.weight.tolist()
    with pytest.raises(scratch.GraphError, match="missing bias; unexpected bais"):
        net.load_state_dict({"weight": np.ones((1, 2)), "bais": np.ones(1)})
    with pytest.raises(scratch.GraphError, match=r"bias is \(1,\), but the state dict has \(2,\)"):
        net.load_state_dict({"weight": np.ones((1, 2)), "bias": np.ones(2)})
    assert net.weight.tolist() == before
    found = net.load_state_dict({"weight": np.ones((1, 2)), "other": np.ones(2)}, strict=False)
    assert found == (["bias"], ["other"])
    assert net.weight.tolist() == [[1.0, 1.0]]
    assert net.weight.dtype == scratch.float32


def test_layers_begin_as_torchs_do() -> None:
    """Evenly within ±1/√fan in, weights and biases: bounds and spread, not the very numbers."""
    scratch.manual_seed(5)
    for layer, fan in ((nn.Linear(50, 400), 50), (nn.Conv2d(4, 300, (3, 5), groups=2), 30)):
        assert layer.bias is not None
        for parameter in (layer.weight, layer.bias):
            values = parameter.detach().numpy() * np.sqrt(fan)
            assert np.abs(values).max() <= 1
            assert np.abs(values).max() > 0.97
            assert values.std() == pytest.approx(1 / np.sqrt(3), rel=0.1)
            assert parameter.requires_grad
            assert parameter.dtype == scratch.float32
    bounds = [nn.init.kaiming_uniform_(scratch.empty(100, 24), nonlinearity="relu").array.max()]
    bounds.append(nn.init.xavier_uniform_(scratch.empty(30, 24)).array.max())
    assert bounds == pytest.approx([0.5, 1 / 3], rel=0.02)
    assert nn.init.normal_(scratch.empty(5000), 2.0, 0.1).mean().item() == pytest.approx(2, abs=0.01)
    assert nn.init.ones_(nn.Parameter(scratch.zeros(2))).tolist() == [1.0, 1.0]


def test_training_and_evaluating() -> None:
    net = nn.Sequential(nn.Dropout(0.25), nn.Sequential(nn.Dropout(0.25)))
    ones = scratch.ones(20_000)
    scratch.manual_seed(1)
    dropped = net(ones)
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.03)
    assert set(np.unique(dropped.numpy()).round(4)) == {0.0, np.float32(16 / 9).round(4)}
    net.eval()
    assert [module.training for module in net.modules()] == [False] * 4
    assert net(ones).tolist() == ones.tolist()
    assert net.train()[1][0].training


def test_parameters_can_be_frozen_cast_and_forgotten() -> None:
    net = nn.Linear(2, 2)
    net(scratch.ones(1, 2)).sum().backward()
    net.zero_grad(set_to_none=False)
    assert [p.grad.tolist() for p in net.parameters()] == [[[0.0, 0.0]] * 2, [0.0, 0.0]]  # type: ignore[union-attr]
    net.zero_grad()
    assert [p.grad for p in net.parameters()] == [None, None]
    assert not net.requires_grad_(False)(scratch.ones(1, 2)).requires_grad
    assert net.double()(scratch.ones(1, 2, dtype=scratch.float64)).dtype == scratch.float64
    assert net.to(scratch.float32).to("cpu").weight.dtype == scratch.float32
    seen: list[str] = []
    nn.Sequential(net, nn.ReLU()).apply(lambda module: seen.append(type(module).__name__))
    assert seen == ["Linear", "ReLU", "Sequential"]


def test_sequences() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    net.append(nn.Linear(3, 1))
    assert len(net) == 3
    assert [type(part).__name__ for part in net] == ["Linear", "ReLU", "Linear"]
    assert isinstance(net[-1], nn.Linear)
    assert list(net[1:].state_dict()) == ["2.weight", "2.bias"]
    assert net[1:][1].weight is net[2].weight
    assert net(scratch.ones(5, 2)).shape == (5, 1)
    with pytest.raises(TypeError, match="holds modules, not float"):
        nn.Sequential(0.5)
    assert repr(nn.Sequential(OrderedDict(fc=nn.Linear(2, 3)))) == (
        "Sequential(\n  (fc): Linear(in_features=2, out_features=3, bias=True)\n)"
    )


def test_a_copy_shares_nothing() -> None:
    net = nn.Sequential(nn.Linear(2, 1))
    twin = copy.deepcopy(net)
    with scratch.no_grad():
        net[0].weight.fill_(9.0)
    assert twin[0].weight.tolist() != net[0].weight.tolist()
    twin(scratch.ones(1, 2)).sum().backward()
    assert net[0].weight.grad is None
    assert twin[0].weight.grad.tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize("count", [1, 3])
def test_every_activation_of_the_digit_network_is_torchs(count: int) -> None:
    theirs, ours = pair_of_digits()
    x, _ = batch(count)
    a, b = torch.from_numpy(x), scratch.from_numpy(x)
    with torch.no_grad(), scratch.no_grad():
        for step, other in zip(theirs, ours, strict=True):
            a, b = step(a), other(b)
            assert b.dtype == scratch.float32
            np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-5, atol=1e-6)
    assert sum(p.numel() for p in digits(nn).parameters()) == 41_098
