"""Cues: made from times and strengths, thinned out, and looked up by time. Numpy only, and pure.

Which cue is heard next follows from the show's time alone, so a seek finds what playing would have found.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from display_node.scene import CUE, Cues, Scene, Sound

DENSEST = 20
"""Cues a second at most, of all sounds together: of more the ear makes a noise, not a texture."""

Sides = npt.NDArray[np.float64]
GOLDEN = (5**0.5 - 1) / 2


def cues(
    sound: Sound,
    times: npt.ArrayLike,
    loudness: npt.ArrayLike,
    *,
    pitch: npt.ArrayLike = 0,
    pan: npt.ArrayLike = 0.0,
) -> Cues:
    """One cue for each of `times` (n,) that is loud at all; the rest is (n,) too, or one number for all."""
    made = np.zeros(np.size(times), CUE)
    made["time"], made["sound"] = times, sound
    made["pitch"], made["pan"], made["loudness"] = pitch, pan, loudness
    loud: Cues = made[made["loudness"] > 0]
    return loud


def thin(found: Cues, most: float, *, each_pitch: bool = False) -> Cues:
    """The loudest of every slot of 1/`most` seconds; of `each_pitch`, if so wanted.

    The slots are regular, what is loudest in each is not, so no beat can be heard. Equals are chosen from
    by the golden ratio's multiples, which are spread as evenly, and repeat as little, as numbers can.
    """
    slot = np.floor(found["time"] * most)
    group = found["pitch"] if each_pitch else np.zeros(len(found))
    order = np.lexsort((np.arange(len(found)) * GOLDEN % 1, -found["loudness"], slot, group))
    first = np.diff(slot[order], prepend=-np.inf) != 0
    first |= np.diff(group[order], prepend=-np.inf) != 0
    loudest: Cues = found[np.sort(order[first])]
    return loudest


def at_speed(scene: Scene, rate: float) -> Cues:
    """The scene's cues as they are heard at `rate`: when it hurries, the quieter ones are left out."""
    return scene.cues if rate <= 1.0 else _hurried(scene, rate)


@lru_cache(maxsize=1)  # asked for in every frame, of one scene at a time
def _hurried(scene: Scene, rate: float) -> Cues:
    return thin(scene.cues, DENSEST / rate)


def between(found: Cues, before: float, after: float) -> Cues:
    """Those of the sorted cues with before ≤ time < after: what begins while the show goes on from one
    to the other. Empty where it doesn't go on.
    """
    first, last = np.searchsorted(found["time"], (before, after))
    return found[int(first) : int(last)]


def heard(scene: Scene, before: float, after: float, rate: float = 1.0) -> Cues:
    """What begins between two times since `scene` began."""
    return between(at_speed(scene, rate), before, after)


def panned(pan: npt.ArrayLike, loudness: npt.ArrayLike) -> tuple[Sides, Sides]:
    """(left, right) for a place −1…1, as loud in the middle as at either side: l² + r² = loudness²."""
    angle = (np.asarray(pan, np.float64) + 1) * (np.pi / 4)
    heard = np.asarray(loudness, np.float64)
    return np.cos(angle) * heard, np.sin(angle) * heard
