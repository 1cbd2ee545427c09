"""What figures of the reference say of pictures whose change is known."""

from __future__ import annotations

import math
from collections.abc import Callable

import av
import numpy as np
import pytest

from agent.camera.frame_planes import take_planes
from agent.camera.picture.compare import compare
from agent.camera.picture.impression import Impression, impression_of
from agent.camera.picture.measure import Figures, measure
from agent.camera.picture.merge import merge
from agent.camera.picture.slopes import fit_slopes
from tests.agent.pictures import Picture, blurred, view

OWN = view()


def impression(picture: Picture) -> Impression:
    """What a picture gives to a comparison."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
    return impression_of(measure(take_planes(frame), None), width_px=640, height_px=360)


REFERENCE = merge(None, impression(OWN))


def against(picture: Picture) -> Figures:
    """The figures of a picture against the reference of the view."""
    return compare(impression(picture), REFERENCE)


def number(figures: Figures, name: str) -> float:
    """A figure that must be there."""
    value = figures[name]
    assert isinstance(value, int | float), name
    return value


def noisy(picture: Picture, sigma: float) -> Picture:
    """With noise of this deviation."""
    noise = np.random.default_rng(9).normal(0, sigma, picture.shape)
    return (picture + noise).clip(0, 255).astype(np.uint8)


def covered(picture: Picture) -> Picture:
    """Its left half behind something flat."""
    other = picture.copy()
    other[:, :320] = 70
    return other


def replaced(picture: Picture) -> Picture:
    """Its left half behind something that has edges of its own."""
    other = picture.copy()
    other[:, :320] = view(77)[:, :320]
    return other


def turned(picture: Picture, degrees: float, scale: float = 1.0) -> Picture:
    """Turned clockwise about its middle and enlarged; nearest neighbours."""
    y, x = np.mgrid[0:360, 0:640].astype(np.float64)
    angle = math.radians(degrees)
    dx, dy = (x - 320) / scale, (y - 180) / scale
    from_x = dx * math.cos(angle) + dy * math.sin(angle) + 320
    from_y = -dx * math.sin(angle) + dy * math.cos(angle) + 180
    return picture[
        np.clip(from_y.round().astype(int), 0, 359), np.clip(from_x.round().astype(int), 0, 639)
    ]


def test_the_same_view_is_the_same() -> None:
    """Nothing has shifted, faded or gone, with other noise and a third less light."""
    found = against(noisy((OWN * 0.67).astype(np.uint8), 2.0))

    assert number(found, "ref_similarity") > 0.9
    assert abs(number(found, "ref_shift_x")) < 0.3
    assert abs(number(found, "ref_shift_y")) < 0.3
    assert number(found, "ref_detail") == pytest.approx(1.0, abs=0.1)
    assert number(found, "ref_changed") < 0.05
    assert number(found, "ref_edges_lost") < 0.05
    assert number(found, "ref_bend") < 1.5


@pytest.mark.parametrize(("right", "down"), [(64, 0), (-40, 18), (6, -4)])
def test_a_shift_is_measured(right: int, down: int) -> None:
    """In percent of the picture, and the view is known again."""
    found = against(np.roll(OWN, (down, right), axis=(0, 1)))

    assert number(found, "ref_shift_x") == pytest.approx(100 * right / 640, abs=0.4)
    assert number(found, "ref_shift_y") == pytest.approx(100 * down / 360, abs=0.4)
    assert number(found, "ref_similarity") > 0.6


@pytest.mark.parametrize(
    ("flip", "name"),
    [
        (lambda p: p[:, ::-1], "ref_mirrored"),
        (lambda p: p[::-1], "ref_upside_down"),
        (lambda p: p[::-1, ::-1], "ref_rotated"),
    ],
)
def test_a_flipped_view_is_known_by_its_own_name(
    flip: Callable[[Picture], Picture], name: str
) -> None:
    """One of the three is far more alike than the view as it comes."""
    found = against(flip(OWN))
    names = ("ref_similarity", "ref_mirrored", "ref_upside_down", "ref_rotated")

    assert max(names, key=lambda one: number(found, one)) == name
    assert number(found, name) > 0.9


@pytest.mark.parametrize(("degrees", "scale"), [(2.0, 1.0), (-1.5, 1.0), (0.0, 1.04)])
def test_turn_and_scale_are_told(degrees: float, scale: float) -> None:
    """A horizon that tilts, and a lens that zooms, from local shifts."""
    found = against(turned(OWN, degrees, scale))

    assert number(found, "ref_rotation_deg") == pytest.approx(degrees, abs=0.4)
    assert number(found, "ref_scale") == pytest.approx(scale, abs=0.01)


def test_blur_is_told_from_less_light() -> None:
    """Half the contrast leaves detail as it is; a blur takes it."""
    pale = (OWN * 0.5 + 60).astype(np.uint8)

    assert number(against(pale), "ref_detail") > 0.9
    assert number(against(pale), "ref_contrast") == pytest.approx(0.5, abs=0.05)
    assert number(against(blurred(OWN, 5)), "ref_detail") < 0.8
    assert number(against(blurred(OWN, 9)), "ref_detail") < 0.6


def test_a_tilted_sensor_has_a_slope() -> None:
    """Sharp on the left and soft on the right: the slope is steep and explains the tiles."""
    share = np.linspace(0, 1, 640)[None, :, None]
    tilted = (OWN * (1 - share) + blurred(OWN, 9) * share).astype(np.uint8)
    found, even = against(tilted), against(blurred(OWN, 5))

    assert number(found, "ref_detail_slope_x") < -0.5
    assert number(found, "ref_detail_fit") > 0.5
    assert abs(number(found, "ref_detail_slope_y")) < 0.3
    assert abs(number(even, "ref_detail_slope_x")) < 0.3


def test_what_covers_the_view_is_told_by_lost_or_other_edges() -> None:
    """Flat or with a texture of its own, and it hangs together."""
    flat, other = against(covered(OWN)), against(replaced(OWN))

    assert number(flat, "ref_edges_lost_block") > 0.3
    assert number(other, "ref_changed_block") > 0.3
    assert number(other, "ref_edges_lost") < 0.1


def test_a_veil_and_a_cast_are_measured() -> None:
    """Scatter lifts the darkest parts; a cast moves a channel's share."""
    veiled = (OWN * 0.6 + 80).astype(np.uint8)
    pink = OWN.copy()
    pink[..., 1] = (pink[..., 1] * 0.7).astype(np.uint8)

    assert number(against(veiled), "ref_veil") > 40
    assert number(against(pink), "ref_colour") > 0.05


def test_one_dark_side_has_a_slope() -> None:
    """As with a lamp that is out on one side."""
    share = np.linspace(1, 0.3, 640)[None, :, None]
    found = against((OWN * share).astype(np.uint8))

    assert number(found, "ref_luma_slope_x") < -1.0
    assert abs(number(found, "ref_luma_slope_y")) < 0.3


def test_slopes_ignore_a_few_wild_tiles() -> None:
    """A plane through tiles is found although a tenth of them is far off."""
    x = np.tile((np.arange(16) + 0.5) / 16 - 0.5, (9, 1)).astype(np.float32)
    values = 2 * x
    values.ravel()[::10] += 5
    found = fit_slopes(values, np.ones((9, 16)))

    assert found.right == pytest.approx(2.0, abs=0.4)
