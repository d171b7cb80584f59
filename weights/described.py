"""Which network are these tensors? By the names and shapes of the zoo's plans, or by a description.

A description is a JSON file: {"input": [1, 28, 28], "layers": [{"op": "conv2d", "stride": 2, "padding": 1},
{"op": "relu"}, {"op": "flatten"}, {"op": "linear"}]}, with the layers that `display_node.network` knows.
A layer may say its `name`, and `out` and `kernel`, which must then be the tensors'.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from common.errors import ConfigError, plain
from display_node.network import MAX_LAYERS, Floats, Network, Shape
from weights.zoo import PLANS, Plan, Step

DIMENSIONS = {"conv2d": 4, "linear": 2}
"""Of the weights of the layers that have some."""
PARTS = ("weight", "bias")
KEYS = {
    "conv2d": {"op", "name", "out", "kernel", "stride", "padding"},
    "linear": {"op", "name", "out"},
    "max_pool2d": {"op", "kernel", "stride"},
    "avg_pool2d": {"op", "kernel", "stride"},
    "relu": {"op"},
    "flatten": {"op"},
}
"""What a layer may say: anything more, a dilation say, would be another network."""
MAX_TEXT = 1 << 16
"""Bytes of a description."""
LISTED = 12
"""Tensors named when none of the plans fits."""


def plan_of(network: str) -> Plan:
    """What `--network` names: one of the zoo's plans, or a description. Raises `ConfigError`."""
    if network in PLANS:
        return PLANS[network]
    if not network.endswith(".json"):
        raise ConfigError(f"--network {network}: neither one of {', '.join(PLANS)} nor a .json file")
    path = Path(network)
    try:
        with path.open("rb") as file:
            text = file.read(MAX_TEXT + 1)
        if len(text) > MAX_TEXT:
            raise ValueError(f"more than {MAX_TEXT} bytes")
        return _parsed(network, json.loads(text))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path} is not JSON: {plain(error)}") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: {plain(error)}") from None


def _parsed(title: str, document: object) -> Plan:
    if not isinstance(document, dict) or document.keys() != {"input", "layers"}:
        raise ValueError('it must be {"input": [1, 28, 28], "layers": [{"op": …}, …]}')
    shape, layers = document["input"], document["layers"]
    if not isinstance(shape, list) or not all(type(side) is int for side in shape):
        raise ValueError(f"its input is {shape!r}, not channels, height, width")
    if not isinstance(layers, list) or len(layers) > MAX_LAYERS:
        raise ValueError(f"its layers are not a list of at most {MAX_LAYERS}")
    return Plan(title, tuple(shape), tuple(_step(step, index) for index, step in enumerate(layers)))


def _step(step: object, index: int) -> Step:
    if not isinstance(step, dict) or str(step.get("op")) not in KEYS:
        raise ValueError(f"layer {index} must have an op, one of {', '.join(KEYS)}")
    for key, value in step.items():
        if key not in KEYS[step["op"]]:
            raise ValueError(f"layer {index}: a {step['op']} here has no {key!r}")
        if type(value) is not (str if key in ("op", "name") else int):
            raise ValueError(f"layer {index}: {key} = {value!r}")
    if step["op"] in DIMENSIONS:
        return {"name": f"{step['op']}{index}"} | step
    return step


def fit(tensors: Mapping[str, Floats], plan: Plan | None) -> Network:
    """The plan's network, or that of the one plan of the zoo with these shapes. Raises `ValueError`."""
    bare = _without_prefix(tensors)
    if plan is not None:
        network = plan.network(_placed(plan, bare))
        _as_described(plan, network)
        return network
    fitting = {name: placed for name, plan in PLANS.items() if (placed := _matching(plan, bare)) is not None}
    if len(fitting) == 1:
        ((name, placed),) = fitting.items()
        return PLANS[name].network(placed)
    if fitting:
        raise ValueError(f"these shapes could be {' or '.join(fitting)}: say which with --network NAME")
    found = [f"{name} {tensor.shape}" for name, tensor in bare.items()][:LISTED]
    rest = f" and {len(bare) - LISTED} more" if len(bare) > LISTED else ""
    raise ValueError(
        f"none of {', '.join(PLANS)} has these tensors (--network F.json describes others):"
        f" {', '.join(found)}{rest}"
    )


def called(network: Network) -> str:
    """The name of the plan with these very layers, or what can be said else."""
    for name, plan in PLANS.items():
        described = [{k: v for k, v in step.items() if not _from_weights(step, k)} for step in plan.steps]
        if plan.input == network.input and described == network.architecture():
            return name
    return "a network of its own"


def _from_weights(step: Step, key: str) -> bool:
    return step["op"] in DIMENSIONS and key in ("out", "kernel")


def _without_prefix(tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """Without what a wrapper put before every name: `module.`, `net.`, `_orig_mod.`."""
    names = list(tensors)
    while names and all(name.count(".") > 1 for name in names) and len({n.split(".")[0] for n in names}) == 1:
        names = [name.split(".", 1)[1] for name in names]
    return dict(zip(names, tensors.values(), strict=True))


def _placed(plan: Plan, tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """By name; or, where the names are other people's, by dimensions in order. Raises `ValueError`."""
    if set(plan.tensors()) == set(tensors):
        return dict(tensors)
    bases = {dimensions: _bases(tensors, dimensions) for dimensions in DIMENSIONS.values()}
    placed: dict[str, Floats] = {}
    for op, dimensions in DIMENSIONS.items():
        names = [step["name"] for step in plan.steps if step["op"] == op]
        if len(names) != len(bases[dimensions]):
            found = len(bases[dimensions])
            raise ValueError(f"of {op} layers it has {found}, not {len(names)} as in {plan.title}")
        for name, base in zip(names, bases[dimensions], strict=True):
            placed |= {f"{name}.{part}": tensors[f"{base}.{part}"] for part in ("weight", "bias")}
    strange = sorted(set(tensors) - {f"{b}.{p}" for found in bases.values() for b in found for p in PARTS})
    if strange:
        raise ValueError(f"{plan.title} has no place for {', '.join(strange[:4])}")
    return placed


def _bases(tensors: Mapping[str, Any], dimensions: int) -> list[str]:
    """The names of layers whose weights have so many dimensions, in order."""
    bases = [
        name.removesuffix(".weight")
        for name, tensor in tensors.items()
        if name.endswith(".weight") and tensor.ndim == dimensions
    ]
    for base in bases:
        if f"{base}.bias" not in tensors:
            raise ValueError(f"tensor {base}.bias is missing: a layer for the wall has one, if only of zeros")
    return bases


def _matching(plan: Plan, tensors: Mapping[str, Floats]) -> dict[str, Floats] | None:
    """The tensors in the plan's places, if their shapes are the plan's."""
    try:
        placed = _placed(plan, tensors)
    except ValueError:
        return None
    with torch.device("meta"):  # shapes without numbers
        wanted: dict[str, Shape] = {n: tuple(t.shape) for n, t in plan.untrained().state_dict().items()}
    return placed if {name: tensor.shape for name, tensor in placed.items()} == wanted else None


def _as_described(plan: Plan, network: Network) -> None:
    for step, layer in zip(plan.steps, network.layers, strict=True):
        if layer.weight is None:
            continue
        for key, found in (("out", len(layer.weight)), ("kernel", layer.kernel)):
            if step.get(key, found) != found:
                raise ValueError(f"{layer.name} has {key} {found}, but {plan.title} says {step[key]}")
