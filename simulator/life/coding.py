"""Pictures to bytes by real encoders, at a camera's rates; encoders are kept open."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

_LAMBDA_PER_STEP = 118  # FF_QP2LAMBDA of libavutil


@lru_cache(maxsize=12)
def _open(
    codec: str, quantiser: int, width: int, height: int, deblocks: bool, slices: int
) -> list[object]:
    context = cast(
        av.VideoCodecContext,
        av.VideoCodecContext.create("libx264" if codec == "H264" else "mjpeg", "w"),
    )
    context.width, context.height = width, height
    context.time_base = Fraction(1, 1)
    context.framerate = Fraction(1)
    context.thread_count = 1
    if codec == "H264":
        context.pix_fmt = "yuv420p"
        context.gop_size = 1
        context.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "qp": str(quantiser),
            "x264-params": "keyint=1:scenecut=0:bframes=0:repeat-headers=1:annexb=1:"
            f"sliced-threads=0:threads=1:slices={slices}{'' if deblocks else ':no-deblock=1'}",
        }
    else:
        context.pix_fmt = "yuvj420p"
        context.options = {
            "flags": "+qscale",
            "global_quality": str(quantiser * _LAMBDA_PER_STEP),
        }
    return [context, 0]


def encode(
    planes: NDArray[np.uint8],
    codec: str,
    quantiser: int,
    *,
    deblocks: bool = True,
    slices: int = 1,
) -> bytes:
    """One picture, planes (3 or 1, height, width), as a key frame or a JPEG.

    A key frame is H.264, Annex B, with its parameter sets. ``quantiser`` is that of H.264 (0..51);
    for JPEG the same loss is taken, roughly.
    """
    height, width = planes.shape[1:]
    full_range = codec == "JPEG"
    if full_range:
        quantiser = min(31, max(2, (quantiser - 20) // 2 + 1))
    slot = _open(codec, quantiser, width, height, deblocks, slices)
    context = cast(av.VideoCodecContext, slot[0])
    slot[1] = cast(int, slot[1]) + 1
    frame = av.VideoFrame.from_ndarray(
        _yuv(planes, full_range=full_range), format=str(context.pix_fmt)
    )
    frame.pts = cast(int, slot[1])
    return b"".join(bytes(packet) for packet in context.encode(frame))


def _yuv(planes: NDArray[np.uint8], *, full_range: bool) -> NDArray[np.uint8]:
    """ITU-R BT.601, chroma at half size; in numpy, which here is five times as fast as swscale."""
    height, width = planes.shape[1:]
    span, chroma_span, foot = (1.0, 1.0, 0.5) if full_range else (219 / 255, 224 / 255, 16.5)
    out = np.empty((height * 3 // 2, width), dtype=np.uint8)
    if planes.shape[0] == 1:
        luma = planes[0].astype(np.float32)
        out[height:] = 128
    else:
        red, green, blue = planes.astype(np.float32)
        luma = red * np.float32(0.299)
        luma += green * np.float32(0.587)
        luma += blue * np.float32(0.114)
        small, rows = _halved(luma), height // 4
        for index, (colour, weight) in enumerate(((blue, 0.564), (red, 0.713))):
            chroma = _halved(colour) - small
            chroma *= np.float32(weight * chroma_span)
            chroma += np.float32(128.5)
            top = height + index * rows
            out[top : top + rows] = np.clip(chroma, 0, 255).reshape(rows, width)
    luma *= np.float32(span)
    luma += np.float32(foot)
    out[:height] = np.clip(luma, 0, 255)
    return out


def _halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = plane[::2] + plane[1::2]
    small: NDArray[np.float32] = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    return small
