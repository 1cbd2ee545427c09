"""Pictures of filter tests, cheap enough for tens of thousands: scene, coding, and figures.

A scene is developed at a few moments and kept, pictures are half as wide as the agent measures
them, and of all figures those alone are taken that a filter test reads, by the agent's own code.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import count
from typing import Any, Final, cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from agent.camera.frame_planes import take_planes
from agent.camera.heap import keep_heap
from agent.camera.picture.brightness import brightness
from agent.camera.picture.colour import colour
from agent.camera.picture.noise import change
from agent.camera.picture.pattern import pattern_change
from agent.camera.picture.planes import Planes
from agent.camera.port import PictureFeatures
from simulator.video.encoder import encode_frame, open_jpeg_encoder
from simulator.video.scene import render
from simulator.video.scene_spec import SceneSpec
from simulator.video.sensor import without_colour

WIDTH_PX: Final = 320
HEIGHT_PX: Final = 180
_NUMBERS: Final = count()  # of frames: an encoder wants them to rise
_KEPT: Final = 96  # developed pictures, 170 kB each: a camera's moments by day and by night


@lru_cache(maxsize=_KEPT)
def develop(scene: SceneSpec, *, frame_index: int, is_drained: bool) -> NDArray[np.uint8]:
    """What the sensor sees, in RGB; not to be written to."""
    picture = render(scene, frame_index)
    return without_colour(picture) if is_drained else picture


def encode_jpeg(picture: NDArray[np.uint8]) -> bytes:
    """As a camera codes its stills."""
    return b"".join(encode_frame(_encoder(), picture, at=next(_NUMBERS)))


@lru_cache(maxsize=64)
def measure_colours(jpeg: bytes, previous: bytes | None) -> PictureFeatures:
    """The figures a filter test reads; all others are None, or 0 where none is not foreseen."""
    planes = _planes(jpeg)
    before = None if previous is None else _planes(previous).luma
    figures: dict[str, Any] = {
        **brightness(planes.luma),
        **colour(planes.rgb),
        **change(planes.luma, before),
        "pattern_change": None if before is None else pattern_change(planes.luma, before),
    }
    return PictureFeatures(
        width_px=WIDTH_PX, height_px=HEIGHT_PX, sharpness=0.0, laplacian_variance=0.0, **figures
    )


@lru_cache(maxsize=8)
def _planes(jpeg: bytes) -> Planes:
    (frame,) = _decoder().decode(av.Packet(jpeg))
    return take_planes(frame)


@cache
def _encoder() -> VideoCodecContext:
    keep_heap()
    return open_jpeg_encoder(width=WIDTH_PX, height=HEIGHT_PX)


@cache
def _decoder() -> VideoCodecContext:
    context = cast(VideoCodecContext, av.CodecContext.create("mjpeg", "r"))
    context.thread_count = 1
    return context
