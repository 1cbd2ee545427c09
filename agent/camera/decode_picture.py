"""Decodes one coded picture to features and a small JPEG; runs in the decoder child only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import av
import av.logging
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc

from agent.camera.decoder_wire import DecodeAnswer, DecodeRefused, DecodeRequest
from agent.camera.evidence_picture import (
    THUMBNAIL_CAP_BYTES,
    make_evidence,
    make_map,
    make_thumbnail,
)
from agent.camera.examine import examine
from agent.camera.frame_planes import small_luma
from agent.camera.picture.planes import Luma
from agent.camera.stated_size import stated_size

_DECODERS: Final = {"H264": "h264", "H265": "hevc", "JPEG": "mjpeg", "PNG": "png"}
# Transfer curves on which luma means something else: PQ (SMPTE 2084) and HLG (ARIB STD-B67).
_HDR: Final[dict[int, str]] = {ColorTrc.SMPTE2084: "PQ", ColorTrc.ARIB_STD_B67: "HLG"}
_PADDING: Final = b"\0\xff\r\n\t "  # with which cameras fill a snapshot up behind its end
av.logging.set_level(av.logging.ERROR)  # without a level PyAV hears no complaints


@dataclass(frozen=True, slots=True)
class _Decoded:
    frame: VideoFrame
    errors: int  # complaints of the decoder, and of us


def decode_picture(request: DecodeRequest) -> DecodeAnswer:
    """Decode, measure and encode the evidence; DecodeRefused says why not."""
    now = _decode(request.picture, request.codec)
    found = examine(
        now.frame, _before(request, now), request.references, with_map=request.map_as_png
    )
    jpeg = make_evidence(now.frame)
    wanted = request.thumbnail and len(jpeg) > THUMBNAIL_CAP_BYTES
    return DecodeAnswer(
        features=found.figures,
        jpeg=jpeg,
        thumbnail=make_thumbnail(now.frame) if wanted else b"",
        damaged=now.errors > 0,
        decode_errors=now.errors,
        light=found.light.value,
        merged=b"" if now.errors else found.merged,
        reference_note=found.note,
        map=b"" if found.map is None else make_map(found.map, as_png=request.map_as_png),
    )


def _before(request: DecodeRequest, now: _Decoded) -> Luma | None:
    """Luma of the earlier picture; None when it is none, is not whole, or is of another size."""
    if request.previous is None:
        return None
    try:
        earlier = _decode(request.previous, request.codec)
    except DecodeRefused:
        return None
    same = (earlier.frame.width, earlier.frame.height) == (now.frame.width, now.frame.height)
    return small_luma(earlier.frame) if same and not earlier.errors else None


def _decode(content: bytes, codec: str) -> _Decoded:
    """Decode one picture whose stated size was checked before anything is allocated.

    libav conceals what it cannot read and returns a picture all the same; its complaints are the
    only sign. H.265 slices have no redundancy in which it would notice damage at all: there the
    RTP layer's count of missing packets is the sign.
    """
    stated = stated_size(content, codec)
    with av.logging.Capture() as complaints:
        frame = _first_frame(content, codec)
    if (frame.width, frame.height) != stated:
        raise DecodeRefused(
            "decode.failed",
            f"the picture is {frame.width}x{frame.height}, its header says {stated[0]}x{stated[1]}",
        )
    curve = _HDR.get(frame.color_trc)
    if curve is not None:
        raise DecodeRefused("decode.unsupported", f"an HDR picture ({curve}), not judged")
    errors = sum(level <= av.logging.ERROR and "SEI" not in said for level, _, said in complaints)
    is_cut = codec == "JPEG" and b"\xff\xd9" not in content.rstrip(_PADDING)[-64:]
    return _Decoded(frame, errors + int(frame.is_corrupt) + int(is_cut))


def _first_frame(content: bytes, codec: str) -> VideoFrame:
    context = CodecContext.create(_DECODERS[codec], "r")
    assert isinstance(context, VideoCodecContext)
    context.thread_count = 1
    try:
        for packet in (av.Packet(content), None):
            for frame in context.decode(packet):
                return frame
    except av.FFmpegError as error:
        raise DecodeRefused("decode.failed", f"the decoder refuses it: {error.strerror}") from error
    raise DecodeRefused("decode.failed", "there is no picture in it")
