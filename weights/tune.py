"""After the training: the temperature that makes the shares honest, the threshold that makes the doubt so.

Both are chosen on the tuning part, which training never sees, and neither changes what is read.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from display_node.doubt import evidence, softmax
from display_node.network import Network
from weights import nondigits
from weights.evaluate import Sums, sums
from weights.mnist import Digits

TEMPERATURES = np.geomspace(0.25, 4.0, 121)
FALSE_DOUBT, FALSE_TRUST = 0.01, 0.05
"""Shares of digits that may be doubted, and of others that may be trusted; the less of both, the better."""
LEAST = 1e-12
"""A share below which a logarithm would be lost to rounding."""


def tuned(network: Network, parts: Mapping[str, Digits]) -> Network:
    """The network with temperature and threshold of its own; as it is, where there is nothing to tune by."""
    if not any((part.labels == nondigits.NONE).any() for part in parts.values()):
        return network
    found = [(sums(network, part), part.labels) for part in parts.values()]
    scores, labels = (np.concatenate(each) for each in zip(*found, strict=True))
    meant = labels != nondigits.NONE
    return replace(
        network,
        temperature=temperature(scores[meant], labels[meant]),
        threshold=threshold(evidence(scores[meant]), evidence(scores[~meant])),
    )


def temperature(scores: Sums, labels: np.ndarray) -> float:
    """The one under which what was meant is likeliest (C. Guo et al., 2017)."""
    rows = np.arange(len(labels))
    likely = [np.log(softmax(scores, t)[rows, labels] + LEAST).mean() for t in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmax(likely))])


def threshold(digits: np.ndarray, others: np.ndarray) -> float:
    """The evidence (n,) of digits and of others → where both mistakes together are the fewest, weighed."""
    candidates = np.sort(np.concatenate([digits, others]))
    doubted = np.searchsorted(np.sort(digits), candidates) / len(digits)
    trusted = 1.0 - np.searchsorted(np.sort(others), candidates) / len(others)
    cost = doubted / FALSE_DOUBT + trusted / FALSE_TRUST
    best = np.flatnonzero(cost == cost.min())
    return float(candidates[best].mean())
