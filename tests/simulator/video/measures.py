"""Pictures as an independent decoder sees them, and what a test measures on them."""

import av
import numpy as np
from numpy.typing import NDArray

from simulator.video.encode import EncodedLoop
from simulator.video.scene_spec import SceneSpec

Picture = NDArray[np.uint8]


def scene(*faults: str, **changes: object) -> SceneSpec:
    """Make a small day scene with faults."""
    facts: dict[str, object] = {"seed": 1, "width": 320, "height": 180, **changes}
    return SceneSpec(faults=frozenset(faults), **facts)  # type: ignore[arg-type]


def decode(loop: EncodedLoop) -> list[Picture]:
    """Decode one round of a loop."""
    context = av.CodecContext.create("h264" if loop.codec == "h264" else "hevc", "r")
    frames = []
    for unit in loop.access_units:
        frames += context.decode(av.Packet(b"".join(b"\0\0\0\1" + nal for nal in unit.nals)))
    frames += context.decode(None)
    return [frame.to_ndarray(format="rgb24") for frame in frames]


def luma(picture: Picture) -> float:
    """Mean brightness, 0 to 255."""
    return float(picture.mean())


def magenta_excess(picture: Picture) -> float:
    """How far red and blue together stand above green, as a share of their sum."""
    red, green, blue = picture.reshape(-1, 3).mean(axis=0)
    violet = (red + blue) / 2
    return float((violet - green) / (violet + green))


def sharpness(picture: Picture) -> float:
    """Mean step between neighbouring pixels below the caption."""
    grey = picture[30:].astype(np.float64).mean(axis=2)
    return float(np.abs(np.diff(grey, axis=1)).mean())


def difference(one: Picture, other: Picture) -> float:
    """Mean change per pixel, in grey levels."""
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())
