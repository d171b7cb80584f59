"""From the ten sums to what may be said of them: how likely each digit is, and whether it is a digit at all.

The network is trained as if there were an eleventh sum, always zero, that stands for "none of these":
whoever wins, wins against it too. So the ten sums of a digit hold a large one, and those of a heart don't.
How large they are together, `evidence`, is the log-odds of any digit against none; below the threshold in
the weights file, which was chosen on data, the wall says that it is not sure. No parameter is added.

The shares are the ten sums' softmax at a temperature that makes them honest: of the answers given with
90 %, nine in ten are right (C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017).
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


def softmax(sums: Floats, temperature: float = 1.0) -> Floats:
    """(…, n) sums → shares of one, along the last axis."""
    powers = np.exp((sums - sums.max(axis=-1, keepdims=True)) / temperature)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def evidence(sums: Floats) -> Floats:
    """(…, n) sums → (…): log Σ exp, the log-odds of any digit against none.

    W. Liu et al., Energy-based Out-of-distribution Detection, NeurIPS 2020, calls it the negative energy.
    """
    top = sums.max(axis=-1)
    return np.asarray(top + np.log(np.exp(sums - top[..., None]).sum(axis=-1)))
