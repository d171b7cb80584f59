"""Training on a handful of synthetic digits: it learns, it resumes, it tells."""

from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from common.errors import ConfigError, DataError
from display_node.network import Network
from weights import card, checkpoint
from weights.evaluate import Result, measure
from weights.mnist import Digits
from weights.train import RESTART, Recipe, cycle, epoch, main, rate, run


def recipe(folder: Path, **changes: object) -> Recipe:
    return Recipe(**{"epochs": 2, "finish": 0, "batch": 32, "threads": 1, "runs": folder, **changes})  # type: ignore[arg-type]


def quiet() -> Console:
    return Console(quiet=True)


def same(one: Network, two: Network) -> bool:
    pairs = zip(one.layers, two.layers, strict=True)
    return all(a.weight is None or (a.weight == b.weight).all() for a, b in pairs)


def test_two_steps_move_the_network_and_its_average(tmp_path: Path, bars: Digits) -> None:
    state = checkpoint.begin(seed=1, decay=0.0)
    before = state.net.conv1.weight.clone(), state.averaged.conv1.weight.clone()
    loss = epoch(state, bars, recipe(tmp_path, epochs=1), quiet())
    assert 1.0 < loss < 4.0
    assert not torch.equal(before[0], state.net.conv1.weight)
    assert not torch.equal(before[1], state.averaged.conv1.weight)


def test_it_learns(tmp_path: Path, bars: Digits) -> None:
    wanted = recipe(tmp_path, epochs=30, batch=16, rate=0.01, average=0.9)
    network = run(wanted, bars, {"bars": bars}, quiet())
    assert measure(network, bars).accuracy > 0.8


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path, bars: Digits) -> None:
    whole = run(recipe(tmp_path / "whole"), bars, {}, quiet())
    broken = recipe(tmp_path / "broken")
    state = checkpoint.begin(broken.seed, broken.decay)
    broken.runs.mkdir()
    state.curve.append([epoch(state, bars, broken, quiet())])
    checkpoint.keep(broken.runs / "last.pt", state, broken.numbers)
    assert same(whole, run(recipe(broken.runs, resume=True), bars, {}, quiet()))
    assert not same(whole, run(recipe(tmp_path / "other", seed=2), bars, {}, quiet()))


def test_resuming_another_recipe_or_nothing_is_refused(tmp_path: Path, bars: Digits) -> None:
    with pytest.raises(DataError, match="cannot resume"):
        run(recipe(tmp_path, resume=True), bars, {}, quiet())
    (tmp_path / "last.pt").write_bytes(b"cut off")
    with pytest.raises(DataError, match="not a whole checkpoint"):
        run(recipe(tmp_path, resume=True), bars, {}, quiet())
    run(recipe(tmp_path, epochs=1), bars, {}, quiet())
    with pytest.raises(DataError, match="another recipe"):
        run(recipe(tmp_path, epochs=1, rate=0.1, resume=True), bars, {}, quiet())


def test_a_run_leaves_a_checkpoint_and_a_curve(tmp_path: Path, bars: Digits) -> None:
    run(recipe(tmp_path), bars, {"bars": bars}, quiet())
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["curve.png", "last.pt"]


def test_the_rate_rises_to_one_and_falls_to_nothing() -> None:
    rates = [cycle(done) for done in np.linspace(0.0, 1.0, 101)]
    assert rates[0] == 0.0
    assert rates[15] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(0.0)
    assert sorted(rates[:16]) == rates[:16]
    assert sorted(rates[15:], reverse=True) == rates[15:]


def test_the_second_cycle_is_gentler_and_ends_at_nothing(tmp_path: Path) -> None:
    plan = recipe(tmp_path, epochs=10, finish=4, rate=1.0)
    assert max(rate(plan, done) for done in np.linspace(0, 10, 201)) == pytest.approx(1.0)
    assert max(rate(plan, done) for done in np.linspace(10, 14, 201)) == pytest.approx(RESTART, abs=0.01)
    assert rate(plan, 14.0) == pytest.approx(0.0)


def test_the_card_tells_recipe_and_accuracy_and_no_paths(tmp_path: Path, network: Network) -> None:
    result = Result(np.eye(10, dtype=np.int64) * 99 + np.eye(10, k=1, dtype=np.int64))
    card.write(tmp_path / "net.md", recipe(tmp_path).numbers, network, {"mnist": result})
    text = (tmp_path / "net.md").read_text(encoding="utf-8")
    assert "| MNIST, test part | 999 | 99.10% |" in text
    assert "| seed | 1 |" in text
    assert "41,098 parameters" in text
    assert str(tmp_path) not in text


def test_an_unknown_setting_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("epoch = 3")
    with pytest.raises(ConfigError, match="did you mean 'epochs'"):
        main(["--config", str(tmp_path / "recipe.toml")])
