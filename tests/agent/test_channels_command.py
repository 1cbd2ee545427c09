"""The verb that lists a recorder's cameras, and a look at one of them by hand."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

pytest.importorskip("simulator.recorder", reason="the simulator is not here")

from agent.channels_command import list_channels
from agent.cli import parse
from agent.verbs import dispatch
from simulator.recorder import SimulatedRecorder
from simulator.spec import CameraSpec, Kind
from tests.agent.camera.test_channel import LISTED

PASSWORD = "nvr-pa55"
SPEC = CameraSpec(serial="NVR-7", kind=Kind.RECORDER, channels=3, password=PASSWORD)


async def said(*words: str) -> tuple[int, str]:
    """What a verb prints, and how it ends."""
    out = io.StringIO()
    return await asyncio.to_thread(dispatch, parse(list(words)), out), out.getvalue()


async def test_channels_are_listed_with_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Number, size and token of each, in both languages and as JSON; never the serial."""
    monkeypatch.setenv("NVR_PASSWORD", PASSWORD)
    async with SimulatedRecorder(SPEC) as recorder:
        words = ("channels", recorder.address, "--user", "admin", "--password-env", "NVR_PASSWORD")
        code, text = await said(*words)
        _, chinese = await said(*words, "--lang", "zh")
        _, listed = await said(*words, "--json")
        monkeypatch.setenv("NVR_PASSWORD", "wrong")
        refused, _ = await said(*words)

    assert (code, refused) == (0, 1)
    assert [one["video_source"] for one in json.loads(listed)] == [
        f"VideoSource_{number}" for number in (1, 2, 3)
    ]
    for told in (text, chinese):
        assert 'channel = 1, video_source = "VideoSource_1"' in told
        assert "NVR-7" not in told
    assert "录像机自身的序列号绝不是摄像机的" in chinese


async def test_one_channel_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe of a channel reads its stream and says nothing of who it is."""
    monkeypatch.setenv("NVR_PASSWORD", PASSWORD)
    async with SimulatedRecorder(SPEC) as recorder:
        await recorder.loop_of(1)  # encoded before anybody waits for it
        words = ("probe", recorder.address, "--user", "admin", "--password-env", "NVR_PASSWORD")
        _, told = await said(*words, "--channel", "2", "--watch-seconds", "0.5", "--json")
    readings = {one["name"]: one for one in json.loads(told)["readings"]}

    assert readings["stream.plays"]["value"] is True
    assert readings["identity.serial"]["quality"] == "missing"
    assert "NVR-7" not in told


def test_a_source_without_a_stream_is_listed_too() -> None:
    """A camera that is off-line may be left out of the profiles, and is no less a channel."""
    first, second, third = list_channels(LISTED, ("VS_1", "VS_2", "VS_3"))

    assert (first.main, first.sub) == ("2560x1440 H264", "640x360 H264")
    assert (second.channel, second.main) == (2, "1920x1080 H264")
    assert (third.channel, third.has_stream) == (3, False)
