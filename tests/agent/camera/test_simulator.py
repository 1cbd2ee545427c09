"""The whole camera port against the simulator, and its values against onvif-zeep's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.auth import HTTPDigestAuth

pytest.importorskip("simulator.camera", reason="the simulator is not here")

import wsdl  # type: ignore[import-untyped]
import zeep
import zeep.wsse
from lxml import etree

from agent.camera.device import NetworkCamera
from agent.camera.onvif.imaging import write_filter_mode
from agent.camera.port import CameraError, Cause, FilterMode, LoginKind
from agent.camera.profiles.profile_file import load_profiles
from simulator.camera import CameraSpec, SimulatedCamera
from simulator.spec import Kind
from tests.agent.camera.conftest import CameraMaker

USER, PASSWORD = "admin", "sim-pa55"
WSDL = Path(next(iter(wsdl.__path__)))
PROFILES = load_profiles()
ALL_KINDS = ("wsse", "digest-md5", "digest-sha256")


def spec(**changes: Any) -> CameraSpec:
    """A solar 4G camera."""
    known: dict[str, Any] = {
        "serial": "SN-2401-0001",
        "kind": Kind.SOLAR_4G,
        "user": USER,
        "password": PASSWORD,
        "logins": ALL_KINDS,
    }
    return CameraSpec(**(known | changes))


def camera_of(make_camera: CameraMaker, sim: SimulatedCamera, **options: Any) -> NetworkCamera:
    """Our camera on the simulated one."""
    return make_camera(sim.address, user=USER, password=PASSWORD, profiles=PROFILES, **options)


class Oracle:
    """A second client: zeep, strict, on the WSDLs of onvif-zeep."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._urls: dict[str, str] = {}

    async def ask(
        self, file: str, namespace: str, binding: str, operation: str, **fields: Any
    ) -> Any:
        """Call an operation in a thread; zeep knows no asyncio."""

        def call() -> Any:
            library: Any = zeep  # it has no types
            client = library.Client(
                str(WSDL / file),
                wsse=library.wsse.UsernameToken(
                    USER, PASSWORD, use_digest=True, zulu_timestamp=True
                ),
                transport=library.Transport(timeout=5, operation_timeout=5),
                settings=library.Settings(strict=True),
            )
            path = {"devicemgmt.wsdl": "device_service"}.get(file, file.removesuffix(".wsdl"))
            url = self._urls.get(file) or f"http://{self._address}/onvif/{path}"
            service = client.create_service(f"{{{namespace}}}{binding}", url)
            return getattr(service, operation)(**fields)

        return await asyncio.to_thread(call)

    async def device(self, operation: str, **fields: Any) -> Any:
        """Device service."""
        namespace = "http://www.onvif.org/ver10/device/wsdl"
        return await self.ask("devicemgmt.wsdl", namespace, "DeviceBinding", operation, **fields)

    async def media(self, operation: str, **fields: Any) -> Any:
        """Media service."""
        namespace = "http://www.onvif.org/ver10/media/wsdl"
        return await self.ask("media.wsdl", namespace, "MediaBinding", operation, **fields)

    async def imaging(self, operation: str, **fields: Any) -> Any:
        """Imaging service."""
        namespace = "http://www.onvif.org/ver20/imaging/wsdl"
        return await self.ask("imaging.wsdl", namespace, "ImagingBinding", operation, **fields)


@pytest.fixture
async def sim() -> AsyncIterator[SimulatedCamera]:
    """A healthy camera that speaks Media (not Media2), as onvif-zeep does."""
    async with SimulatedCamera(spec(media2=False)) as camera:
        yield camera


@pytest.fixture
async def oracle(sim: SimulatedCamera) -> Oracle:
    """The second client, with the service addresses that GetServices gives it."""
    made = Oracle(sim.address)
    services = await made.device("GetServices", IncludeCapability=False)
    files = {"media/wsdl": "media.wsdl", "imaging/wsdl": "imaging.wsdl"}
    for service in services:
        for ending, file in files.items():
            if service.Namespace.endswith(ending):
                made._urls = made._urls | {file: service.XAddr}
    return made


