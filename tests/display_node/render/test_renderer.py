"""Pixels from a real rasteriser: pure in time, nothing leaks, something to see in every chapter."""

import gc
import threading
from dataclasses import replace

import moderngl
import numpy as np
import pytest

from common.bitmap import BLANK
from display_node.exhibit import find
from display_node.language import Language
from display_node.render.boxes import GpuBatch
from display_node.render.glow import Glow
from display_node.render.renderer import BLEND, Renderer
from display_node.render.target import Target
from display_node.scene import Batch, Chapter, Scene, boxes
from display_node.tiling import alone
from tests.display_node.drawn import probe, shipped

DARK = 12
"""A pixel no brighter than this (of 255) counts as the room."""
COMPUTE = ("look", "everywhere", "filters", "sums")
"""Chapters that compute, beside those named after their layers."""
KERNELS, TERMS = {"weights", "filter", "filters"}, {"products", "pixels"}
"""What flies: weights, and what they meet or come to."""


@pytest.fixture(scope="module")
def tour() -> Scene:
    return find("convolution").build(shipped(), probe(), 1)


def frame(renderer: Renderer, t: float) -> np.ndarray:
    renderer.draw(t)
    renderer.finish()
    return renderer.image()


def test_any_instant_in_any_order_is_the_same_bytes(renderer: Renderer, tour: Scene) -> None:
    renderer.show(tour)
    times = [0.0, 2.0, 8.0, 14.0, 21.0, 27.0, 33.0, 38.0, 45.0, tour.duration]
    forward = {t: frame(renderer, t).tobytes() for t in times}
    shuffled = np.random.default_rng(3).permutation(times).tolist()
    backward = {t: frame(renderer, t).tobytes() for t in shuffled}
    assert forward == backward
    assert len(set(forward.values())) == len(times)


def test_a_second_upload_gives_the_same_bytes(renderer: Renderer, tour: Scene) -> None:
    renderer.show(tour)
    before = frame(renderer, 15.0).tobytes()
    renderer.show(find("listening").build(shipped(), probe(), 1))
    renderer.show(find("convolution").build(shipped(), probe(), 1))
    assert frame(renderer, 15.0).tobytes() == before


def test_every_chapter_has_something_to_see(renderer: Renderer, tour: Scene) -> None:
    renderer.show(tour)
    height = renderer.target.size[1]
    for chapter in tour.chapters:
        middle = (chapter.start + tour.next_chapter(chapter.start)) / 2
        upper = frame(renderer, middle)[: int(height * 0.75)]
        assert (upper.max(axis=2) > DARK).mean() > 0.02, chapter.name


def test_something_flies_in_every_layer(tour: Scene) -> None:
    """What stands is named after its layer; what flies, after a dot, by what it is.

    At some of forty instants of a chapter that computes there are kernels, and at some what they are laid
    over or have become.
    """
    computing = [c for c in tour.chapters if c.name.startswith((*COMPUTE, "conv", "linear"))]
    assert len(computing) == len(COMPUTE) + 3 + 1
    for chapter in computing:
        times = np.linspace(chapter.start, tour.next_chapter(chapter.start), 40)
        flying = [
            {
                batch.name.rpartition(".")[2]
                for batch in tour.batches
                if "." in batch.name and ((batch.boxes["birth"] <= t) & (t < batch.boxes["death"])).any()
            }
            for t in times
        ]
        for kind in KERNELS, TERMS:
            assert sum(not kind.isdisjoint(names) for names in flying) > 4, (chapter.name, kind)


def test_the_live_drawing_is_on_the_input_block(renderer: Renderer) -> None:
    renderer.show(find("listening").build(shipped(), probe(), 1))
    empty = frame(renderer, 1.0)
    renderer.set_live(probe().canvas)
    drawn = frame(renderer, 1.0)
    renderer.set_live(BLANK)
    assert frame(renderer, 1.0).tobytes() == empty.tobytes()
    assert (drawn.astype(int) - empty).max() > 150


def test_the_window_of_alive_instances_is_what_is_drawn(renderer: Renderer) -> None:
    """Against the plain definition: birth ≤ t < death, for instances that overlap in every way."""
    random = np.random.default_rng(7)
    births = random.uniform(0, 10, 400)
    deaths = births + random.exponential(1.5, 400)
    made = boxes(400, birth=births, death=deaths, size=(1.0, 1.0, 1.0), value=1.0)
    batch = Batch("all", made)
    gpu = GpuBatch(renderer._boxes, batch, renderer._live)
    renderer.target.use()
    for t in np.linspace(-1, 15, 60):
        alive = ((made["birth"] <= np.float32(t)) & (np.float32(t) < made["death"])).sum()
        drawn = gpu.draw(float(t))
        # The window may hold some that are dead already, which the shader hides, but misses none.
        assert alive <= drawn <= len(made)
    gpu.release()


