"""Which network bare tensors are: by names, by shapes in order, by name of a plan, by a description."""

import json
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

from common.errors import explain
from display_node.network import Network, load
from weights.convert import main
from weights.files import save
from weights.module import module
from weights.zoo import PLANS, Plan

NAMES = list(PLANS)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(6)


def write(net: nn.Module | dict[str, torch.Tensor], path: Path) -> Path:
    state = dict(net if isinstance(net, dict) else net.state_dict())
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(state, path)
    else:
        torch.save(state, path)
    return path


def converted(source: Path, *options: str) -> Network:
    target = source.with_name("wall.safetensors")
    assert main([str(source), str(target), *options]) == 0
    return load(target)


def same(network: Network, theirs: nn.Module) -> None:
    pictures = torch.rand(4, *network.input)
    with torch.inference_mode():
        torch.testing.assert_close(module(network)(pictures), theirs.eval()(pictures))


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert explain(lambda: main([str(argument) for argument in arguments])) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said[:-1].isprintable()
    return said


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_known_by_its_names(
    name: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = PLANS[name].untrained()
    same(converted(write(net, tmp_path / f"theirs{suffix}")), net)
    assert capsys.readouterr().out.endswith(f" layers, {name}\n")


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("name", NAMES)
def test_a_plan_is_known_by_its_shapes(name: str, suffix: str, tmp_path: Path) -> None:
    """As nn.Sequential numbers its parts: by letters, the tenth comes before the second."""
    parts = list(PLANS[name].untrained().children())
    padded = [part for one in parts for part in (one, nn.Identity())]
    net = nn.Sequential(*padded)
    same(converted(write(net, tmp_path / f"theirs{suffix}")), net)


def test_a_net_of_features_and_a_classifier(tmp_path: Path) -> None:
    """By letters the classifier comes first, but its weights have two dimensions, not four."""
    parts = list(PLANS["lenet5"].untrained().children())
    at = next(index for index, part in enumerate(parts) if isinstance(part, nn.Flatten))

    class Theirs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(*parts[:at])
            self.classifier = nn.Sequential(*parts[at:])

        def forward(self, pictures: torch.Tensor) -> Any:
            return self.classifier(self.features(pictures))

    net = Theirs()
    for suffix in (".pt", ".safetensors"):
        same(converted(write(net, tmp_path / f"theirs{suffix}")), net)


@pytest.mark.parametrize("prefix", ["module.", "net.", "_orig_mod.module."])
def test_what_a_wrapper_puts_before_the_names_does_not_matter(prefix: str, tmp_path: Path) -> None:
    net = PLANS["sandglass"].untrained()
    state = {f"{prefix}{name}": part for name, part in net.state_dict().items()}
    same(converted(write(state, tmp_path / "theirs.safetensors")), net)


def test_two_plans_of_the_same_shapes_must_be_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lenet = PLANS["lenet5"]
    steps = tuple(step | {"op": "max_pool2d"} if "pool" in step["op"] else step for step in lenet.steps)
    monkeypatch.setitem(PLANS, "maximal", Plan("as lenet5, but with max pooling", lenet.input, steps))
    source = write(lenet.untrained(), tmp_path / "theirs.pt")
    said = refused(capsys, source, tmp_path / "wall.safetensors")
    assert "these shapes could be lenet5 or maximal: say which with --network NAME" in said
    assert not (tmp_path / "wall.safetensors").exists()
    assert "max_pool2d" in [layer.op for layer in converted(source, "--network", "maximal").layers]
    assert "max_pool2d" not in [layer.op for layer in converted(source, "--network", "lenet5").layers]


def test_what_fits_nothing_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = nn.Sequential(nn.Conv2d(1, 3, 7), nn.Flatten(), nn.Linear(5, 10))
    said = refused(capsys, write(net, tmp_path / "theirs.pt"), tmp_path / "wall.safetensors")
    for named in (*PLANS, "--network F.json", "0.weight (3, 1, 7, 7)", "2.weight (10, 5)", "2.bias (10,)"):
        assert named in said


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda state: state.pop("fc1.bias"), "tensor fc1.bias is missing"),
        (lambda state: state.update({"norm.weight": torch.ones(16)}), "has no place for norm.weight"),
        (
            lambda state: [state.pop(f"fc2.{part}") for part in ("weight", "bias")],
            "of linear layers it has 1, not 2",
        ),
        (
            lambda state: state.update({"conv3.weight": torch.ones(32, 16, 3, 3)}),
            "conv3 wants (16,) but gets",
        ),
        (lambda state: state.update({"conv1.weight": torch.ones(16, 1, 5, 5)}), "conv1 has kernel 5"),
        (lambda state: state["fc2.bias"].fill_(torch.nan), "fc2.bias holds numbers that are not finite"),
    ],
)
def test_what_does_not_fit_a_named_plan_is_said(
    spoil: Any, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = PLANS["sandglass"].untrained().state_dict()
    spoil(state)
    source = write(state, tmp_path / "theirs.pt")
    assert named in refused(capsys, source, tmp_path / "wall.safetensors", "--network", "sandglass")


LAYERS: list[dict[str, Any]] = [
    {"op": "conv2d", "stride": 2, "padding": 1, "out": 4},
    {"op": "relu"},
    {"op": "max_pool2d", "kernel": 3, "stride": 2},
    {"op": "avg_pool2d", "kernel": 2},
    {"op": "flatten"},
    {"op": "linear"},
]


def describe(path: Path, layers: object = LAYERS, shape: object = [1, 28, 28], **more: object) -> Path:
    path.write_text(json.dumps({"input": shape, "layers": layers, **more}))
    return path


@pytest.mark.parametrize("names", [[], ["first", "last.one"]])
def test_a_described_network_comes_through(names: list[str], tmp_path: Path) -> None:
    parts = [
        nn.Conv2d(1, 4, 3, 2, 1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(36, 10),
    ]
    net = nn.Sequential(*parts)
    layers = [dict(step) for step in LAYERS]
    for step, name in zip([layers[0], layers[-1]], names, strict=False):
        step["name"] = name
    description = describe(tmp_path / "theirs.json", layers)
    network = converted(write(net, tmp_path / "theirs.pt"), "--network", str(description))
    same(network, net)
    assert [network.layers[0].name, network.layers[-1].name] == (names or ["conv2d0", "linear5"])


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "Expecting value"),
        ("[" * 60_000, "recursion"),
        ("{}", "it must be"),
        ("[]", "it must be"),
        ('{"input": [1, 28, 28], "layers": [], "more": 1}', "it must be"),
        (" " * 70_000, "more than 65536 bytes"),
        ('{"input": "1,28,28", "layers": []}', "not channels, height, width"),
        ('{"input": [1, 28.0, 28], "layers": []}', "not channels, height, width"),
        ('{"input": [1, 28, 28], "layers": {}}', "not a list"),
        ('{"input": [1, 28, 28], "layers": [7]}', "layer 0 must have an op"),
        ('{"input": [1, 28, 28], "layers": [{"op": "lstm"}]}', "layer 0 must have an op"),
        ('{"input": [1, 28, 28], "layers": [{"op": ["relu"]}]}', "layer 0 must have an op"),
        ('{"input": [1, 28, 28], "layers": [{"op": "conv2d", "dilation": 2}]}', "has no 'dilation'"),
        ('{"input": [1, 28, 28], "layers": [{"op": "conv2d", "stride": 2.5}]}', "stride = 2.5"),
        ('{"input": [1, 28, 28], "layers": [{"op": "conv2d", "stride": true}]}', "stride = True"),
        ('{"input": [1, 28, 28], "layers": [{"op": "conv2d", "stride": 1e999}]}', "stride = inf"),
        ('{"input": [1, 28, 28], "layers": [{"op": "linear", "name": 3}]}', "name = 3"),
    ],
)
def test_a_wrong_description_is_one_line(
    content: str, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "theirs.json").write_text(content)
    source = write(PLANS["mlp"].untrained(), tmp_path / "theirs.pt")
    said = refused(capsys, source, tmp_path / "wall.safetensors", "--network", tmp_path / "theirs.json")
    assert named in said
    assert "theirs.json" in said