async def test_device_service_agrees_with_zeep(
    make_camera: CameraMaker, sim: SimulatedCamera, oracle: Oracle
) -> None:
    """Identity, addresses, log and clock are what a WSDL-built client reads."""
    camera = camera_of(make_camera, sim)
    ours = await camera.device_information()
    theirs = await oracle.device("GetDeviceInformation")
    interfaces = await oracle.device("GetNetworkInterfaces")
    log = await oracle.device("GetSystemLog", LogType="System")
    clock, theirs_clock = await camera.device_clock(), await oracle.device("GetSystemDateAndTime")

    assert (ours.manufacturer, ours.model, ours.firmware, ours.serial, ours.hardware_id) == (
        theirs.Manufacturer,
        theirs.Model,
        theirs.FirmwareVersion,
        theirs.SerialNumber,
        theirs.HardwareId,
    )
    assert await camera.mac_addresses() == tuple(i.Info.HwAddress.lower() for i in interfaces)
    assert log.String.splitlines()[0] in await camera.system_log()
    assert clock.source == theirs_clock.DateTimeType
    assert clock.device_at is not None
    date, time = theirs_clock.UTCDateTime.Date, theirs_clock.UTCDateTime.Time
    seconds = (time.Hour * 60 + time.Minute) * 60 + time.Second
    own = clock.device_at
    own_seconds = (own.hour * 60 + own.minute) * 60 + own.second
    assert (own.year, own.month) == (date.Year, date.Month)
    assert (seconds - own_seconds) % 86400 <= 2


async def test_media_and_imaging_agree_with_zeep(
    make_camera: CameraMaker, sim: SimulatedCamera, oracle: Oracle
) -> None:
    """Profiles, settings and options are what a WSDL-built client reads."""
    camera = camera_of(make_camera, sim)
    (ours,) = await camera.profiles()
    (theirs,) = await oracle.media("GetProfiles")
    source = theirs.VideoSourceConfiguration.SourceToken
    settings = await oracle.imaging("GetImagingSettings", VideoSourceToken=source)
    options = await oracle.imaging("GetOptions", VideoSourceToken=source)
    own_settings = await camera.imaging_settings()
    encoder = theirs.VideoEncoderConfiguration

    assert not ours.media2
    assert (ours.token, ours.name, ours.video_source) == (theirs.token, theirs.Name, source)
    assert (ours.codec, ours.width_px, ours.height_px, ours.fps_limit) == (
        encoder.Encoding,
        encoder.Resolution.Width,
        encoder.Resolution.Height,
        encoder.RateControl.FrameRateLimit,
    )
    assert own_settings.ir_cut_filter == settings.IrCutFilter
    assert own_settings.brightness == settings.Brightness
    assert own_settings.colour_saturation == settings.ColorSaturation
    assert own_settings.contrast == settings.Contrast
    assert own_settings.sharpness == settings.Sharpness
    assert (await camera.imaging_options()).ir_cut_filter_modes == tuple(options.IrCutFilterModes)


async def test_setter_reaches_the_camera_and_is_counted(
    make_camera: CameraMaker, sim: SimulatedCamera, oracle: Oracle
) -> None:
    """SetImagingSettings changes the setting, as the second client sees, and counts as a write."""
    camera = camera_of(make_camera, sim)
    await camera.set_ir_cut_filter(FilterMode.OFF)
    (profile,) = await camera.profiles()
    seen = await oracle.imaging("GetImagingSettings", VideoSourceToken=profile.video_source)

    assert seen.IrCutFilter == "OFF"
    assert camera.costs.writes == 1
    assert [write.operation for write in sim.writes] == ["SetImagingSettings"]


