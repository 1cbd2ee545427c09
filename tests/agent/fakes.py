"""A camera from memory, an agent's parts around it, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from agent.camera.knocked import Knocked
from agent.camera.login_facts import Attempt, Service
from agent.camera.login_trace import Trace
from agent.camera.password_traits import PasswordTraits
from agent.camera.port import (
    CameraError,
    Cause,
    Ceiling,
    Clip,
    ClipLimits,
    CodedFrame,
    Costs,
    DeviceClock,
    DeviceInformation,
    Exchange,
    FilterMode,
    ImagingOptions,
    ImagingSettings,
    LoginKind,
    NoClip,
    Picture,
    PictureFeatures,
    Recording,
    Snapshot,
    StreamHealth,
    StreamProfile,
    VendorProfile,
    VendorValue,
)
from agent.camera.transcript import MIDWAY
from agent.camera.wanted import Try

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FEATURES = PictureFeatures(
    width_px=640,
    height_px=360,
    luma_mean=110.0,
    luma_std=45.0,
    luma_p01=12.0,
    luma_p99=230.0,
    dark_share=0.02,
    bright_share=0.01,
    sharpness=0.4,
    laplacian_variance=400.0,
    saturation_mean=60.0,
    red_mean=110.0,
    green_mean=115.0,
    blue_mean=105.0,
    magenta_excess=-0.03,
    green_min=0.1,
    chroma_std=12.0,
    change_from_previous=2.0,
)


RECORDING = Recording(
    codec="H264",
    clock_hz=90_000,
    frames=(
        CodedFrame(ticks=0, content=b"key", is_key=True),
        CodedFrame(ticks=720_000, content=b"other", is_key=False),
    ),
)


class Clock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **kind: float) -> None:
        """Move on, like ``pass_by(minutes=10)``."""
        self.now += timedelta(**kind)


@dataclass
class FakeDesk:
    """Where a fake camera lets somebody in: nothing was seen, and nothing can be tried."""

    trace: Trace = field(default_factory=Trace)
    skew_s: float | None = None
    password: PasswordTraits | None = None
    knocked: Knocked = field(default_factory=lambda: Knocked(onvif_port=80, rtsp_port=554))
    knocks: int = 0

    async def knock(self, *, anew: bool = False) -> Knocked:
        self.knocks += 1
        return self.knocked

    async def attempt(self, wanted: Try) -> Attempt | None:
        return None

    async def try_own_time(self) -> None:
        """No login is made."""

    def recall_confused(self) -> None:
        """Nothing is known."""

    async def stream_paths(self) -> tuple[str, ...]:
        return ()

    def note_confused(self, service: Service, kind: LoginKind) -> None:
        """Nothing is kept."""


@dataclass
class FakeCamera:
    """Answers from memory, counts what it costs, and records every write."""

    clock: Clock
    features: PictureFeatures = FEATURES
    failure: CameraError | None = None  # every exchange fails with it
    serial: str = "SN-2401-0001"
    vendor: dict[str, VendorValue] = field(default_factory=dict)
    profile_status: str = "fixture-tested"
    writes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    thumbnails: bool = False  # as on a metered link
    map: bytes = b""  # of where its pictures depart from their reference
    defect: str = ""  # the question at which the fake itself breaks

    login: LoginKind = LoginKind.WSSE
    refused_logins: tuple[LoginKind, ...] = ()
    logins_shut: bool = False
    desk: FakeDesk = field(default_factory=FakeDesk)

    async def stream_path(self) -> str:
        return "/stream1"

    def ask_first(self, kind: LoginKind) -> None:
        """Which kind is offered first makes no difference here."""

    recording: Recording | NoClip | None = RECORDING  # what a watch keeps where a clip is wanted
    clips_made: int = 0
    clips_asked: list[ClipLimits | None] = field(default_factory=list)  # by watch
    clip_failure: CameraError | None = None
    light: str = ""
    merged: bytes = b""  # the reference that the decoder child makes with each picture
    ceiling: Ceiling | None = None

    def stay_asleep(self) -> None:
        self.asked.append("stay asleep")

    def keep_within(self, ceiling: Ceiling) -> None:
        self.ceiling = ceiling

    def _ask(self, what: str) -> None:
        most = self.ceiling
        if most and len(self.asked) >= min(most.requests, most.logins, most.bytes // 1000):
            raise CameraError(Cause.BUDGET, MIDWAY.format("requests"))
        self.asked.append(what)
        if what == self.defect:
            raise ZeroDivisionError("a defect of ours")
        if self.failure is not None:
            raise self.failure

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(
            Exchange(
                at=self.clock.now,
                kind="onvif",
                request=what,
                outcome="ok",
                detail="",
                reply=b"<ok/>",
                seconds=0.01,
            )
            for what in self.asked
        )

    @property
    def costs(self) -> Costs:
        return Costs(
            requests=len(self.asked),
            bytes_sent=100 * len(self.asked),
            bytes_received=900 * len(self.asked),
            login_attempts=len(self.asked),
            writes=len(self.writes),
        )

    async def connect_tcp(self) -> None:
        self._ask("tcp")

    async def device_clock(self) -> DeviceClock:
        self._ask("GetSystemDateAndTime")
        return DeviceClock(device_at=self.clock.now, offset=timedelta(0), zone="UTC", source="NTP")

    async def device_information(self) -> DeviceInformation:
        self._ask("GetDeviceInformation")
        return DeviceInformation(
            manufacturer="Maker",
            model="SC-4G-20",
            firmware="1.4.2",
            serial=self.serial,
            hardware_id="HW-3",
        )

    async def mac_addresses(self) -> tuple[str, ...]:
        self._ask("GetNetworkInterfaces")
        return ("02:00:00:00:00:01",)

    async def profiles(self) -> tuple[StreamProfile, ...]:
        self._ask("GetProfiles")
        return ()

    async def imaging_settings(self) -> ImagingSettings:
        self._ask("GetImagingSettings")
        return ImagingSettings(
            ir_cut_filter="AUTO",
            brightness=50.0,
            colour_saturation=50.0,
            contrast=50.0,
            sharpness=50.0,
        )

    async def imaging_options(self) -> ImagingOptions:
        self._ask("GetOptions")
        return ImagingOptions(ir_cut_filter_modes=("ON", "OFF", "AUTO"))

    async def set_ir_cut_filter(self, mode: FilterMode) -> None:
        self._ask("SetImagingSettings")
        self.writes.append(mode.value)

    async def system_log(self) -> str:
        self._ask("GetSystemLog")
        return "all quiet"

    async def snapshot(self) -> Snapshot:
        self._ask("snapshot")
        return Snapshot(body=b"\xff\xd8 jpeg", media_type="image/jpeg")

    async def watch_stream(self, *, seconds: float, clip: ClipLimits | None = None) -> StreamHealth:
        self._ask("PLAY")
        self.clips_asked.append(clip)
        return StreamHealth(
            codec="H264",
            seconds=seconds,
            packets=300,
            frames=75,
            fps=25.0,
            bitrate_kbps=2000.0,
            key_frame_interval_s=1.0,
            longest_gap_s=0.05,
            lost_packets=0,
            key_frame=b"key",
            last_key_frame=b"last",
            width_px=640,
            height_px=360,
            recording=self.recording if clip else None,
        )

    async def make_clip(self, recording: Recording) -> Clip:
        if self.clip_failure is not None:
            raise self.clip_failure
        self.clips_made += 1
        return Clip(mp4=b"mp4" * 9000, seconds=8.0, frames=200, taken_at=self.clock.now)

    async def decode(
        self,
        key_frame: bytes,
        *,
        codec: str,
        previous: bytes | None,
        references: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Picture:
        return Picture(
            features=self.features,
            jpeg=b"\xff\xd8" + f"{self.features.luma_mean}".encode() * 6000,
            thumbnail=b"\xff\xd8" + f"{self.features.luma_mean}".encode() * 100
            if self.thumbnails
            else b"",
            taken_at=self.clock.now,
            map=self.map,
            light=self.light,
            merged=self.merged,
        )

    async def vendor_values(self) -> Mapping[str, VendorValue]:
        self._ask("vendor")
        return self.vendor

    async def vendor_profile(self) -> VendorProfile | None:
        return VendorProfile(id="example.vendor", status=self.profile_status, hash="0a1b2c3d4e5f")


NOBODY = CameraError(Cause.TCP_REFUSED, "connection refused")
