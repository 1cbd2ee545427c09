"""What a camera can be asked, what it answers, and the one error family of the edge."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from agent.camera.desk import Desk


class Cause(enum.Enum):
    """Why an exchange with a device gave no answer; the layer that failed comes first."""

    DNS = "dns"
    TCP_REFUSED = "tcp.refused"
    TCP_TIMEOUT = "tcp.timeout"
    TCP_UNREACHABLE = "tcp.unreachable"
    TCP_RESET = "tcp.reset"
    TLS = "tls"
    TLS_UNPINNED = "tls.unpinned"  # nobody has vouched for the certificate: no login is sent
    TLS_CHANGED = "tls.changed"  # not the pinned certificate: perhaps another device
    HTTP_STATUS = "http.status"
    HTTP_REDIRECT = "http.redirect"
    HTTP_NOT_XML = "http.not_xml"  # an HTML page, an empty body
    HTTP_TOO_LARGE = "http.too_large"
    ONVIF_UNPARSABLE = "onvif.unparsable"  # cut off, broken, DTD or entities, damaged characters
    ONVIF_FAULT = "onvif.fault"  # a SOAP fault that is not about login
    ONVIF_UNSUPPORTED = "onvif.unsupported"  # the device says it has no such operation or service
    ONVIF_MISSING = "onvif.missing"  # success with an empty answer
    ONVIF_FOREIGN_ADDRESS = "onvif.foreign_address"  # a reply names another host
    LOGIN_REFUSED = "login.refused"  # every permitted kind of login was refused
    LOGIN_METHOD = "login.method"  # the device wants a kind we refuse (Basic without TLS) or lack
    LOGIN_LOCKED = "login.locked"
    LOGIN_NO_CREDENTIALS = "login.no_credentials"
    RTSP_STATUS = "rtsp.status"
    RTSP_PROTOCOL = "rtsp.protocol"
    RTSP_NO_PACKET = "rtsp.no_packet"
    DECODE_FAILED = "decode.failed"
    DECODE_LIMIT = "decode.limit"  # memory or time limit of the decoder child
    DECODE_UNSUPPORTED = "decode.unsupported"
    VENDOR_UNPARSABLE = "vendor.unparsable"
    VENDOR_UNSUPPORTED = "vendor.unsupported"  # this device has no such vendor interface
    VENDOR_REFUSED = "vendor.refused"  # it answers with an error code of its own
    LOCAL_MISSING = "local.missing"  # a package, program or serial port that this machine lacks
    LOCAL_FAILED = "local.failed"  # it is there and does not work
    DEADLINE = "deadline"
    BUDGET = "budget"


class CameraError(Exception):
    """An exchange failed; ``cause`` is closed, ``detail`` is for people and holds no secret."""

    def __init__(self, cause: Cause, detail: str, *, raw: bytes = b"") -> None:
        super().__init__(f"{cause.value}: {detail}")
        self.cause = cause
        self.detail = detail
        self.raw = raw  # what the device really sent, capped; evidence


class LoginKind(enum.Enum):
    """How the device let us in (or refused us)."""

    NONE = "none"
    WSSE = "wsse"
    DIGEST_MD5 = "digest-md5"
    DIGEST_SHA256 = "digest-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Login of one device; never printed (repr hides the password)."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a device is and what the operator allows there."""

    address: str  # host or host:port of the ONVIF / vendor HTTP service
    credentials: Credentials | None = None
    rtsp_port: int | None = None  # None: as the stream URI says
    tls: bool = False
    allow_events: bool = False  # an event subscription counts as a write
    vendor_port: int | None = None  # of a vendor's own protocol; None: as the profile says
    serial_port: str = ""  # device file of a modem or charge controller, like "/dev/ttyUSB2"
    tls_fingerprints: tuple[str, ...] = ()  # "sha256:...", any of them is the device
    tls_ca: str = ""  # file of the authority that vouches for it; '': the public ones
    channel: int = 0  # of a recorder, from 1; 0: the device at the address itself
    video_source: str = ""  # token of the channel's video source; counts before ``channel``
    stream_profile: str = ""  # token of the media profile to watch
    stream: str = ""  # "main" or "sub"; '': the profile that the device lists first


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its reply as evidence: secrets removed, reply capped."""

    at: datetime
    kind: str  # "onvif", "rtsp", "vendor", "discovery"
    request: str  # operation or method, e.g. "GetDeviceInformation"
    outcome: str  # "ok" or the cause's value
    detail: str
    reply: bytes
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClock:
    """The device's own UTC time and when we asked, both ends of the exchange."""

    device_at: datetime | None  # None: the device names no UTC time
    offset: timedelta | None  # device minus ours, at the middle of the exchange
    zone: str | None
    source: str | None  # "Manual" or "NTP"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInformation:
    """GetDeviceInformation; an element that is absent is None, an empty one is ''."""

    manufacturer: str | None
    model: str | None
    firmware: str | None
    serial: str | None
    hardware_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamProfile:
    """One media profile as Media or Media2 lists it."""

    token: str
    name: str
    video_source: str | None
    codec: str | None  # "H264", "H265", "JPEG" as the device says
    width_px: int | None
    height_px: int | None
    fps_limit: float | None
    media2: bool


