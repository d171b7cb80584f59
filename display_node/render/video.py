"""Frames → MP4 (H.264, which every phone and browser plays), through imageio-ffmpeg's own ffmpeg."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import imageio_ffmpeg
import numpy as np

from common.errors import DataError
from display_node.render.target import Size


class Sink(Protocol):
    def send(self, frame: np.ndarray) -> None: ...


@contextmanager
def writing(path: Path, size: Size, frame_rate: int) -> Iterator[Sink]:
    """Send (height, width, 3) uint8 frames; sides must be even. Nothing is left behind by a failure."""
    if size[0] % 2 or size[1] % 2:
        raise DataError(f"a video of {size[0]}x{size[1]} is not possible: both sides must be even")
    partial = path.with_suffix(".part" + path.suffix)
    writer = imageio_ffmpeg.write_frames(
        str(partial), size, fps=frame_rate, quality=7, macro_block_size=2, ffmpeg_log_level="error"
    )
    writer.send(None)
    try:
        yield writer
        writer.close()
        partial.replace(path)
    except OSError as error:
        raise DataError(f"cannot write {path}: {error}") from None
    finally:
        writer.close()
        partial.unlink(missing_ok=True)
