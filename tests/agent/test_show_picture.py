"""The verb ``picture``: files are explained, in two languages and for programs."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from agent import cli
from agent.exit_code import DONE, FOUND, UNUSABLE
from agent.verbs import dispatch
from tests.agent.pictures import coded, view


def call(*arguments: str) -> tuple[int, str]:
    """Carry out a command line; exit code and output."""
    out = io.StringIO()
    return dispatch(cli.parse(["picture", *arguments]), out), out.getvalue()


@pytest.fixture
def good(tmp_path: Path) -> str:
    """A good picture of the camera."""
    path = tmp_path / "good.jpg"
    path.write_bytes(coded(view()))
    return str(path)


def test_a_mirrored_picture_is_told_by_the_cameras_own(tmp_path: Path, good: str) -> None:
    """Against one good picture a mirrored one is a fault with its figures; the good one is none."""
    flipped, drawn = tmp_path / "flipped.jpg", tmp_path / "map.png"
    flipped.write_bytes(coded(np.ascontiguousarray(view()[:, ::-1])))
    code, as_json = call(str(flipped), "--reference", good, "--json", "--map", str(drawn))
    (found,) = json.loads(as_json)["pictures"]
    verdicts = {one["code"]: one["verdict"] for one in found["findings"]}

    assert code == FOUND
    assert verdicts["picture.flipped"] == "fault"
    assert found["figures"]["ref_mirrored"] > 0.9
    assert found["baseline"]["ref_detail"]["median"] == pytest.approx(1.0, abs=0.05)
    assert drawn.read_bytes().startswith(b"\x89PNG")
    assert call(good, "--reference", good, "--lang", "en")[0] == DONE


def test_what_is_no_picture_is_invalid_with_the_reason(tmp_path: Path, good: str) -> None:
    """A GIF is named, beside a good picture that is explained all the same; in Chinese too."""
    other = tmp_path / "moving.gif"
    other.write_bytes(b"GIF89a" + bytes(200))
    code, told = call(good, str(other), "--lang", "zh")

    assert code == FOUND
    assert "this is GIF, not JPEG" in told
    assert "白天彩色" in told


def test_a_picture_that_is_cut_off_is_invalid(tmp_path: Path, good: str) -> None:
    """Half a file decodes to something; it is no picture of the camera, and nothing is judged."""
    whole = Path(good).read_bytes()
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(whole[: len(whole) // 2])
    code, as_json = call(str(cut), "--reference", good, "--json")
    (found,) = json.loads(as_json)["pictures"]

    assert code == FOUND
    assert not found["valid"]
    assert "cut off" in found["reason"]
    assert not any(one["verdict"] == "fault" for one in found["findings"])
    assert "IR lamp" not in call(str(cut), "--lang", "en")[1]


def test_a_png_is_read_and_a_map_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People keep pictures as PNG; what exists stays."""
    path, drawn = tmp_path / "view.png", tmp_path / "map.png"
    path.write_bytes(coded(view(), "png", "rgb24"))
    drawn.write_bytes(b"mine")

    assert "640x360" in call(str(path), "--lang", "en")[1]
    assert call(str(path), "--map", str(drawn), "--lang", "en")[0] == UNUSABLE
    assert drawn.read_bytes() == b"mine"
    assert "map.png" in capsys.readouterr().err


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Which file, and what to do."""
    assert call("/nowhere/a.jpg", "--lang", "en")[0] == UNUSABLE
    assert "/nowhere/a.jpg" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such thing on this system")
def test_a_pipe_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody writes into it: reading would never end."""
    pipe = tmp_path / "view.jpg"
    os.mkfifo(pipe)

    assert call(str(pipe), "--lang", "en")[0] == UNUSABLE
    assert "no regular file" in capsys.readouterr().err


def test_an_even_grey_is_no_picture(tmp_path: Path, good: str) -> None:
    """A decoder fills in what it lost: invalid with the reason, and no verdict."""
    path = tmp_path / "grey.jpg"
    path.write_bytes(coded(np.full((360, 640, 3), 128, dtype=np.uint8)))
    code, as_json = call(str(path), "--reference", good, "--json")
    (found,) = json.loads(as_json)["pictures"]

    assert code == FOUND
    assert not found["valid"]
    assert "no sensor" in found["reason"]
    assert {one["verdict"] for one in found["findings"]} <= {"unsure", "unsupported"}
    assert "no sensor" in call(str(path), "--lang", "en")[1]
