"""From a decoded frame to the planes that are measured; runs in the decoder child only."""

from __future__ import annotations

from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from agent.camera.picture.planes import HEIGHT_PX, WIDTH_PX, Image, Luma, Planes

# Formats whose first plane is 8-bit luma.
_LUMA_FIRST: Final = frozenset(
    f"yuv{j}{sampling}p"
    for j in ("", "j")
    for sampling in ("410", "411", "420", "422", "440", "444")
) | {"nv12", "nv21", "gray"}


def take_planes(frame: VideoFrame) -> Planes:
    """The native luma as the decoder gives it, and the two small pictures."""
    rgb = _scaled(frame, WIDTH_PX // 2, HEIGHT_PX // 2, "rgb24")
    return Planes(native=_native(frame), luma=small_luma(frame), rgb=rgb)


def small_luma(frame: VideoFrame) -> Luma:
    """Luma at 640x360 in full range."""
    return _scaled(frame, WIDTH_PX, HEIGHT_PX, "gray")


def _native(frame: VideoFrame) -> Luma:
    if frame.format.name not in _LUMA_FIRST:
        return _scaled(frame, frame.width, frame.height, "gray")
    plane = frame.planes[0]
    lines = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
    return lines[: frame.height, : frame.width]


def _scaled(frame: VideoFrame, width: int, height: int, form: str) -> Image:
    small = frame.reformat(
        width=width, height=height, format=form, interpolation=Interpolation.AREA
    )
    return np.ascontiguousarray(small.to_ndarray(), dtype=np.uint8)
