"""`python -m weights.convert SRC DST`: other people's weights → a file that the wall, or any engine, reads.

SRC is a file with a suffix in `READERS`, or a folder with the original's text files. DST is written by
suffix (`WRITERS`), all or nothing: whatever is wrong with SRC, the DST that was there stays.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from common.errors import DataError, explain
from display_node.network import Network
from display_node.tensors import size_of
from weights import files, onnx_file, static
from weights.described import called, plan_of
from weights.readers import read_safetensors, read_state_dict
from weights.textfiles import read_folder
from weights.zoo import PLANS, Plan

READERS: dict[str, Callable[[Path, Plan | None], Network]] = {
    ".safetensors": read_safetensors,
    ".pt": read_state_dict,
    ".pth": read_state_dict,
}
WRITERS: dict[str, Callable[[Network, Path], None]] = {
    ".safetensors": files.save,
    ".onnx": onnx_file.save,
    ".pt2": static.save_static,
}


def read(path: Path, plan: Plan | None = None) -> Network:
    """Anything that a reader knows; `plan` says what the tensors are for. Raises `DataError`."""
    if path.is_dir():
        return read_folder(path, plan)
    if path.suffix not in READERS:
        raise DataError(f"{path}: it must be a folder, or its suffix one of {', '.join(READERS)}")
    size_of(path)
    return READERS[path.suffix](path, plan)


def main(argv: list[str] | None = None) -> int:
    about = "Make a file that the wall, or another engine, reads of anybody's weights."
    parser = argparse.ArgumentParser(prog="python -m weights.convert", description=about)
    source = f"weights to read ({', '.join(READERS)}), or a folder with the original's text files"
    parser.add_argument("source", type=Path, metavar="SRC", help=source)
    parser.add_argument("target", type=Path, metavar="DST", help=f"weights to write: {', '.join(WRITERS)}")
    meant = f"what bare tensors are for: {', '.join(PLANS)}, or an F.json, as README.md and described.py show"
    parser.add_argument("--network", metavar="NAME|F.json", help=f"{meant} (default: by their shapes)")
    options = parser.parse_args(argv)
    if options.target.suffix not in WRITERS:
        raise DataError(f"{options.target}: only {', '.join(WRITERS)} can be written")
    plan = None if options.network is None else plan_of(options.network)
    network = read(options.source, plan)
    WRITERS[options.target.suffix](network, options.target)
    size = f"{network.parameters} parameters in {len(network.layers)} layers"
    print(f"{options.target}: {size}, {called(network)}")
    return 0


if __name__ == "__main__":
    sys.exit(explain(main))
