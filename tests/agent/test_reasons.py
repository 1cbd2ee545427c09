"""Reasons and words of the terminal: complete in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import agent
from agent import cli, show
from agent.camera.port import Cause
from agent.reasons import CAUSES_ZH, DETAILS_ZH, reason
from shared.reading import Quality, Reading

NOW = datetime(2026, 2, 10, tzinfo=UTC)


def is_chinese(text: str) -> bool:
    """True when the text holds a Chinese sign."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def test_every_cause_has_a_chinese_text() -> None:
    """A new cause cannot be added without saying it in Chinese."""
    assert {cause.value for cause in Cause} <= set(CAUSES_ZH)
    assert all(is_chinese(text) for text in (*CAUSES_ZH.values(), *DETAILS_ZH.values()))


def test_every_translated_detail_is_one_that_the_probes_say() -> None:
    """A reworded detail would lose its translation unseen."""
    probes = Path(agent.__file__).parent / "probes"
    files = (*probes.glob("*.py"), probes.parent / "camera" / "transcript.py")
    source = "".join(path.read_text() for path in files)

    assert [text for text in DETAILS_ZH if text not in source] == []


def test_the_reason_column_is_chinese_on_request() -> None:
    """The cause is said in Chinese with its name; the device's own words are quoted after it."""
    refused = Reading("x", None, "", NOW, Quality.FAILED, cause="tcp.refused", detail="errno 111")
    lacks = Reading("x", None, "", NOW, Quality.MISSING, detail="no recording")

    assert reason(refused, "en") == "tcp.refused: errno 111"
    assert reason(refused, "zh") == "连接被拒绝（tcp.refused）：errno 111"
    assert reason(lacks, "zh") == "没有录像"
    assert "连接被拒绝" in show.show_readings([refused], "zh")


def test_every_word_and_help_text_exists_in_both_languages() -> None:
    """What a terminal shows and what --help says: the same keys twice, none empty."""
    for table in (show.WORDS, cli.HELP):
        assert set(table["en"]) == set(table["zh"])
        assert all(table["en"].values())
        assert all(is_chinese(text) for text in table["zh"].values())
        for key, text in table["en"].items():
            assert set(re.findall(r"{(\w+)}", text)) == set(
                re.findall(r"{(\w+)}", table["zh"][key])
            ), key
