"""A scene, built again of what was decided: the same network, drawing and seed make the same bytes."""

import hashlib
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from common.bitmap import Bitmap
from common.errors import ConfigError, DataError
from display_node.attract.waves import gains
from display_node.engine import Engine, open_engine
from display_node.exhibit import find
from display_node.exhibits.invitation import exhibit as invitation
from display_node.exhibits.listening import exhibit as listening
from display_node.flight.records import Act, Invitation, Listening, Tour
from display_node.network import SHIPPED, Network, load
from display_node.probe import Probe, asleep
from display_node.samples import collection
from display_node.scene import Scene
from display_node.settings import Settings
from display_node.stages import stages

LARGEST = 256 << 20
"""Bytes of a weights file."""


def find_weights(digest: str, wanted: Path | None, recorded: Path | None) -> Path:
    """The file with this SHA-256: the one that is named, else the recording's own, else ours."""
    tried = [wanted] if wanted else [path for path in (recorded, SHIPPED) if path]
    for path in tried:
        if _digest(path) == digest:
            return path
    named = " nor ".join(map(str, tried))
    raise DataError(
        f"{named}: not the weights of this recording ({digest[:12]}…); name them with --weights F"
    )


def _digest(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


class Stagehand:
    """Builds scenes as the wall's worker did; keeps the last few, some megabytes each."""

    def __init__(self, weights: Path, settings: Settings) -> None:
        self._weights, self._settings = weights, settings
        self._network: Network = load(weights)
        self.scene = lru_cache(4)(self._scene)

    def _scene(self, act: Act) -> Scene:
        """Raises `DataError` for what this version cannot show."""
        network, resting = self._network, asleep(self._network)
        if isinstance(act, Listening):
            return listening.build(network, resting, self._settings.seed)
        if isinstance(act, Invitation):
            return self._invitation(act, resting)
        return self._tour(act)

    def _invitation(self, act: Invitation, resting: Probe) -> Scene:
        if not act.cast:
            return invitation.build(self._network, resting, self._settings.seed)
        if len(act.cast) < 2:
            raise DataError("an invitation of one drawing cannot be shown: the recording is damaged")
        probes = [resting if bitmap is None else self._reader.read(bitmap) for bitmap in act.cast]
        return invitation.part(self._network, probes, self._settings.seed, act.number, self._brightness)

    def _tour(self, act: Tour) -> Scene:
        try:
            exhibit = find(act.exhibit)
        except ConfigError as error:
            raise DataError(f"the recording shows what this version cannot: {error}") from None
        probe = self._reader.read(act.framed, act.canvas)
        return exhibit.build(self._network, probe, act.seed, act.form)

    @cached_property
    def _reader(self) -> Engine:
        return open_engine(self._settings.engine, self._network, self._weights)

    @cached_property
    def _brightness(self) -> dict[str, float]:
        samples: Sequence[Bitmap] = collection()
        shipped = [self._reader.read(sample) for sample in samples]
        return dict(gains(stages(self._network), shipped)) if shipped else {}