class FilterMode(enum.Enum):
    """IrCutFilterMode of the ONVIF schema; ON means the filter is in the light path (day)."""

    ON = "ON"
    OFF = "OFF"
    AUTO = "AUTO"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingSettings:
    """GetImagingSettings; enums folded to upper case, absent is None."""

    ir_cut_filter: str | None  # "ON" (filter in the path, day), "OFF" (night), "AUTO"
    brightness: float | None
    colour_saturation: float | None
    contrast: float | None
    sharpness: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagingOptions:
    """GetOptions: which IrCutFilter modes the device offers; empty when it names none."""

    ir_cut_filter_modes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLimits:
    """How much of a watch may be kept as a clip, and cost beyond what the health needs."""

    seconds: float  # of the watch, from its first packet on
    bytes: int  # of the packets, and so of the clip


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedFrame:
    """One picture, Annex B; ``ticks`` of the device's clock since the first of its run."""

    ticks: int
    content: bytes
    is_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Pictures in the order in which they came; the first one is a key frame."""

    codec: str
    clock_hz: int
    frames: tuple[CodedFrame, ...]

    @property
    def seconds(self) -> float:
        """From the first picture to the last one shown."""
        return max(frame.ticks for frame in self.frames) / self.clock_hz


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A part of the stream as the camera coded it: MP4, one video track, no sound."""

    mp4: bytes
    seconds: float
    frames: int
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoClip:
    """Why a clip that was wanted is not there, in words for both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHealth:
    """What a few seconds of a stream showed; rates come from RTP time stamps, not our clock."""

    codec: str | None  # "H264", "H265", "JPEG"
    seconds: float
    packets: int
    frames: int
    fps: float | None
    bitrate_kbps: float | None
    key_frame_interval_s: float | None
    longest_gap_s: float
    lost_packets: int
    key_frame: bytes | None  # first key frame, Annex B with parameter sets; a JPEG for MJPEG
    last_key_frame: bytes | None  # the last one of the watch, to compare with the first
    width_px: int | None  # from the SDP or the parameter sets, None when unknown
    height_px: int | None
    stamped_s: float | None = None  # what passed on the RTP clock from the first frame to the last
    key_frames: int = 0  # whole ones
    spoiled_key_frames: int = 0  # packets of theirs were lost: the network's doing
    loss_touches_last: bool = False  # packets next to the last key frame were lost
    recording: Recording | NoClip | None = None  # None: nobody asked for one


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A picture as the device sent it."""

    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFeatures:
    """What the decoder child measured on one picture; see ``agent/camera/picture/``.

    All luma and chroma figures are on 0..255 at 640x360 unless said otherwise; each is defined,
    with its source, where it is measured. None: not measured, or not to be told from this picture.
    Those named ``ref_`` compare with the camera's own reference of the same light, and are None
    without one. Tiles are the 16x9 parts of the picture.
    """

    width_px: int
    height_px: int
    luma_mean: float
    luma_std: float
    luma_p01: float
    luma_p99: float
    dark_share: float  # 0..1, luma < 16
    bright_share: float  # 0..1, luma > 239
    sharpness: float  # fine over coarse detail, 0..1
    laplacian_variance: float
    saturation_mean: float
    red_mean: float
    green_mean: float
    blue_mean: float
    magenta_excess: float  # -1..1: ((R+B)/2 - G) over their sum, on lit pixels
    green_min: float  # 0..1: share of lit pixels in which green is the smallest channel
    chroma_std: float
    change_from_previous: float | None  # mean absolute luma difference to the frame before
    change_still: float | None = None  # the same, where the picture changes least: sensor noise
    noise: float | None = None  # standard deviation, from flat tiles
    blockiness: float | None = None  # steps on the 8-pixel grid over steps off it; native
    row_stripes: float | None = None  # peak over median of the spectrum of row means; native
    column_stripes: float | None = None
    dead_rows: int | None = None  # lines that differ from both neighbours; native
    dead_columns: int | None = None
    line_positions: str | None = None  # "r123 c40", native, up to 16; '' when there are none
    veil: float | None = None  # the darkest luma of a tile, median over tiles
    local_contrast: float | None = None  # deviation within a tile, median over tiles
    luma_lr: float | None = None  # log2 of the left half's luma over the right half's
    luma_tb: float | None = None  # log2, top over bottom
    sharp_lr: float | None = None  # log2 of tile sharpness, left over right, textured tiles
    sharp_tb: float | None = None
    centre_bright: float | None = None  # log2 of luma in the centre over luma at the rim
    grey_fill: float | None = None  # 0..1: share of native 16x16 blocks that no sensor gives
    flat_blocks: float | None = None  # 0..1: share of native 16x16 blocks that are exactly flat
    ref_count: int | None = None  # pictures in the reference
    ref_shift_x: float | None = None  # percent of the width, to the right
    ref_shift_y: float | None = None  # percent of the height, down
    ref_peak: float | None = None  # 0..1: how clear the shift is
    ref_similarity: float | None = None  # correlation of edge maps after the shift
    ref_mirrored: float | None = None  # the same correlation of the picture mirrored
    ref_upside_down: float | None = None  # flipped top to bottom
    ref_rotated: float | None = None  # turned by 180 degrees
    ref_rotation_deg: float | None = None  # clockwise
    ref_scale: float | None = None  # above 1: things are larger now
    ref_bend: float | None = None  # pixels at 640x360, bent as by a lens: no shift, turn or scale
    ref_detail: float | None = None  # tile sharpness over the reference's, median of textured
    ref_detail_p10: float | None = None
    ref_detail_p90: float | None = None
    ref_detail_slope_x: float | None = None  # log2 per picture width, to the right
    ref_detail_slope_y: float | None = None  # log2 per picture height, down
    ref_detail_fit: float | None = None  # 0..1: share of the variance that the slopes explain
    ref_contrast: float | None = None  # tile deviation over the reference's, median of textured
    ref_contrast_slope_x: float | None = None
    ref_contrast_slope_y: float | None = None
    ref_edges_lost: float | None = None  # 0..1: share of textured tiles whose edges are gone
    ref_edges_lost_block: float | None = None  # the largest connected part of it
    ref_edges_gained: float | None = None  # 0..1: share of flat tiles that have edges now
    ref_changed: float | None = None  # 0..1: share of textured tiles that show something else
    ref_changed_block: float | None = None  # the largest connected part of it
    ref_shift_gain: float | None = None  # of similarity, by moving the picture back by the shift
    ref_lost_luma: float | None = None  # log2 of luma there, of tiles whose edges are gone
    ref_luma_slope_x: float | None = None  # log2 of tile luma over the reference's, per width
    ref_luma_slope_y: float | None = None
    ref_veil: float | None = None  # veil minus the reference's
    ref_colour: float | None = None  # largest difference of a channel's share
    ref_lines: int | None = None  # lines of now that the reference does not know
    pattern_change: float | None = None  # 0..2: other places are bright than in the frame before


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A decoded picture: features, and a JPEG small enough to be evidence."""

    features: PictureFeatures
    jpeg: bytes
    taken_at: datetime
    thumbnail: bytes = b""  # a smaller JPEG of the same, where links are metered
    damaged: bool = False  # the decoder met errors: what it shows is not what the sensor saw
    light: str = ""  # value of a ``Light``
    merged: bytes = b""  # the reference of that light with this picture in it; empty: none
    decode_errors: int = 0  # complaints of the decoder
    reference_note: str = ""  # why the reference that was kept could not be used
    map: bytes = b""  # a small JPEG of where it departs from its reference; empty: it does not


VendorQuality = Literal["good", "unknown", "missing", "invalid", "unsupported", "failed"]
"""good; unknown: the device says it does not know; missing: path absent; invalid: off scale or
of another type, raw kept; unsupported: this kind of camera has no such interface; failed: this
exchange failed while others of the same reading did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorValue:
    """One value of a vendor interface under its canonical name; ``value`` is None unless good."""

    value: float | str | bool | None
    quality: VendorQuality
    raw: str  # what the device said, as JSON text, capped; '' when it said nothing
    unit: str  # canonical unit: "%", "mV", "mA", "°C", "mW", "dBm", "dB", "B", "s" or ""
    cause: str = ""  # value of a ``Cause`` when failed
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorProfile:
    """Which firmware profile was used, and how well it is proven."""

    id: str
    status: str  # "documented", "fixture-tested", "device-tested"
    hash: str  # of all it says
    ambiguous: tuple[str, ...] = ()  # ids that fit equally well: none was used, and id is ''
    is_modem_here: bool = False  # a modem on a serial port of the agent's own machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What the agent spent on a device in this pass; bytes count HTTP and RTSP, not TCP headers."""

    requests: int
    bytes_sent: int
    bytes_received: int
    login_attempts: int
    writes: int  # operations that change something on the device; event subscriptions count


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The most that a pass may have cost a device; what would go beyond it fails with BUDGET."""

    requests: int
    bytes: int
    logins: int


class Camera(Protocol):
    """One device as probes see it; each call raises CameraError and nothing else."""

    def stay_asleep(self) -> None:
        """From now on in this pass nothing is asked that wakes a sleeping camera."""

    def keep_within(self, ceiling: Ceiling) -> None:
        """From now on nothing is asked that would cost more than this, counted as ``costs``."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered in this pass; the transcript."""

    @property
    def costs(self) -> Costs:
        """What this pass has cost the device so far."""

    @property
    def login(self) -> LoginKind:
        """The kind of login that last worked; NONE before any did."""

    @property
    def refused_logins(self) -> tuple[LoginKind, ...]:
        """Kinds that this device refused in this pass."""

    @property
    def logins_shut(self) -> bool:
        """True when this pass has seen so many refusals that it logs in no more."""

    @property
    def desk(self) -> Desk:
        """Where it lets somebody in: what was seen of that, and single attempts."""

    async def stream_path(self) -> str:
        """Path and query of the first profile's stream, as the device states it."""

    def ask_first(self, kind: LoginKind) -> None:
        """Offer this kind of login first in this pass, whatever worked in earlier ones."""

    async def connect_tcp(self) -> None:
        """Open and close one connection to the ONVIF port: DNS and TCP only."""

    async def device_clock(self) -> DeviceClock:
        """GetSystemDateAndTime, without credentials."""

    async def device_information(self) -> DeviceInformation:
        """GetDeviceInformation; the identity aliases come from here."""

    async def mac_addresses(self) -> tuple[str, ...]:
        """GetNetworkInterfaces; empty when the device names none."""

    async def profiles(self) -> tuple[StreamProfile, ...]:
        """GetProfiles of Media2, falling back to Media."""

    async def imaging_settings(self) -> ImagingSettings:
        """GetImagingSettings of the first video source."""

    async def imaging_options(self) -> ImagingOptions:
        """GetOptions of the first video source."""

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        """SetImagingSettings of the first video source, with ForcePersistence=false.

        A write: it changes the customer's picture. No probe calls this; an experiment does, whose
        restore journal is committed before.
        """

    async def system_log(self) -> str:
        """GetSystemLog; ONVIF_MISSING when the device answers with nothing."""

    async def snapshot(self) -> Snapshot:
        """The picture behind GetSnapshotUri."""

    async def watch_stream(self, *, seconds: float, clip: ClipLimits | None = None) -> StreamHealth:
        """Play the first profile for so long; RTSP causes name the layer that failed.

        With ``clip`` the watch goes on up to its limits, and what it measures does not change.
        """

    async def decode(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        references: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Picture:
        """Decode one key frame (or JPEG) in the child; ``previous`` gives the change figure.

        ``references`` are the camera's own, by light, as earlier pictures' ``merged`` gave them.
        """

    async def make_clip(self, recording: Recording) -> Clip:
        """The recording as MP4, put together in the child; nothing is coded anew.

        DECODE causes when the child cannot read it as the codec that it should be.
        """

    async def vendor_values(self) -> Mapping[str, VendorValue]:
        """Values by canonical name, as the firmware profile extracts them; may be empty."""

    async def vendor_profile(self) -> VendorProfile | None:
        """The firmware profile that fits what the device says it is; None when none does."""
