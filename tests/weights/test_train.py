"""Training on a handful of synthetic digits: it learns, it resumes, it tells."""

from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console
from torch.nn import functional

from common.errors import ConfigError, DataError
from display_node.network import Network
from weights import card, checkpoint
from weights.evaluate import Result, measure
from weights.files import save
from weights.mnist import Digits, joined
from weights.nondigits import NONE
from weights.normed import folded, trainable
from weights.pool import Pool
from weights.teachers import WARMTH, Teachers, taught
from weights.train import RESTART, Recipe, cycle, epoch, lesson, main, rate, run
from weights.zoo import ORIGINAL, PLANS


def recipe(folder: Path, **changes: object) -> Recipe:
    return Recipe(**{"epochs": 2, "finish": 0, "batch": 32, "threads": 1, "runs": folder, **changes})  # type: ignore[arg-type]


def quiet() -> Console:
    return Console(quiet=True)


def pool(digits: Digits) -> Pool:
    return Pool(digits, len(digits) // 2)


def same(one: Network, two: Network) -> bool:
    pairs = zip(one.layers, two.layers, strict=True)
    return all(a.weight is None or (a.weight == b.weight).all() for a, b in pairs)


def test_two_steps_move_the_network_and_its_average(tmp_path: Path, bars: Digits) -> None:
    state = checkpoint.begin(ORIGINAL, seed=1, decay=0.0)
    before = state.net.conv1.weight.clone(), state.averaged.conv1.weight.clone()
    loss = epoch(state, pool(bars), recipe(tmp_path, epochs=1), quiet(), Teachers([]))
    assert 1.0 < loss < 4.0
    assert not torch.equal(before[0], state.net.conv1.weight)
    assert not torch.equal(before[1], state.averaged.conv1.weight)


def test_it_learns(tmp_path: Path, bars: Digits) -> None:
    wanted = recipe(tmp_path, epochs=30, batch=16, rate=0.01, average=0.9)
    network = run(wanted, pool(bars), {"bars": bars}, quiet())
    assert measure(network, bars).accuracy > 0.8


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path, bars: Digits) -> None:
    whole = run(recipe(tmp_path / "whole"), pool(bars), {}, quiet())
    broken = recipe(tmp_path / "broken")
    state = checkpoint.begin(ORIGINAL, broken.seed, broken.decay)
    broken.runs.mkdir()
    state.curve.append([epoch(state, pool(bars), broken, quiet(), Teachers([]))])
    checkpoint.keep(broken.runs / "last.pt", state, broken.numbers)
    assert same(whole, run(recipe(broken.runs, resume=True), pool(bars), {}, quiet()))
    assert not same(whole, run(recipe(tmp_path / "other", seed=2), pool(bars), {}, quiet()))


def test_what_is_exported_lies_between_the_ends_of_both_cycles(tmp_path: Path, bars: Digits) -> None:
    plan = recipe(tmp_path, epochs=2, finish=1)
    exported = run(plan, pool(bars), {}, quiet())
    state = checkpoint.begin(ORIGINAL, plan.seed, plan.decay)
    checkpoint.resume(tmp_path / "last.pt", state, plan.numbers)
    one, two = state.first.fc2.bias, state.averaged.fc2.bias
    assert not torch.equal(one, two)
    expected = ((one + two) / 2).detach().numpy()
    assert exported.layers[-1].bias == pytest.approx(expected, abs=1e-6)


def test_resuming_another_recipe_or_nothing_is_refused(tmp_path: Path, bars: Digits) -> None:
    with pytest.raises(DataError, match="cannot resume"):
        run(recipe(tmp_path, resume=True), pool(bars), {}, quiet())
    (tmp_path / "last.pt").write_bytes(b"cut off")
    with pytest.raises(DataError, match="not a whole checkpoint"):
        run(recipe(tmp_path, resume=True), pool(bars), {}, quiet())
    run(recipe(tmp_path, epochs=1), pool(bars), {}, quiet())
    with pytest.raises(DataError, match="another recipe"):
        run(recipe(tmp_path, epochs=1, rate=0.1, resume=True), pool(bars), {}, quiet())


def test_a_run_leaves_a_checkpoint_and_a_curve(tmp_path: Path, bars: Digits) -> None:
    run(recipe(tmp_path), pool(bars), {"bars": bars}, quiet())
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["curve.png", "last.pt"]


