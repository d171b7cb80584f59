"""Drawings → pictures: the same for the same seed, and framed as the station frames."""

import numpy as np
import torch

from common.raster import framed
from common.strokes import Drawing
from weights.inking import legacy, measured, varied
from weights.jitter import jittered
from weights.warp import augment

SEVEN = Drawing((np.array([[20.0, 20], [80, 20], [40, 90]]), np.array([[35.0, 55], [70, 55]])), (100, 100), 7)
DOT = Drawing((np.array([[50.0, 50]]),), (100, 100), 1)


def test_measured_is_what_the_station_submits() -> None:
    digits = measured([SEVEN, DOT])
    assert digits.labels.tolist() == [7, 1]
    assert (digits.images[0] == framed(SEVEN).array).all()


def test_variants_differ_but_come_again_with_their_seed() -> None:
    one, two = varied([SEVEN, DOT], 4, 5, processes=1), varied([SEVEN, DOT], 4, 5, processes=2)
    assert one.images.shape == (8, 32, 32)
    assert one.labels.tolist() == [7] * 4 + [1] * 4
    assert (one.images == two.images).all()
    assert len({image.tobytes() for image in one.images[:4]}) == 4
    assert all(image.any() for image in one.images)


def test_jitter_keeps_what_was_drawn_and_leaves_the_original_alone() -> None:
    before = [stroke.copy() for stroke in SEVEN.strokes]
    shaken = jittered(SEVEN, np.random.default_rng(0))
    assert shaken.label == 7
    assert len(shaken.strokes) in (2, 3)
    assert all((old == new).all() for old, new in zip(before, SEVEN.strokes, strict=True))


def test_a_quick_pen_leaves_fewer_points_and_a_skipping_one_a_gap() -> None:
    ring = np.radians(np.linspace(0, 300, 90))
    zero = Drawing((np.stack([50 + 40 * np.cos(ring), 50 + 50 * np.sin(ring)], axis=1),), (100, 100), 0)
    shaken = [jittered(zero, np.random.default_rng(seed)) for seed in range(120)]
    points = [sum(len(stroke) for stroke in drawing.strokes) for drawing in shaken]
    assert min(points) < 50 < 70 < max(points)
    skipped = [drawing.strokes for drawing in shaken if len(drawing.strokes) == 2]
    assert 2 < len(skipped) < 25
    for before, after in skipped:
        assert 3 < np.hypot(*(after[0] - before[-1])) < 60


def test_a_legacy_picture_fills_the_same_box_as_ours() -> None:
    for picture in (legacy(SEVEN), legacy(SEVEN, nib=2.0, fill=0.5), framed(SEVEN)):
        rows = np.flatnonzero((picture.array >= 64).any(axis=1))
        assert rows[-1] - rows[0] + 1 in range(19, 23)


def test_augmented_pictures_stay_pictures_and_come_again_with_their_seed() -> None:
    images = torch.from_numpy(measured([SEVEN] * 32).images).unsqueeze(1).float() / 255.0
    drawn = torch.arange(32) % 2 == 0
    first, second = (augment(images, drawn, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(first, second)
    assert first.shape == images.shape
    assert first.min() >= 0.0
    assert first.max() <= 1.0
    assert (first.sum(dim=(1, 2, 3)) > 10.0).all()
    assert not torch.equal(first[0], first[1])
    assert not augment(torch.zeros_like(images), drawn, torch.Generator()).any()


def test_calm_digits_stay_nearly_as_they_were() -> None:
    images = torch.from_numpy(measured([SEVEN] * 64).images).unsqueeze(1).float() / 255.0
    drawn = torch.zeros(64, dtype=torch.bool)
    wild, calm = (augment(images, drawn, torch.Generator().manual_seed(1), calm) for calm in (False, True))
    assert 0.0 < (calm - images).abs().mean() < 0.5 * (wild - images).abs().mean()
