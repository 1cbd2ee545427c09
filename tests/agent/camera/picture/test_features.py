"""Picture figures on pictures whose figures are known."""

from __future__ import annotations

import av
import numpy as np
import pytest

from agent.camera.frame_planes import small_luma, take_planes
from agent.camera.picture.measure import Figures, measure
from agent.camera.picture.planes import Image, Luma, box_sums
from tests.agent.pictures import coded, view

SHAPE = (360, 640, 3)


def flat(red: int, green: int, blue: int) -> Image:
    """A picture of one colour."""
    return np.full(SHAPE, (red, green, blue), dtype=np.uint8)


def grey(luma: Luma) -> Image:
    """A grey picture of this luma."""
    return np.repeat(luma[..., None], 3, axis=2)


def texture() -> Luma:
    """Fine random grey."""
    return np.random.default_rng(1).integers(60, 200, SHAPE[:2], dtype=np.uint8)


def figures_of(picture: Image, before: Image | None = None) -> Figures:
    """What is measured on an RGB picture."""
    frame = av.VideoFrame.from_ndarray(picture, "rgb24")
    earlier = None if before is None else small_luma(av.VideoFrame.from_ndarray(before, "rgb24"))
    return measure(take_planes(frame), earlier).figures


@pytest.mark.parametrize(
    ("picture", "name", "expected"),
    [
        pytest.param(flat(0, 0, 0), "dark_share", 1.0, id="black"),
        pytest.param(flat(255, 255, 255), "bright_share", 1.0, id="white"),
        pytest.param(flat(128, 128, 128), "luma_mean", 128.0, id="grey"),
        pytest.param(flat(128, 128, 128), "sharpness", 0.0, id="flat is not sharp"),
        pytest.param(flat(128, 128, 128), "magenta_excess", 0.0, id="grey is neutral"),
        pytest.param(flat(200, 100, 200), "magenta_excess", 1 / 3, id="magenta"),
        pytest.param(flat(200, 100, 200), "green_min", 1.0, id="green valley"),
        pytest.param(flat(20, 2, 20), "green_min", 0.0, id="no verdict without light"),
        pytest.param(flat(200, 100, 150), "saturation_mean", 100.0, id="saturation"),
    ],
)
def test_known_pictures(picture: Image, name: str, expected: float) -> None:
    """Plain pictures have the figures that the formulas say."""
    assert figures_of(picture)[name] == pytest.approx(expected, abs=0.01)


def test_blur_lowers_sharpness_and_change_is_zero_for_the_same() -> None:
    """A blurred copy is less sharp; a picture does not differ from itself."""
    sharp = texture()
    soft = (box_sums(sharp)[1] / 225).astype(np.uint8)
    same, other = figures_of(grey(sharp), grey(sharp)), figures_of(grey(soft), grey(sharp))

    assert (same["change_from_previous"], same["change_still"]) == (0.0, 0.0)
    assert float(other["change_still"] or 0) > 10
    assert float(other["sharpness"] or 0) < float(same["sharpness"] or 0) / 2


def test_box_sums_are_sums() -> None:
    """The fast window sums equal the slow ones, at the border too."""
    plane = texture()[:40, :50]
    for size_px, fast in zip((3, 15), box_sums(plane), strict=True):
        framed = np.pad(plane, size_px // 2, mode="edge").astype(int)
        slow = [
            [framed[y : y + size_px, x : x + size_px].sum() for x in range(50)] for y in range(40)
        ]
        assert np.array_equal(fast, np.array(slow))


@pytest.mark.parametrize(
    ("options", "pixels"),
    [
        pytest.param({}, "yuv420p", id="limited range"),
        pytest.param({"x264-params": "fullrange=on"}, "yuvj420p", id="full range"),
    ],
)
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080), (800, 600)])
def test_colours_are_those_of_the_scene(
    options: dict[str, str], pixels: str, size: tuple[int, int]
) -> None:
    """Whatever range and size a stream has, means of luma and colour are within a grey level."""
    scene = view(3, width=size[0], height=size[1])
    decoder = av.CodecContext.create("h264", "r")
    packets = (av.Packet(coded(scene, "libx264", pixels, options)), None)
    frame = next(iter(frame for packet in packets for frame in decoder.decode(packet)))
    planes = take_planes(frame)
    rgb = scene.reshape(-1, 3).mean(axis=0)

    assert planes.rgb.reshape(3, -1).mean(axis=1) == pytest.approx(rgb, abs=2.2)
    assert planes.luma.mean() == pytest.approx(float(rgb @ (0.299, 0.587, 0.114)), abs=1.0)
    assert planes.native.shape == (size[1], size[0])
