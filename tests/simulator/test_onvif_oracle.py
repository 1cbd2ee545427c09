"""Every operation, read by an independent strict client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from zeep.exceptions import Fault as ZeepFault

from simulator.camera import SimulatedCamera
from simulator.onvif.names import DEVICE, EVENTS, IMAGING, MEDIA, MEDIA2, PATHS
from simulator.onvif.operations import OPERATIONS
from tests.simulator.oracle import service
from tests.simulator.specs import PASSWORD, camera_spec

_PATHS = {"device": DEVICE, "media": MEDIA, "imaging": IMAGING, "events": EVENTS}
_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


def _service(camera: SimulatedCamera, name: str) -> Any:
    url = f"http://{camera.address}{PATHS[_PATHS[name]]}"
    return service(name, url, user="admin", password=PASSWORD)


async def _ask(camera: SimulatedCamera, name: str, operation: str, **arguments: Any) -> Any:
    def call() -> Any:
        return getattr(_service(camera, name), operation)(**arguments)

    return await asyncio.to_thread(call)


def _is_now(answer: Any) -> bool:
    date, time = answer.UTCDateTime.Date, answer.UTCDateTime.Time
    stated = datetime(
        date.Year, date.Month, date.Day, time.Hour, time.Minute, time.Second, tzinfo=UTC
    )
    return abs(datetime.now(UTC) - stated) < timedelta(seconds=20)


_READS: list[tuple[str, str, dict[str, Any], Callable[[Any], bool]]] = [
    ("device", "GetSystemDateAndTime", {}, _is_now),
    (
        "device",
        "GetDeviceInformation",
        {},
        lambda a: (
            (a.Manufacturer, a.Model, a.FirmwareVersion, a.SerialNumber, a.HardwareId)
            == ("Camhi Example", "SC-4G-20", "1.4.2", "SN-2401-0001", "HW-3")
        ),
    ),
    (
        "device",
        "GetServices",
        {"IncludeCapability": True},
        lambda a: {s.Namespace for s in a} == {DEVICE, MEDIA, MEDIA2, IMAGING, EVENTS},
    ),
    ("device", "GetServices", {"IncludeCapability": False}, lambda a: len(a) == 5),
    ("device", "GetCapabilities", {"Category": "All"}, lambda a: "imaging" in a.Imaging.XAddr),
    (
        "device",
        "GetServiceCapabilities",
        {},
        lambda a: a.Security.UsernameToken and a.Security.HttpDigest,
    ),
    ("device", "GetScopes", {}, lambda a: any("SC-4G-20" in s.ScopeItem for s in a)),
    ("device", "GetHostname", {}, lambda a: a.Name == "cam-020000000001"),
    (
        "device",
        "GetNetworkInterfaces",
        {},
        lambda a: a[0].Info.HwAddress == "02:00:00:00:00:01",
    ),
    ("device", "GetUsers", {}, lambda a: a[0].Username == "admin" and a[0].Password is None),
    ("device", "GetSystemLog", {"LogType": "System"}, lambda a: "started" in a.String),
    ("media", "GetServiceCapabilities", {}, lambda a: a.SnapshotUri),
    (
        "media",
        "GetProfiles",
        {},
        lambda a: (
            (
                a[0].token,
                a[0].VideoEncoderConfiguration.Encoding,
                a[0].VideoEncoderConfiguration.Resolution.Width,
            )
            == ("Profile_1", "H264", 320)
        ),
    ),
    (
        "media",
        "GetVideoSources",
        {},
        lambda a: (a[0].token, a[0].Framerate) == ("VideoSource_1", 10),
    ),
    (
        "media",
        "GetStreamUri",
        {"StreamSetup": _SETUP, "ProfileToken": "Profile_1"},
        lambda a: a.Uri.startswith("rtsp://127.0.0.1:"),
    ),
    (
        "media",
        "GetSnapshotUri",
        {"ProfileToken": "Profile_1"},
        lambda a: a.Uri.endswith("/snapshot.jpg"),
    ),
    ("imaging", "GetServiceCapabilities", {}, lambda a: a.ImageStabilization is False),
    (
        "imaging",
        "GetImagingSettings",
        {"VideoSourceToken": "VideoSource_1"},
        lambda a: (a.IrCutFilter, a.Brightness) == ("AUTO", 50.0),
    ),
    (
        "imaging",
        "GetOptions",
        {"VideoSourceToken": "VideoSource_1"},
        lambda a: set(a.IrCutFilterModes) == {"ON", "OFF", "AUTO"},
    ),
    (
        "imaging",
        "GetStatus",
        {"VideoSourceToken": "VideoSource_1"},
        lambda a: a.FocusStatus20.MoveStatus == "IDLE",
    ),
    ("events", "GetServiceCapabilities", {}, lambda a: a.MaxPullPoints == 8),
    ("events", "GetEventProperties", {}, lambda a: a.FixedTopicSet is True),
]


@pytest.mark.parametrize(
    ("name", "operation", "arguments", "holds"),
    [pytest.param(*read, id=f"{read[0]}-{read[1]}") for read in _READS],
)
async def test_strict_client_reads(
    camera: SimulatedCamera,
    name: str,
    operation: str,
    arguments: dict[str, Any],
    holds: Callable[[Any], bool],
) -> None:
    """A strict client reads the reply of every reading operation with the right values."""
    answer = await _ask(camera, name, operation, **arguments)

    assert holds(answer), answer
    assert camera.writes == []


def test_every_known_operation_has_a_test() -> None:
    """Whatever the simulator answers of the bundled services is read by the strict client here."""
    tested = {read[1] for read in _READS} | {
        "SetSystemDateAndTime",
        "SetImagingSettings",
        "CreatePullPointSubscription",
        "PullMessages",
        "SetSynchronizationPoint",
        "Renew",
        "Unsubscribe",
    }
    known = {name.rpartition("}")[2] for name in OPERATIONS if not name.startswith(f"{{{MEDIA2}}}")}

    assert known == tested


async def test_clock_can_be_set(camera: SimulatedCamera) -> None:
    """SetSystemDateAndTime moves the clock that the camera states, and is a write."""
    wanted = datetime.now(UTC) - timedelta(hours=3)
    await _ask(
        camera,
        "device",
        "SetSystemDateAndTime",
        DateTimeType="Manual",
        DaylightSavings=False,
        UTCDateTime={
            "Time": {"Hour": wanted.hour, "Minute": wanted.minute, "Second": wanted.second},
            "Date": {"Year": wanted.year, "Month": wanted.month, "Day": wanted.day},
        },
    )

    stated = (await _ask(camera, "device", "GetSystemDateAndTime")).UTCDateTime
    assert (stated.Date.Day, stated.Time.Hour) == (wanted.day, wanted.hour)
    assert [write.operation for write in camera.writes] == ["SetSystemDateAndTime"]


async def test_imaging_settings_change(camera: SimulatedCamera) -> None:
    """SetImagingSettings changes what GetImagingSettings states, and is a write."""
    await _ask(
        camera,
        "imaging",
        "SetImagingSettings",
        VideoSourceToken="VideoSource_1",
        ImagingSettings={"IrCutFilter": "OFF", "Brightness": 30.0},
        ForcePersistence=False,
    )

    settings = await _ask(camera, "imaging", "GetImagingSettings", VideoSourceToken="VideoSource_1")
    assert (settings.IrCutFilter, settings.Brightness) == ("OFF", 30.0)
    (write,) = camera.writes
    assert write.operation == "SetImagingSettings"
    assert "IrCutFilter=OFF" in write.detail and "ForcePersistence=false" in write.detail


async def test_refused_setting_changes_nothing(camera: SimulatedCamera) -> None:
    """A level off the scale is refused whole: no half of the settings is taken over."""
    with pytest.raises(ZeepFault, match="Brightness"):
        await _ask(
            camera,
            "imaging",
            "SetImagingSettings",
            VideoSourceToken="VideoSource_1",
            ImagingSettings={"IrCutFilter": "OFF", "Brightness": 300.0},
        )

    assert camera.writes == []
    assert camera.state.ir_cut.mode.value == "AUTO"


async def test_unknown_source_and_profile_are_faults(camera: SimulatedCamera) -> None:
    """A token that the camera never gave out is answered with a fault."""
    with pytest.raises(ZeepFault, match="source"):
        await _ask(camera, "imaging", "GetImagingSettings", VideoSourceToken="nope")
    with pytest.raises(ZeepFault, match="profile"):
        await _ask(camera, "media", "GetSnapshotUri", ProfileToken="nope")


async def test_h265_is_not_named_by_the_old_media_service() -> None:
    """The ver10 schema has no H.265, so such a profile states no encoder there."""
    async with SimulatedCamera(camera_spec(codec="h265")) as camera:
        (profile,) = await _ask(camera, "media", "GetProfiles")

    assert profile.VideoEncoderConfiguration is None


async def test_device_without_media2_does_not_offer_it() -> None:
    """spec.media2=False is older firmware: ver20 is neither listed nor answered."""
    async with SimulatedCamera(camera_spec(media2=False)) as camera:
        services = await _ask(camera, "device", "GetServices", IncludeCapability=True)

    assert MEDIA2 not in {one.Namespace for one in services}
