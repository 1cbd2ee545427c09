"""Frames before encoding: repeatable, alive, and true to their faults."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.video.encode import encode_jpeg
from simulator.video.scene import render
from simulator.video.scene_spec import SceneSpec
from simulator.video.source import UnreadableSource
from tests.simulator.video.measures import difference, luma, magenta_excess, scene, sharpness


def test_equal_arguments_give_equal_pixels() -> None:
    """A scene can be rendered again, so that loops may be shared and failures repeated."""
    assert np.array_equal(render(scene(), 3), render(scene(), 3))


def test_a_healthy_camera_never_shows_the_same_frame_twice() -> None:
    """Noise, leaves and traffic change every frame."""
    frames = [render(scene(), index).tobytes() for index in range(12)]
    assert len(set(frames)) == len(frames)


def test_a_moment_moves_the_scene_on() -> None:
    """The same frame number shows something else at another moment."""
    assert difference(render(scene(), 0), render(scene(moment=1), 0)) > 1


def test_seeds_give_different_places() -> None:
    """No two cameras look at the same place."""
    shown = [render(scene(seed=seed), 0) for seed in range(1, 7)]
    pairs = [(a, b) for at, a in enumerate(shown) for b in shown[at + 1 :]]
    assert min(difference(a, b) for a, b in pairs) > 10


@pytest.mark.parametrize("seed", range(1, 9))
def test_infrared_turns_the_day_magenta(seed: int) -> None:
    """With the filter out by day the picture is pink and brighter."""
    closed, out = render(scene(seed=seed), 0), render(scene(seed=seed, filter_in=False), 0)
    assert magenta_excess(closed) < 0.0
    assert magenta_excess(out) > 0.06
    assert luma(out) > luma(closed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_white_balance_may_hide_the_pink(seed: int) -> None:
    """A camera that undoes the cast shows a pale picture, not magenta, and still not healthy."""
    closed = render(scene(seed=seed, balances_white=True), 0)
    out = render(scene(seed=seed, balances_white=True, filter_in=False), 0)
    assert np.array_equal(closed, render(scene(seed=seed), 0))
    assert abs(magenta_excess(out)) < 0.04
    assert difference(closed, out) > 15


def test_a_stuck_filter_ignores_what_the_firmware_asks() -> None:
    """With either stuck fault the commanded position changes no pixel."""
    for fault in ("ircut_stuck_open", "ircut_stuck_closed"):
        for light in ("day", "night_ir"):
            asked_in = render(scene(fault, light=light, filter_in=True), 2)
            asked_out = render(scene(fault, light=light, filter_in=False), 2)
            assert np.array_equal(asked_in, asked_out), (fault, light)


def test_a_filter_that_stays_in_at_night_leaves_dark_colour_noise() -> None:
    """The lamp is on without effect: dark, noisy, and the noise has colours."""
    healthy = render(scene(light="night_ir", filter_in=False), 0)
    stuck = render(scene("ircut_stuck_closed", light="night_ir", filter_in=False), 0)
    assert luma(stuck) < luma(healthy) / 2
    spread = np.ptp(stuck.astype(np.int16), axis=2).mean()
    assert np.ptp(healthy.astype(np.int16), axis=2).max() == 0
    assert spread > 5


def test_blur_takes_the_fine_detail() -> None:
    """Defocus at least halves the steps between neighbours and leaves the brightness."""
    healthy, blurred = render(scene(), 0), render(scene("blurred"), 0)
    assert sharpness(blurred) < sharpness(healthy) / 2
    assert luma(blurred) == pytest.approx(luma(healthy), abs=6)


def test_black_and_white_keep_only_the_caption() -> None:
    """Below the caption nothing is left of the scene."""
    assert render(scene("black"), 0)[30:].max() < 25
    assert render(scene("white"), 0)[30:].min() > 245
    assert render(scene("black"), 0)[:30].max() > 200


def test_a_frozen_camera_repeats_its_frame() -> None:
    """Every frame of a frozen camera has the same pixels."""
    assert np.array_equal(render(scene("frozen"), 0), render(scene("frozen"), 17))


def test_a_colour_cast_moves_the_channels_apart() -> None:
    """Blue stands far above red over the whole picture."""
    red, _, blue = render(scene("colour_cast"), 0).reshape(-1, 3).mean(axis=0)
    assert blue > 1.5 * red


@pytest.mark.parametrize(("light", "filter_in"), [("day", True), ("night_ir", False)])
def test_a_cover_hides_half(light: str, filter_in: bool) -> None:
    """The covered half has no detail: dark by day, glowing in the camera's own lamp at night."""
    shown = render(scene("half_covered", light=light, filter_in=filter_in), 0)
    left, right = shown[:, :150], shown[:, 180:]
    assert sharpness(left) < sharpness(right) / 2
    assert (luma(left) < luma(right)) is (light == "day")


def test_noise_differs_between_frames_while_the_scene_does_not() -> None:
    """The noise fault changes pixels of still places by far more than a healthy sensor does."""
    road = (slice(150, 175), slice(0, 320))
    quiet = difference(render(scene(), 0)[road], render(scene(), 1)[road])
    noisy = difference(render(scene("noise"), 0)[road], render(scene("noise"), 1)[road])
    assert noisy > 4 * quiet


def test_faults_of_other_parts_leave_the_picture_alone() -> None:
    """A battery fault is not seen."""
    assert np.array_equal(render(scene("battery_low"), 0), render(scene(), 0))


def test_a_picture_may_stand_in_for_the_scene(tmp_path: Path) -> None:
    """A picture file is scaled, keeps its exposure, and takes the faults."""
    source = tmp_path / "garden.jpg"
    source.write_bytes(encode_jpeg(scene(width=640, height=360)))
    shown = render(scene(source=source), 0)
    assert shown.shape == (180, 320, 3)
    assert luma(shown) == pytest.approx(luma(render(scene(), 0)), abs=8)
    assert magenta_excess(render(scene("ircut_stuck_open", source=source), 0)) > 0.04
    assert sharpness(render(scene("blurred", source=source), 0)) < sharpness(shown)


def test_a_broken_source_says_what_to_give(tmp_path: Path) -> None:
    """The error names the file and the remedy."""
    source = tmp_path / "notes.txt"
    source.write_text("no picture")
    with pytest.raises(UnreadableSource, match=r"notes\.txt.*give a JPEG"):
        render(scene(source=source), 0)
    with pytest.raises(UnreadableSource, match="give a JPEG"):
        render(replace(scene(), source=tmp_path / "absent.png"), 0)


@pytest.mark.parametrize("size", [(63, 180), (320, 181), (8192, 180)])
def test_sizes_out_of_range_are_refused(size: tuple[int, int]) -> None:
    """Encoders need even sizes; a camera of 63 pixels does not exist."""
    with pytest.raises(ValueError, match="even and within"):
        SceneSpec(seed=1, width=size[0], height=size[1])


def test_unknown_light_is_refused() -> None:
    """Light is day or night_ir."""
    with pytest.raises(ValueError, match="dusk"):
        scene(light="dusk")
