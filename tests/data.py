"""Real digits for tests. Found as training finds them, but never downloaded: without them a test skips."""

import pytest

from common.bitmap import Bitmap
from weights import mnist, sources


def mnist_test(count: int) -> list[Bitmap]:
    """The first `count` digits of MNIST's test part."""
    if not (sources.find(sources.TEST_IMAGES) and sources.find(sources.TEST_LABELS)):
        pytest.skip("MNIST is neither in $SANDGLASS_DATA nor in the cache")
    return [Bitmap.of(image) for image in mnist.test().images[:count]]
