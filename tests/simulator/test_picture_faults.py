"""What picture faults do to the decoded picture, measured with plain numpy."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.camera import SimulatedCamera
from simulator.faults import Fault
from tests.simulator.specs import camera_spec
from tests.simulator.test_snapshot_vendor import get

Picture = NDArray[np.float64]
Measure = Callable[[Picture], float]


def luma(picture: Picture) -> float:
    """Mean of BT.601 luma, 0 to 255."""
    return float((picture @ np.array([0.299, 0.587, 0.114])).mean())


def magenta(picture: Picture) -> float:
    """Mean of red and blue above green, in grey levels."""
    red, green, blue = (float(picture[..., i].mean()) for i in range(3))
    return (red + blue) / 2 - green


def colour(picture: Picture) -> float:
    """Mean spread between the channels of a pixel."""
    return float((picture.max(axis=2) - picture.min(axis=2)).mean())


def sharpness(picture: Picture) -> float:
    """Mean squared horizontal step of green, the caption's rows left out."""
    inner = picture[32:-32, :, 1]
    return float((np.diff(inner, axis=1) ** 2).mean())


def one_sidedness(picture: Picture) -> float:
    """Largest difference in fine detail between opposite halves, as a ratio."""
    fine = np.abs(np.diff(picture[..., 1], axis=1))[:, :-1]
    height, width = fine.shape
    halves = (
        (fine[:, : width // 2].mean(), fine[:, width // 2 :].mean()),
        (fine[: height // 2].mean(), fine[height // 2 :].mean()),
    )
    return max(max(a, b) / max(min(a, b), 1e-3) for a, b in halves)


async def look(camera: SimulatedCamera) -> Picture:
    """The snapshot as an array."""
    reply = await get(camera, "/snapshot.jpg")
    with av.open(BytesIO(reply.content)) as container:
        frame = next(container.decode(video=0))
        return frame.to_ndarray(format="rgb24").astype(np.float64)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("fault", "light", "measure", "low", "high"),
    [
        (Fault.IRCUT_STUCK_OPEN, "day", magenta, 8, None),
        (Fault.BLURRED, "day", sharpness, None, None),
        (Fault.BLACK, "day", luma, None, -40),
        (Fault.WHITE, "day", luma, 40, None),
        (Fault.COLOUR_CAST, "day", colour, 8, None),
        (Fault.NOISE, "day", sharpness, 20, None),
        (Fault.HALF_COVERED, "day", one_sidedness, 1, None),
        (Fault.IRCUT_STUCK_CLOSED, "night_ir", luma, None, -10),
    ],
)
async def test_fault_changes_the_picture(
    seed: int, fault: Fault, light: str, measure: Measure, low: float | None, high: float | None
) -> None:
    """Each fault moves its own measure by what a person would notice, in every scene."""
    async with SimulatedCamera(camera_spec(scene_seed=seed, light=light)) as camera:
        healthy = measure(await look(camera))
        camera.inject(fault)
        broken = measure(await look(camera))

    if low is not None:
        assert broken - healthy >= low
    elif high is not None:
        assert broken - healthy <= high
    else:
        assert broken < healthy / 2


async def test_fault_ends_with_its_cause(camera: SimulatedCamera) -> None:
    """A fault that is taken back leaves the healthy picture."""
    camera.inject(Fault.BLACK)
    dark = luma(await look(camera))
    camera.clear(Fault.BLACK)

    assert luma(await look(camera)) - dark > 40


async def test_scenes_differ_by_seed() -> None:
    """Two cameras do not look at the same street."""
    async with (
        SimulatedCamera(camera_spec(scene_seed=1)) as first,
        SimulatedCamera(camera_spec(scene_seed=2)) as second,
    ):
        difference = np.abs(await look(first) - await look(second)).mean()

    assert difference > 5


async def test_a_given_picture_is_shown(tmp_path: Path) -> None:
    """With a source the camera shows that picture instead of a rendered scene."""
    path = tmp_path / "red.jpg"
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuvj420p"
        red = np.zeros((360, 640, 3), np.uint8)
        red[..., 0] = 200
        frame = av.VideoFrame.from_ndarray(red, format="rgb24")
        for packet in (*stream.encode(frame.reformat(format="yuvj420p")), *stream.encode()):
            container.mux(packet)
    async with SimulatedCamera(camera_spec(source=path)) as camera:
        seen = await look(camera)

    assert seen[..., 0].mean() > 120
    assert seen[..., 1:].mean() < 60
