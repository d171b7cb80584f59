"""The original's text files, and its author's plain network: read exactly, faults named by file and line."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from common.errors import explain
from display_node.network import Network, load
from weights.convert import main, read
from weights.module import module
from weights.textfiles import MAX_LINE
from weights.zoo import PLANS

OLD = b"the weights of yesterday"


def tensors(plan: str) -> dict[str, np.ndarray]:
    torch.manual_seed(4)
    return {name: tensor.numpy() for name, tensor in PLANS[plan].untrained().state_dict().items()}


def numbers(row: np.ndarray, between: str = " ") -> str:
    return between.join(repr(float(value)) for value in row)


def write(folder: Path, held: Mapping[str, np.ndarray]) -> Path:
    """As the original's author wrote them."""
    folder.mkdir(exist_ok=True)
    for name, tensor in held.items():
        layer, part = name.split(".")
        stem = f"{layer.replace('fc', 'mlp')}{part.capitalize()}.txt"
        if tensor.ndim == 4:
            lines = ["!".join(",".join(map(numbers, channel)) for channel in kernel) for kernel in tensor]
        elif tensor.ndim == 2:
            lines = [numbers(row) for row in tensor]
        else:
            lines = [repr(float(value)) for value in tensor]
        (folder / stem).write_text("\n".join(lines) + "\n")
    return folder


def write_plain(folder: Path, held: Mapping[str, np.ndarray]) -> Path:
    folder.mkdir(exist_ok=True)
    for number in (1, 2, 3):
        weight, bias = held[f"fc{number}.weight"].T, held[f"fc{number}.bias"]
        text = "".join(numbers(row, ",") + ",\n" for row in weight)
        (folder / f"weight{number}.txt").write_text(text)
        (folder / f"biases{number}.txt").write_text(numbers(bias, ",") + ",")
    return folder


def check(network: Network, held: Mapping[str, np.ndarray]) -> None:
    found = {}
    for layer in network.layers:
        if layer.weight is not None:
            found |= {f"{layer.name}.weight": layer.weight, f"{layer.name}.bias": layer.bias}
    assert found.keys() == held.keys()
    for name, array in held.items():
        assert np.array_equal(found[name], array), name


@pytest.mark.parametrize("name", ["sandglass", "mlp"])
def test_every_number_comes_through(name: str, tmp_path: Path) -> None:
    held = tensors(name)
    folder = write(tmp_path / "data", held)
    (folder / "randomTensor.txt").write_text("not ours")
    (folder / "camstate_1.ser").write_bytes(b"\xac\xed")
    assert main([str(folder), str(tmp_path / "wall.safetensors")]) == 0
    network = load(tmp_path / "wall.safetensors")
    check(network, held)
    plan = PLANS[name]
    assert network.input == plan.input
    pictures = torch.rand(3, *plan.input)
    untrained = plan.untrained()
    untrained.load_state_dict({key: torch.tensor(value) for key, value in held.items()})
    torch.testing.assert_close(module(network)(pictures), untrained(pictures))


def test_the_plain_network_as_its_author_wrote_it(tmp_path: Path) -> None:
    held = tensors("mlp")
    check(read(write_plain(tmp_path / "data", held)), held)


def test_windows_line_ends_a_byte_order_mark_and_empty_lines(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", tensors("sandglass"))
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b" \r\n") + b"\r\n\r\n")
    check(read(folder), tensors("sandglass"))


def test_other_numbers_of_layers_and_other_kernels(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    held = {
        "conv1.weight": random.normal(size=(4, 1, 5, 5)),
        "conv1.bias": random.normal(size=4),
        "conv2.weight": random.normal(size=(6, 4, 3, 3)),
        "conv2.bias": random.normal(size=6),
        "fc1.weight": random.normal(size=(10, 6 * 8 * 8)),
        "fc1.bias": random.normal(size=10),
    }
    network = read(write(tmp_path / "data", held))
    assert [layer.after for layer in network.layers if layer.op != "relu"][:2] == [(4, 16, 16), (6, 8, 8)]
    assert network.layers[-1].op == "linear"


def test_a_plan_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "data", tensors("sandglass"))
    for name, status in (("sandglass", 0), ("mlp", 2)):
        command = [str(folder), str(tmp_path / "wall.safetensors"), "--network", name]
        assert explain(lambda command=command: main(command)) == status
    assert capsys.readouterr().err.count("\n") == 1