@pytest.mark.parametrize("mode", list(FilterMode))
def test_the_setters_request_is_what_the_other_client_would_send(mode: FilterMode) -> None:
    """Element by element the body that zeep makes from the WSDL: the mode, not to be persisted."""
    library: Any = zeep
    client = library.Client(str(WSDL / "imaging.wsdl"), settings=library.Settings(strict=True))
    service = client.create_service(
        "{http://www.onvif.org/ver20/imaging/wsdl}ImagingBinding", "http://192.0.2.1/onvif/imaging"
    )
    theirs = client.create_message(
        service,
        "SetImagingSettings",
        VideoSourceToken="Video&Source",
        ImagingSettings={"IrCutFilter": mode.value},
        ForcePersistence=False,
    ).find("{*}Body")[0]
    ours = etree.fromstring(write_filter_mode(source="Video&Source", mode=mode))

    assert [(e.tag, (e.text or "").strip()) for e in ours.iter()] == [
        (e.tag, (e.text or "").strip()) for e in theirs.iter()
    ]


async def test_a_whole_pass_writes_nothing(make_camera: CameraMaker) -> None:
    """Every question of the port together changes nothing on the camera."""
    async with SimulatedCamera(spec()) as sim:
        camera = camera_of(make_camera, sim)
        for ask in (
            camera.device_clock, camera.device_information, camera.mac_addresses,
            camera.profiles, camera.imaging_settings, camera.imaging_options,
            camera.system_log, camera.snapshot, camera.vendor_values,
        ):  # fmt: skip
            await ask()
        with pytest.raises(CameraError) as caught:
            async with camera.events():
                pass
        values = await camera.vendor_values()

        assert caught.value.cause is Cause.BUDGET
        assert sim.writes == []
        assert camera.costs.writes == 0
        assert camera.login is LoginKind.WSSE
        assert values["battery.charge"].quality == "good"
        assert PASSWORD not in repr(camera.exchanges)


READ_BY_HAND = {
    "battery.charge": ("battery", "percent"),
    "battery.voltage": ("battery", "millivolts"),
    "battery.charging": ("battery", "charging"),
    "battery.current": ("battery", "current_ma"),
    "battery.temperature": ("battery", "temperature_c"),
    "solar.power": ("solar", "power_mw"),
    "cellular.sim": ("cellular", "sim"),
    "cellular.registered": ("cellular", "registered"),
    "cellular.rsrp": ("cellular", "rsrp_dbm"),
}


@pytest.mark.parametrize("fault", ["", "battery_not_charging", "battery_low", "signal_weak"])
async def test_the_example_profile_reads_what_its_device_says(
    make_camera: CameraMaker, fault: str
) -> None:
    """Its status is fixture-tested: the simulated camera is the very device that it describes, and
    another client, with the fields written down by hand, reads the same."""
    async with SimulatedCamera(spec()) as sim:
        if fault:
            sim.inject(fault)
        values = await camera_of(make_camera, sim).vendor_values()
        url, login = f"http://{sim.address}/vendor/status.json", HTTPDigestAuth(USER, PASSWORD)
        reply = await asyncio.to_thread(requests.get, url, auth=login, timeout=10)
    said = reply.json()
    assert {name: values[name].value for name in READ_BY_HAND} == {
        name: said[part][key] for name, (part, key) in READ_BY_HAND.items()
    }


@pytest.mark.parametrize("fails", [False, True])
async def test_subscription_is_always_ended(make_camera: CameraMaker, fails: bool) -> None:
    """More subscriptions than the camera has places, and none is left, even after an error."""
    async with SimulatedCamera(spec()) as sim:
        camera = camera_of(make_camera, sim, allow_events=True)
        topics = set()
        for _ in range(10):
            try:
                async with camera.events() as subscription:
                    topics |= {event.topic for event in await subscription.pull(wait_s=1)}
                    await subscription.renew()
                    if fails:
                        raise RuntimeError
            except RuntimeError:
                continue

        assert sim.subscriptions == 0
        assert any("ImageTooBlurry" in topic for topic in topics)


