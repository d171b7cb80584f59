"""The easing exists twice. Transform feedback runs the GLSL one; the two must agree."""

import moderngl
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from display_node.render.easing import ease, glide, loudness
from display_node.render.shader import FOLDER


def on_the_gpu(context: moderngl.Context, call: str, x: np.ndarray) -> np.ndarray:
    """`call`, a GLSL expression of in_x, for every element of x."""
    source = "\n".join(
        [
            "#version 330 core",
            (FOLDER / "easing.glsl").read_text(encoding="utf-8"),
            "in float in_x; out float v_y;",
            f"void main() {{ v_y = {call}; gl_Position = vec4(0.0); }}",
        ]
    )
    program = context.program(vertex_shader=source, varyings=["v_y"])
    # Without a bound framebuffer, Mesa's transform feedback gives wrong values and no error.
    context.simple_framebuffer((2, 2)).use()
    taken = context.buffer(reserve=x.size * 4)
    given_x = context.buffer(x.astype("f4").tobytes())
    array = context.vertex_array(program, [(given_x, "1f", "in_x")])
    array.transform(taken, moderngl.POINTS, vertices=x.size)
    return np.frombuffer(taken.read(), np.float32)


def test_glsl_and_numpy_ease_alike(context: moderngl.Context) -> None:
    x = np.linspace(-0.5, 1.5, 20_001, dtype=np.float32)
    np.testing.assert_allclose(on_the_gpu(context, "ease(in_x)", x), ease(x), atol=1e-4)


def test_glsl_and_python_loudness_alike(context: moderngl.Context) -> None:
    x = np.linspace(-3.0, 3.0, 601, dtype=np.float32)
    expected = [loudness(float(value), 0.7) for value in x]
    np.testing.assert_allclose(on_the_gpu(context, "loudness(in_x, 0.7)", x), expected, atol=1e-4)


def test_ease_starts_ends_and_rises() -> None:
    x = np.linspace(0.0, 1.0, 1001, dtype=np.float32)
    y = ease(x)
    assert (y[0], y[-1]) == (0.0, 1.0)
    assert (np.diff(y) >= 0).all()
    np.testing.assert_allclose(y + y[::-1], 1.0, atol=1e-6)


@given(st.floats(-2, 3), st.floats(-2, 3))
def test_glide_rises_within_its_bounds(a: float, b: float) -> None:
    low, high = sorted((glide(a), glide(b)))
    assert 0.0 <= low <= high <= 1.0
    assert (glide(min(a, b)), glide(max(a, b))) == (low, high)
