"""A recorder's channels: each has its own streams, and nothing that the recorder says of itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("simulator.recorder", reason="the simulator is not here")

from agent.camera.channel import channel_names, numbered, order
from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.port import CameraError, Cause, Credentials, StreamProfile, Target
from agent.camera.profiles.profile_file import load_profiles, shipped_directory
from agent.probes import identity, stream
from agent.probes.probe import Pass
from shared.reading import Quality
from simulator.recorder import SimulatedRecorder
from simulator.spec import CameraSpec, Kind
from tests.agent.camera.conftest import utc_now

USER, PASSWORD = "admin", "nvr-pa55"
SERIAL = "NVR-2026-0001"


def profile(token: str, source: str, width: int, height: int) -> StreamProfile:
    """A media profile."""
    return StreamProfile(
        token=token,
        name=token,
        video_source=source,
        codec="H264",
        width_px=width,
        height_px=height,
        fps_limit=None,
        media2=False,
    )


LISTED = (
    profile("main1", "VS_1", 2560, 1440),
    profile("sub1", "VS_1", 640, 360),
    profile("tiny1", "VS_1", 176, 144),
    profile("sub2", "VS_2", 640, 480),
    profile("main2", "VS_2", 1920, 1080),
)
NVR = Target(address="192.0.2.9")


@pytest.mark.parametrize(
    ("wanted", "tokens"),
    [
        ({}, "main1"),
        ({"channel": 1}, "main1"),
        ({"channel": 2}, "sub2"),
        ({"channel": 2, "stream": "main"}, "main2"),
        ({"channel": 1, "stream": "sub"}, "sub1"),
        ({"channel": 9, "video_source": "VS_2", "stream": "main"}, "main2"),
        ({"channel": 1, "stream_profile": "tiny1"}, "tiny1"),
        ({"stream": "sub"}, "sub1"),
    ],
)
def test_the_right_stream_comes_first(wanted: dict[str, object], tokens: str) -> None:
    """By channel or token, main or sub; a thumbnail is no sub stream."""
    target = replace(NVR, **wanted)  # type: ignore[arg-type]
    ordered = order(LISTED, target)

    assert ordered[0].token == tokens
    if target.channel or target.video_source:
        assert len({one.video_source for one in ordered}) == 1


@pytest.mark.parametrize(
    "wanted",
    [{"channel": 3}, {"video_source": "VS_7"}, {"channel": 1, "stream_profile": "main2"}],
)
def test_what_is_not_listed_is_missing(wanted: dict[str, object]) -> None:
    """Another channel's stream never stands in for one that is not there."""
    with pytest.raises(CameraError) as caught:
        order(LISTED, replace(NVR, **wanted))  # type: ignore[arg-type]

    assert caught.value.cause is Cause.ONVIF_MISSING


@pytest.mark.parametrize(
    ("sources", "numbers"),
    [
        (["VS_1", "VS_2"], {1: "VS_1", 2: "VS_2"}),
        (["00000", "00001", "00003"], {1: "00000", 2: "00001", 4: "00003"}),
        (["VS_2", "VS_1"], {1: "VS_1", 2: "VS_2"}),
        (["VS_1", "VS_2", "VS_4"], {}),  # 0 and 3 are off-line, or 3 alone: nobody can say
        (["VS_2", "VS_3"], {}),
        (["left", "right"], {}),
        (["00001", "00002"], {}),  # counted from 0, and the first is off-line
        (["only"], {1: "only"}),
        (["a1", "b1"], {}),
    ],
)
def test_numbers_are_read_where_they_are_certain(
    sources: list[str], numbers: dict[int, str]
) -> None:
    """Where a channel may be missing before another, none has a number: the token must be named."""
    assert numbered(sources) == numbers


def test_what_was_seen_to_count_from_zero_goes_on_doing_so() -> None:
    """The first channel goes off-line and is left out: the second is still the second."""
    assert numbered(["VS_1", "VS_2"], from_zero=True) == {2: "VS_1", 3: "VS_2"}


