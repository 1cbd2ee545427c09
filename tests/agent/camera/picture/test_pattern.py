"""The order of bright and dark places: kept by exposure and tone, changed by infrared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.camera.decode_picture import decode_picture
from agent.camera.decoder_wire import DecodeRequest
from agent.camera.picture.pattern import pattern_change
from simulator.video.encode import encode_jpeg
from simulator.video.scene_spec import SceneSpec

Luma = npt.NDArray[np.uint8]


def tiles(values: npt.ArrayLike) -> Luma:
    """A picture whose 16x9 tiles have these lumas."""
    return np.kron(np.reshape(values, (9, 16)), np.ones((40, 40))).astype(np.uint8)


SCENE = np.random.default_rng(7).permutation(144)


@given(gamma=st.floats(0.5, 2.0), gain=st.floats(0.5, 1.4))
def test_exposure_and_tone_leave_the_order(gamma: float, gain: float) -> None:
    """Any gain and any gamma: the same places stay the brightest, but for rounding and clipping."""
    toned = np.clip(255 * (SCENE / 255 * gain) ** gamma, 0, 255)

    assert pattern_change(tiles(toned), tiles(SCENE)) < 0.01


def test_a_reversed_order_is_the_most_and_a_flat_picture_says_nothing() -> None:
    """2 for a negative, 1 where there is no order, 0 for the same picture."""
    assert pattern_change(tiles(SCENE), tiles(SCENE)) == pytest.approx(0.0)
    assert pattern_change(tiles(143 - SCENE), tiles(SCENE)) == pytest.approx(2.0)
    assert pattern_change(tiles(np.full(144, 9)), tiles(SCENE)) == 1.0


def test_the_decoder_gives_it_for_a_picture_with_one_before() -> None:
    """Infrared changes the order of a landscape, another moment of it does not."""

    def shot(moment: int, *, filter_in: bool) -> bytes:
        return encode_jpeg(
            SceneSpec(seed=3, width=640, height=360, moment=moment, filter_in=filter_in)
        )

    def change(picture: bytes, previous: bytes | None) -> object:
        request = DecodeRequest(codec="JPEG", picture=picture, previous=previous)
        return decode_picture(request).features["pattern_change"]

    first = shot(1, filter_in=True)
    later = change(shot(5, filter_in=True), first)
    infrared = change(shot(1, filter_in=False), first)

    assert change(first, None) is None
    assert isinstance(later, float)
    assert isinstance(infrared, float)
    assert later < 0.05
    assert infrared > 0.12
