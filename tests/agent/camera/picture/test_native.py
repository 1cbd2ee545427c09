"""Figures of native rows, columns and blocks, and noise, on pictures made for them."""

from __future__ import annotations

import av
import numpy as np
import pytest

from agent.camera.frame_planes import take_planes
from agent.camera.picture.blocks import block_figures
from agent.camera.picture.lines import line_figures
from agent.camera.picture.measure import measure
from agent.camera.picture.planes import Luma
from tests.agent.pictures import Picture, coded, view


def grey_view(width: int = 1280, height: int = 720) -> Luma:
    """A view in luma alone."""
    luma: Luma = view(5, width=width, height=height).mean(axis=2).astype(np.uint8)
    return luma


def test_dead_lines_are_counted_where_they_are() -> None:
    """Rows and columns that stand out through the whole picture, also two pixels wide."""
    luma = grey_view()
    luma[200], luma[411:413], luma[:, 77] = 0, 255, 250
    found = line_figures(luma)

    assert (found["dead_rows"], found["dead_columns"]) == (2, 1)
    assert {*str(found["line_positions"]).split()} >= {"r200", "c77"}


def test_edges_and_short_lines_are_no_dead_lines() -> None:
    """A banner's border goes one way only, a wire does not cross the picture."""
    luma = grey_view()
    luma[680:] = 0
    luma[300, :900] = 255
    found = line_figures(luma)

    assert (found["dead_rows"], found["dead_columns"], found["line_positions"]) == (0, 0, "")


@pytest.mark.parametrize("period_px", [4, 7.5, 23])
def test_stripes_rise_far_above_the_usual(period_px: float) -> None:
    """Waves of three grey levels over all rows are seen among rows, and not among columns."""
    luma = grey_view()
    wave = 3 * np.sin(2 * np.pi * np.arange(720) / period_px)
    striped = (luma + wave[:, None]).clip(0, 255).astype(np.uint8)
    before, after = line_figures(luma), line_figures(striped)

    assert float(after["row_stripes"]) > 2 * float(before["row_stripes"])
    assert float(after["column_stripes"]) < 1.5 * float(before["column_stripes"])


def test_a_fence_in_a_part_is_not_a_stripe() -> None:
    """Periodic texture in a quarter of the picture is scenery."""
    luma = grey_view()
    wave = 30 * np.sin(2 * np.pi * np.arange(720) / 12)
    part = (luma[:, 700:1000] + wave[:, None]).clip(0, 255).astype(np.uint8)
    usual = float(line_figures(luma)["row_stripes"])
    luma[:, 860:1000] = part[:, :140]

    assert float(line_figures(luma)["row_stripes"]) < 1.5 * usual


def native_of(picture: Picture, quality: int) -> Luma:
    """Native luma of the picture after a JPEG of this quantiser."""
    content = coded(picture, quality=quality)
    decoder = av.CodecContext.create("mjpeg", "r")
    frame = next(iter(decoder.decode(av.Packet(content))))
    return take_planes(frame).native


def test_coarse_coding_shows_blocks() -> None:
    """The step across the 8x8 grid stands out once a JPEG is coarse."""
    smooth = np.tile(np.linspace(20, 235, 640)[None, :, None], (360, 1, 3)).astype(np.uint8)
    mixed = ((view().astype(int) + 3 * smooth) // 4).astype(np.uint8)
    fine, coarse = (block_figures(native_of(mixed, quality))["blockiness"] for quality in (2, 31))

    assert fine == pytest.approx(1.0, abs=0.15)
    assert coarse > fine + 0.3


def test_filled_blocks_are_counted() -> None:
    """Mid-grey, and a row that varies repeated downwards; a white wall is neither."""
    luma = grey_view()
    clean = block_figures(luma)["grey_fill"]
    luma[:360] = 128
    half = block_figures(luma)["grey_fill"]
    luma[:360] = np.random.default_rng(2).integers(60, 200, 1280)
    smeared = block_figures(luma)["grey_fill"]
    luma[:] = 255

    assert clean == 0.0
    assert half == pytest.approx(0.5, abs=0.03)
    assert smeared > 0.4
    assert block_figures(luma) == {"blockiness": 1.0, "grey_fill": 0.0, "flat_blocks": 0.0}


@pytest.mark.parametrize("sigma", [2.0, 6.0, 12.0])
def test_noise_is_the_deviation_that_was_added(sigma: float) -> None:
    """On a wall with edges, noise is measured to a tenth; without noise there is next to none."""
    wall = np.full((360, 640), 120.0)
    wall[:, 300:] = 180
    wall[200:] -= 40
    noisy = wall + np.random.default_rng(3).normal(0, sigma, wall.shape)

    assert _noise(noisy) == pytest.approx(sigma, rel=0.1)
    assert _noise(wall) < 0.1


def _noise(luma: np.ndarray) -> float:
    picture = np.repeat(luma.clip(0, 255).round().astype(np.uint8)[..., None], 3, axis=2)
    figures = measure(take_planes(av.VideoFrame.from_ndarray(picture, "rgb24")), None).figures
    noise = figures["noise"]
    assert isinstance(noise, float)
    return noise


def test_a_live_still_scene_is_not_frozen() -> None:
    """Noise alone shows where nothing moves; the same picture again shows nothing."""
    dice = np.random.default_rng(4)
    scene = view().astype(float)
    first, second = ((scene + dice.normal(0, 2, scene.shape)).clip(0, 255).astype(np.uint8)
                     for _ in range(2))  # fmt: skip

    assert _still(second, first) > 0.5
    assert _still(first, first) == 0.0


def _still(picture: Picture, before: Picture) -> float:
    frames = [av.VideoFrame.from_ndarray(one, "rgb24") for one in (picture, before)]
    figures = measure(take_planes(frames[0]), take_planes(frames[1]).luma).figures
    still = figures["change_still"]
    assert isinstance(still, float)
    return still
