"""`/thumbnail.png`: the last *presented* frame, with its age and hash. Only the render loop touches GL."""

import hashlib
import io
import threading
from collections.abc import Callable

import numpy as np
from PIL import Image

from common.health import Reply

WIDEST = 640
"""Pixels."""
PATIENCE = 1.0
"""Seconds that a request waits for the next frame before it is given the last one."""


class Thumbnail:
    """A request asks for a frame; the loop answers with the next one it presents."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._wanted = threading.Event()
        self._taken = threading.Condition()
        self._image: np.ndarray | None = None
        self._time = self._drawn = 0.0

    def offer(self, read: Callable[[], np.ndarray], drawn: float) -> None:
        """Called after each presented frame; reads it back only if somebody asked.

        `drawn`: the instant (monotonic seconds) that the frame shows.
        """
        if not self._wanted.is_set():
            return
        self._wanted.clear()
        with self._taken:
            self._image, self._time, self._drawn = read(), self._now(), drawn
            self._taken.notify_all()

    def page(self) -> Reply:
        """503 until a frame came while somebody waited for one."""
        with self._taken:
            before = self._time
            self._wanted.set()
            self._taken.wait_for(lambda: self._time > before, PATIENCE)
            image, age, drawn = self._image, self._now() - self._time, self._drawn
        if image is None:
            return Reply(503, b'{"error": "no frame was presented within a second; ask again"}')
        picture = Image.fromarray(image)
        picture.thumbnail((WIDEST, WIDEST))
        encoded = io.BytesIO()
        picture.save(encoded, "PNG")
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        headers = {"X-Frame-Age": f"{age:.3f}", "X-Frame-Hash": digest, "X-Frame-Time": repr(drawn)}
        return Reply(200, encoded.getvalue(), "image/png", headers)
