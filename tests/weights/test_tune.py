"""Temperature and threshold: known answers on made-up sums."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from display_node.doubt import softmax
from display_node.network import Network
from weights import lesson
from weights.evaluate import calibration_error, measure
from weights.mnist import Digits
from weights.nondigits import NONE
from weights.tune import temperature, threshold, tuned


def test_the_temperature_undoes_an_exaggeration() -> None:
    random = np.random.default_rng(1)
    true = random.normal(0, 2, (20_000, 10))
    shares = softmax(true)
    labels = np.array([random.choice(10, p=row) for row in shares])
    assert temperature(true.astype(np.float32), labels) == pytest.approx(1.0, abs=0.05)
    assert temperature((3 * true).astype(np.float32), labels) == pytest.approx(3.0, abs=0.15)
    right = shares.argmax(axis=1) == labels
    assert calibration_error(shares.max(axis=1), right) < 0.015
    assert calibration_error(softmax(3 * true).max(axis=1), right) > 0.1


def test_the_calibration_error_is_the_gap_in_each_bin() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.5, 0.5, 1.0])
    right = np.array([True, True, True, False, True, False, True])
    assert calibration_error(confidence, right) == pytest.approx((4 * 0.2 + 0 + 0) / 7)


def test_the_threshold_lies_between_what_can_be_told_apart() -> None:
    assert 2.0 < threshold(np.linspace(5, 9, 100), np.linspace(-3, 2, 100)) <= 5.0


def test_the_threshold_spares_digits_more_than_it_catches_others() -> None:
    random = np.random.default_rng(2)
    digits, others = random.normal(5, 1, 5000), random.normal(0, 1, 5000)
    chosen = threshold(digits, others)
    assert (digits < chosen).mean() < 0.015
    assert (others >= chosen).mean() < 0.06


def test_tuning_changes_no_answer(network: Network) -> None:
    random = np.random.default_rng(3)
    images = random.integers(0, 255, (60, 32, 32)).astype(np.uint8)
    part = Digits(images, np.concatenate([np.arange(40) % 10, np.full(20, NONE)]))
    better = tuned(network, {"all": part})
    before, after = measure(network, part), measure(better, part)
    assert (before.confusion == after.confusion).all()
    assert before.doubted == 0.0
    assert np.isfinite(better.threshold)


def test_a_lesson_is_the_cross_entropy_over_eleven() -> None:
    sums, labels = torch.randn(6, 10), torch.tensor([0, 3, 9, NONE, NONE, 1])
    eleven = torch.cat([sums, torch.zeros(6, 1)], dim=1)
    torch.testing.assert_close(lesson.labelled(sums, labels, 0.0), functional.cross_entropy(eleven, labels))


def test_a_teacher_of_the_same_opinion_has_nothing_to_add() -> None:
    sums, labels = torch.randn(6, 10, requires_grad=True), torch.tensor([0, 3, 9, NONE, NONE, 1])
    assert float(lesson.taught(sums, labels, sums.detach(), 1.0)) == pytest.approx(0.0, abs=1e-6)
    assert float(lesson.taught(sums, labels, -sums.detach(), 1.0)) > 0.1
    plain = lesson.labelled(sums, labels, 0.0)
    torch.testing.assert_close(lesson.taught(sums, labels, -sums.detach(), 0.0), plain)
