"""Which extra of pyproject.toml brings which module, for the doctor and for a command that lacks one."""

from common.errors import ConfigError

ALWAYS = ("numpy", "pythonosc", "zeroconf", "wsproto")
"""Whatever the extra: the project's own dependencies."""
EXTRAS = {
    "input": ("pygame",),
    "operate": ("aiohttp", "argon2", "rich"),
    "supervise": ("supervisor", "superlance"),
    "display": ("torch", "safetensors", "moderngl", "pygame", "freetype", "PIL", "imageio_ffmpeg", "rich"),
    "train": ("onnx",),
}
"""By extra; of several that bring a module the smallest comes first, and is the one that is named."""


def cure(extra: str) -> str:
    """What to type, in the folder of the program."""
    return f".venv/bin/pip install -e '.[{extra}]'" if extra else ".venv/bin/pip install -e ."


def lacking(error: ModuleNotFoundError) -> ConfigError | None:
    """Which extra would have brought the module; None for a module that no extra brings, such as our own."""
    name = (error.name or "").partition(".")[0]
    extra = next((extra for extra, modules in EXTRAS.items() if name in modules), "")
    return ConfigError(f"this needs {name}: {cure(extra)}") if extra or name in ALWAYS else None
