"""Languages: every one says the same things, in few words."""

import string

import pytest

from common import fonts
from input_node import texts

LANGUAGES = sorted(path.stem for path in texts.FOLDER.glob("*.toml"))


def test_there_are_english_and_korean() -> None:
    assert {"en", "ko"} <= set(LANGUAGES)


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_language_has_the_same_keys_and_blanks(name: str) -> None:
    def blanks(text: str) -> set[str | None]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    english, other = texts.read("en"), texts.read(name)
    assert english.keys() == other.keys()
    for key, text in other.items():
        assert blanks(text) == blanks(english[key]), key
        assert 0 < len(text) <= 40, key


def test_two_languages_are_said_in_the_order_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "hangul", lambda: fonts.Path("somewhere.ttf"))
    assert texts.load("en+ko").say("confidence", percent=96)[0] == "96% sure"
    assert len(texts.load("en+ko").tables) == 2
    assert texts.load("ko").say("clear") == ("지우기",)


CHAPTERS = (
    "drawing", "look", "everywhere", "filters", "conv2d1", "conv2d2", "conv2d9", "avg_pool2d1",
    "max_pool2d3", "flatten", "linear1", "linear2", "sums", "answer", "winner", "why",
)  # fmt: skip


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_has_a_name_and_a_line_in_every_language(name: str, chapter: str) -> None:
    table = texts.read(name)
    spoken = texts.Texts((table,))
    (title,), (about,) = spoken.chapter(chapter)
    assert title != table["chapter_tour"]
    assert about != table["about_tour"]
    assert max(len(title), len(about)) <= 36  # a column's width on the smallest tablet
    assert len(spoken.sign(chapter)[0]) <= 40


def test_a_chapter_of_the_wall_that_we_have_no_words_for() -> None:
    english = texts.load("en")
    assert english.chapter("flatten")[0] == ("Laid out in a row",)
    assert english.sign("flatten") == ("Wall: Laid out in a row",)
    assert english.chapter("conv2d9")[0] == english.say("chapter_conv2d")
    for unknown in ("../x{y}", "12", "", "tour"):
        assert english.chapter(unknown) == (english.say("chapter_tour"), english.say("about_tour"))
        assert english.sign(unknown) == ("Wall: Watch the wall",)


def test_without_a_hangul_font_it_is_english(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fonts, "hangul", lambda: None)
    assert texts.load("ko").say("clear") == ("Clear",)
    assert fonts.ADVICE in caplog.text
