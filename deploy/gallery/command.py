"""`sandglass deploy gallery.toml`: a folder for each machine, with everything to be copied there."""

from collections.abc import Sequence
from pathlib import Path

from common.config import Parser
from common.errors import ConfigError
from deploy.gallery.machine import EXECUTABLE, files_of
from deploy.gallery.settings import read_gallery


def deploy(argv: Sequence[str]) -> int:
    parser = Parser(prog="sandglass deploy", description=__doc__)
    parser.add_argument("gallery", type=Path, metavar="gallery.toml", help="the installation's file")
    parser.add_argument("--machine", metavar="NAME", help="this one only")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", default=Path("out/deploy"), help="(default: %(default)s)"
    )
    options = parser.parse_args(argv)
    gallery = read_gallery(options.gallery)
    source = options.gallery.read_text(encoding="utf-8")
    machines = [gallery.machine(options.machine)] if options.machine else gallery.machines
    for machine in machines:
        folder = options.out / machine.name
        write(folder, files_of(gallery, machine, source))
        print(f"{folder}: {', '.join(program.name for program in machine.programs)}; see its README")
    return 0


def write(folder: Path, files: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = folder / name
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755 if name in EXECUTABLE else 0o644)
    except OSError as error:
        raise ConfigError(f"cannot write {folder}: {error.strerror}; choose another with --out") from None