def changed(name: str, old: str, new: str, count: int = 1) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, count))

    return spoil


def whole(name: str, content: str | bytes) -> Callable[[Path], object]:
    as_bytes = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(as_bytes)


def line(name: str, number: int, made: Callable[[str], str]) -> Callable[[Path], object]:
    """One line of a file, made another."""

    def spoil(folder: Path) -> None:
        lines = (folder / name).read_text().splitlines()
        lines[number - 1] = made(lines[number - 1])
        (folder / name).write_text("\n".join(lines))

    return spoil


def without(*names: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return spoil


def instead(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return spoil


def first(word: str) -> Callable[[str], str]:
    """The line with its first number replaced."""
    return lambda text: f"{word} {text.split(' ', 1)[1]}"


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no files": (
        lambda folder: [path.unlink() for path in folder.iterdir()],
        "holds neither conv1Weight.txt",
    ),
    "no weights": (without("conv3Weight.txt"), "conv3Weight.txt is missing"),
    "no biases": (without("mlp2Bias.txt"), "mlp2Bias.txt is missing"),
    "a gap": (without("conv2Weight.txt", "conv2Bias.txt"), "conv2Weight.txt is missing"),
    "far away": (whole("conv99999999Weight.txt", "1"), "conv5Weight.txt is missing"),
    "no first": (without("mlp1Weight.txt", "mlp1Bias.txt"), "mlp1Weight.txt is missing"),
    "empty": (whole("conv1Bias.txt", ""), "conv1Bias.txt is empty"),
    "blank": (whole("conv1Bias.txt", " \n\n \n"), "conv1Bias.txt is empty"),
    "word": (line("mlp1Weight.txt", 7, first("seven")), "mlp1Weight.txt, line 7: 'seven' is not a number"),
    "NaN": (line("conv2Weight.txt", 3, first("NaN")), "conv2Weight.txt, line 3: 'NaN' is not a number"),
    "infinity": (line("mlp2Bias.txt", 10, lambda _: "-inf"), "mlp2Bias.txt, line 10: '-inf' is not a number"),
    "1e999": (line("mlp2Bias.txt", 2, lambda _: "1e999"), "mlp2Bias.txt, line 2: 1e999 is more than 32 bits"),
    "1e39": (line("conv1Weight.txt", 2, first("-1e39")), "conv1Weight.txt, line 2: -1e39 is more than"),
    "underscore": (line("conv1Bias.txt", 1, lambda _: "1_0"), "'1_0' is not a number"),
    "other digits": (line("conv1Bias.txt", 1, lambda _: "٣"), "'٣' is not a number"),
    "hexadecimal": (line("conv1Bias.txt", 1, lambda _: "0x10"), "'0x10' is not a number"),
    "decimal comma": (line("conv1Bias.txt", 1, lambda _: "0,5"), "line 2: 1 numbers, but 2 numbers"),
    "bytes": (whole("conv1Bias.txt", b"\xff\xfe\0\x1b[2J"), "conv1Bias.txt, line 1: "),
    "an endless number": (line("conv1Bias.txt", 1, lambda _: "1" * 100_000), "is more than 32 bits"),
    "an endless fraction": (line("conv1Bias.txt", 1, lambda _: "x" * 100_000), "is not a number"),
    "ragged row": (
        line("mlp1Weight.txt", 9, lambda text: text + " 1"),
        "line 9: 129 numbers, but 128 numbers in",
    ),
    "ragged columns": (line("conv1Weight.txt", 4, first("")), "line 4: a channel of 3 rows of"),
    "ragged rows": (
        line("conv2Weight.txt", 4, lambda text: text.replace("!", ",1 1 1!", 1)),
        "conv2Weight.txt, line 4: a channel of 3 rows of 3, but the first is of 4 rows of 3",
    ),
    "ragged channels": (
        line("conv2Weight.txt", 5, lambda text: text.rsplit("!", 1)[0]),
        "conv2Weight.txt, line 5: 15 × 3 × 3 numbers, but 16 × 3 × 3 numbers",
    ),
    "an empty row": (line("conv1Weight.txt", 2, lambda text: text + ","), "line 2: a row without numbers"),
    "an empty channel": (
        line("conv1Weight.txt", 2, lambda text: "!" + text),
        "line 2: a row without numbers",
    ),
    "channels that do not fit": (
        instead(
            "conv2Weight.txt",
            lambda path: path.write_text("\n".join(["1 1 1,1 1 1,1 1 1!1 1 1,1 1 1,1 1 1"] * 32)),
        ),
        "conv2 wants (2,) but gets (16,)",
    ),
    "rows that do not fit": (
        instead("mlp1Weight.txt", lambda path: path.write_text("1 1\n" * 128)),
        "mlp1 wants (2,)",
    ),
    "too few biases": (line("conv4Bias.txt", 1, lambda _: ""), "conv4: 32 rows of weights but 31 biases"),
    "an even kernel": (whole("conv1Weight.txt", "1 1,1 1\n" * 16), "conv1Weight.txt: a kernel of 2 × 2"),
    "an oblong kernel": (whole("conv1Weight.txt", "1 1 1\n" * 16), "conv1: a kernel of (1, 3) is not square"),
    "nine digits": (
        lambda folder: [line(f"mlp2{part}.txt", 1, lambda _: "")(folder) for part in ("Weight", "Bias")],
        "it ends in (9,), not in ten digits",
    ),
    "no last layers": (
        without("mlp1Weight.txt", "mlp1Bias.txt", "mlp2Weight.txt", "mlp2Bias.txt"),
        "it ends in (32, 2, 2), not in ten digits",
    ),
    "a long line": (whole("mlp1Weight.txt", "1 " * MAX_LINE), "mlp1Weight.txt, line 1 is longer than"),
    "a line without end": (
        whole("conv1Weight.txt", "!" * (MAX_LINE - 1)),
        "conv1Weight.txt, line 1: a row without",
    ),
    "many lines": (
        whole("mlp1Bias.txt", "1\n" * 1_000_000),
        "mlp1Bias.txt, line 16385: the wall shows at most",
    ),
    "too large": (
        instead(
            "conv1Weight.txt", lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 10 << 30)
        ),
        "bytes of text; at most 64 in 67108864 can be shown",
    ),
    "zeros": (
        instead(
            "conv1Weight.txt", lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 60 << 20)
        ),
        "conv1Weight.txt, line 1 is longer than",
    ),
    "a folder": (
        instead("conv1Weight.txt", lambda path: path.mkdir()),
        "conv1Weight.txt is not a plain file",
    ),
    "a pipe": (instead("conv1Weight.txt", os.mkfifo), "conv1Weight.txt is not a plain file"),
    "a device": (
        instead("conv1Weight.txt", lambda path: path.symlink_to("/dev/zero")),
        "is not a plain file",
    ),
    "a dangling link": (
        instead("conv1Bias.txt", lambda path: path.symlink_to("none")),
        "conv1Bias.txt is missing",
    ),
    "a loop": (instead("conv1Bias.txt", lambda path: path.symlink_to(path)), "cannot read"),
    "many layers": (
        lambda folder: [
            whole(f"conv{n}{part}.txt", "1")(folder) for n in range(1, 99) for part in ("Weight", "Bias")
        ],
        "100 layers in",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_line_that_names_it_and_the_old_file_stays(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, named = FAULTS[name]
    folder = write(tmp_path / "data", tensors("sandglass"))
    spoil(folder)
    target = tmp_path / "wall.safetensors"
    target.write_bytes(OLD)
    assert explain(lambda: main([str(folder), str(target)])) == 2
    said = capsys.readouterr().err
    assert named in said
    assert str(folder) in said
    assert said[:-1].isprintable()
    assert len(said) < 600
    assert target.read_bytes() == OLD
    assert sorted(tmp_path.iterdir()) == [folder, target]
