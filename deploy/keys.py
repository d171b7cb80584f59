"""`sandglass key`: makes the file that every node of an installation gets a copy of, and looks at one."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from common.config import Parser
from common.key import new_key, read_key

PRINT_BYTES = 4
"""Of a hash of the key: enough to see whether two machines have the same, useless for finding it."""


def key(options: Sequence[str]) -> int:
    """`new FILE` or `check FILE`: either prints the fingerprint, never the key. `ConfigError` otherwise."""
    parser = Parser(prog="sandglass key", description=__doc__)
    parser.add_argument(
        "what", choices=("new", "check"), help="make a key, or see whether this is a good one"
    )
    parser.add_argument("file", type=Path)
    given = parser.parse_args(options)
    found = new_key(given.file) if given.what == "new" else read_key(given.file)
    print(f"{given.file}: fingerprint {fingerprint(found)}")
    if given.what == "new":
        print(f'Copy it to every machine, chmod 600, and name it in each config: key = "{given.file}"')
    return 0


def fingerprint(secret: bytes) -> str:
    """The same on two machines only if they have the same key."""
    return hashlib.sha256(b"sandglass fingerprint" + secret).digest()[:PRINT_BYTES].hex()
