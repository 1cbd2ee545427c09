"""Decodes one coded picture to features and a small JPEG; runs in the decoder child only."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import av.logging
import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from agent.camera.decoder_wire import DecodeAnswer, DecodeRefused, DecodeRequest
from agent.camera.jpeg_header import read_jpeg_size
from agent.camera.light import light_of
from agent.camera.picture.measure import HEIGHT_PX, WIDTH_PX, Image, measure
from agent.camera.rtsp.h264 import H264
from agent.camera.rtsp.h265 import H265
from agent.camera.rtsp.nal import NalCodec, split_annexb

MAX_PIXELS = 9_000_000  # 4K; measured to fit the address space for one key frame
_MAX_SIDE_PX = 8192
_EVIDENCE_WIDTH_PX = 1280
_EVIDENCE_CAP_BYTES = 120 * 1024
_THUMBNAIL_WIDTH_PX = 320
_THUMBNAIL_CAP_BYTES = 12 * 1024
_QUALITIES = (3, 5, 8, 12, 18, 26, 31)  # quantiser of the MJPEG encoder, best first
_NAL_CODECS = {"H264": H264, "H265": H265}
_DECODERS = {"H264": "h264", "H265": "hevc", "JPEG": "mjpeg"}
_SECOND = Fraction(1, 1)
av.logging.set_level(av.logging.ERROR)  # without a level PyAV hears no complaints


@dataclass(frozen=True, slots=True)
class _Decoded:
    frame: VideoFrame
    errors: int  # complaints of the decoder, and of us


def decode_picture(request: DecodeRequest) -> DecodeAnswer:
    """Decode, measure and encode the evidence; DecodeRefused says why not."""
    now = _decode(request.picture, request.codec)
    rgb = _small_rgb(now.frame)
    before = None
    if request.previous is not None:
        before = _small_rgb(_decode(request.previous, request.codec).frame)
    figures = measure(rgb, before)
    features: dict[str, float | int | str | None] = {
        "width_px": now.frame.width,
        "height_px": now.frame.height,
        **figures,
    }
    light = light_of(
        luma_mean=figures["luma_mean"] or 0.0,
        luma_p99=figures["luma_p99"] or 0.0,
        saturation_mean=figures["saturation_mean"] or 0.0,
    )
    jpeg = _evidence(now.frame)
    wanted = request.thumbnail and len(jpeg) > _THUMBNAIL_CAP_BYTES
    return DecodeAnswer(
        features=features,
        jpeg=jpeg,
        thumbnail=_thumbnail(now.frame) if wanted else b"",
        damaged=now.errors > 0,
        decode_errors=now.errors,
        light=light.value,
    )


def _decode(content: bytes, codec: str) -> _Decoded:
    """Decode one picture whose stated size was checked before anything is allocated.

    libav conceals what it cannot read and returns a picture all the same; its complaints are the
    only sign. H.265 slices have no redundancy in which it would notice damage at all: there the
    RTP layer's count of missing packets is the sign.
    """
    stated = _stated_size(content, codec)
    with av.logging.Capture() as complaints:
        frame = _first_frame(content, codec)
    if (frame.width, frame.height) != stated:
        raise DecodeRefused(
            "decode.failed",
            f"the picture is {frame.width}x{frame.height}, its header says {stated[0]}x{stated[1]}",
        )
    errors = sum(level <= av.logging.ERROR and "SEI" not in said for level, _, said in complaints)
    is_cut = codec == "JPEG" and b"\xff\xd9" not in content[-64:]
    return _Decoded(frame, errors + int(frame.is_corrupt) + int(is_cut))


def _stated_size(content: bytes, codec: str) -> tuple[int, int]:
    if codec not in _DECODERS:
        raise DecodeRefused("decode.unsupported", f"no decoder for '{codec[:20]}'")
    nal = _NAL_CODECS.get(codec)
    size = read_jpeg_size(content) if nal is None else _nal_size(content, nal)
    if size is None:
        raise DecodeRefused("decode.failed", "the picture has no readable header")
    if max(size) > _MAX_SIDE_PX or size[0] * size[1] > MAX_PIXELS:
        raise DecodeRefused(
            "decode.unsupported", f"{size[0]}x{size[1]} is more than this agent decodes"
        )
    return size


def _nal_size(content: bytes, codec: NalCodec) -> tuple[int, int] | None:
    """Size from the sequence parameter sets; None when they disagree: that is an attack."""
    units = [u for u in split_annexb(content) if codec.kind_of(u) == codec.sps_kind]
    sizes = {codec.size_of(unit) for unit in units}
    return sizes.pop() if len(sizes) == 1 else None


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


def _small_rgb(frame: VideoFrame) -> Image:
    small = frame.reformat(
        width=WIDTH_PX, height=HEIGHT_PX, format="rgb24", interpolation=Interpolation.AREA
    )
    return np.ascontiguousarray(small.to_ndarray())


def _evidence(frame: VideoFrame) -> bytes:
    """A JPEG of at most 1280 pixels width and 120 KiB."""
    return _shrunk(frame, width_px=_EVIDENCE_WIDTH_PX, cap_bytes=_EVIDENCE_CAP_BYTES)


def _thumbnail(frame: VideoFrame) -> bytes:
    """A JPEG of at most 320 pixels width and 12 KiB: goes ahead on a metered link."""
    return _shrunk(frame, width_px=_THUMBNAIL_WIDTH_PX, cap_bytes=_THUMBNAIL_CAP_BYTES)


def _shrunk(frame: VideoFrame, *, width_px: int, cap_bytes: int) -> bytes:
    width = min(frame.width, width_px)
    height = max(2, round(frame.height * width / frame.width))
    for shrink in (1, 2, 4):
        small = frame.reformat(
            width=max(2, width // shrink // 2 * 2),
            height=max(2, height // shrink // 2 * 2),
            format="yuvj420p",
            interpolation=Interpolation.AREA,
        )
        for quality in _QUALITIES:
            jpeg = _encode(small, quality)
            if len(jpeg) <= cap_bytes:
                return jpeg
    raise DecodeRefused("decode.failed", "no small enough picture could be made of it")


def _encode(frame: VideoFrame, quality: int) -> bytes:
    encoder = CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = frame.time_base = _SECOND
    encoder.qmin = encoder.qmax = quality
    encoder.thread_count = 1
    frame.pts = 0
    return b"".join(bytes(packet) for part in (frame, None) for packet in encoder.encode(part))
