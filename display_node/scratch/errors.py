"""What the engine says when it cannot do what was asked.

SandglassError
└── ScratchError
    ├── GraphError     a use that the graph does not allow (torch: RuntimeError)
    ├── Unknown        a name of torch's that is not here (an AttributeError, so that hasattr works)
    └── Unsupported    a function that is here, with an option that is not (NotImplementedError)
"""

from collections.abc import Iterable

from common.errors import SandglassError


class ScratchError(SandglassError):
    """Base of the engine's errors, each one line."""


class GraphError(ScratchError, RuntimeError):
    pass


class Unknown(ScratchError, AttributeError):
    pass


class Unsupported(ScratchError, NotImplementedError):
    pass


def unknown(where: str, name: str, known: Iterable[str]) -> Unknown:
    """To be raised: `name` was looked up in `where`, which knows only `known`."""
    names = sorted(word for word in set(known) if not word.startswith("_"))
    return Unknown(f"{where} has no {name!r}: it knows {', '.join(names)}")


def only(where: str, **options: tuple[object, object]) -> None:
    """Refuse any option whose value is not the single one that `where` can do: option=(given, possible)."""
    for name, (given, possible) in options.items():
        if given != possible:
            raise Unsupported(f"scratch's {where} knows {name}={possible!r} only, not {name}={given!r}")
