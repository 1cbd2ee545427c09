"""The media services ver10 and ver20: profiles, sources, stream and snapshot addresses."""

from __future__ import annotations

from lxml import etree

from simulator.onvif.names import MEDIA2, SoapFault, tag
from simulator.state import DeviceState

_ENCODINGS = {"h264": "H264", "h265": "H265"}


def answer_profiles(state: DeviceState, _request: etree._Element) -> str:
    """GetProfiles (ver10). H.265 is unknown to ver10: such a profile names no encoder."""
    profiles = "".join(_profile(state, channel) for channel in range(state.spec.channels))
    return f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>"


def _profile(state: DeviceState, channel: int) -> str:
    encoder = _encoder(state, channel) if state.spec.codec == "h264" else ""
    return (
        f'<trt:Profiles token="Profile_{channel + 1}" fixed="true">'
        f"{tag('tt:Name', f'main{channel + 1}')}"
        f"{_source(state, channel, 'tt:VideoSourceConfiguration')}"
        f"{encoder}</trt:Profiles>"
    )


def _source(state: DeviceState, channel: int, name: str) -> str:
    spec = state.spec
    return (
        f'<{name} token="VideoSourceConfig_{channel + 1}">'
        f"{tag('tt:Name', f'source{channel + 1}')}<tt:UseCount>1</tt:UseCount>"
        f"{tag('tt:SourceToken', f'VideoSource_{channel + 1}')}"
        f'<tt:Bounds x="0" y="0" width="{spec.width}" height="{spec.height}"/></{name}>'
    )


def _multicast() -> str:
    return (
        "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type>"
        "<tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port>"
        "<tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
    )


def _encoder(state: DeviceState, channel: int) -> str:
    spec = state.spec
    return (
        f'<tt:VideoEncoderConfiguration token="VideoEncoder_{channel + 1}">'
        f"{tag('tt:Name', f'encoder{channel + 1}')}<tt:UseCount>1</tt:UseCount>"
        f"<tt:Encoding>H264</tt:Encoding><tt:Resolution>{tag('tt:Width', spec.width)}"
        f"{tag('tt:Height', spec.height)}</tt:Resolution><tt:Quality>4</tt:Quality>"
        f"<tt:RateControl>{tag('tt:FrameRateLimit', spec.fps)}"
        "<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>2048</tt:BitrateLimit>"
        f"</tt:RateControl><tt:H264>{tag('tt:GovLength', spec.gop)}"
        f"<tt:H264Profile>Main</tt:H264Profile></tt:H264>{_multicast()}"
        "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>"
    )


def answer_profiles2(state: DeviceState, _request: etree._Element) -> str:
    """GetProfiles (ver20), with H.264 or H.265."""
    profiles = "".join(_profile2(state, channel) for channel in range(state.spec.channels))
    return f"<tr2:GetProfilesResponse>{profiles}</tr2:GetProfilesResponse>"


def _profile2(state: DeviceState, channel: int) -> str:
    spec = state.spec
    return (
        f'<tr2:Profiles token="Profile_{channel + 1}" fixed="true">'
        f"{tag('tr2:Name', f'main{channel + 1}')}<tr2:Configurations>"
        f"{_source(state, channel, 'tr2:VideoSource')}"
        f'<tr2:VideoEncoder token="VideoEncoder_{channel + 1}" GovLength="{spec.gop}"'
        f' Profile="Main">{tag("tt:Name", f"encoder{channel + 1}")}<tt:UseCount>1</tt:UseCount>'
        f"{tag('tt:Encoding', _ENCODINGS[spec.codec])}"
        f"<tt:Resolution>{tag('tt:Width', spec.width)}{tag('tt:Height', spec.height)}"
        f'</tt:Resolution><tt:RateControl ConstantBitRate="false">'
        f"{tag('tt:FrameRateLimit', spec.fps)}<tt:BitrateLimit>2048</tt:BitrateLimit>"
        "</tt:RateControl><tt:Quality>4</tt:Quality></tr2:VideoEncoder>"
        "</tr2:Configurations></tr2:Profiles>"
    )


def answer_video_sources(state: DeviceState, _request: etree._Element) -> str:
    """GetVideoSources."""
    spec = state.spec
    sources = "".join(
        f'<trt:VideoSources token="VideoSource_{channel + 1}">{tag("tt:Framerate", spec.fps)}'
        f"<tt:Resolution>{tag('tt:Width', spec.width)}{tag('tt:Height', spec.height)}"
        "</tt:Resolution></trt:VideoSources>"
        for channel in range(spec.channels)
    )
    return f"<trt:GetVideoSourcesResponse>{sources}</trt:GetVideoSourcesResponse>"


def _channel(state: DeviceState, request: etree._Element) -> int:
    space = etree.QName(request).namespace
    token = request.findtext(f"{{{space}}}ProfileToken", "").strip()
    known = {f"Profile_{channel + 1}": channel for channel in range(state.spec.channels)}
    if token not in known:
        raise SoapFault(("ter:InvalidArgVal", "ter:NoProfile"), "The profile does not exist")
    return known[token]


def stream_uri(state: DeviceState, channel: int) -> str:
    """The RTSP address that the device states for a channel."""
    host = state.host.partition(":")[0]
    port = state.ports.rtsp_by_channel.get(channel, state.ports.rtsp)
    return f"rtsp://{host}:{port}/stream{channel + 1}"


def snapshot_uri(state: DeviceState, channel: int) -> str:
    """The address of the still picture that the device states for a channel."""
    query = f"?channel={channel + 1}" if channel else ""
    return f"http://{state.host}/snapshot.jpg{query}"


def _media_uri(uri: str) -> str:
    return (
        f"<trt:MediaUri>{tag('tt:Uri', uri)}<tt:InvalidAfterConnect>false"
        "</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        "<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>"
    )


def answer_stream_uri(state: DeviceState, request: etree._Element) -> str:
    """GetStreamUri of ver10 and ver20."""
    uri = stream_uri(state, _channel(state, request))
    if etree.QName(request).namespace == MEDIA2:
        return f"<tr2:GetStreamUriResponse>{tag('tr2:Uri', uri)}</tr2:GetStreamUriResponse>"
    return f"<trt:GetStreamUriResponse>{_media_uri(uri)}</trt:GetStreamUriResponse>"


def answer_snapshot_uri(state: DeviceState, request: etree._Element) -> str:
    """GetSnapshotUri of ver10 and ver20."""
    uri = snapshot_uri(state, _channel(state, request))
    if etree.QName(request).namespace == MEDIA2:
        return f"<tr2:GetSnapshotUriResponse>{tag('tr2:Uri', uri)}</tr2:GetSnapshotUriResponse>"
    return f"<trt:GetSnapshotUriResponse>{_media_uri(uri)}</trt:GetSnapshotUriResponse>"
