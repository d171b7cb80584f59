"""A kernel's window on what it looks at: where it lies, which boxes it covers, which numbers are under it."""

import numpy as np
import numpy.typing as npt

from display_node.stages import Stage

Floats = npt.NDArray[np.float32]


def middles(source: Stage, target: Stage) -> Floats:
    """(rows × columns, 3) the middle of what each place of `target` has looked at, in `source`."""
    layer = target.layer
    assert layer is not None
    _, rows, columns = target.shape
    y, x = np.divmod(np.arange(rows * columns), columns)
    reach = (layer.kernel - 1) / 2 - layer.padding
    places = np.empty((rows * columns, 3), np.float32)
    places[:, 0] = (layer.stride * x + reach - (source.shape[2] - 1) / 2) * source.pitch[0]
    places[:, 1] = ((source.shape[1] - 1) / 2 - layer.stride * y - reach) * source.pitch[1]
    places[:, 2] = (source.low[2] + source.high[2]) / 2
    return places


def patches(image: Floats, kernel: int, stride: int, padding: int) -> Floats:
    """(rows × columns, channels × kernel²) of what each place of the kernel covers, zero outside."""
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(1, 2))
    places = view[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)
    return places.reshape(places.shape[0] * places.shape[1], -1)


def kernel_offsets(source: Stage, kernel: int, depth: int) -> Floats:
    """(depth × kernel², 3): a window's boxes around its middle, in the order of a flattened weight."""
    steps = np.arange(kernel) - (kernel - 1) / 2
    channels = np.arange(depth) - (depth - 1) / 2
    c, y, x = np.meshgrid(channels, steps, steps, indexing="ij")
    offsets = np.stack([x * source.pitch[0], -y * source.pitch[1], c * source.pitch[2]], axis=-1)
    return offsets.reshape(-1, 3).astype(np.float32)
