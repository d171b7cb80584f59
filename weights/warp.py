"""Random changes to a batch of pictures, one set per picture, all in torch.

Elastic waves follow P. Simard, D. Steinkraus, J. Platt, Best practices for convolutional neural networks
applied to visual document analysis, ICDAR 2003.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from common.bitmap import SIDE

SHIFT = 2.0
"""Pixels, each way."""
SCALE = 0.15
"""Larger or smaller by at most this part; half as much again between width and height."""
TURN = math.radians(12)
SHEAR = 0.2
WAVE = 0.8
"""Pixels: spread of the elastic wave at its knots."""
KNOTS = 5
"""Knots of the wave along each side of the frame."""


def augment(images: Tensor, generator: torch.Generator) -> Tensor:
    """(n, 1, 32, 32) in 0…1 → the same digits elsewhere, in other ink."""
    return reinked(moved(images, generator), generator)


def moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture shifted, scaled, turned, sheared and waved, sampled bilinearly."""
    count = len(images)
    pixel = 2.0 / SIDE  # of grid_sample's coordinates, which run from −1 to 1
    turn = _uniform(count, TURN, generator)
    across, down = (1.0 + _uniform(count, SCALE, generator) for _ in range(2))
    shear = _uniform(count, SHEAR, generator)
    shift = [_uniform(count, SHIFT * pixel, generator) for _ in range(2)]
    cos, sin = turn.cos(), turn.sin()
    matrix = torch.stack(
        [
            torch.stack([cos * across, (cos * shear - sin) * across, shift[0]], dim=1),
            torch.stack([sin * down, (sin * shear + cos) * down, shift[1]], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(matrix, list(images.shape), align_corners=False)
    knots = torch.randn(count, 2, KNOTS, KNOTS, generator=generator) * (WAVE * pixel)
    wave = functional.interpolate(knots, size=SIDE, mode="bilinear", align_corners=True)
    return functional.grid_sample(images, grid + wave.permute(0, 2, 3, 1), align_corners=False)


def reinked(images: Tensor, generator: torch.Generator) -> Tensor:
    """Half of the pictures thicker or thinner, a third with harder edges, all a little paler or not."""
    count = len(images)
    weight = _uniform(count, 1.0, generator)[:, None, None, None]
    weight = torch.where(_chance(count, 0.5, generator), weight, 0.0)
    thick = functional.max_pool2d(images, 3, stride=1, padding=1) - images
    thin = images + functional.max_pool2d(-images, 3, stride=1, padding=1)
    images = images + thick * (0.6 * weight).clamp(min=0.0) + thin * (0.4 * weight).clamp(max=0.0)
    hard = 1.0 + 2.5 * (1.0 + _uniform(count, 1.0, generator))[:, None, None, None]
    harder = ((images - 0.4) * hard + 0.4).clamp(0.0, 1.0)
    images = torch.where(_chance(count, 1 / 3, generator), harder, images)
    return images * (1.0 - 0.15 * (1.0 + _uniform(count, 1.0, generator)))[:, None, None, None]


def _uniform(count: int, reach: float, generator: torch.Generator) -> Tensor:
    return torch.empty(count).uniform_(-reach, reach, generator=generator)


def _chance(count: int, share: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(count, generator=generator) < share)[:, None, None, None]
