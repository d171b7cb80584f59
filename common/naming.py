"""What a node is called, on the wire and by people."""

import socket

from common.errors import ConfigError
from common.wire import MAX_NAME, valid_name

MARK = 4
"""Hexadecimal digits of its id that tell a node from others of the same name."""


def node_name(wanted: str, setting: str, id: str = "") -> str:
    """`wanted`, or the host's name with the beginning of `id` behind it; cut to what the wire carries.

    Raises `ConfigError` that names `setting`. Whoever chose a name gets it as it is, even if it is another's.
    """
    mark = f"-{id[:MARK]}" if id and not wanted else ""
    whole = wanted or socket.gethostname()
    cut = whole.encode()[: MAX_NAME - len(mark)].decode(errors="ignore") + mark
    if not valid_name(cut):
        raise ConfigError(f"{setting} = {whole!r} must be 1 to {MAX_NAME} printable bytes")
    return cut