@pytest.mark.parametrize(
    ("layers", "shape", "named"),
    [
        (LAYERS, [3, 28, 28], "its input is (3, 28, 28)"),
        ([*LAYERS[:3], *LAYERS[4:]], [1, 28, 28], "linear4 wants (36,) but gets (144,)"),
        (LAYERS[:-1], [1, 28, 28], "of linear layers it has 1, not 0"),
        ([LAYERS[0] | {"out": 5}, *LAYERS[1:]], [1, 28, 28], "conv2d0 has out 4"),
        ([LAYERS[0], {"op": "max_pool2d"}, *LAYERS[1:]], [1, 28, 28], "kernel"),
        ([LAYERS[0] | {"stride": 99}, *LAYERS[1:]], [1, 28, 28], "stride 99"),
        ([LAYERS[0] | {"name": "softmax"}, *LAYERS[1:]], [1, 28, 28], "the name 'softmax' is taken"),
    ],
)
def test_a_description_that_does_not_fit_is_one_line(
    layers: object, shape: object, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.Flatten(), nn.Linear(36, 10))
    description = describe(tmp_path / "theirs.json", layers, shape)
    source = write(net, tmp_path / "theirs.pt")
    assert named in refused(capsys, source, tmp_path / "wall.safetensors", "--network", description)


def test_a_network_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(PLANS["mlp"].untrained(), tmp_path / "theirs.pt")
    for name, named in (("resnet", "neither one of sandglass, mlp"), (f"{tmp_path}/x.json", "cannot read")):
        assert named in refused(capsys, source, tmp_path / "wall.safetensors", "--network", name)


def test_ours_says_itself_what_it_is(
    tmp_path: Path, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    save(network, tmp_path / "ours.safetensors")
    command = tmp_path / "ours.safetensors", tmp_path / "wall.safetensors", "--network", "sandglass"
    assert "leave --network out" in refused(capsys, *command)
