"""What both ends agree on. Nothing here imports GL, torch or pygame."""

__version__ = "0.1.0"

PROTOCOL = 1
"""Version of the wire; grows only when an old peer could misread a new message."""
