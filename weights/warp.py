"""Random changes to a batch of pictures, one set per picture, all in torch.

Elastic waves follow P. Simard, D. Steinkraus, J. Platt, Best practices for convolutional neural networks
applied to visual document analysis, ICDAR 2003.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from common.bitmap import SIDE

SHIFT = 1.5
"""Pixels, each way."""
SCALE = 0.1
"""Larger or smaller by at most this part, width and height each on its own."""
TURN = math.radians(10)
SHEAR = 0.15
WAVE = 0.7
"""Pixels: spread of the elastic wave at its knots."""
KNOTS = 5
"""Knots of the wave along each side of the frame."""
GENTLY = 0.4
"""Part of all these for drawings, whose strokes were turned and bent before they were inked."""
CALM = 0.3
"""Part of all these that is left in the last epochs, so that training ends on digits nearly as they were."""
REINKED, HARDENED, PALED = 0.25, 0.1, 0.1
"""Parts of the pictures that are made thicker or thinner; harder-edged; paler."""


def augment(images: Tensor, drawn: Tensor, generator: torch.Generator, calm: bool = False) -> Tensor:
    """(n, 1, 32, 32) in 0…1 → the same digits elsewhere, in other ink. `drawn` (n,): true for drawings.

    The batch must be in random order: what happens to a part of it happens to its first ones. With `calm`,
    the ink stays, and all moves less.
    """
    amount = torch.where(drawn, GENTLY, 1.0)
    if calm:
        return moved(images, CALM * amount, generator)
    return reinked(moved(images, amount, generator), generator)


def moved(images: Tensor, amount: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture shifted, scaled, turned, sheared and waved by its `amount` (n,), sampled bilinearly."""
    count = len(images)
    pixel = 2.0 / SIDE  # of grid_sample's coordinates, which run from −1 to 1
    turn = amount * _uniform(count, TURN, generator)
    across, down = (1.0 + amount * _uniform(count, SCALE, generator) for _ in range(2))
    shear = amount * _uniform(count, SHEAR, generator)
    shift = [amount * _uniform(count, SHIFT * pixel, generator) for _ in range(2)]
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
    knots = knots * amount[:, None, None, None]
    wave = functional.interpolate(knots, size=SIDE, mode="bilinear", align_corners=True)
    return functional.grid_sample(images, grid + wave.permute(0, 2, 3, 1), align_corners=False)


def reinked(images: Tensor, generator: torch.Generator) -> Tensor:
    """Some pictures thicker or thinner, then some with harder edges, then some paler."""
    parts = [round(part * len(images)) for part in (REINKED, HARDENED, PALED)]
    first, second, third, rest = torch.split(images, [*parts, len(images) - sum(parts)])
    return torch.cat([_weighed(first, generator), _hard(second, generator), _pale(third, generator), rest])


def _weighed(images: Tensor, generator: torch.Generator) -> Tensor:
    weight = _each(len(images), generator)
    thick = functional.max_pool2d(images, 3, stride=1, padding=1) - images
    thin = images + functional.max_pool2d(-images, 3, stride=1, padding=1)
    return images + thick * (0.6 * weight).clamp(min=0.0) + thin * (0.4 * weight).clamp(max=0.0)


def _hard(images: Tensor, generator: torch.Generator) -> Tensor:
    return ((images - 0.4) * (3.5 + 2.5 * _each(len(images), generator)) + 0.4).clamp(0.0, 1.0)


def _pale(images: Tensor, generator: torch.Generator) -> Tensor:
    return images * (0.8 + 0.2 * _each(len(images), generator))


def _uniform(count: int, reach: float, generator: torch.Generator) -> Tensor:
    return torch.empty(count).uniform_(-reach, reach, generator=generator)


def _each(count: int, generator: torch.Generator) -> Tensor:
    """(count, 1, 1, 1) in −1…1."""
    return _uniform(count, 1.0, generator)[:, None, None, None]
