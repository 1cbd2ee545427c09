"""An honest little camera, from which every animal of the zoo departs in one thing."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from tests.agent.pictures import coded, view
from tests.zoo.behaviour import Stage, http_reply

USER: Final = "zoo-keeper"
PASSWORD: Final = "Zoo-5ecret-41"
WIDTH_PX, HEIGHT_PX, FPS = 320, 192, 10
TRUTH: Final = {
    "identity.serial": "SN-2401-0042",
    "identity.manufacturer": "Camhi Example",
    "identity.model": "SC-4G-20",
    "identity.firmware": "1.4.2",
    "identity.hardware_id": "HW-3",
    "identity.mac": "02:00:00:00:00:42",
    "imaging.ir_cut_filter": "AUTO",
    "battery.charge": 81,
    "cellular.operator": "Example Mobile",
}
DIGEST: Final = 'Digest realm="zoo", nonce="a1b2c3d4e5f60718", qop="auth", algorithm=MD5'
_DEVICE = "http://www.onvif.org/ver10/device/wsdl"
_PATHS: Final = {
    _DEVICE: "/onvif/device_service",
    "http://www.onvif.org/ver10/media/wsdl": "/onvif/media",
    "http://www.onvif.org/ver20/media/wsdl": "/onvif/media2",
    "http://www.onvif.org/ver20/imaging/wsdl": "/onvif/imaging",
    "http://www.onvif.org/ver10/events/wsdl": "/onvif/events",
}
_ENVELOPE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope'
    ' xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
    ' xmlns:tr2="http://www.onvif.org/ver20/media/wsdl"'
    ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl"'
    ' xmlns:tev="http://www.onvif.org/ver10/events/wsdl"'
    ' xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"'
    ' xmlns:wsa="http://www.w3.org/2005/08/addressing"><s:Body>{}</s:Body></s:Envelope>'
)
STATUS: Final = (
    '{"battery": {"percent": 81, "millivolts": 4020, "charging": true, "current_ma": 220,'
    ' "temperature_c": 21.5}, "solar": {"power_mw": 1800}, "cellular": {"sim": "ready",'
    ' "registered": true, "operator": "Example Mobile", "rsrp_dbm": -95, "rsrq_db": -11,'
    ' "sinr_db": 12, "rssi_dbm": -67, "cell_id": "0A1B2C3", "band": "B3",'
    ' "bytes_month": 123456}}'
)
_OPERATION = re.compile(rb"Body><(\w+)")


def envelope(body: str) -> str:
    """A SOAP envelope."""
    return _ENVELOPE.format(body)


def fault(subcode: str, reason: str) -> str:
    """A SOAP 1.2 fault."""
    return envelope(
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        f"<s:Value>ter:{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )


def operation_of(method: str, path: str, body: bytes) -> str:
    """Which operation a request asks for."""
    if method != "POST":
        return f"GET {path.partition('?')[0]}"
    found = _OPERATION.search(body)
    return found.group(1).decode() if found else ""


def answer(operation: str, headers: dict[str, str], stage: Stage) -> bytes:
    """The whole HTTP reply of an honest device; pages want a login by Digest."""
    if operation.startswith("GET "):
        return _page(operation[4:], headers)
    body = _soap(operation, stage)
    if body is None:
        return http_reply(fault("ActionNotSupported", "no such operation"), status="400 Bad")
    return http_reply(envelope(body), headers=("Content-Type: application/soap+xml",))


def _page(path: str, headers: dict[str, str]) -> bytes:
    if f'username="{USER}"' not in headers.get("authorization", ""):
        return http_reply("", status="401 No", headers=(f"WWW-Authenticate: {DIGEST}",))
    if path == "/vendor/status.json":
        return http_reply(STATUS, headers=("Content-Type: application/json",))
    if path == "/snapshot.jpg":
        return http_reply(jpeg(), headers=("Content-Type: image/jpeg",))
    return http_reply("", status="404 Not Found")


def _soap(operation: str, stage: Stage) -> str | None:
    texts: dict[str, Callable[[], str]] = {
        "GetSystemDateAndTime": _clock,
        "GetDeviceInformation": _information,
        "GetNetworkInterfaces": _network,
        "GetServices": lambda: _services(stage),
        "GetCapabilities": lambda: _capabilities(stage),
        "GetProfiles": _profiles,
        "GetStreamUri": lambda: f"<tr2:Uri>rtsp://{stage.host}:{stage.rtsp_port}/live</tr2:Uri>",
        "GetSnapshotUri": lambda: f"<tr2:Uri>http://{stage.own}/snapshot.jpg</tr2:Uri>",
        "GetVideoSources": lambda: '<trt:VideoSources token="VS1"/>',
        "GetImagingSettings": _imaging,
        "GetOptions": lambda: (
            "<timg:ImagingOptions><tt:IrCutFilterModes>ON</tt:IrCutFilterModes>"
            "<tt:IrCutFilterModes>OFF</tt:IrCutFilterModes>"
            "<tt:IrCutFilterModes>AUTO</tt:IrCutFilterModes></timg:ImagingOptions>"
        ),
        "GetSystemLog": lambda: "<tds:SystemLog><tt:String>started</tt:String></tds:SystemLog>",
        "CreatePullPointSubscription": lambda: _subscription(stage),
        "PullMessages": lambda: "<tev:CurrentTime>2026-01-01T00:00:00Z</tev:CurrentTime>",
        "Unsubscribe": lambda: "",
    }
    text = texts.get(operation)
    if text is None:
        return None
    prefix = _prefix(operation)
    return f"<{prefix}:{operation}Response>{text()}</{prefix}:{operation}Response>"


def _prefix(operation: str) -> str:
    media2 = ("GetProfiles", "GetStreamUri", "GetSnapshotUri")
    known = {
        "tr2": media2,
        "trt": ("GetVideoSources",),
        "timg": ("GetImagingSettings", "GetOptions"),
        "tev": ("CreatePullPointSubscription", "PullMessages"),
        "wsnt": ("Unsubscribe",),
    }
    return next((name for name, owned in known.items() if operation in owned), "tds")


def _clock() -> str:
    now = datetime.now(UTC)
    return (
        "<tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:UTCDateTime>"
        f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
        f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
        f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
        "</tt:UTCDateTime></tds:SystemDateAndTime>"
    )


def _information() -> str:
    return (
        f"<tds:Manufacturer>{TRUTH['identity.manufacturer']}</tds:Manufacturer>"
        f"<tds:Model>{TRUTH['identity.model']}</tds:Model>"
        f"<tds:FirmwareVersion>{TRUTH['identity.firmware']}</tds:FirmwareVersion>"
        f"<tds:SerialNumber>{TRUTH['identity.serial']}</tds:SerialNumber>"
        f"<tds:HardwareId>{TRUTH['identity.hardware_id']}</tds:HardwareId>"
    )


def _network() -> str:
    return (
        '<tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled><tt:Info>'
        f"<tt:Name>eth0</tt:Name><tt:HwAddress>{TRUTH['identity.mac']}</tt:HwAddress>"
        "<tt:MTU>1500</tt:MTU></tt:Info></tds:NetworkInterfaces>"
    )


def _services(stage: Stage) -> str:
    return "".join(
        f"<tds:Service><tds:Namespace>{space}</tds:Namespace>"
        f"<tds:XAddr>http://{stage.own}{path}</tds:XAddr></tds:Service>"
        for space, path in _PATHS.items()
    )


def _capabilities(stage: Stage) -> str:
    return (
        f"<tds:Capabilities><tt:Media><tt:XAddr>http://{stage.own}/onvif/media</tt:XAddr>"
        "</tt:Media></tds:Capabilities>"
    )


def _profiles() -> str:
    return (
        '<tr2:Profiles token="P1" fixed="true"><tr2:Name>main</tr2:Name><tr2:Configurations>'
        '<tr2:VideoSource token="C1"><tt:SourceToken>VS1</tt:SourceToken></tr2:VideoSource>'
        '<tr2:VideoEncoder token="E1"><tt:Encoding>H264</tt:Encoding><tt:Resolution>'
        f"<tt:Width>{WIDTH_PX}</tt:Width><tt:Height>{HEIGHT_PX}</tt:Height></tt:Resolution>"
        f"<tt:RateControl><tt:FrameRateLimit>{FPS}</tt:FrameRateLimit></tt:RateControl>"
        "</tr2:VideoEncoder></tr2:Configurations></tr2:Profiles>"
    )


def _imaging() -> str:
    return (
        "<timg:ImagingSettings><tt:Brightness>50</tt:Brightness>"
        "<tt:ColorSaturation>50</tt:ColorSaturation><tt:Contrast>50</tt:Contrast>"
        f"<tt:IrCutFilter>{TRUTH['imaging.ir_cut_filter']}</tt:IrCutFilter>"
        "<tt:Sharpness>50</tt:Sharpness></timg:ImagingSettings>"
    )


def _subscription(stage: Stage) -> str:
    return (
        "<tev:SubscriptionReference>"
        f"<wsa:Address>http://{stage.own}/onvif/events/sub-1</wsa:Address>"
        "</tev:SubscriptionReference>"
    )


@functools.cache
def jpeg() -> bytes:
    """What the camera sees, as its snapshot."""
    return coded(view(seed=3, width=WIDTH_PX, height=HEIGHT_PX))


@functools.cache
def key_frame(codec: str = "H264") -> bytes:
    """What the camera sees, as a key frame in Annex B."""
    picture = view(seed=3, width=WIDTH_PX, height=HEIGHT_PX)
    if codec == "H265":
        return coded(picture, "libx265", "yuv420p", {"x265-params": "log-level=none"})
    return coded(picture, "libx264", "yuv420p")


def units_of(annexb: bytes) -> list[bytes]:
    """The NAL units of a byte stream."""
    return [unit for unit in re.split(rb"\x00\x00\x00?\x01", annexb) if unit]


def rtp(
    payload: bytes, *, sequence: int, timestamp: int, marker: bool = False, kind: int = 96
) -> bytes:
    """An RTP packet (RFC 3550 section 5.1)."""
    second = kind | (0x80 if marker else 0)
    head = bytes((0x80, second)) + (sequence % 65536).to_bytes(2, "big")
    return head + (timestamp % 2**32).to_bytes(4, "big") + b"\x00\x00\x00\x2a" + payload


def interleaved(packet: bytes, channel: int = 0) -> bytes:
    """A packet between RTSP replies (RFC 2326 section 10.12)."""
    return b"$" + bytes((channel,)) + len(packet).to_bytes(2, "big") + packet


def fragments(unit: bytes, size: int = 1200) -> Iterator[bytes]:
    """A NAL unit of H.264 as FU-A payloads, or as it is when it is small."""
    if len(unit) <= size:
        yield unit
        return
    parts = [unit[at : at + size] for at in range(1, len(unit), size)]
    for index, part in enumerate(parts):
        flags = (0x80 if index == 0 else 0) | (0x40 if index == len(parts) - 1 else 0)
        yield bytes((unit[0] & 0xE0 | 28, flags | unit[0] & 0x1F)) + part


def frames(content: bytes, *, count: int = 60) -> Iterator[bytes]:
    """A stream in which every picture is this key frame; one element a picture."""
    sequence = 0
    payloads = [part for unit in units_of(content) for part in fragments(unit)]
    for number in range(count):
        packets = []
        for index, payload in enumerate(payloads):
            marker = index == len(payloads) - 1
            packet = rtp(payload, sequence=sequence, timestamp=number * 9000, marker=marker)
            packets.append(interleaved(packet))
            sequence += 1
        yield b"".join(packets)


def stream() -> Iterable[bytes]:
    """The honest stream."""
    return frames(key_frame())


SDP: Final = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=zoo\r\nt=0 0\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 packetization-mode=1\r\na=control:track1\r\n"
)


def rtsp_reply(method: str, headers: dict[str, str], stage: Stage, sdp: str) -> bytes:
    """What an honest device answers to an RTSP request; DESCRIBE wants a login by Digest."""
    lines = [f"CSeq: {headers.get('cseq', '1')}"]
    if method == "DESCRIBE" and f'username="{USER}"' not in headers.get("authorization", ""):
        return rtsp_text("401 Unauthorized", *lines, f"WWW-Authenticate: {DIGEST}")
    if method == "DESCRIBE":
        base = f"Content-Base: rtsp://{stage.host}:{stage.rtsp_port}/live/"
        return rtsp_text("200 OK", *lines, base, body=sdp)
    if method == "SETUP":
        lines += ["Session: 42;timeout=60", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"]
    return rtsp_text("200 OK", *lines)


def rtsp_text(status: str, *headers: str, body: str = "") -> bytes:
    """An RTSP reply with its length."""
    lines = [f"RTSP/1.0 {status}", *headers]
    if body:
        lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
