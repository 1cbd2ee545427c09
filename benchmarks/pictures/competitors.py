"""What a user would pick instead, on the same frames: the usual script, and ffmpeg's filters.

Both judge single frames; here they get the agent's own 3 of 5 before an alarm counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, cast

import av
import av.logging
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

_LAPLACIAN_BELOW: Final = 100.0
_DARK_BELOW, _BRIGHT_ABOVE = 40.0, 220.0
_FILTERS: Final = ("blurdetect", "blockdetect", "signalstats")
_BLACK_FROM, _BLACK_LUMA = 98.0, 32  # percent and luma: blackframe's own defaults
# Beyond what 99 % of healthy frames showed: 356 frames of 15 tuning sources over three days.
_BLUR_ABOVE = 7.4
_BLOCK_ABOVE = 13.2
_MEAN_BELOW, _MEAN_ABOVE = 72.0, 146.0
_OPEN_N, _OPEN_M = 3, 5
_DECODERS: Final = {"H264": "h264", "JPEG": "mjpeg"}


def decode_frame(coded: bytes, codec: str) -> av.VideoFrame | None:
    """One picture as libav gives it; None when it gives none."""
    context = cast(av.VideoCodecContext, av.VideoCodecContext.create(_DECODERS[codec], "r"))
    context.thread_count = 1
    with av.logging.Capture():  # what it says of broken pictures is not for the terminal
        try:
            for packet in (av.Packet(coded), None):
                for frame in context.decode(packet):
                    return frame
        except av.FFmpegError:
            return None
    return None


def luma_of(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The luma plane as it was coded."""
    luma: NDArray[np.uint8] = frame.to_ndarray(format="gray").astype(np.uint8)
    return luma


def script_alarms(luma: NDArray[np.uint8]) -> bool:
    """The usual script: variance of the Laplacian below 100, or mean below 40 or above 220."""
    grey = luma.astype(np.float32)
    laplacian = (
        grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    )
    mean = float(grey.mean())
    sharp = float(laplacian.var()) >= _LAPLACIAN_BELOW
    return not sharp or mean < _DARK_BELOW or mean > _BRIGHT_ABOVE


class FfmpegSet:
    """blackframe, blurdetect, blockdetect and signalstats on single frames.

    A fresh graph a picture, because blockdetect of ffmpeg 5.1 reports a running mean. PyAV's
    libraries lack blackframe, which is GPL: what it counts is counted here.
    """

    def measure(self, frame: av.VideoFrame) -> dict[str, float]:
        """The filters' figures of one frame."""
        frame = frame.reformat(format="yuv420p")
        graph = Graph()
        last = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)
        )
        for name in (*_FILTERS, "buffersink"):
            node = graph.add(name)
            last.link_to(node)
            last = node
        graph.configure()
        frame.pts, frame.time_base = 0, Fraction(1, 25)
        graph.push(frame)
        graph.push(None)
        told = dict(cast(av.VideoFrame, graph.pull()).metadata)
        luma = frame.to_ndarray()[: frame.height]
        return {
            "black": 100 * float((luma < _BLACK_LUMA).mean()),
            "blur": float(told.get("lavfi.blur", 0)),
            "block": float(told.get("lavfi.block", 0)),
            "mean": float(told.get("lavfi.signalstats.YAVG", 0)),
        }

    def alarms(self, frame: av.VideoFrame) -> bool:
        """Any filter beyond its bar."""
        found = self.measure(frame)
        return (
            found["black"] >= _BLACK_FROM
            or found["blur"] > _BLUR_ABOVE
            or found["block"] > _BLOCK_ABOVE
            or not _MEAN_BELOW <= found["mean"] <= _MEAN_ABOVE
        )


@dataclass
class Episodes:
    """3 of 5 opens, 5 of 5 clears: the same patience for everybody."""

    window: tuple[bool, ...] = ()
    is_open: bool = False
    opened: int = field(default=0)

    def take(self, alarm: bool) -> bool:
        """Take one frame's answer in; True when an alarm opens with it."""
        self.window = (*self.window, alarm)[-_OPEN_M:]
        if self.is_open:
            if len(self.window) == _OPEN_M and not any(self.window):
                self.is_open, self.window = False, ()
            return False
        if self.window.count(True) < _OPEN_N:
            return False
        self.is_open, self.window = True, ()
        self.opened += 1
        return True
