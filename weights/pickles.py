"""What a PyTorch file asks for, found out without running it.

`torch.load(weights_only=True)` refuses code too, but it knows far more than a network needs, and some of what
it knows takes all memory (`bytearray(10_000_000_000)`). So the file is looked through before torch sees it.
"""

import pickletools
import re
from io import BytesIO
from pathlib import Path

from common.errors import DataError, plain
from display_node.engines.archive import unzipped, zipped

ALLOWED = {"collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter"}
"""Besides the kinds of numbers, all that `torch.save(model.state_dict())` asks for."""
KINDS = {f"torch {kind}Storage" for kind in ("Half", "BFloat16", "Float", "Double", "Long")}
"""Whole numbers because some networks count their steps; such a tensor has no place in ours."""
REFUSED = {"STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4"}
"""Opcodes that make objects in ways in which `torch.save` does not."""
RECORD = re.compile(r"data\.pkl|version|byteorder|data/[0-9]+")
"""What a zip of torch's needs to hold; `data/0` and so on are the numbers."""
MAX_PICKLE = 1 << 20
"""Bytes that say where the tensors are; the tensors' own come elsewhere."""
MAX_OPCODES = 30_000
"""A checkpoint with an optimiser's state needs 10,000; 200,000 tuples in each other end the process."""
OLD_PICKLES = 5
"""A file of before 2020: magic number, version, machine, tensors, list of storages; then the numbers."""


def sifted(path: Path) -> BytesIO:
    """What of the file torch may have. Raises `DataError` if it asks for more than tensors and containers.

    A zip is written anew: torch's reader does not tell `data.PKL` from `data.pkl`, and might find another
    directory in the same bytes.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"PK":
            records = _records(content)
            _look_through(BytesIO(records["data.pkl"][:MAX_PICKLE]))
            return BytesIO(zipped(records))
        stream = BytesIO(content[:MAX_PICKLE])
        for _ in range(OLD_PICKLES):
            _look_through(stream)
        return BytesIO(content)
    except _Refused as error:
        raise DataError(f"{path} {plain(error)}: it is not read further") from None
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or plain(error)}") from None
    except Exception:  # a broken zip or pickle can make these libraries raise nearly anything
        raise DataError(f"{path} is not a whole PyTorch file: it is not read further") from None


class _Refused(Exception):
    """It is whole, but not wanted."""


def _records(content: bytes) -> dict[str, bytes]:
    try:
        return {name: part for name, part in unzipped(content).items() if RECORD.fullmatch(name)}
    except ValueError as error:
        raise _Refused(f"cannot be unpacked ({error})") from None


def _look_through(stream: BytesIO) -> None:
    """One pickle. Raises `_Refused`, which names what it asks for beyond tensors."""
    for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        if count > MAX_OPCODES:
            raise _Refused(f"takes more than {MAX_OPCODES} steps to make its tensors")
        if opcode.name in REFUSED or (opcode.name == "GLOBAL" and argument not in ALLOWED | KINDS):
            wanted = str(argument).replace(" ", ".") if opcode.name in ("GLOBAL", "INST") else "other objects"
            cure = "torch.save(model.state_dict(), …) writes a file that does not"
            raise _Refused(f"asks for {wanted}, not only for tensors ({cure})")
