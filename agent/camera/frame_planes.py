"""From a decoded frame to the planes that are measured; runs in the decoder child only."""

from __future__ import annotations

from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from agent.camera.picture.planes import HEIGHT_PX, WIDTH_PX, Image, Luma, Plane, Planes, sum_boxes

# Formats whose first plane is 8-bit luma.
_SAMPLINGS: Final = ("410", "411", "420", "422", "440", "444")
_LUMA_FIRST: Final = frozenset(f"yuv{j}{s}p" for j in ("", "j") for s in _SAMPLINGS) | {
    "nv12",
    "nv21",
    "gray",
}
_PLANAR_420: Final = frozenset({"yuv420p", "yuvj420p"})
_MOST_TIMES: Final = 12  # of 640x360: sums of so many squared 8-bit samples fit 16 bit
_FROM_LIMITED: Final = np.clip((np.arange(256) - 16) * 255 / 219, 0, 255).round().astype(np.uint8)
# Red from Cr, green from Cb and Cr, blue from Cb, for full range (ITU-R BT.601 and BT.709).
_BT601: Final = (1.402, -0.344136, -0.714136, 1.772)
_BT709: Final = (1.5748, -0.187324, -0.468124, 1.8556)


def take_planes(frame: VideoFrame) -> Planes:
    """The native luma as the decoder gives it, and the two small pictures."""
    luma = small_luma(frame)
    return Planes(native=_native(frame), luma=luma, rgb=_small_rgb(frame, luma))


def small_luma(frame: VideoFrame) -> Luma:
    """Luma at 640x360 in full range: means where a pixel is a whole number of native ones."""
    times = _times(frame)
    if times is None:
        return _scaled(frame, WIDTH_PX, HEIGHT_PX, "gray")
    means = _mean(_plane(frame, 0, frame.width, frame.height), times)
    luma: Luma = (means + np.float32(0.5)).astype(np.uint8)
    return luma if _is_full_range(frame) else np.take(_FROM_LIMITED, luma)


def _small_rgb(frame: VideoFrame, luma: Luma) -> Image:
    """RGB at 320x180; the scaler is asked only where sizes do not divide."""
    times = _times(frame)
    if times is None:
        small = _scaled(frame, WIDTH_PX // 2, HEIGHT_PX // 2, "rgb24")
        return np.ascontiguousarray(small.transpose(2, 0, 1))
    y = _mean(luma, 2)
    gain = np.float32(1 if _is_full_range(frame) else 255 / 224)
    cb, cr = (
        (_mean(_plane(frame, at, frame.width // 2, frame.height // 2), times) - 128) * gain
        for at in (1, 2)
    )
    is_709 = frame.colorspace == Colorspace.ITU709
    matrix = _BT709 if is_709 else _BT601
    red_cr, green_cb, green_cr, blue_cb = (np.float32(factor) for factor in matrix)
    channels = (y + red_cr * cr, y + green_cb * cb + green_cr * cr, y + blue_cb * cb)
    return np.stack([np.clip(one + np.float32(0.5), 0, 255).astype(np.uint8) for one in channels])


def _times(frame: VideoFrame) -> int | None:
    """How many native pixels make one of 640x360 each way; None when none or no whole number do."""
    times, rest = divmod(frame.width, WIDTH_PX)
    fits = not rest and frame.height == times * HEIGHT_PX and 1 <= times <= _MOST_TIMES
    return times if fits and frame.format.name in _PLANAR_420 else None


def _mean(plane: Luma, times: int) -> Plane:
    """Means of ``times`` by ``times`` samples, not rounded."""
    means: Plane = sum_boxes(plane, times).astype(np.float32) / np.float32(times * times)
    return means


def _is_full_range(frame: VideoFrame) -> bool:
    return frame.format.name.startswith("yuvj") or frame.color_range == ColorRange.JPEG


def _native(frame: VideoFrame) -> Luma:
    if frame.format.name not in _LUMA_FIRST:
        return _scaled(frame, frame.width, frame.height, "gray")
    return _plane(frame, 0, frame.width, frame.height)


def _plane(frame: VideoFrame, index: int, width: int, height: int) -> Luma:
    plane = frame.planes[index]
    lines = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(-1, plane.line_size)
    return lines[:height, :width]


def _scaled(frame: VideoFrame, width: int, height: int, form: str) -> Image:
    small = frame.reformat(
        width=width, height=height, format=form, interpolation=Interpolation.AREA
    )
    return np.ascontiguousarray(small.to_ndarray(), dtype=np.uint8)
