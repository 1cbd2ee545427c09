"""What a probe is: it reads one aspect of one device, says what that costs, and never judges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from agent.camera.port import (
    Camera,
    CameraError,
    ClipLimits,
    DeviceInformation,
    LoginKind,
    NoClip,
    Picture,
    Recording,
    StreamHealth,
)
from shared.evidence import EvidenceKind
from shared.reading import Quality, Reading, Value

_RAW_CHARS = 200
_DETAIL_CHARS = 300
DEADLINE_S: Final = 13.0
"""Of each probe: what a device can cost a visit, whatever it does. A slow one on a bad radio link
needs 6 s (seven round trips of RTSP and three seconds of watching). What the operator orders to
be watched longer comes on top (``Pass.longer_s``), and so does our own decoding."""
_WATCH_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The most that one run of a probe is expected to spend on a device."""

    bytes: int
    logins: int = 0
    wakeups: int = 0
    writes: int = 0
    requests: int = 0
    awake_ms: int = 0  # that the device is kept busy

    def __add__(self, other: Cost) -> Cost:
        """Both costs together."""
        return Cost(
            bytes=self.bytes + other.bytes,
            logins=self.logins + other.logins,
            wakeups=self.wakeups + other.wakeups,
            writes=self.writes + other.writes,
            requests=self.requests + other.requests,
            awake_ms=self.awake_ms + other.awake_ms,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that may become evidence, besides pictures and the transcript."""

    name: str
    media_type: str
    kind: EvidenceKind
    content: bytes
    taken_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one run of one probe saw."""

    readings: tuple[Reading, ...]
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(kw_only=True)
class Pass:
    """One visit to one device: what a probe may know, and what probes of a visit share.

    Two probes need the same answer (the stream's key frames, the device's own description);
    the first one asks, the second one gets the same answer or the same error. A new visit
    needs a new object.
    """

    now: datetime
    watch_seconds: float = _WATCH_S
    recorder_login: LoginKind = LoginKind.NONE
    previous: Mapping[str, Reading] = field(default_factory=dict)
    references: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # by light
    recorder_speaks: frozenset[LoginKind] = frozenset()  # empty: nobody has said
    clip: ClipLimits | None = None  # what the watch of this visit may keep as a clip
    _watched: StreamHealth | CameraError | None = field(default=None, repr=False)
    _information: DeviceInformation | CameraError | None = field(default=None, repr=False)

    @property
    def longer_s(self) -> float:
        """How much longer than usual this visit watches, by order or for a clip."""
        clip_s = self.clip.seconds if self.clip else 0.0
        return max(0.0, max(self.watch_seconds, clip_s) - _WATCH_S)

    async def watch(self, camera: Camera) -> StreamHealth:
        """Play the stream once in this visit; CameraError as ``Camera.watch_stream``."""
        if self._watched is None:
            try:
                self._watched = await camera.watch_stream(
                    seconds=self.watch_seconds, clip=self.clip
                )
            except CameraError as error:
                self._watched = error
        if isinstance(self._watched, CameraError):
            raise self._watched
        return self._watched

    @property
    def recording(self) -> Recording | NoClip | None:
        """What the watch kept for a clip, or why nothing; None when nobody watched or asked."""
        if isinstance(self._watched, CameraError):
            return NoClip(
                en=f"the stream gave nothing: {self._watched.detail}"[:300],
                zh=f"视频流没有内容：{self._watched.detail}"[:300],
            )
        return self._watched.recording if self._watched else None

    async def information(self, camera: Camera) -> DeviceInformation:
        """Ask GetDeviceInformation once in this visit; CameraError as the camera raises it."""
        if self._information is None:
            try:
                self._information = await camera.device_information()
            except CameraError as error:
                self._information = error
        if isinstance(self._information, CameraError):
            raise self._information
        return self._information


Read: TypeAlias = Callable[[Camera, Pass], Awaitable[Observation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One aspect of a device; ``names`` are the readings it can give."""

    name: str
    every: timedelta
    cost: Cost
    read: Read
    deadline_s: float
    names: tuple[str, ...] = ()
    can_let_sleep: bool = False  # reads what it can after ``Camera.stay_asleep``


def good(name: str, value: Value, *, at: datetime, unit: str = "", detail: str = "") -> Reading:
    """A reading that may open or clear a fault."""
    return Reading(name, value, unit, at, Quality.GOOD, detail=detail[:_DETAIL_CHARS])


def missing(name: str, *, at: datetime, unit: str = "", detail: str = "") -> Reading:
    """The device answered, and this part was absent."""
    return Reading(name, None, unit, at, Quality.MISSING, detail=detail[:_DETAIL_CHARS])


def unsupported(name: str, *, at: datetime, unit: str = "", detail: str = "") -> Reading:
    """The device has no such thing."""
    return Reading(name, None, unit, at, Quality.UNSUPPORTED, detail=detail[:_DETAIL_CHARS])


def unknown(name: str, *, at: datetime, unit: str = "", detail: str = "", raw: str = "") -> Reading:
    """The device says that it does not know, or what it says cannot be told apart from that."""
    return Reading(
        name,
        None,
        unit,
        at,
        Quality.UNKNOWN,
        raw=raw[:_RAW_CHARS],
        detail=detail[:_DETAIL_CHARS],
    )


def invalid(name: str, *, at: datetime, raw: str, unit: str = "", detail: str = "") -> Reading:
    """A value off its scale; kept as the device said it, never guessed right."""
    return Reading(
        name,
        None,
        unit,
        at,
        Quality.INVALID,
        raw=raw[:_RAW_CHARS],
        detail=detail[:_DETAIL_CHARS],
    )


def optional(name: str, value: Value, *, at: datetime, unit: str = "") -> Reading:
    """A good reading, or a missing one when the device left it out."""
    if value is None:
        return missing(name, at=at, unit=unit)
    return good(name, value, at=at, unit=unit)
