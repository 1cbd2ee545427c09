"""Watch a stream for a few seconds: rates, gaps and key frames, told from RTP."""

from __future__ import annotations

import asyncio
import time
from copy import copy
from dataclasses import dataclass

from agent.camera.address import Place
from agent.camera.login import LoginState
from agent.camera.port import (
    CameraError,
    Cause,
    ClipLimits,
    NoClip,
    Recording,
    StreamHealth,
    Target,
)
from agent.camera.rtsp.h264 import H264
from agent.camera.rtsp.h265 import H265
from agent.camera.rtsp.jpeg import JpegFrames
from agent.camera.rtsp.keyframes import KeyFrames
from agent.camera.rtsp.message import Interleaved, broken
from agent.camera.rtsp.open import open_rtsp
from agent.camera.rtsp.recording import Recorder
from agent.camera.rtsp.rtp import StreamMeter, read_packet
from agent.camera.rtsp.sdp import Video
from agent.camera.rtsp.session import RtspSession
from agent.camera.tls import trust_of
from agent.camera.transcript import Transcript

_PREPARE_S = 6.0  # OPTIONS to PLAY together
FIRST_PACKET_S = 5.0
_WATCH_CAP_BYTES = 64 * 1024 * 1024
_NAL_CODECS = {"H264": H264, "H265": H265}
_NOT_CODED = NoClip(
    en="the stream is neither H.264 nor H.265", zh="视频流既不是 H.264 也不是 H.265"
)


@dataclass(slots=True)
class _Seen:
    """What the packets have shown so far."""

    meter: StreamMeter
    frames: KeyFrames | JpegFrames | None
    seconds: float  # that are measured, from the first packet on
    channel: int  # of the video
    payload_type: int | None  # packets of any other one are not the video
    recorder: Recorder | None = None
    bytes: int = 0
    _follows: StreamMeter | None = None  # goes on with the sequence when the meter has ended

    def take(self, received: Interleaved, *, at_s: float) -> None:
        self.bytes += len(received.payload)
        if self.bytes > _WATCH_CAP_BYTES:
            raise broken("the stream is larger than 64 MiB in a few seconds")
        packet = read_packet(received.payload) if received.channel == self.channel else None
        if packet is None or packet.kind != (self.payload_type or packet.kind):
            return
        if self.is_measured(at_s):
            whole = self._sequel().take(packet, at_s=at_s)
        else:
            whole = self.meter.take(packet, at_s=at_s)
            if self.frames is not None and self.frames.take(packet, whole=whole):
                self.meter.note_key_frame()
        if self.recorder is not None:
            self.recorder.take(packet, whole=whole)

    def is_measured(self, at_s: float) -> bool:
        """True when the seconds that the health speaks of are over."""
        return self.meter.packets > 0 and at_s - self.meter.first_at_s >= self.seconds

    def is_done(self, at_s: float) -> bool:
        """True when neither the health nor the clip needs another packet."""
        return self.is_measured(at_s) and (self.recorder is None or self.recorder.is_full)

    def _sequel(self) -> StreamMeter:
        if self._follows is None:
            self._follows = copy(self.meter)
        return self._follows


async def watch(
    place: Place,
    url: str,
    *,
    target: Target,
    login: LoginState,
    transcript: Transcript,
    seconds: float,
    first_packet_s: float = FIRST_PACKET_S,
    clip: ClipLimits | None = None,
) -> StreamHealth:
    """Play ``url`` for ``seconds`` from the first packet on, and as long as ``clip`` wants more.

    Raises CameraError: TCP causes for the connection, RTSP_STATUS with the status in its detail,
    LOGIN causes, RTSP_PROTOCOL, DEADLINE for a device that accepts and never answers, and
    RTSP_NO_PACKET for one that plays nothing. A stream that stalls later is no error: its
    longest gap says so.
    """
    with transcript.record(kind="rtsp", request="watch") as note:
        trust = trust_of(target) if url.startswith("rtsps:") else None
        connection = await open_rtsp(place, tally=transcript.tally, trust=trust)
        session = RtspSession(connection, url, target=target, login=login)
        try:
            video = await _prepare(session)
            way = ", over UDP" if session.is_udp else ""
            note.detail = f"{video.encoding}{way}, login {login.last_worked.value}"
            seen = _Seen(
                meter=StreamMeter(video.clock_hz),
                frames=_frames(video),
                seconds=seconds,
                payload_type=video.payload_type,
                channel=session.channel,
                recorder=_recorder(video, clip),
            )
            at_most_s = max(seconds, clip.seconds if seen.recorder and clip else 0.0)
            await _collect(session, seen, seconds=at_most_s, first_packet_s=first_packet_s)
            return _health(video, seen, asked=clip is not None)
        finally:
            await session.end()


