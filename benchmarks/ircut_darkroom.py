"""Pictures of filter tests, cheap enough for tens of thousands: scene, coding, and figures.

A scene is developed at a few moments and kept, and of all figures those alone are taken that a
filter test reads, by the agent's own code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import count
from typing import Any, Final

import av
import msgspec
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from agent.camera.examine import examine
from agent.camera.frame_planes import take_planes
from agent.camera.heap import keep_heap
from agent.camera.picture.brightness import brightness
from agent.camera.picture.colour import colour
from agent.camera.picture.noise import change
from agent.camera.picture.pattern import pattern_change
from agent.camera.picture.planes import HEIGHT_PX, WIDTH_PX, Planes
from agent.camera.port import Picture, PictureFeatures
from simulator.video.encoder import open_jpeg_encoder
from simulator.video.scene import render
from simulator.video.scene_spec import SceneSpec
from simulator.video.sensor import without_colour

Bytes = NDArray[np.uint8]
_FORMAT: Final = "yuvj420p"
_NUMBERS: Final = count()  # of frames: an encoder wants them to rise
_KEPT: Final = 96  # developed pictures, 350 kB each: a camera's moments by day and by night


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A picture as sensors give it to a coder: luma, and chroma of half the size; full range."""

    packed: Bytes  # all planes below one another

    @property
    def planes(self) -> tuple[Bytes, Bytes, Bytes]:
        """Luma, Cb and Cr; writing to them changes the picture."""
        luma, rest = self.packed[:HEIGHT_PX], self.packed[HEIGHT_PX:]
        blue, red = rest.reshape(2, HEIGHT_PX // 2, WIDTH_PX // 2)
        return luma, blue, red

    def tint(self, blue: int, red: int) -> None:
        """Shift Cb and Cr everywhere."""
        _, cb, cr = self.planes
        cb += np.uint8(blue)
        cr += np.uint8(red)

    def copy(self) -> Film:
        """One that may be written to."""
        return Film(self.packed.copy())

    def frame(self) -> VideoFrame:
        """As libav takes it."""
        return VideoFrame.from_ndarray(self.packed, format=_FORMAT)


@lru_cache(maxsize=_KEPT)
def develop(scene: SceneSpec, *, frame_index: int, is_drained: bool) -> Film:
    """What the sensor sees; not to be written to."""
    picture = render(scene, frame_index)
    if is_drained:
        picture = without_colour(picture)
    frame = VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=_FORMAT)
    return Film(frame.to_ndarray().astype(np.uint8, copy=False))


def encode(film: Film, *, is_coded: bool) -> bytes:
    """A JPEG as cameras code their stills; or the bare planes, at a third of the cost."""
    if not is_coded:
        return film.packed.tobytes()
    frame = film.frame()
    frame.pts = next(_NUMBERS)
    return b"".join(bytes(packet) for packet in _encoder().encode(frame))


@lru_cache(maxsize=64)
def measure_colours(picture: bytes, previous: bytes | None) -> PictureFeatures:
    """The figures a filter test reads; all others are None, or 0 where none is not foreseen."""
    planes = _planes(picture)
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


def recognise(picture: bytes, references: Mapping[str, bytes]) -> Picture:
    """All figures, and those against the references too; the picture itself is not kept."""
    found = examine(_frame(picture), None, references)
    return Picture(
        features=msgspec.convert(found.figures, PictureFeatures),
        jpeg=b"%d" % hash(picture),
        taken_at=datetime.now(UTC),
        light=found.light.value,
        merged=found.merged,
    )


@lru_cache(maxsize=8)
def _planes(picture: bytes) -> Planes:
    return take_planes(_frame(picture))


def _frame(picture: bytes) -> VideoFrame:
    if len(picture) == WIDTH_PX * HEIGHT_PX * 3 // 2:
        packed = np.frombuffer(picture, dtype=np.uint8).reshape(-1, WIDTH_PX)
        return Film(packed).frame()
    (frame,) = _decoder().decode(av.Packet(picture))
    return frame


@cache
def _encoder() -> VideoCodecContext:
    keep_heap()
    return open_jpeg_encoder(width=WIDTH_PX, height=HEIGHT_PX)


@cache
def _decoder() -> VideoCodecContext:
    context = av.VideoCodecContext.create("mjpeg", "r")
    context.thread_count = 1
    return context
