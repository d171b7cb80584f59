"""A real wall with another network: it starts, answers what that network answers, and shows all of it."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from common.raster import framed, preview
from common.wire import Answer, Preview, Progress, Submit
from display_node.exhibits.convolution import exhibit
from tests.display_node.conftest import Wall, replies, until
from tests.display_node.drawn import planned, planned_probe, three
from weights.files import save


@pytest.mark.parametrize("name", ["mlp", "lenet5", "pooled"])
def test_a_wall_with_another_network_answers_and_tours(name: str, tmp_path: Path) -> None:
    weights = tmp_path / f"{name}.safetensors"
    save(planned(name), weights)
    wall = Wall(tmp_path, "--weights", str(weights))
    try:
        wall.command("pause")  # a tour that begins now stands at its beginning: only `next` moves it
        until(lambda: wall.health["paused"])
        wall.send(Preview("tablet", 1, 0, preview(three())).encode())
        until(lambda: wall.health["phase"] == "drawing")
        wall.send(Submit("tablet", 1, 1, framed(three())).encode())
        answers: list[Answer] = []
        chapters: list[str] = []
        wanted = [chapter.name for chapter in exhibit.build(planned(name), planned_probe(name), 1).chapters]

        def told(count: int) -> bool:
            for word in replies(wall.link, 0.1):
                if isinstance(word, Answer):
                    answers.append(word)
                if isinstance(word, Progress) and word.chapter not in chapters:
                    chapters.append(word.chapter)
            return len(chapters) >= count

        for count in range(1, len(wanted) + 1):
            until(partial(told, count))
            assert chapters == wanted[:count]
            wall.command("next")
        assert answers[0].digit == planned_probe(name).digit
        np.testing.assert_allclose(answers[0].probabilities, planned_probe(name).probabilities, atol=1e-5)
    finally:
        wall.close()
