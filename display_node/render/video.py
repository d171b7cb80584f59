"""Frames → MP4 (H.264, which every phone and browser plays), through imageio-ffmpeg's own ffmpeg."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import imageio_ffmpeg
import numpy as np

from common.errors import DataError
from display_node.sound.mix import write_wav
from display_node.sound.synth import Samples
from display_node.tiling import Size


class Sink(Protocol):
    def send(self, frame: np.ndarray) -> None: ...


@contextmanager
def writing(path: Path, size: Size, frame_rate: int, sound: Samples | None = None) -> Iterator[Sink]:
    """Send (height, width, 3) uint8 frames; sides must be even. `sound` (n, 2) becomes a track of AAC.

    Nothing is left behind by a failure.
    """
    if size[0] % 2 or size[1] % 2:
        raise DataError(f"a video of {size[0]}x{size[1]} is not possible: both sides must be even")
    partial = path.with_suffix(".part" + path.suffix)
    track = path.with_suffix(".wav.part")
    options = {"fps": frame_rate, "quality": 7, "macro_block_size": 2, "ffmpeg_log_level": "error"}
    with ExitStack() as leftovers:
        leftovers.callback(partial.unlink, missing_ok=True)
        leftovers.callback(track.unlink, missing_ok=True)
        if sound is not None:
            write_wav(track, sound)
            options |= {"audio_path": str(track), "audio_codec": "aac"}
        writer = imageio_ffmpeg.write_frames(str(partial), size, **options)
        leftovers.callback(writer.close)
        writer.send(None)
        try:
            yield writer
            writer.close()
            partial.replace(path)
        except OSError as error:
            raise DataError(f"cannot write {path}: {error}") from None
