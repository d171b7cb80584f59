"""Rate functions: 0 → 0, 1 → 1, monotone. Pure, and each one the twin of its namesake in easing.glsl.

`ease` is the original's easeInOutCirc (Penner, Robert Penner's Programming Macromedia Flash MX, ch. 7).
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def ease(x: Floats) -> Floats:
    """Two quarter circles: slow at both ends, very fast in the middle. Clamps outside 0…1."""
    x = np.clip(x, 0.0, 1.0)
    first = 0.5 - 0.5 * np.sqrt(np.maximum(1.0 - 4.0 * x * x, 0.0))
    second = 0.5 + 0.5 * np.sqrt(np.maximum(1.0 - 4.0 * (1.0 - x) ** 2, 0.0))
    eased: Floats = np.where(x < 0.5, first, second).astype(np.float32)
    return eased


def glide(x: float) -> float:
    """Perlin's smootherstep (SIGGRAPH 2002): velocity and acceleration are 0 at both ends. For cameras."""
    x = min(max(x, 0.0), 1.0)
    return x * x * x * (x * (6.0 * x - 15.0) + 10.0)


def loudness(value: float, gain: float) -> float:
    """Brightness 0…1 of a number, a little lifted so that small ones can be told from zero."""
    return math.sqrt(min(abs(value) * gain, 1.0))
