"""Puts coded pictures into an MP4 as they are; runs in the decoder child only."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from typing import Final

import av
from av.container import InputContainer, OutputContainer

from agent.camera.decoder_wire import CLIP_CAP_BYTES, DecodeAnswer, DecodeRefused, RemuxRequest
from agent.camera.stated_size import stated_size

_DEMUXERS: Final = {"H264": "h264", "H265": "hevc"}
_TAGS: Final = {"H264": "avc1", "H265": "hvc1"}  # hvc1: Apple's players refuse hev1
_OPTIONS: Final = {"fflags": "+bitexact"}  # no date and no version of ours in the file


def remux(request: RemuxRequest) -> DecodeAnswer:
    """The pictures as MP4, byte for byte but for the length words; DecodeRefused says why not."""
    stated_size(request.frames[0].content, request.codec)
    try:
        mp4 = _write(request)
    except (av.FFmpegError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DecodeRefused("decode.failed", f"no clip can be made of it: {why}") from error
    if len(mp4) > CLIP_CAP_BYTES:
        raise DecodeRefused("decode.limit", "the clip is too large")
    return DecodeAnswer(clip=mp4)


def _write(request: RemuxRequest) -> bytes:
    shown = [frame.ticks for frame in request.frames]
    decoded = decode_times(shown)
    length = _durations(shown)
    base = Fraction(1, request.clock_hz)
    file = BytesIO()
    first = BytesIO(request.frames[0].content)
    # The first key frame is demuxed for its parameter sets; everything else is taken as it is.
    with av.open(first, format=_DEMUXERS[request.codec]) as template:
        assert isinstance(template, InputContainer)
        with av.open(file, "w", format="mp4", options=_OPTIONS) as out:
            assert isinstance(out, OutputContainer)
            stream = out.add_stream_from_template(template.streams.video[0])
            stream.codec_context.codec_tag = _TAGS[request.codec]
            stream.time_base = base
            for frame, dts in zip(request.frames, decoded, strict=True):
                packet = av.Packet(frame.content)
                packet.stream, packet.time_base = stream, base
                packet.pts, packet.dts = frame.ticks, dts
                packet.duration = length[frame.ticks]
                packet.is_keyframe = frame.is_key
                out.mux(packet)
    return file.getvalue()


def decode_times(shown: list[int]) -> list[int]:
    """When each picture is decoded: in the order of coming, ever later, none after it is shown.

    RTP carries only when a picture is shown. Pictures shown out of their order (B pictures)
    are decoded as much earlier as the most belated one asks for.
    """
    ordered = sorted(shown)
    delay = max(earliest - at for earliest, at in zip(ordered, shown, strict=True))
    return [at - max(0, delay) for at in ordered]


def _durations(shown: list[int]) -> dict[int, int]:
    """How long each picture is shown: until the next one; the last one as long as that before."""
    ordered = sorted(set(shown))
    lengths = {earlier: later - earlier for earlier, later in pairwise(ordered)}
    lengths[ordered[-1]] = lengths[ordered[-2]] if len(ordered) > 1 else 1
    return lengths