async def _prepare(session: RtspSession) -> Video:
    try:
        async with asyncio.timeout(_PREPARE_S):
            video = await session.describe()
            await session.play(clock_hz=video.clock_hz)
            return video
    except TimeoutError as error:
        raise CameraError(Cause.DEADLINE, f"no RTSP answer within {_PREPARE_S:.0f} s") from error


def _frames(video: Video) -> KeyFrames | JpegFrames | None:
    if video.codec == "JPEG":
        return JpegFrames(stated_size=video.size)
    codec = _NAL_CODECS.get(video.codec or "")
    return KeyFrames(codec, parameter_sets=video.parameter_sets) if codec else None


def _recorder(video: Video, clip: ClipLimits | None) -> Recorder | None:
    codec = _NAL_CODECS.get(video.codec or "")
    if codec is None or clip is None:
        return None
    return Recorder(
        codec, parameter_sets=video.parameter_sets, clock_hz=video.clock_hz, limits=clip
    )


async def _collect(
    session: RtspSession, seen: _Seen, *, seconds: float, first_packet_s: float
) -> None:
    """Take packets until the watch is over; no packet at all is RTSP_NO_PACKET.

    A stream that breaks when the health has its seconds costs the rest of the clip alone.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(first_packet_s) as limit:
            alive_at = time.monotonic()
            now_s = alive_at
            while not seen.is_done(now_s):
                received = await session.receive()
                now_s = time.monotonic()
                if isinstance(received, Interleaved):
                    begun = seen.meter.packets > 0
                    seen.take(received, at_s=now_s)
                    if not begun and seen.meter.packets:
                        limit.reschedule(loop.time() + seconds)
                if now_s - alive_at > session.session_s / 2:
                    alive_at = now_s
                    await session.keep_alive()
    except TimeoutError as error:
        if not seen.meter.packets:
            raise CameraError(
                Cause.RTSP_NO_PACKET, f"PLAY is accepted, no packet within {first_packet_s:.0f} s"
            ) from error
    except CameraError:
        if not seen.is_measured(time.monotonic()):
            raise
    seen.meter.finish(at_s=min(time.monotonic(), seen.meter.first_at_s + seen.seconds))


def _recording(seen: _Seen, *, asked: bool) -> Recording | NoClip | None:
    if seen.recorder is not None:
        return seen.recorder.finish()
    return _NOT_CODED if asked else None


def _health(video: Video, seen: _Seen, *, asked: bool) -> StreamHealth:
    meter, frames = seen.meter, seen.frames
    size = (frames.size if frames else None) or video.size
    return StreamHealth(
        codec=video.codec,
        seconds=min(time.monotonic() - meter.first_at_s, seen.seconds),
        packets=meter.packets,
        frames=meter.frames,
        fps=meter.fps,
        bitrate_kbps=meter.bitrate_kbps,
        key_frame_interval_s=meter.key_frame_interval_s,
        longest_gap_s=meter.longest_gap_s,
        lost_packets=meter.lost_packets,
        key_frame=frames.first if frames else None,
        last_key_frame=frames.last if frames else None,
        width_px=size[0] if size else None,
        height_px=size[1] if size else None,
        stamped_s=meter.stamped_seconds if meter.frames > 1 else None,
        key_frames=frames.whole if frames else 0,
        spoiled_key_frames=frames.spoiled if frames else 0,
        loss_touches_last=frames.loss_touches_last if frames else False,
        recording=_recording(seen, asked=asked),
    )
