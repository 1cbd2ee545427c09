"""One examination: everything that needs no credentials, then as few logins as name a cause."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Protocol

from agent.camera.desk import Desk
from agent.camera.knocked import Knocked
from agent.camera.login_facts import Met, Service
from agent.camera.port import CameraError, Costs, LoginKind, StreamProfile
from agent.camera.wanted import Try
from agent.doctor.clues import Clues, Recorder, Stream
from agent.doctor.diagnosis import Judgement
from agent.doctor.judge import judge
from agent.doctor.plan import next_try
from agent.reasons import error_in_words
from agent.wrong import Both

_MAX_PATHS: Final = 8
_MAX_ROUNDS: Final = 8  # a few more than logins: a service may turn out to take none
_NO_STREAM: Final = (404, 454)
_OK: Final = 200
STREAM_PATHS: Final = (
    "/Preview_01_main",
    "/h264Preview_01_main",
    "/Streaming/Channels/101",
    "/cam/realmonitor?channel=1&subtype=0",
    "/live/ch00_0",
    "/axis-media/media.amp",
    "/media/video1",
    "/videoMain",
)
"""Where makers have their first stream: Reolink (two), Hikvision, Dahua, several ODMs, Axis,
Uniview, Foscam. A firmware profile names its own before these."""


class Patient(Protocol):
    """The camera as the doctor sees it."""

    @property
    def desk(self) -> Desk:
        """Where it lets somebody in."""

    @property
    def costs(self) -> Costs:
        """What the pass has cost."""

    async def profiles(self) -> tuple[StreamProfile, ...]:
        """Media profiles; needs a level of user."""

    async def stream_path(self) -> str:
        """Path of the stream as the device states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was found, by which clues, for how many logins."""

    judgement: Judgement
    clues: Clues
    attempts: int  # logins of the pass, the doctor's own among them


def gather(
    desk: Desk,
    *,
    recorder: Recorder,
    knocked: Knocked | None = None,
    stream: Stream | None = None,
) -> Clues:
    """The clues as they stand now."""
    trace = desk.trace
    return Clues(
        attempts=tuple(trace.attempts),
        offers=dict(trace.offers),
        skew_s=desk.skew_s,
        knocked=knocked,
        lock=trace.lock,
        password=desk.password,
        recorder=recorder,
        stream=stream or Stream(),
    )


async def examine(
    camera: Patient,
    *,
    recorder: Recorder,
    may_log_in: bool = True,
    keeps_old_hash: bool = False,
) -> Examined:
    """Name why logins fail; raises nothing that a camera can cause.

    Without ``may_log_in`` (a login that rests after a refusal) only what needs no credentials is
    asked. ``keeps_old_hash``: the firmware is known to keep the MD5 hash of before its update.
    """
    desk = camera.desk
    knocked = await desk.knock()
    stream = Stream()
    stopped_by: Both | None = None
    closed: set[Service] = set()  # that offer what was planned no more, or want no login

    def clues() -> Clues:
        found = gather(desk, recorder=recorder, knocked=knocked, stream=stream)
        return replace(found, keeps_old_hash=keeps_old_hash, stopped_by=stopped_by)

    for _ in range(_MAX_ROUNDS if may_log_in else 0):
        wanted = next_try(clues(), spent=camera.costs.login_attempts, without=closed)
        if wanted is None:
            break
        try:
            made = await desk.attempt(wanted)
        except CameraError as error:
            made, stopped_by = None, error_in_words(error)
        if made is None:
            if wanted.service is Service.ONVIF:
                break  # below the login something else is wrong, or it takes none
            closed.add(wanted.service)
            continue
        if made.met is Met.ACCEPTED and made.service is Service.ONVIF and not made.own_time:
            stream = await _ask_media(camera)
        elif made.met is Met.ACCEPTED and made.service is Service.RTSP:
            stream = replace(stream, status=made.status)
            if made.status in _NO_STREAM and clues().met(Met.ACCEPTED, Service.ONVIF):
                stream = replace(stream, works_at=await find_path(desk, kind=made.kind))
    told = clues()
    return Examined(judgement=judge(told), clues=told, attempts=camera.costs.login_attempts)


async def _ask_media(camera: Patient) -> Stream:
    """Profiles and the stream's address: what a viewer's level may be too low for."""
    try:
        await camera.profiles()
        return Stream(path=await camera.stream_path())
    except CameraError:
        return Stream()  # a refusal is in the trace


async def find_path(desk: Desk, *, kind: LoginKind) -> str:
    """The first of the known paths that has a stream, the profile's first; '' when none has.

    The login is one that RTSP has just accepted, and the first refusal ends the search.
    """
    paths = dict.fromkeys((*await desk.stream_paths(), *STREAM_PATHS))
    for path in tuple(paths)[:_MAX_PATHS]:
        try:
            made = await desk.attempt(Try(service=Service.RTSP, kind=kind, path=path))
        except CameraError:
            return ""
        if made is None or made.met is not Met.ACCEPTED:
            return ""
        if made.status == _OK:
            return path
    return ""
