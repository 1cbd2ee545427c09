"""What the demo says: complete in both languages, and aligned in both."""

from __future__ import annotations

import string

import pytest

from simulator.demo import report
from simulator.demo.arguments import parse
from simulator.demo.cast import DEMO, Ending
from simulator.demo.watch import Story
from simulator.demo.words import ENDINGS, TEXTS, name_of


def is_chinese(text: str) -> bool:
    """True when the text holds a Chinese sign."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def fields(text: str) -> set[str | None]:
    """The values that a text wants."""
    return {field for _, field, _, _ in string.Formatter().parse(text)} - {None}


def test_every_sentence_exists_in_both_languages() -> None:
    """The same keys, the same values in each, and real Chinese on the Chinese side."""
    assert set(TEXTS["en"]) == set(TEXTS["zh"])
    for key, english in TEXTS["en"].items():
        assert english, key
        assert is_chinese(TEXTS["zh"][key]), key
        assert fields(english) == fields(TEXTS["zh"][key]), key


def test_every_ending_has_a_name_in_both_languages() -> None:
    """A new ending cannot be added without its names."""
    assert set(ENDINGS) == set(Ending)
    assert all(is_chinese(name_of(ending, "zh")) and name_of(ending, "en") for ending in Ending)


def test_the_table_speaks_chinese() -> None:
    """Heading and endings, with a row for every device."""
    stories = [Story(role) for role in DEMO.roles]
    lines = report.table(stories, "zh").splitlines()

    assert len(lines) == len(DEMO.roles) + 1
    assert "预期" in lines[0]
    assert "pre-claim" not in "\n".join(lines)
    assert "预索赔" in "\n".join(lines[1:])


def test_help_follows_the_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--lang decides; without it the environment does."""
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert parse([]).lang == "zh"
    assert parse(["--lang", "en"]).lang == "en"
    with pytest.raises(SystemExit):
        parse(["--lang", "zh", "--help"])
    assert is_chinese(capsys.readouterr().out)
