"""Loads shader files. `#include "x.glsl"` is replaced by the file; an error names its file and line."""

import re
from pathlib import Path

import moderngl

from common.errors import GraphicsError

FOLDER = Path(__file__).parent / "shaders"


def program(context: moderngl.Context, vertex: str, fragment: str = "") -> moderngl.Program:
    """Compile and link; raises `GraphicsError` with the driver's words about the file that they mean."""
    sources = [_source(name) for name in (vertex, fragment) if name]
    try:
        if not fragment:
            return context.program(vertex_shader=sources[0])
        return context.program(vertex_shader=sources[0], fragment_shader=sources[1])
    except moderngl.Error as error:
        raise GraphicsError(f"shader {vertex} + {fragment}: {_readable(str(error))}") from None


def uniform(made: moderngl.Program, name: str) -> moderngl.Uniform:
    found = made[name]
    assert isinstance(found, moderngl.Uniform)
    return found


def attribute(made: moderngl.Program, name: str) -> int:
    """Its location."""
    found = made[name]
    assert isinstance(found, moderngl.Attribute)
    return found.location


def _source(name: str) -> str:
    text = (FOLDER / name).read_text(encoding="utf-8")
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        include = re.fullmatch(r'#include "(\S+)"', line)
        if include:
            # `#line` keeps the driver's line numbers those of the file that is being read.
            lines += ["#line 1", _source(include[1]), f"#line {number + 1}"]
        else:
            lines.append(line)
    return "\n".join(lines)


def _readable(error: str) -> str:
    return " ".join(error.split())
