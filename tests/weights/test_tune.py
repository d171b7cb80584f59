"""Temperature and threshold: known answers on made-up sums."""

import numpy as np
import pytest

from display_node.doubt import softmax
from display_node.network import Network
from weights.evaluate import calibration_error, measure
from weights.mnist import Digits
from weights.nondigits import NONE
from weights.tune import FALSE_DOUBT, temperature, threshold, tuned


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


def test_the_threshold_doubts_as_many_as_the_hardest_digits_allow() -> None:
    random = np.random.default_rng(2)
    easy, hard = random.normal(8, 1, 4000), random.normal(4, 1, 4000)
    chosen = threshold([easy, hard])
    assert (hard < chosen).mean() == pytest.approx(FALSE_DOUBT, abs=1e-3)
    assert not (easy < chosen).any()


def test_tuning_changes_no_answer(network: Network) -> None:
    random = np.random.default_rng(3)
    images = random.integers(0, 255, (200, 32, 32)).astype(np.uint8)
    digits, none = Digits(images, np.arange(200) % 10), Digits(images, np.full(200, NONE))
    better = tuned(network, {"digits": digits, "none": none})
    before, after = measure(network, digits), measure(better, digits)
    assert (before.confusion == after.confusion).all()
    assert before.doubted == 0.0
    assert after.doubted == pytest.approx(FALSE_DOUBT, abs=0.005)
    assert measure(better, none).accuracy == after.doubted
    assert np.isfinite(better.threshold)
