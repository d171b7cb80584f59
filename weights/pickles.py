"""What a PyTorch file asks for, found out without running it.

`torch.load(weights_only=True)` refuses code too, but it knows far more than a network needs, and some of what
it knows takes all memory (`bytearray(10_000_000_000)`). So the file is looked through before torch sees it.
"""

import pickletools
import zipfile
from io import BytesIO
from pathlib import Path

from common.errors import DataError, plain
from display_node.tensors import MAX_FILE

ALLOWED = {"collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter"}
"""Besides the kinds of numbers, all that `torch.save(model.state_dict())` asks for."""
KINDS = {f"torch {kind}Storage" for kind in ("Half", "BFloat16", "Float", "Double", "Long")}
"""Whole numbers because some networks count their steps; such a tensor has no place in ours."""
REFUSED = {"STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2", "EXT4"}
"""Opcodes that make objects in ways in which `torch.save` does not."""
MAX_PICKLE = 1 << 20
"""Bytes that say where the tensors are; the tensors' own come elsewhere."""
MAX_OPCODES = 30_000
"""A checkpoint with an optimiser's state needs 10,000; 200,000 tuples in each other end the process."""
OLD_PICKLES = 5
"""A file of before 2020: magic number, version, machine, tensors, list of storages; then the numbers."""


def check(path: Path) -> None:
    """Raise `DataError` unless the file asks for tensors and plain containers only."""
    try:
        with path.open("rb") as file:
            if file.read(2) != b"PK":
                file.seek(0)
                stream = BytesIO(file.read(MAX_PICKLE))
                for _ in range(OLD_PICKLES):
                    _look_through(stream)
                return
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MAX_FILE:
                raise DataError(f"{path} unpacks to more than {MAX_FILE} bytes")
            for entry in entries:
                if entry.filename.endswith(".pkl"):
                    with archive.open(entry) as packed:
                        _look_through(BytesIO(packed.read(MAX_PICKLE)))
    except ValueError as error:
        raise DataError(f"{path} {plain(error)}: it is not read further") from None
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or plain(error)}") from None
    except Exception as error:  # a broken zip or pickle can make these libraries raise nearly anything
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is not a whole PyTorch file: it is not read further") from None


def _look_through(stream: BytesIO) -> None:
    """One pickle. Raises `ValueError` that names what it asks for beyond tensors."""
    for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        if count > MAX_OPCODES:
            raise ValueError(f"takes more than {MAX_OPCODES} steps to make its tensors")
        if opcode.name in REFUSED or (opcode.name == "GLOBAL" and argument not in ALLOWED | KINDS):
            wanted = str(argument).replace(" ", ".") if opcode.name in ("GLOBAL", "INST") else "other objects"
            raise ValueError(f"asks for {wanted}, not only for tensors")
