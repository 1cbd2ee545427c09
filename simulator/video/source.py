"""Pictures and clips in place of the painted scene."""

from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

_MOST_FRAMES = 60  # a loop needs a few seconds; more would only cost memory


class UnreadableSource(ValueError):
    """The picture or clip of a scene cannot be read."""


@lru_cache(maxsize=8)
def read_frames(path: Path, *, width: int, height: int) -> tuple[NDArray[np.uint8], ...]:
    """Read the first frames of a picture or clip, scaled; raises UnreadableSource."""
    frames: list[NDArray[np.uint8]] = []
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                scaled = frame.reformat(width=width, height=height, format="rgb24")
                frames.append(scaled.to_ndarray().astype(np.uint8, copy=False))
                if len(frames) == _MOST_FRAMES:
                    break
    except (OSError, av.FFmpegError, IndexError) as broken:
        raise UnreadableSource(
            f"{path.name} cannot be read as a picture or clip ({type(broken).__name__}); "
            "give a JPEG, PNG or MP4 file"
        ) from broken
    if not frames:
        raise UnreadableSource(f"{path.name} holds no picture; give a JPEG, PNG or MP4 file")
    return tuple(frames)
