"""JPEGs small enough to be evidence; runs in the decoder child only."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from agent.camera.decoder_wire import DecodeRefused
from agent.camera.picture.planes import Image

_EVIDENCE_WIDTH_PX: Final = 1280
_EVIDENCE_CAP_BYTES: Final = 120 * 1024
_THUMBNAIL_WIDTH_PX: Final = 320
THUMBNAIL_CAP_BYTES: Final = 12 * 1024
_QUALITIES: Final = (3, 5, 8, 12, 18, 26, 31)  # quantiser of the MJPEG encoder, best first
_SECOND: Final = Fraction(1, 1)


def make_evidence(frame: VideoFrame) -> bytes:
    """A JPEG of at most 1280 pixels width and 120 KiB."""
    return _shrunk(frame, width_px=_EVIDENCE_WIDTH_PX, cap_bytes=_EVIDENCE_CAP_BYTES)


def make_thumbnail(frame: VideoFrame) -> bytes:
    """A JPEG of at most 320 pixels width and 12 KiB: goes ahead on a metered link."""
    return _shrunk(frame, width_px=_THUMBNAIL_WIDTH_PX, cap_bytes=THUMBNAIL_CAP_BYTES)


def make_map(drawn: Image, *, as_png: bool) -> bytes:
    """A drawn map: a PNG as it is, or a JPEG as small as a thumbnail."""
    frame = VideoFrame.from_ndarray(drawn, format="rgb24")
    return _encode(frame, "png", "rgb24") if as_png else make_thumbnail(frame)


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
            jpeg = encode_jpeg(small, quality)
            if len(jpeg) <= cap_bytes:
                return jpeg
    raise DecodeRefused("decode.failed", "no small enough picture could be made of it")


def encode_jpeg(frame: VideoFrame, quality: int) -> bytes:
    """A baseline JPEG of a yuvj420p frame; ``quality`` is the quantiser, 2 the best."""
    return _encode(frame, "mjpeg", "yuvj420p", quality=quality)


def _encode(frame: VideoFrame, codec: str, pixels: str, quality: int | None = None) -> bytes:
    encoder = CodecContext.create(codec, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = pixels
    encoder.time_base = frame.time_base = _SECOND
    if quality is not None:
        encoder.qmin = encoder.qmax = quality
    encoder.thread_count = 1
    frame.pts = 0
    return b"".join(bytes(packet) for part in (frame, None) for packet in encoder.encode(part))
