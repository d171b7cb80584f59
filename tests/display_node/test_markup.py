"""Words that wear a colour: what is markup, and what is only a bracket."""

import pytest

from display_node.markup import ROLES, parse, plain
from display_node.scene import Tint


def test_words_wear_a_role_and_the_rest_does_not() -> None:
    text = "A [filter:filter]: nine weights,\none [result:new box]"
    assert parse(text) == [
        ("A ", None),
        ("filter", "filter"),
        (": nine weights,\none ", None),
        ("new box", "result"),
    ]
    assert plain(text) == "A filter: nine weights,\none new box"


def test_neighbours_and_braces_and_hangul() -> None:
    assert parse("[drawing:내 그림][answer:{digit}]") == [("내 그림", "drawing"), ("{digit}", "answer")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "[filter]",
        "[hat:words]",
        "[filter:]",
        "[filter:open",
        "]:[",
        "100 % [1, 2]",
        "[Filter:x]",
    ],
)
def test_what_is_not_markup_is_shown_as_written(text: str) -> None:
    assert plain(text) == text
    assert parse(text) == ([(text, None)] if text else [])


def test_brackets_inside_brackets_are_only_brackets() -> None:
    assert parse("[filter:a [result:b] c]") == [("[filter:a ", None), ("b", "result"), (" c]", None)]


def test_roles_are_the_first_tints() -> None:
    names = [tint.name.lower().replace("weight", "filter") for tint in Tint]
    assert names[: len(ROLES)] == list(ROLES)


@pytest.mark.parametrize("text", ["[filter:a] b [c] [answer:d]", "x]]y[[z", "[drawing:1\n2]"])
def test_the_runs_are_the_plain_text(text: str) -> None:
    assert "".join(run for run, _ in parse(text)) == plain(text)
