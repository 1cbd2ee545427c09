"""Finding services and media on devices that keep to only part of the standard."""

from __future__ import annotations

import pytest

from agent.camera.port import CameraError, Cause
from tests.agent.camera.conftest import CameraMaker
from tests.agent.camera.fake_device import FakeDevice, envelope
from tests.agent.camera.raw_server import http

MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
IMAGING = "http://www.onvif.org/ver20/imaging/wsdl"


def services(*namespaces: str) -> str:
    """GetServices that lists these."""
    listed = "".join(
        f"<tds:Service><tds:Namespace>{namespace}</tds:Namespace>"
        f"<tds:XAddr>http://10.0.0.9/onvif/{index}</tds:XAddr></tds:Service>"
        for index, namespace in enumerate(namespaces)
    )
    return envelope(f"<tds:GetServicesResponse>{listed}</tds:GetServicesResponse>")


CAPABILITIES = envelope(
    "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media>"
    "<tt:XAddr>http://10.0.0.9/onvif/media</tt:XAddr></tt:Media><tt:Imaging>"
    "<tt:XAddr>http://10.0.0.9/onvif/imaging</tt:XAddr></tt:Imaging>"
    "</tds:Capabilities></tds:GetCapabilitiesResponse>"
)
PROFILES = envelope(
    "<GetProfilesResponse><Profiles token='P1'><tt:Name>main</tt:Name>"
    "<tt:VideoSourceConfiguration><tt:SourceToken>V1</tt:SourceToken>"
    "</tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration><tt:Encoding>H264</tt:Encoding>"
    "<tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>"
    "</tt:VideoEncoderConfiguration></Profiles></GetProfilesResponse>"
)
SETTINGS = envelope(
    "<GetImagingSettingsResponse><ImagingSettings><tt:VideoSourceToken>V1</tt:VideoSourceToken>"
    "<tt:IrCutFilter>Auto</tt:IrCutFilter><tt:Brightness>51.5</tt:Brightness>"
    "</ImagingSettings></GetImagingSettingsResponse>"
)


async def test_capabilities_help_when_services_fail(make_camera: CameraMaker) -> None:
    """A device without GetServices is asked for GetCapabilities, once for both services."""
    device = FakeDevice()
    device.replies |= {
        "GetCapabilities": CAPABILITIES,
        "GetProfiles": PROFILES,
        "GetImagingSettings": SETTINGS,
    }
    async with device.server as server:
        camera = make_camera(server.address)
        (profile,) = await camera.profiles()
        settings = await camera.imaging_settings()

    assert (profile.token, profile.video_source, profile.width_px) == ("P1", "V1", 1920)
    assert profile.fps_limit is None
    assert (settings.ir_cut_filter, settings.brightness, settings.contrast) == ("AUTO", 51.5, None)
    assert device.operations["GetCapabilities"] == 1


async def test_media_helps_when_media2_fails(make_camera: CameraMaker) -> None:
    """A device that lists Media2 and cannot do it is asked for Media."""
    device = FakeDevice()
    device.replies["GetServices"] = services(MEDIA2, MEDIA)

    async with device.server as server:
        camera = make_camera(server.address)
        asked = iter([http(envelope("<GetProfilesResponse/>")), http(PROFILES)])
        answer = device._answer

        async def first_empty(seen: object) -> object:
            if b"<GetProfiles" in seen.body:  # type: ignore[attr-defined]
                return next(asked)
            return await answer(seen)  # type: ignore[arg-type]

        server._handler = first_empty  # type: ignore[assignment]
        (profile,) = await camera.profiles()

    assert not profile.media2
    assert {seen.path for seen in server.seen} >= {"/onvif/0", "/onvif/1"}


async def test_missing_service_is_unsupported(make_camera: CameraMaker) -> None:
    """A device that lists no imaging service has none: that is no fault and no guess."""
    device = FakeDevice()
    device.replies |= {"GetServices": services(MEDIA), "GetProfiles": PROFILES}
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address).imaging_settings()

    assert caught.value.cause is Cause.ONVIF_UNSUPPORTED


async def test_unparsed_setting_is_not_absent(make_camera: CameraMaker) -> None:
    """A number that is none fails the whole answer instead of looking absent."""
    device = FakeDevice()
    device.replies |= {
        "GetServices": services(MEDIA, IMAGING),
        "GetProfiles": PROFILES,
        "GetImagingSettings": SETTINGS.replace("51.5", "half"),
    }
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address).imaging_settings()

    assert caught.value.cause is Cause.ONVIF_UNPARSABLE


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ("<tds:GetSystemLogResponse/>", Cause.ONVIF_MISSING),
        ("<tds:GetSystemLogResponse><tds:SystemLog/></tds:GetSystemLogResponse>",
         Cause.ONVIF_MISSING),
        ("", Cause.ONVIF_MISSING),
    ],
)  # fmt: skip
async def test_success_without_a_log_is_missing(
    make_camera: CameraMaker, reply: str, cause: Cause
) -> None:
    """Success with nothing in it, as real firmware answers, is no log."""
    device = FakeDevice()
    device.replies["GetSystemLog"] = envelope(reply)
    async with device.server as server:
        with pytest.raises(CameraError) as caught:
            await make_camera(server.address).system_log()

    assert caught.value.cause is cause


async def test_services_are_asked_again_after_they_moved(make_camera: CameraMaker) -> None:
    """When a remembered address stops speaking SOAP, the next pass asks for services anew."""
    device = FakeDevice()
    device.replies |= {"GetServices": services(MEDIA), "GetProfiles": PROFILES}
    async with device.server as server:
        await make_camera(server.address).profiles()
        device.raw["GetProfiles"] = http("gone", status=404)
        with pytest.raises(CameraError):
            await make_camera(server.address).profiles()
        del device.raw["GetProfiles"]
        await make_camera(server.address).profiles()

    assert device.operations["GetServices"] == 2
