"""What a picture's readings say of its stream, and which of them stay at home."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.camera.port import Picture, StreamHealth
from agent.delivery import reading_store
from agent.delivery.salvage import open_or_salvage
from agent.probes.picture_readings import LOCAL_ONLY, NAMES, readings_of
from agent.probes.probe import Pass
from shared.reading import Quality
from tests.agent.fakes import FEATURES, NOON

BEFORE_REFERENCES = 20
"""Readings of a picture that travelled before there were references; the batch grew no more."""
HEALTH = StreamHealth(
    codec="H264",
    seconds=4.0,
    packets=300,
    frames=60,
    fps=15.0,
    bitrate_kbps=900.0,
    key_frame_interval_s=2.0,
    longest_gap_s=0.1,
    lost_packets=0,
    key_frame=b"first",
    last_key_frame=b"last",
    width_px=640,
    height_px=360,
    stamped_s=3.9,
    key_frames=2,
)
PICTURE = Picture(features=FEATURES, jpeg=b"", taken_at=NOON, light="day")
FACTS = ("loss_touched_key_frame", "rtp_advances", "key_frames_identical")


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        pytest.param(HEALTH, (False, True, False), id="live"),
        pytest.param(replace(HEALTH, last_key_frame=b"first"), (False, True, True), id="frozen"),
        pytest.param(replace(HEALTH, stamped_s=0.0), (False, False, False), id="clock stands"),
        pytest.param(replace(HEALTH, spoiled_key_frames=1), (True, True, False), id="spoiled"),
        pytest.param(replace(HEALTH, loss_touches_last=True), (True, True, False), id="touched"),
        pytest.param(replace(HEALTH, key_frames=1, stamped_s=None), (False, None, None), id="one"),
        pytest.param(None, (None, None, None), id="snapshot"),
    ],
)
def test_the_stream_tells_frozen_and_damaged_apart(
    health: StreamHealth | None, expected: tuple[bool | None, ...]
) -> None:
    """Its clock, its key frames byte for byte, and what the network lost of them."""
    found = {r.name: r for r in readings_of(PICTURE, health, Pass(now=NOON))}

    assert tuple(found[f"stream.{name}"].value for name in FACTS) == expected
    assert found["stream.decode_errors"].value == 0


def test_figures_without_a_reference_are_missing_with_the_reason() -> None:
    """A changed size is told where the figures would have stood."""
    note = "the picture is 1280x720 and was 640x360: a new reference begins"
    told = {
        reading.name: reading
        for reading in readings_of(replace(PICTURE, reference_note=note), HEALTH, Pass(now=NOON))
    }

    assert told["picture.ref_detail"].quality is Quality.MISSING
    assert told["picture.ref_detail"].detail == note
    assert told["picture.light"].value == "day"
    assert set(told) == set(NAMES)


def test_only_what_always_travelled_leaves_the_agent(tmp_path: Path) -> None:
    """Figures of the reference are kept at home, and telemetry is as large as it was."""
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    features = replace(FEATURES, noise=1.0, ref_detail=0.9)
    readings = readings_of(replace(PICTURE, features=features), HEALTH, Pass(now=NOON))
    with database.transaction() as db:
        reading_store.add(db, "cam", readings)
        rows = reading_store.unsent(db, after=0, limit=1000, local=LOCAL_ONLY)
        kept = reading_store.latest(db, "cam")
    database.close()
    sent = {reading.name for _, _, reading in rows}

    assert {"picture.luma_mean", "picture.sharpness", "picture.change"} <= sent
    assert not sent & set(LOCAL_ONLY)
    assert len(sent) == BEFORE_REFERENCES
    assert (kept["picture.ref_detail"].value, kept["picture.noise"].value) == (0.9, 1.0)


@pytest.mark.parametrize(
    ("change", "is_picture"),
    [
        pytest.param({"luma_std": 0.0, "luma_mean": 128.0}, False, id="one grey"),
        pytest.param({"grey_fill": 0.55}, False, id="half filled"),
        pytest.param({"grey_fill": 0.17}, True, id="a plain wall"),
        pytest.param({"luma_std": 0.0, "luma_mean": 1.0}, True, id="black"),
        pytest.param({"luma_std": 0.0, "luma_mean": 255.0}, True, id="white"),
    ],
)
def test_what_a_decoder_filled_in_is_no_picture(
    change: dict[str, float], *, is_picture: bool
) -> None:
    """Every figure of it is invalid with the reason, so that it opens, clears and teaches nothing.

    A black or white picture is one: its rules must still tell it.
    """
    shown = replace(PICTURE, features=replace(FEATURES, **change))  # type: ignore[arg-type]  # floats
    read = [r for r in readings_of(shown, HEALTH, Pass(now=NOON)) if r.name.startswith("picture.")]
    invalid = [one for one in read if one.quality is Quality.INVALID]

    assert {one.name for one in read if one.good} & {"picture.luma_mean", "picture.light"} == (
        {"picture.luma_mean", "picture.light"} if is_picture else set()
    )
    assert all("no sensor" in one.detail for one in invalid)
    assert bool(invalid) is not is_picture
