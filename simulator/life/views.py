"""What a fixed camera looks at, as light: visible colours, near infrared, leaves, sky, distance.

A still is one array of planes (7, height, width) in linear light, white about 1, larger than the
camera's frame by ``MARGIN``: a camera that is moved sees what is really beside its old frame.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from simulator.life.optics import blur_box
from simulator.life.sources import Source
from simulator.video.landscape import paint_landscape
from simulator.video.sensor import linear_light
from simulator.video.source import UnreadableSource
from simulator.video.texture import Plane

WIDTH_PX, HEIGHT_PX = 640, 360
MARGIN: Final = 1.2
INFRARED, LEAVES, SKY, FAR = 3, 4, 5, 6
_CLIP_STILLS: Final = 8
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The stills of one camera; ``night`` ones were lit by its own lamp and are grey.

    A view without ``day`` is a place without daylight: its lamp burns around the clock.
    """

    name: str
    day: tuple[Plane, ...]
    night: tuple[Plane, ...]
    faulty: tuple[tuple[str, Plane], ...]
    is_indoor: bool
    left_px: int  # where the camera's frame lies in the stills
    top_px: int


@lru_cache(maxsize=3)
def open_view(source: Source, *, width: int = WIDTH_PX, height: int = HEIGHT_PX) -> View:
    """Read and prepare all pictures of a source; raises UnreadableSource."""
    wide, high = round(width * MARGIN), round(height * MARGIN)
    rng = np.random.default_rng(zlib.crc32(source.name.encode()))
    if source.scene_seed is not None:
        day: tuple[Plane, ...] = (_paint(source.scene_seed, width=wide, height=high),)
    elif source.clip is not None:
        pictures = _read_clip(source.clip, width=wide, height=high)
        day = tuple(_still(picture, is_indoor=source.is_indoor) for picture in pictures)
    else:
        day = tuple(_read(path, source, width=wide, height=high) for path in source.day)
    return View(
        name=source.name,
        day=day,
        night=tuple(_read(path, source, width=wide, height=high) for path in source.night),
        faulty=tuple(
            (fault, _read(path, source, width=wide, height=high)) for fault, path in source.faulty
        ),
        is_indoor=source.is_indoor,
        left_px=int(rng.integers(0, wide - width + 1)),
        top_px=int(rng.integers(0, high - height + 1)),
    )


def _read(path: Path, source: Source, *, width: int, height: int) -> Plane:
    try:
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
    except (OSError, av.FFmpegError, IndexError, StopIteration) as broken:
        raise UnreadableSource(
            f"{path.name} cannot be read as a picture ({type(broken).__name__})"
        ) from broken
    return _still(_fit(frame, width=width, height=height), is_indoor=source.is_indoor)


def _read_clip(path: Path, *, width: int, height: int) -> list[NDArray[np.uint8]]:
    """Stills spread over the whole clip: what moves in it is elsewhere in each."""
    with av.open(str(path)) as container:
        total = container.streams.video[0].frames or _CLIP_STILLS
        step = max(1, total // _CLIP_STILLS)
        chosen = [f for index, f in enumerate(container.decode(video=0)) if index % step == 0]
    return [_fit(frame, width=width, height=height) for frame in chosen[:_CLIP_STILLS]]


def _fit(frame: av.VideoFrame, *, width: int, height: int) -> NDArray[np.uint8]:
    """Scale to cover the canvas and cut what is over: most banners of 4:3 pictures go with it."""
    scale = max(width / frame.width, height / frame.height)
    fitted = frame.reformat(
        width=math.ceil(frame.width * scale), height=math.ceil(frame.height * scale), format="rgb24"
    ).to_ndarray()
    top, left = (fitted.shape[0] - height) // 2, (fitted.shape[1] - width) // 2
    cut: NDArray[np.uint8] = fitted[top : top + height, left : left + width].astype(np.uint8)
    return cut


def _still(picture: NDArray[np.uint8], *, is_indoor: bool) -> Plane:
    """Guess what one picture does not say: infrared, leaves, sky, distance."""
    height, width = picture.shape[:2]
    still = np.empty((7, height, width), dtype=np.float32)
    still[:3] = linear_light(picture).transpose(2, 0, 1)
    red, green, blue = still[:3]
    luma = np.tensordot(_LUMA, still[:3], axes=1)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    sky = np.zeros_like(luma)
    if not is_indoor:
        bluish = np.clip((blue - red) * 4 + 0.6, 0, 1)
        sky = np.clip((luma - 0.35) * 3, 0, 1) * bluish * np.clip((0.5 - down) * 4, 0, 1)
    sky = _smooth(sky, 9)
    leaf = _smooth(np.clip((green - np.maximum(red, blue)) * 25, 0, 1), 5)
    # Leaves reflect three to six times as much near infrared as green, clear sky scatters little.
    infrared = np.clip(0.25 * red + 0.65 * green + 0.1 * blue + 3.0 * leaf * green, 0, 1)
    still[INFRARED] = np.clip(infrared * (1 - 0.7 * sky), 0, 0.95)
    still[LEAVES] = leaf * (1 - sky)
    still[SKY] = sky
    still[FAR] = 0.25 if is_indoor else np.clip(np.maximum(1.1 - 1.2 * down, sky), 0.05, 1)
    return still


def _smooth(plane: Plane, size_px: int) -> Plane:
    smooth: Plane = blur_box(plane[None], size_px)[0]
    return smooth


def _paint(seed: int, *, width: int, height: int) -> Plane:
    land = paint_landscape(seed=seed, width=width, height=height)
    still = np.empty((7, height, width), dtype=np.float32)
    still[:3] = land.visible.transpose(2, 0, 1)
    still[INFRARED], still[LEAVES] = land.infrared, land.foliage
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    bright = (land.visible[..., 2] > 0.5) & (down < 0.48) & (land.foliage < 0.5)
    still[SKY] = bright
    still[FAR] = np.clip(np.maximum(1.1 - 1.2 * down, still[SKY]), 0.05, 1)
    return still
