"""Encoders set as cameras set them: fixed closed GOPs, no B frames."""

from fractions import Fraction
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

_JPEG_QUALITY = 3  # libavcodec's scale for MJPEG: 2 best, 31 worst; cameras sit near 3
_LAMBDA_PER_STEP = 118  # FF_QP2LAMBDA of libavutil


class UnknownCodec(ValueError):
    """The codec is neither h264 nor h265, or this PyAV was built without its encoder."""


def open_encoder(
    codec: str, *, width: int, height: int, fps: int, gop: int, coarse: bool = False
) -> av.VideoCodecContext:
    """Open an encoder of one thread; equal frames give equal bytes. Raises UnknownCodec.

    The quantiser is constant: two equal frames give two equal key pictures, as a frozen camera's.
    `coarse` raises it, as a camera's rate control does for pictures that will not compress.
    """
    if codec not in ("h264", "h265"):
        raise UnknownCodec(f"codec {codec!r} is not known; use h264 or h265")
    context = _open(f"libx{codec[1:]}", width=width, height=height, fps=fps)
    context.pix_fmt = "yuv420p"
    context.gop_size = gop
    gops = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:open-gop=0"
    context.options = {"tune": "zerolatency"} | (
        {
            "preset": "superfast",
            "qp": "38" if coarse else "27",
            "x264-params": f"{gops}:repeat-headers=1:annexb=1:sliced-threads=0:threads=1",
        }
        if codec == "h264"
        else {
            "preset": "ultrafast",
            "x265-params": f"{gops}:repeat-headers=1:annexb=1:qp={40 if coarse else 29}"
            ":frame-threads=1:pools=none:wpp=0:log-level=none",
        }
    )
    return context


def open_jpeg_encoder(*, width: int, height: int) -> av.VideoCodecContext:
    """Open a JPEG encoder at the quality of a camera's snapshot."""
    context = _open("mjpeg", width=width, height=height, fps=1)
    context.pix_fmt = "yuvj420p"
    context.options = {"flags": "+qscale", "global_quality": str(_JPEG_QUALITY * _LAMBDA_PER_STEP)}
    return context


def encode_frame(
    context: av.VideoCodecContext, picture: NDArray[np.uint8], *, at: int
) -> list[bytes]:
    """Encode an RGB picture as frame number `at`; encoders without delay answer at once."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame = frame.reformat(format=context.pix_fmt)
    frame.pts = at
    return [bytes(packet) for packet in context.encode(frame)]


def finish(context: av.VideoCodecContext) -> list[bytes]:
    """Give what an encoder still holds."""
    return [bytes(packet) for packet in context.encode(None)]


def _open(encoder: str, *, width: int, height: int, fps: int) -> av.VideoCodecContext:
    try:
        context = cast(av.VideoCodecContext, av.VideoCodecContext.create(encoder, "w"))
    except av.codec.codec.UnknownCodecError as missing:
        raise UnknownCodec(
            f"this PyAV has no encoder {encoder}; install the av wheel from PyPI, which has it"
        ) from missing
    context.width, context.height = width, height
    context.time_base = Fraction(1, fps)
    context.framerate = Fraction(fps)
    return context
