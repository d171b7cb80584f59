"""Learning: optimisers step by step as torch's, and the very same code on both engines."""

from typing import Any

import numpy as np
import pytest
import torch

from display_node import scratch
from tests.display_node.scratch.twins import batch, numbers, pair_of_digits

OPTIMISERS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("SGD", {"lr": 0.1}),
    "momentum": ("SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 1e-3}),
    "nesterov": ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    "dampening": ("SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3}),
    "adam": ("Adam", {"lr": 1e-3}),
    "adam, decaying": ("Adam", {"lr": 1e-2, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.01}),
    "adamw": ("AdamW", {"lr": 1e-2, "weight_decay": 0.1}),
}


@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_ten_steps_of_the_digit_network_are_torchs(name: str) -> None:
    kind, options = OPTIMISERS[name]
    nets = dict(zip((torch, scratch), pair_of_digits(), strict=True))
    x, y = batch(8)
    losses = []
    for t, net in nets.items():
        optimiser = getattr(t.optim, kind)(net.parameters(), **options)
        losses.append([])
        for _ in range(10):
            optimiser.zero_grad()
            loss = t.nn.functional.cross_entropy(net(t.tensor(x)), t.tensor(y))
            loss.backward()
            optimiser.step()
            losses[-1].append(loss.item())
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert losses[1][-1] < losses[1][0]
    for theirs, ours in zip(nets[torch].parameters(), nets[scratch].parameters(), strict=True):
        np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers_in_double_precision(name: str) -> None:
    """Twenty steps down a bowl, one parameter without a gradient, and a learning rate that changes."""
    kind, options = OPTIMISERS[name]
    ends = []
    for t in (torch, scratch):
        w, unused = (t.nn.Parameter(t.tensor(array)) for array in numbers(1, (3, 2), (2,)))
        target = t.tensor(numbers(2, (3, 2))[0])
        optimiser = getattr(t.optim, kind)([w, unused], **options)
        for _ in range(20):
            optimiser.zero_grad()
            ((w - target) ** 2).sum().backward()
            optimiser.step()
            optimiser.param_groups[0]["lr"] *= 0.9
        assert unused.tolist() == numbers(1, (3, 2), (2,))[1].tolist()
        ends.append(w.detach().numpy())
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-9, atol=1e-12)


def test_groups_have_options_of_their_own() -> None:
    ends = []
    for t in (torch, scratch):
        a, b = (t.ones(2, requires_grad=True) for _ in range(2))
        optimiser = t.optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.25)
        optimiser.step(lambda a=a, b=b: (a + b).sum().backward())
        ends.append([a.tolist(), b.tolist()])
    assert ends[0] == ends[1] == [[0.75, 0.75], [0.0, 0.0]]


def spirals(torch: Any) -> float:
    """Code as it is written for torch; handed either module. Gives the accuracy of what it learnt."""
    nn, optim, F = torch.nn, torch.optim, torch.nn.functional  # noqa: N806

    class Net(nn.Module):  # type: ignore[misc]
        def __init__(self, hidden: int) -> None:
            super(Net, self).__init__()  # noqa: UP008
            self.fc1 = nn.Linear(2, hidden)
            self.fc2 = nn.Linear(hidden, 2)
            self.gain = nn.Parameter(torch.ones(1))

        def forward(self, x: Any) -> Any:
            x = F.relu(self.fc1(x)) * self.gain
            return self.fc2(x)

    torch.manual_seed(0)
    turn = torch.linspace(0, 3, 100)
    arm = torch.stack([turn * torch.exp(-turn / 9), (2 - turn).abs()], dim=1)
    x = torch.cat([arm, -arm]) + 0.05 * torch.randn(200, 2)
    y = torch.cat([torch.zeros(100), torch.ones(100)]).long()
    model = Net(hidden=16)
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    criterion = nn.CrossEntropyLoss()
    for _ in range(5):
        order = torch.randperm(len(x))
        for start in range(0, 200, 20):
            chosen = order[start : start + 20]
            optimizer.zero_grad()
            loss = criterion(model(x[chosen]), y[chosen])
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        right = model(x).argmax(dim=1) == y
    return float(right.float().mean().item())


def by_hand(torch: Any) -> list[float]:
    """A line through points without modules: tensors, in-place steps, gradients zeroed by hand."""
    x = torch.linspace(-1, 1, 20)
    y = 3 * x - 0.5
    w, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    for _ in range(100):
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= 0.3 * w.grad
            b.data -= 0.3 * b.grad
            w.grad.zero_()
            b.grad = None
    return [w.item(), b.item(), loss.item()]


@pytest.mark.parametrize("module", [torch, scratch], ids=["torch", "scratch"])
def test_code_written_for_torch_learns_on_both(module: Any) -> None:
    assert spirals(module) > 0.95


def test_code_written_for_torch_gives_the_same_numbers() -> None:
    assert by_hand(scratch) == pytest.approx(by_hand(torch), abs=1e-6)
    assert by_hand(scratch)[:2] == pytest.approx([3.0, -0.5], abs=1e-3)
