"""Pictures that tests draw themselves: a view with structure, and how it is coded."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext

Picture = npt.NDArray[np.uint8]
_SECOND = Fraction(1, 1)


def view(seed: int = 1, *, width: int = 640, height: int = 360) -> Picture:
    """A coloured daylight view: rectangles of many sizes with fine texture, and some noise."""
    dice = np.random.default_rng(seed)
    picture = np.full((height, width, 3), (110, 130, 100), dtype=np.float32)
    for _ in range(140):
        y, x = int(dice.integers(0, height)), int(dice.integers(0, width))
        tall, wide = (int(dice.integers(6, 90)) for _ in range(2))
        part = picture[y : y + tall, x : x + wide]
        part[:] = dice.integers(30, 220, 3)
        part += dice.normal(0, 14, (*part.shape[:2], 1))
    return (picture + dice.normal(0, 1.5, picture.shape)).clip(0, 255).astype(np.uint8)


def blurred(picture: Picture, size: int) -> Picture:
    """The picture under a square window of odd size."""
    soft = picture.astype(np.float32)
    for axis in (0, 1):
        wide = [(size // 2, size // 2) if at == axis else (0, 0) for at in range(3)]
        padded = np.pad(soft, wide, mode="edge")
        parts = [np.take(padded, range(i, i + soft.shape[axis]), axis) for i in range(size)]
        soft = np.mean(parts, axis=0, dtype=np.float32)
    return soft.astype(np.uint8)


def coded(
    picture: Picture,
    codec: str = "mjpeg",
    pixels: str = "yuvj420p",
    options: dict[str, str] | None = None,
    *,
    quality: int = 4,
) -> bytes:
    """The picture as one key frame or file of a codec of libav."""
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, VideoCodecContext)
    context.height, context.width = picture.shape[:2]
    context.pix_fmt, context.time_base = pixels, _SECOND
    context.options = options or {}
    if codec == "mjpeg":
        context.qmin = context.qmax = quality
    frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format=pixels)
    frame.pts, frame.time_base = 0, _SECOND
    return b"".join(bytes(p) for part in (frame, None) for p in context.encode(part))