def test_the_rate_rises_to_one_and_falls_to_nothing() -> None:
    rates = [cycle(done) for done in np.linspace(0.0, 1.0, 101)]
    assert rates[0] == 0.0
    assert rates[10] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(0.0)
    assert sorted(rates[:11]) == rates[:11]
    assert sorted(rates[10:], reverse=True) == rates[10:]


def test_the_second_cycle_is_gentler_and_ends_at_nothing(tmp_path: Path) -> None:
    plan = recipe(tmp_path, epochs=10, finish=4, rate=1.0)
    assert max(rate(plan, done) for done in np.linspace(0, 10, 201)) == pytest.approx(1.0)
    assert max(rate(plan, done) for done in np.linspace(10, 14, 201)) == pytest.approx(RESTART, abs=0.01)
    assert rate(plan, 14.0) == pytest.approx(0.0)


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_can_be_trained(tmp_path: Path, bars: Digits, name: str) -> None:
    wanted = recipe(tmp_path, network=name, epochs=1)
    network = run(wanted, pool(bars), {"bars": bars}, quiet())
    assert [layer.name for layer in network.layers] == PLANS[name].names()
    assert network.input == PLANS[name].input


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(ConfigError, match="there are sandglass, mlp"):
        main(["--network", "resnet"])


def test_a_lesson_is_the_cross_entropy_over_eleven() -> None:
    sums, labels = torch.randn(6, 10), torch.tensor([0, 3, 9, NONE, NONE, 1])
    eleven = torch.cat([sums, torch.zeros(6, 1)], dim=1)
    torch.testing.assert_close(lesson(sums, labels, 0.0), functional.cross_entropy(eleven, labels))


def test_a_run_chooses_temperature_and_threshold(tmp_path: Path, bars: Digits) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (20, 32, 32)).astype(np.uint8)
    none = Digits(noise, np.full(20, NONE, np.int64))
    network = run(recipe(tmp_path), pool(joined(bars, none)), {"bars": bars, "none": none}, quiet())
    assert np.isfinite(network.threshold)


def test_the_card_tells_recipe_and_accuracy_and_no_paths(tmp_path: Path, network: Network) -> None:
    counts = np.eye(10, dtype=np.int64) * 99 + np.eye(10, k=1, dtype=np.int64)
    result = Result(999, 0.991, counts, 0.004, 0.0075)
    card.write(tmp_path / "net.md", ORIGINAL, recipe(tmp_path).numbers, network, {"mnist": result})
    text = (tmp_path / "net.md").read_text(encoding="utf-8")
    assert "| MNIST, test part | 999 | 99.10% | 0.40% | 0.75% |" in text
    assert "| seed | 1 |" in text
    assert "41,098 parameters" in text
    assert str(tmp_path) not in text


def test_an_unknown_setting_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("epoch = 3")
    with pytest.raises(ConfigError, match="did you mean 'epochs'"):
        main(["--config", str(tmp_path / "recipe.toml")])


def test_a_pupil_comes_to_think_what_its_teachers_think() -> None:
    """Where the pupil's shares are the teachers' own, their lesson has nothing left to say."""
    torch.manual_seed(3)
    teacher = torch.randn(8, 11)
    shares = torch.softmax(teacher / WARMTH, dim=1)
    pupil = teacher.clone().requires_grad_()
    taught(pupil, shares).backward()
    assert pupil.grad is not None
    torch.testing.assert_close(pupil.grad, torch.zeros(8, 11), atol=1e-6, rtol=0.0)
    other = torch.randn(8, 11, requires_grad=True)
    assert taught(other, shares) > taught(teacher, shares)


def test_teachers_read_the_picture_that_the_pupil_reads(tmp_path: Path) -> None:
    """The mean of two, over eleven, whatever the size of their input."""
    files = []
    for name in ("sandglass", "pooled"):
        torch.manual_seed(len(files))
        files.append(tmp_path / f"{name}.safetensors")
        save(folded(trainable(PLANS[name]).eval(), PLANS[name]), files[-1])
    images = torch.rand(5, 1, 32, 32)
    shares = Teachers(files).shares(images)
    assert shares.shape == (5, 11)
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(5))
    each = [Teachers([file]).shares(images) for file in files]
    torch.testing.assert_close(shares, (each[0] + each[1]) / 2)
