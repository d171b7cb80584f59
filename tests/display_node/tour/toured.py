"""Tours of any network of the zoo that tests share, and what their boxes show: gathered from Scenes alone."""

from functools import cache

import numpy as np

from display_node.exhibits.convolution import exhibit
from display_node.form import Form
from display_node.network import Network
from display_node.probe import Probe
from display_node.scene import Batch, Boxes, Label, Scene
from display_node.stages import Stage
from tests.display_node.drawn import planned, planned_probe, probe, shipped
from tests.display_node.tour.told import batch as named
from tests.display_node.tour.told import has, tour


def reading(name: str = "") -> tuple[Network, Probe]:
    """A network of the zoo, without a name the one that ships, and what it reads in the three."""
    return (planned(name), planned_probe(name)) if name else (shipped(), probe())


@cache
def toured(name: str = "", form: Form = Form.FULL) -> Scene:
    return exhibit.build(*reading(name), 1, form) if name else tour(form).scene


def chapter(scene: Scene, name: str) -> tuple[float, float]:
    """When it begins and ends."""
    (start,) = [chapter.start for chapter in scene.chapters if chapter.name == name]
    return start, scene.next_chapter(start)


def within(scene: Scene, name: str) -> list[Label]:
    """The labels that are born in a chapter, the earliest first."""
    start, end = chapter(scene, name)
    return sorted((one for one in scene.labels if start <= one.birth < end), key=lambda one: one.birth)


def number(text: str) -> float:
    """What a visitor reads: "= − 0.42 → 0" says −0.42."""
    return float(text.split("→")[0].strip(" =+×").replace("−", "-").replace(" ", ""))


def standing(scene: Scene, name: str) -> Boxes:
    """What stands at a stage in the end, in the tensor's order: of each cell, the instance born last."""
    found = named(scene, name).boxes
    found = found[np.lexsort((found["birth"], found["cell"]))]
    last = found[np.append(np.diff(found["cell"]) != 0, True)]
    assert last["cell"].tolist() == list(range(len(last))), name
    return last


def told_slowly(scene: Scene, stage: Stage) -> tuple[int, float, float] | None:
    """The cell of a stage that is explained, the sum of its products, and when it has come home."""
    if stage.index == 1 and has(scene, "look.result"):
        filter_, pixels = named(scene, "look.filter").boxes, named(scene, "look.pixels").boxes
        assert stage.layer is not None
        count = stage.layer.kernel**2  # as it comes down; later instances are the same, dimmed
        total = float(filter_["value"][:count].astype(float) @ pixels["value"][:count].astype(float))
        result = named(scene, "look.result").boxes
    elif stage.index == 2 and has(scene, "deeper.result"):
        products = named(scene, "deeper.products")
        assert products.values is not None
        total = float(products.values[products.boxes["row"].astype(int)].astype(float).sum())
        result = named(scene, "deeper.result").boxes
    else:
        return None
    away = np.abs(stage.centres - result["end"]).max(axis=1)
    assert away.min() < 1e-4
    return int(away.argmin()), total, float(result["birth"][0] + result["flight"][0])


def flights(scene: Scene, stage: Stage) -> list[Batch]:
    """Everything that flies to the stage, and says to which cell."""
    return [
        batch
        for batch in scene.batches
        if batch.name != stage.shown and len(batch.boxes) and batch.boxes["layer"][0] == stage.index > 0
        and "." in batch.name
    ]  # fmt: skip


def summed(scene: Scene, stage: Stage) -> np.ndarray:
    """(cells,) the products that flew to each cell, added up, with the bias; each cell's flew once."""
    assert stage.layer is not None
    found = np.full(len(stage.centres), np.nan)
    for batch in flights(scene, stage):
        if batch.name.endswith(".products"):
            assert batch.values is not None
            cells = batch.boxes["cell"]
            assert np.isnan(found[cells]).all()
            found[cells] = batch.values[batch.boxes["row"].astype(int)].astype(np.float64).sum(axis=1)
    slow = told_slowly(scene, stage)
    if slow is not None:
        assert np.isnan(found[slow[0]])
        found[slow[0]] = slow[1]
    assert not np.isnan(found).any(), stage.shown
    bias = stage.layer.bias
    return found if bias is None else found + np.repeat(bias, len(found) // len(bias))


def landed(scene: Scene, stage: Stage) -> np.ndarray:
    """(cells,) when the last flight to each cell is over."""
    found = np.zeros(len(stage.centres))
    for batch in flights(scene, stage):
        np.maximum.at(found, batch.boxes["cell"], batch.boxes["birth"] + batch.boxes["flight"])
    slow = told_slowly(scene, stage)
    if slow is not None:
        assert found[slow[0]] == 0.0
        found[slow[0]] = slow[2]
    return found
