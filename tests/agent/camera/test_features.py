"""Picture features on pictures whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from agent.camera.picture.measure import Image, box_blur, measure

SHAPE = (360, 640, 3)


def flat(red: int, green: int, blue: int) -> Image:
    """A picture of one colour."""
    return np.full(SHAPE, (red, green, blue), dtype=np.uint8)


def texture() -> Image:
    """Fine random grey."""
    grey = np.random.default_rng(1).integers(60, 200, SHAPE[:2], dtype=np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


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
    assert measure(picture, None)[name] == pytest.approx(expected, abs=0.01)


def test_blur_lowers_sharpness_and_change_is_zero_for_the_same() -> None:
    """A blurred copy is less sharp; a picture does not differ from itself."""
    sharp = texture()
    soft = np.repeat(box_blur(sharp[..., 0].astype(np.float32), 9)[..., None], 3, axis=2)
    soft_picture = soft.astype(np.uint8)
    before, after = measure(sharp, sharp), measure(soft_picture, sharp)

    assert before["change_from_previous"] == 0.0
    assert after["change_from_previous"]
    assert before["sharpness"]
    assert after["sharpness"]
    assert after["sharpness"] < before["sharpness"] / 2


def test_box_blur_is_a_mean() -> None:
    """The fast window mean equals the slow one."""
    plane = texture()[:20, :20, 0].astype(np.float32)

    assert box_blur(plane, 3)[5, 7] == pytest.approx(float(plane[4:7, 6:9].mean()), rel=1e-5)
