"""After the training: the temperature that makes the shares honest, the threshold that makes the doubt so.

Both are chosen on the tuning part, which training never sees, and neither changes what is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from display_node.doubt import evidence, softmax
from display_node.network import Network
from weights import nondigits
from weights.evaluate import Sums, sums
from weights.mnist import Digits

TEMPERATURES = np.geomspace(0.25, 4.0, 121)
FALSE_DOUBT = 0.0085
"""Share of digits that may be doubted; the tests allow 1 %. Settled with them in view: see CHANGELOG.md."""
LEAST = 1e-12
"""A share below which a logarithm would be lost to rounding."""


def tuned(network: Network, parts: Mapping[str, Digits]) -> Network:
    """The network with temperature and threshold of its own, chosen on those parts that are digits."""
    digits = [part for part in parts.values() if (part.labels != nondigits.NONE).all()]
    if not digits:
        return network
    found = [sums(network, part) for part in digits]
    labels = np.concatenate([part.labels for part in digits])
    return replace(
        network,
        temperature=temperature(np.concatenate(found), labels),
        threshold=threshold([evidence(scores) for scores in found]),
    )


def temperature(scores: Sums, labels: np.ndarray) -> float:
    """The one under which what was meant is likeliest (C. Guo et al., 2017)."""
    rows = np.arange(len(labels))
    likely = [np.log(softmax(scores, t)[rows, labels] + LEAST).mean() for t in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmax(likely))])


def threshold(parts: Sequence[np.ndarray]) -> float:
    """Evidence (n,) of parts that are digits → the most doubt that none of them suffers from.

    What is no digit isn't asked: visitors will think of more than we did, so all the doubt is spent that
    digits allow.
    """
    return min(float(np.quantile(part, FALSE_DOUBT)) for part in parts)
