"""Every operation of our client against zeep, an independent one, on the same simulated camera.

zeep runs in strict mode on the WSDLs that onvif-zeep ships; Media2, which it does not know, is
read by zeep on another package's WSDL (``tests/simulator/media2_oracle.py``).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from zeep.plugins import HistoryPlugin

from agent.camera.decoder import Decoder
from agent.camera.device import NetworkCamera
from agent.camera.http import CameraHttp
from agent.camera.onvif import events, media
from agent.camera.onvif.services import (
    DEVICE,
    EVENTS,
    IMAGING,
    MEDIA,
    find_services,
    read_capabilities,
)
from agent.camera.port import Credentials, FilterMode, StreamProfile, Target
from simulator.camera import SimulatedCamera
from simulator.onvif.names import PATHS, SCHEMA, WSNT
from simulator.spec import CameraSpec, Kind
from tests.simulator.oracle import service

_ROOT: Final = Path(__file__).parents[2]
MEDIA2_READER: Final = _ROOT / ".venv-oracle" / "bin" / "python"
_SETUP: Final = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
_PASSWORD: Final = "Second-0pinion"


@dataclass(slots=True)
class Comparison:
    """What was compared, and where two readers differ."""

    compared: int = 0
    operations: set[str] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)

    def add(self, operation: str, name: str, ours: Any, theirs: Any) -> None:
        """Compare one value."""
        self.compared += 1
        self.operations.add(operation)
        if ours != theirs:
            self.differences.append(f"{operation} {name}: {ours!r} and {theirs!r}"[:200])


def _spec(**changes: Any) -> CameraSpec:
    known: dict[str, Any] = {
        "serial": "SN-2401-0001",
        "kind": Kind.SOLAR_4G,
        "password": _PASSWORD,
        "width": 320,
        "height": 192,
    }
    return CameraSpec(**(known | changes))


CASTS: Final = (
    _spec(media2=False),
    _spec(
        media2=False, kind=Kind.WIFI, channels=3, fps=25, gop=50, firmware="V5.7.13 build 230706"
    ),
    _spec(
        media2=False, faults=("clock_off_day", "empty_serial"), manufacturer="A&B <Optik> 摄像机"
    ),
    _spec(media2=False, faults=("placeholder_serial",), logins=("wsse",)),
    _spec(codec="h265", faults=("blurred",)),
)
"""Cameras that differ in what their replies hold."""


class _Foreign:
    """zeep at one camera."""

    def __init__(self, camera: SimulatedCamera) -> None:
        self._camera = camera
        # As far off as the camera's clock: zeep signs in its own time.
        self._ahead = camera.state.device_now() - datetime.now(UTC)

    async def ask(self, name: str, space: str, operation: str, **fields: Any) -> Any:
        url = f"http://{self._camera.address}{PATHS[space]}"
        return await self.ask_at(name, url, operation, **fields)

    async def ask_at(self, name: str, url: str, operation: str, **fields: Any) -> Any:
        spec = self._camera.spec
        history = fields.pop("history", None)

        def call() -> Any:
            made = service(
                name, url, user=spec.user, password=spec.password, ahead=self._ahead,
                history=history,
            )  # fmt: skip
            return getattr(made, operation)(**fields)

        return await asyncio.to_thread(call)


@asynccontextmanager
async def _ours(sim: SimulatedCamera) -> AsyncIterator[NetworkCamera]:
    http, decoder = CameraHttp(), Decoder()
    login = Credentials(user=sim.spec.user, password=sim.spec.password)
    target = Target(address=sim.address, credentials=login, allow_events=True)
    try:
        yield NetworkCamera(
            target, http=http, decoder=decoder, profiles=(), clock=lambda: datetime.now(UTC)
        )
    finally:
        await http.close()
        await decoder.close()


async def compare(spec: CameraSpec, into: Comparison) -> None:
    """Ask everything of one camera by both readers."""
    async with SimulatedCamera(spec) as sim, _ours(sim) as camera:
        foreign = _Foreign(sim)
        await _compare_device(camera, foreign, into)
        await _compare_services(camera, foreign, into)
        await _compare_imaging(camera, foreign, into)
        await _compare_events(camera, foreign, into)
        if spec.media2:
            await _compare_media2(camera, sim, into)
        else:
            await _compare_media(camera, foreign, into)
        await _compare_writing(camera, foreign, into)


async def _compare_device(camera: NetworkCamera, foreign: _Foreign, into: Comparison) -> None:
    ours = await camera.device_information()
    theirs = await foreign.ask("device", DEVICE, "GetDeviceInformation")
    for name, value in (
        ("Manufacturer", ours.manufacturer),
        ("Model", ours.model),
        ("FirmwareVersion", ours.firmware),
        ("SerialNumber", ours.serial or None),  # zeep reads an empty element as None
        ("HardwareId", ours.hardware_id),
    ):
        into.add("GetDeviceInformation", name, value, theirs[name])
    interfaces = await foreign.ask("device", DEVICE, "GetNetworkInterfaces")
    addresses = tuple(one.Info.HwAddress.lower() for one in interfaces)
    into.add("GetNetworkInterfaces", "HwAddress", await camera.mac_addresses(), addresses)
    log = await foreign.ask("device", DEVICE, "GetSystemLog", LogType="System")
    into.add(
        "GetSystemLog", "String", (await camera.system_log()).splitlines()[:1],
        log.String.strip().splitlines()[:1],
    )  # fmt: skip
    await _compare_clock(camera, foreign, into)


async def _compare_clock(camera: NetworkCamera, foreign: _Foreign, into: Comparison) -> None:
    own = await camera.device_clock()
    stated = await foreign.ask("device", DEVICE, "GetSystemDateAndTime")
    date, time = stated.UTCDateTime.Date, stated.UTCDateTime.Time
    theirs = datetime(
        date.Year, date.Month, date.Day, time.Hour, time.Minute, time.Second, tzinfo=UTC
    )
    near = own.device_at is not None and abs(own.device_at - theirs) < timedelta(seconds=5)
    into.add("GetSystemDateAndTime", "UTCDateTime", near or own.device_at, near or theirs)
    into.add("GetSystemDateAndTime", "DateTimeType", own.source, stated.DateTimeType)
    into.add("GetSystemDateAndTime", "TimeZone", own.zone, stated.TimeZone.TZ)


async def _compare_services(camera: NetworkCamera, foreign: _Foreign, into: Comparison) -> None:
    soap = camera._soap
    listed = await foreign.ask("device", DEVICE, "GetServices", IncludeCapability=False)
    ours = {space: urlsplit(url).path for space, url in (await find_services(soap)).items()}
    theirs = {one.Namespace: urlsplit(one.XAddr).path for one in listed}
    into.add("GetServices", "XAddr", ours, theirs)
    known = await foreign.ask("device", DEVICE, "GetCapabilities", Category="All")
    named = {"Device": DEVICE, "Media": MEDIA, "Imaging": IMAGING, "Events": EVENTS}
    into.add(
        "GetCapabilities", "XAddr",
        {space: urlsplit(url).path for space, url in (await read_capabilities(soap)).items()},
        {space: urlsplit(known[name].XAddr).path for name, space in named.items() if known[name]},
    )  # fmt: skip


async def _compare_imaging(camera: NetworkCamera, foreign: _Foreign, into: Comparison) -> None:
    source = next(one.video_source for one in await camera.profiles())
    ours = await camera.imaging_settings()
    theirs = await foreign.ask("imaging", IMAGING, "GetImagingSettings", VideoSourceToken=source)
    for name, value in (
        ("IrCutFilter", ours.ir_cut_filter),
        ("Brightness", ours.brightness),
        ("ColorSaturation", ours.colour_saturation),
        ("Contrast", ours.contrast),
        ("Sharpness", ours.sharpness),
    ):
        into.add("GetImagingSettings", name, value, theirs[name])
    options = await foreign.ask("imaging", IMAGING, "GetOptions", VideoSourceToken=source)
    modes = (await camera.imaging_options()).ir_cut_filter_modes
    into.add("GetOptions", "IrCutFilterModes", modes, tuple(options.IrCutFilterModes))


async def _compare_media(camera: NetworkCamera, foreign: _Foreign, into: Comparison) -> None:
    ours = await camera.profiles()
    theirs = await foreign.ask("media", MEDIA, "GetProfiles")
    into.add("GetProfiles", "count", len(ours), len(theirs))
    for own, other in zip(ours, theirs, strict=False):
        encoder = other.VideoEncoderConfiguration
        source = other.VideoSourceConfiguration.SourceToken
        into.add(
            "GetProfiles", own.token,
            (own.token, own.name, own.video_source, own.codec, own.width_px, own.height_px,
             own.fps_limit),
            (other.token, other.Name, source, encoder.Encoding, encoder.Resolution.Width,
             encoder.Resolution.Height, encoder.RateControl.FrameRateLimit),
        )  # fmt: skip
        await _compare_addresses(camera, foreign, own, into)
    sources = await foreign.ask("media", MEDIA, "GetVideoSources")
    first = await media.read_video_source(camera._soap)
    into.add("GetVideoSources", "token", first, sources[0].token)


async def _compare_addresses(
    camera: NetworkCamera, foreign: _Foreign, profile: StreamProfile, into: Comparison
) -> None:
    stream = await foreign.ask(
        "media", MEDIA, "GetStreamUri", StreamSetup=_SETUP, ProfileToken=profile.token
    )
    snapshot = await foreign.ask("media", MEDIA, "GetSnapshotUri", ProfileToken=profile.token)
    soap = camera._soap
    into.add("GetStreamUri", "Uri", await media.read_stream_uri(soap, profile), stream.Uri)
    into.add("GetSnapshotUri", "Uri", await media.read_snapshot_uri(soap, profile), snapshot.Uri)


async def _compare_media2(camera: NetworkCamera, sim: SimulatedCamera, into: Comparison) -> None:
    if not MEDIA2_READER.exists():
        raise RuntimeError("the second reader of Media2 is missing: make test sets it up")
    child = await asyncio.create_subprocess_exec(
        str(MEDIA2_READER), str(_ROOT / "tests" / "simulator" / "media2_oracle.py"),
        sim.address, sim.spec.user,
        env={**os.environ, "PRECLAIM_PASSWORD": sim.spec.password, "PYTHONPATH": ""},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, complained = await child.communicate()
    if child.returncode != 0:
        raise RuntimeError(f"the second reader of Media2: {complained.decode()[-400:]}")
    theirs = json.loads(printed)
    ours = await camera.profiles()
    first, soap = ours[0], camera._soap
    name = "Media2.GetProfiles"
    into.add(name, "token", [one.token for one in ours], theirs["tokens"])
    into.add(name, "Name", [one.name for one in ours], theirs["names"])
    into.add(name, "Encoding", first.codec, theirs["codec"])
    into.add(name, "Width", first.width_px, theirs["width_px"])
    into.add(name, "Height", first.height_px, theirs["height_px"])
    stream, snapshot = theirs["stream"], theirs["snapshot"]
    into.add("Media2.GetStreamUri", "Uri", await media.read_stream_uri(soap, first), stream)
    into.add("Media2.GetSnapshotUri", "Uri", await media.read_snapshot_uri(soap, first), snapshot)


async def _compare_writing(camera: NetworkCamera, foreign: _Foreign, into: Comparison) -> None:
    """What we write, the other one reads."""
    source = next(one.video_source for one in await camera.profiles())
    for mode in FilterMode:
        await camera.set_ir_cut_filter(mode)
        theirs = await foreign.ask(
            "imaging", IMAGING, "GetImagingSettings", VideoSourceToken=source
        )
        into.add("SetImagingSettings", mode.name, mode.value, theirs.IrCutFilter)


async def _compare_events(camera: NetworkCamera, foreign: _Foreign, into: Comparison) -> None:
    opened = await foreign.ask(
        "events", EVENTS, "CreatePullPointSubscription", InitialTerminationTime="PT60S"
    )
    address = opened.SubscriptionReference.Address
    url = str(getattr(address, "_value_1", address))
    history = HistoryPlugin()
    pulled = await foreign.ask_at(
        "pullpoint", url, "PullMessages", Timeout="PT1S", MessageLimit=50, history=history
    )
    assert history.last_received is not None
    topics = [one.text for one in history.last_received["envelope"].iter(f"{{{WSNT}}}Topic")]
    items = [
        message.Message._value_1.find(f"{{{SCHEMA}}}Data/{{{SCHEMA}}}SimpleItem")
        for message in pulled.NotificationMessage
    ]
    theirs = [(topic, item.get("Value")) for topic, item in zip(topics, items, strict=True)]
    async with camera.events() as subscription:
        own = await subscription.pull(wait_s=1)
        await subscription.renew()
    into.add("PullMessages", "Topic, Value", [_told(one) for one in own], theirs)
    await foreign.ask_at("subscription", url, "Unsubscribe")
    into.add("CreatePullPointSubscription", "places", foreign._camera.subscriptions, 0)
    into.add("Renew", "outcome", _outcome(camera, "Renew"), "ok")
    into.add("Unsubscribe", "outcome", _outcome(camera, "Unsubscribe"), "ok")


def _told(event: events.DeviceEvent) -> tuple[str, str]:
    return event.topic, event.values[0][1] if event.values else ""


def _outcome(camera: NetworkCamera, operation: str) -> str:
    outcomes = [one.outcome for one in camera.exchanges if one.request == operation]
    return outcomes[-1] if outcomes else "not asked"


async def compare_all(casts: tuple[CameraSpec, ...] = CASTS) -> Comparison:
    """Every operation on every camera."""
    into = Comparison()
    for spec in casts:
        await compare(spec, into)
    return into
