"""Networks of any build, drawn at random: chains of layers that a weights file could describe."""

from typing import Any

import numpy as np

from display_node.network import INPUTS, Network, assemble

Step = dict[str, Any]


class Chain:
    """Steps and tensors that fit together, as they grow. `at` is the shape behind the last step."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self.input = INPUTS[int(random.integers(len(INPUTS)))]
        self.at: tuple[int, ...] = self.input
        self.steps: list[Step] = []
        self.tensors: dict[str, np.ndarray] = {}

    def network(self) -> Network:
        return assemble(self.input, self.steps, self.tensors)

    def relu(self) -> None:
        self.steps.append({"op": "relu"})

    def flatten(self) -> None:
        self.steps.append({"op": "flatten"})
        self.at = (int(np.prod(self.at)),)

    def convolution(self, out: int) -> None:
        """Of any kernel, stride and padding that leave something."""
        kernel, stride, padding = self._window(5), int(self._random.integers(1, 4)), self._pick(3)
        name = self._weigh(out, (self.at[0], kernel, kernel))
        self.steps.append({"op": "conv2d", "name": name, "stride": stride, "padding": padding})
        self._slide(out, kernel, stride, padding)

    def pool(self) -> None:
        kernel, stride = self._window(4), int(self._random.integers(1, 4))
        op = ("max_pool2d", "avg_pool2d")[self._pick(2)]
        self.steps.append({"op": op, "kernel": kernel, "stride": stride})
        self._slide(self.at[0], kernel, stride, 0)

    def linear(self, out: int) -> None:
        self.steps.append({"op": "linear", "name": self._weigh(out, self.at)})
        self.at = (out,)

    def _window(self, most: int) -> int:
        return int(self._random.integers(1, min(most, *self.at[1:]) + 1))

    def _pick(self, count: int) -> int:
        return int(self._random.integers(count))

    def _weigh(self, out: int, shape: tuple[int, ...]) -> str:
        name = f"layer{len(self.steps)}"
        spread = 1.0 / np.sqrt(np.prod(shape))
        self.tensors[f"{name}.weight"] = self._random.normal(0, spread, (out, *shape)).astype(np.float32)
        self.tensors[f"{name}.bias"] = self._random.normal(0, 0.1, out).astype(np.float32)
        return name

    def _slide(self, channels: int, kernel: int, stride: int, padding: int) -> None:
        self.at = (channels, *((side + 2 * padding - kernel) // stride + 1 for side in self.at[1:]))


def chain(seed: int) -> Network:
    """Up to five convolutions and pools, up to three hidden rows; ReLU, or none, anywhere.

    One in four ends in a convolution and a flatten instead of a linear layer.
    """
    random = np.random.default_rng(seed)
    made = Chain(random)

    def perhaps_relu() -> None:
        for _ in range(int(random.integers(0, 3))):
            made.relu()

    perhaps_relu()
    for _ in range(int(random.integers(0, 6))):
        if random.random() < 0.5:
            made.convolution(int(random.integers(1, 7)))
        else:
            made.pool()
        perhaps_relu()
    if random.random() < 0.25:
        while made.at[1] > 1:
            made.convolution(10)
        if made.at[0] != 10:
            made.convolution(10)
        made.flatten()
        perhaps_relu()
        if made.at == (10,):
            return made.network()
    else:
        made.flatten()
    for _ in range(int(random.integers(0, 4))):
        made.linear(int(random.integers(1, 300)))
        perhaps_relu()
    made.linear(10)
    perhaps_relu()
    return made.network()
