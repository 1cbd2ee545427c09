"""The audit log in Chinese: every word of the agent's own, and none of a camera's."""

from __future__ import annotations

import ast
import inspect

import pytest

from agent.camera.picture import recall
from agent.camera.picture.impression import Impression
from agent.experiment import restorer, setting
from agent.experiment.setting import Settled
from agent.show_picture_words import note_of
from agent.write_words import told


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _said(module: object, name: str) -> list[str]:
    """The texts that a module gives to calls of this name, with each value as a 7."""
    found = []
    for call in ast.walk(ast.parse(inspect.getsource(module))):  # type: ignore[arg-type]
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith(name):
            continue
        for given in call.args:
            if isinstance(given, ast.JoinedStr | ast.Constant):
                parts = given.values if isinstance(given, ast.JoinedStr) else [given]
                found.append(
                    "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in parts)
                )
    return found


def test_every_reason_for_a_debt_is_told_in_chinese() -> None:
    """As the sources say it; a camera's own cause and detail stay as they came."""
    reasons = [*_said(setting, "NotRestoredError"), *_said(restorer, "_postpone")]
    own = [text for text in reasons if text != "7: 7"]
    assert len(own) >= 4
    assert [text for text in own if not _is_chinese(told(text, "zh"))] == []


@pytest.mark.parametrize(
    "text",
    [
        *(how.value for how in Settled),
        "not answered",
        "nothing written",
        "nothing more written",
        "restore: factory",
        "the customer's AUTO was not put back",
        "the customer's AUTO",
        "owed since 2026-11-01 to a camera that nothing names: set it on its own page,"
        " or set another mode once to keep OFF",
    ],
)
def test_words_of_the_log_are_told_in_chinese(text: str) -> None:
    """In English they stay."""
    assert _is_chinese(told(text, "zh"))
    assert told(text, "en") == text


def test_what_a_camera_said_stays() -> None:
    """No guess at another's words."""
    assert told("onvif.fault: ter:InvalidArgVal", "zh") == "onvif.fault: ter:InvalidArgVal"


def test_why_a_reference_is_of_no_use_is_told_in_chinese() -> None:
    """In the words of the decoder child: damaged, or of another size."""
    now = Impression.__new__(Impression)
    damaged = recall._read(b"\x00" * 40, now)[1]
    sized = "the picture is 640x360 and was 1280x720: a new reference begins"
    assert damaged
    for note in (damaged, sized):
        assert _is_chinese(note_of(note, "zh"))
        assert note_of(note, "en") == note