def test_what_is_dead_is_not_seen(renderer: Renderer) -> None:
    long_lived = boxes(1, birth=0.0, start=(500.0, 0, 0), size=(1.0, 1.0, 1.0))
    dead = boxes(1, birth=1.0, death=2.0, start=(0.0, 0, 0), size=(9.0, 9.0, 9.0), value=1.0)
    scene = Scene(
        "one",
        9.0,
        (Batch("all", np.concatenate([long_lived, dead])),),
        find("listening").build(shipped(), probe(), 1).camera,
    )
    renderer.show(scene)
    assert frame(renderer, 0.5).max() < DARK
    assert frame(renderer, 1.5).max() > 100
    assert frame(renderer, 2.0).max() < DARK


def test_paused_means_the_same_picture_and_speed_means_nothing_else(renderer: Renderer, tour: Scene) -> None:
    renderer.show(tour)
    assert frame(renderer, 10.0).tobytes() == frame(renderer, 10.0).tobytes()


def test_a_change_of_scene_dims_and_glides(renderer: Renderer, tour: Scene) -> None:
    renderer.show(find("listening").build(shipped(), probe(), 1))
    frame(renderer, 1.0)
    renderer.show(tour)
    renderer.draw(2.0, since=0.01)
    renderer.finish()
    dipped = renderer.image().mean()
    renderer.draw(2.0, since=BLEND)
    renderer.finish()
    assert dipped < renderer.image().mean()


def test_blackout_is_black(renderer: Renderer, tour: Scene) -> None:
    renderer.show(tour)
    renderer.draw(10.0, light=0.0)
    renderer.finish()
    assert renderer.image().max() == 0


def test_resizing_composes_anew_and_language_changes_live(renderer: Renderer, tour: Scene) -> None:
    renderer.show(tour)
    for size in ((180, 320), (640, 200), (320, 180)):
        renderer.resize(size)
        image = frame(renderer, 8.0)
        assert image.shape == (size[1], size[0], 3)
        assert image.max() > 100
    renderer.resize((0, 0))
    assert renderer.target.size == (320, 180)
    both = frame(renderer, 8.0)
    renderer.set_language(Language("ko"))
    korean = frame(renderer, 8.0)
    caption_rows = slice(int(180 * 0.8), 180)
    assert (both[caption_rows] != korean[caption_rows]).any()
    picture = slice(int(180 * 0.35), int(180 * 0.5))  # clear of the legend's glow
    assert (both[picture] == korean[picture]).all()


def test_a_scene_prepared_in_another_thread_looks_the_same(renderer: Renderer, tour: Scene) -> None:
    """Whatever the screen and the language are by then."""

    def shown(scene: Scene) -> list[bytes]:
        pictures = []
        for size, language in (((320, 180), "en+ko"), ((180, 320), "en+ko"), ((180, 320), "ko")):
            renderer.resize(size)
            renderer.set_language(Language(language))
            renderer.show(scene)
            pictures.append(frame(renderer, 8.0).tobytes())
        return pictures

    plainly = shown(replace(tour))
    ready = replace(tour)
    renderer.resize((320, 180))
    renderer.set_language(Language("en+ko"))
    composer = threading.Thread(target=renderer.prepare, args=(ready,))
    composer.start()
    composer.join()
    assert shown(ready) == plainly


def test_a_hundred_scenes_leak_no_gl_objects(renderer: Renderer, tour: Scene) -> None:
    """Whatever is made is released: nothing dropped is left to the collector, nothing kept piles up."""
    context: moderngl.Context = renderer._context
    listening = find("listening").build(shipped(), probe(), 1)
    kinds = (
        moderngl.Buffer,
        moderngl.Texture,
        moderngl.VertexArray,
        moderngl.Framebuffer,
        moderngl.Renderbuffer,
    )

    def held() -> int:
        gc.collect()
        return sum(type(thing) in kinds and not _released(thing) for thing in gc.get_objects())

    renderer.show(tour)
    renderer.show(listening)
    before = held()
    context.gc_mode = "context_gc"  # objects that are dropped without a release are listed from now on
    for turn in range(100):
        renderer.show(tour if turn % 10 == 0 else listening)
        renderer.draw(0.5)
        renderer.resize((200, 100))
        renderer.resize((320, 180))
        renderer.set_language(Language("en"))
    renderer.show(listening)
    after, dropped = held(), [thing for thing in context.objects if not _invalid(thing)]
    context.gc_mode = None
    assert not dropped
    assert after == before


def _released(thing: object) -> bool:
    return _invalid(getattr(thing, "mglo", None))


def _invalid(handle: object) -> bool:
    return isinstance(handle, moderngl.InvalidObject)


def test_chapters_are_found_by_time() -> None:
    scene = Scene("s", 10.0, (), (), chapters=(Chapter("a", 0.0), Chapter("b", 4.0)))
    assert scene.chapter(3.9) == Chapter("a", 0.0)
    assert scene.chapter(4.0) == Chapter("b", 4.0)
    assert scene.next_chapter(1.0) == 4.0
    assert scene.next_chapter(5.0) == 10.0


@pytest.mark.parametrize("samples", [0, 1, 3, 4, 16, 64])
def test_any_number_of_samples_will_do(context: moderngl.Context, samples: int) -> None:
    target = Target(context, Glow(context, 0.5), alone((32, 16)), samples)
    target.use()
    context.clear(1.0, 1.0, 1.0)
    target.finish()
    assert target.read().min() > 200
    target.release()