@given(st.sets(st.integers(0, 40), min_size=2), st.sampled_from([0, 1]))
def test_an_offline_channel_moves_no_other(kept: set[int], base: int) -> None:
    """Whichever channels a recorder leaves out, a number names its own channel or none at all.

    The one case that tokens cannot show, a recorder that counts from 0 and has lost just its
    beginning, is why the token itself can be written beside the number.
    """
    tokens = [f"VS_{number + base}" for number in sorted(kept)]
    if base == 0 and 0 not in kept:
        return
    for number, token in numbered(tokens).items():
        assert int(token.removeprefix("VS_")) - base == number - 1


@pytest.fixture
async def recorder() -> AsyncIterator[SimulatedRecorder]:
    """A recorder of four channels."""
    spec = CameraSpec(
        serial=SERIAL, kind=Kind.RECORDER, channels=4, user=USER, password=PASSWORD, model="NVR-8"
    )
    async with SimulatedRecorder(spec) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[CameraHttp]:
    """The agent's client."""
    client = CameraHttp()
    yield client
    await client.close()


def channel(http: CameraHttp, recorder: SimulatedRecorder, number: int) -> NetworkCamera:
    """Our camera on one channel."""
    target = Target(
        address=recorder.address,
        credentials=Credentials(user=USER, password=PASSWORD),
        channel=number,
    )
    return NetworkCamera(
        target,
        http=http,
        decoder=Decoder(),
        profiles=load_profiles(shipped_directory()),
        clock=utc_now,
    )


async def test_a_channel_never_bears_the_recorders_name(
    http: CameraHttp, recorder: SimulatedRecorder
) -> None:
    """Serial, model, firmware and MAC of the recorder are nobody's but its own."""
    camera = channel(http, recorder, 3)
    seen = await identity.read(camera, Pass(now=utc_now()))
    by_name = {reading.name: reading for reading in seen.readings}

    assert by_name["identity.replies"].value == "whole"
    for name in ("serial", "model", "manufacturer", "firmware", "hardware_id", "mac"):
        assert by_name[f"identity.{name}"].quality is Quality.MISSING, name
    assert all(SERIAL not in str(reading.value) for reading in seen.readings)


async def test_each_channel_shows_its_own_picture(
    http: CameraHttp, recorder: SimulatedRecorder
) -> None:
    """Stream and snapshot are those of the channel, and so is the video source of imaging."""
    shots = {n: (await channel(http, recorder, n).snapshot()).body for n in (1, 2, 4)}
    camera = channel(http, recorder, 4)
    await recorder.loop_of(3)  # encoded before anybody waits for it
    watched = await stream.read(camera, Pass(now=utc_now(), watch_seconds=1.0))
    settings = await camera.imaging_settings()

    assert len(set(shots.values())) == 3
    assert {r.name: r.value for r in watched.readings}["stream.plays"] is True
    assert settings.ir_cut_filter is not None
    assert (await camera.profiles())[0].token == "Profile_4"
    rtsp = [e for e in camera.exchanges if e.request == "GetStreamUri"]
    assert f":{recorder.state.ports.rtsp_by_channel[3]}/" in rtsp[0].reply.decode()


async def test_a_channel_that_is_not_there_is_unknown(
    http: CameraHttp, recorder: SimulatedRecorder
) -> None:
    """Nothing plays in its place, and nothing is said of it."""
    seen = await stream.read(channel(http, recorder, 5), Pass(now=utc_now(), watch_seconds=1.0))

    assert {reading.quality for reading in seen.readings} == {Quality.MISSING}


def test_values_of_the_recorder_are_told_from_those_of_a_channel() -> None:
    """Only what a profile asks by channel may be said of the camera that hangs there."""
    profiles = {one.id: one for one in load_profiles(shipped_directory())}
    asked = channel_names(profiles["dahua.cgi"])

    assert "ir.filter_mode" in asked
    assert "device.serial" not in asked
