"""Media profiles, stream and snapshot addresses: Media2 first, then Media."""

from __future__ import annotations

from xml.sax.saxutils import escape

from lxml import etree

from agent.camera.onvif.parse import child, children, local_name, number, text, unparsable, whole
from agent.camera.onvif.services import MEDIA, MEDIA2, find_services, service_url
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import CameraError, Cause, StreamProfile

_SCHEMA = "http://www.onvif.org/ver10/schema"
_MAX_PROFILES = 3 * 128  # a recorder lists up to three a channel
_MAX_SOURCES = 256
_OTHER_MEDIA = (Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_FAULT, Cause.ONVIF_MISSING)
_CODECS = {"H.264": "H264", "H.265": "H265", "HEVC": "H265", "AVC": "H264", "MJPEG": "JPEG"}


async def read_profiles(soap: SoapClient) -> tuple[StreamProfile, ...]:
    """All media profiles; ONVIF_MISSING when the device lists none."""
    services = await find_services(soap)
    if MEDIA2 in services:
        try:
            return await _profiles(soap, media2=True)
        except CameraError as error:
            if error.cause not in _OTHER_MEDIA or MEDIA not in services:
                raise
    return await _profiles(soap, media2=False)


async def _profiles(soap: SoapClient, *, media2: bool) -> tuple[StreamProfile, ...]:
    namespace = MEDIA2 if media2 else MEDIA
    wanted = "<Type>All</Type>" if media2 else ""
    response = await soap.call(
        await service_url(soap, namespace),
        "GetProfiles",
        f'<GetProfiles xmlns="{namespace}">{wanted}</GetProfiles>',
    )
    found = tuple(
        _profile(element, media2=media2)
        for element in children(response, "Profiles")[:_MAX_PROFILES]
    )
    if not found:
        raise CameraError(Cause.ONVIF_MISSING, "the device lists no media profile")
    return found


def _profile(element: etree._Element, *, media2: bool) -> StreamProfile:
    token = _attribute(element, "token")
    if not token:
        raise unparsable("a media profile has no token")
    if media2:
        source = child(element, "Configurations", "VideoSource")
        encoder = child(element, "Configurations", "VideoEncoder")
    else:
        source = child(element, "VideoSourceConfiguration")
        encoder = child(element, "VideoEncoderConfiguration")
    encoding = text(encoder, "Encoding")
    codec = encoding.upper() if encoding else None
    return StreamProfile(
        token=token,
        name=text(element, "Name") or "",
        video_source=text(source, "SourceToken") or None,
        codec=_CODECS.get(codec, codec) if codec else None,
        width_px=whole(encoder, "Resolution", "Width"),
        height_px=whole(encoder, "Resolution", "Height"),
        fps_limit=number(encoder, "RateControl", "FrameRateLimit"),
        media2=media2,
    )


def _attribute(element: etree._Element, name: str) -> str | None:
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)[:256]
    return None


async def read_video_source(soap: SoapClient) -> str:
    """Token of the first video source."""
    return (await read_video_sources(soap))[0]


async def read_video_sources(soap: SoapClient) -> tuple[str, ...]:
    """Tokens of all video sources (Media GetVideoSources); ONVIF_MISSING when there is none."""
    response = await soap.call(
        await service_url(soap, MEDIA), "GetVideoSources", f'<GetVideoSources xmlns="{MEDIA}"/>'
    )
    sources = children(response, "VideoSources")[:_MAX_SOURCES]
    tokens = tuple(token for source in sources if (token := _attribute(source, "token")))
    if not tokens:
        raise CameraError(Cause.ONVIF_MISSING, "the device lists no video source")
    return tokens


async def read_stream_uri(soap: SoapClient, profile: StreamProfile) -> str:
    """RTSP address of a profile as the device states it; the caller pins the host."""
    token = escape(profile.token)
    if profile.media2:
        body = (
            f'<GetStreamUri xmlns="{MEDIA2}"><Protocol>RTSP</Protocol>'
            f"<ProfileToken>{token}</ProfileToken></GetStreamUri>"
        )
    else:
        body = (
            f'<GetStreamUri xmlns="{MEDIA}"><StreamSetup>'
            f'<Stream xmlns="{_SCHEMA}">RTP-Unicast</Stream>'
            f'<Transport xmlns="{_SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
            f"<ProfileToken>{token}</ProfileToken></GetStreamUri>"
        )
    return await _read_uri(soap, "GetStreamUri", body, media2=profile.media2)


async def read_snapshot_uri(soap: SoapClient, profile: StreamProfile) -> str:
    """Snapshot address of a profile as the device states it; the caller pins the host."""
    namespace = MEDIA2 if profile.media2 else MEDIA
    body = (
        f'<GetSnapshotUri xmlns="{namespace}">'
        f"<ProfileToken>{escape(profile.token)}</ProfileToken></GetSnapshotUri>"
    )
    return await _read_uri(soap, "GetSnapshotUri", body, media2=profile.media2)


async def _read_uri(soap: SoapClient, operation: str, body: str, *, media2: bool) -> str:
    url = await service_url(soap, MEDIA2 if media2 else MEDIA)
    response = await soap.call(url, operation, body)
    for element in response.iter():
        if local_name(element) == "Uri":
            uri = (element.text or "").strip()
            if uri:
                return uri
    raise CameraError(Cause.ONVIF_MISSING, f"{operation} names no address")