@pytest.mark.parametrize(
    ("logins", "codec", "expected"),
    [
        (("wsse",), "h265", LoginKind.WSSE),
        (("digest-md5",), "h264", LoginKind.DIGEST_MD5),
        (("digest-sha256",), "h264", LoginKind.DIGEST_SHA256),
    ],
)
async def test_every_channel_works_with_each_login(
    make_camera: CameraMaker, logins: tuple[str, ...], codec: str, expected: LoginKind
) -> None:
    """SOAP, snapshot and stream each find their login, and SOAP keeps its own."""
    async with SimulatedCamera(spec(logins=logins, codec=codec)) as sim:
        camera = camera_of(make_camera, sim)
        await camera.device_information()
        shot = await camera.snapshot()
        health = await camera.watch_stream(seconds=1.0)
        await camera.imaging_settings()
        assert health.key_frame is not None
        picture = await camera.decode(
            health.key_frame, codec=health.codec or "", previous=health.last_key_frame
        )
        still = await camera.decode(shot.body, codec="JPEG", previous=None)

    assert camera.login is expected
    assert camera.costs.login_attempts <= 3
    assert health.fps == pytest.approx(10, rel=0.05)
    assert (health.width_px, health.height_px) == (640, 360)
    assert not picture.damaged
    assert still.features.luma_mean == pytest.approx(picture.features.luma_mean, abs=12)


@pytest.mark.parametrize(
    ("fault", "ask", "cause"),
    [
        ("wrong_password", "device_information", Cause.LOGIN_REFUSED),
        ("locked_out", "device_information", Cause.LOGIN_LOCKED),
        ("cut_off_replies", "device_information", Cause.ONVIF_UNPARSABLE),
        ("huge_reply", "device_information", Cause.HTTP_TOO_LARGE),
        ("html_login_page", "device_information", Cause.HTTP_NOT_XML),
        ("not_found", "device_information", Cause.HTTP_STATUS),
        ("refuses_tcp", "connect_tcp", Cause.TCP_REFUSED),
        ("power_off", "connect_tcp", Cause.TCP_REFUSED),
        ("redirects", "device_information", Cause.HTTP_REDIRECT),
        ("hangs", "device_information", Cause.DEADLINE),
        ("stream_404", "watch", Cause.RTSP_STATUS),
        ("stream_silent", "watch", Cause.RTSP_NO_PACKET),
    ],
)
async def test_each_fault_has_its_cause(
    make_camera: CameraMaker, fault: str, ask: str, cause: Cause
) -> None:
    """A camera that lies, hangs or refuses is told by one cause, and no login is claimed."""
    async with SimulatedCamera(spec(faults=(fault,))) as sim:
        camera = camera_of(make_camera, sim, deadline_s=2.0)
        question = camera.watch_stream(seconds=1.0) if ask == "watch" else getattr(camera, ask)()
        with pytest.raises(CameraError) as caught:
            await question

    assert caught.value.cause is cause
    if ask == "device_information" and fault != "cut_off_replies":
        assert camera.login is LoginKind.NONE


@pytest.mark.parametrize(
    "fault", ["clock_off_day", "wrong_xaddr", "lies_enum_case", "login_wsse_refused"]
)
async def test_odd_cameras_still_answer(make_camera: CameraMaker, fault: str) -> None:
    """A wrong clock, foreign addresses, odd spelling and a missing login kind hide nothing."""
    async with SimulatedCamera(spec(faults=(fault,))) as sim:
        camera = camera_of(make_camera, sim)
        information = await camera.device_information()
        settings = await camera.imaging_settings()
        shot = await camera.snapshot()

    assert information.serial == "SN-2401-0001"
    assert settings.ir_cut_filter == "AUTO"
    assert shot.body.startswith(b"\xff\xd8")
    assert (camera.refused_logins == (LoginKind.WSSE,)) == (fault == "login_wsse_refused")


async def test_stall_shows_as_a_gap(make_camera: CameraMaker) -> None:
    """A stream that stops is no error: its longest gap says so."""
    async with SimulatedCamera(spec(faults=("stream_stalls",))) as sim:
        health = await camera_of(make_camera, sim).watch_stream(seconds=4.0)

    assert health.packets > 0
    assert health.longest_gap_s > 1.0
