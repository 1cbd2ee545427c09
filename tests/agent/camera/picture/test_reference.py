"""A camera's own reference: kept, merged, damaged, and never mistaken for another's."""

from __future__ import annotations

import functools
import math
import zlib
from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.camera.examine import examine
from agent.camera.frame_planes import take_planes
from agent.camera.picture.compare import compare
from agent.camera.picture.impression import Impression, impression_of
from agent.camera.picture.measure import measure
from agent.camera.picture.merge import merge
from agent.camera.picture.reference import MAPS, Reference, decode_reference, encode_reference
from tests.agent.pictures import Picture, view

MOST_BYTES = 24 * 1024


def impression(picture: Picture) -> Impression:
    """What a picture gives to a reference."""
    frame = av.VideoFrame.from_ndarray(picture, "rgb24")
    measured = measure(take_planes(frame), None)
    return impression_of(measured, width_px=frame.width, height_px=frame.height)


@functools.cache
def kept() -> bytes:
    """The bytes of a reference of one picture."""
    return encode_reference(merge(None, impression(view())))


def test_a_reference_survives_being_kept() -> None:
    """What is read back is what was written, within half precision, and fits its room."""
    first = merge(None, impression(view()))
    again = decode_reference(encode_reference(first))

    assert again is not None
    assert len(kept()) <= MOST_BYTES
    assert (again.width_px, again.height_px, again.count) == (640, 360, 1)
    assert np.array_equal(again.edges, first.edges)
    for name in MAPS:
        assert np.allclose(getattr(again, name), getattr(first, name), atol=0.01)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=20_000))
def test_foreign_bytes_are_no_reference(content: bytes) -> None:
    """Whatever was kept in its place is None, never an error."""
    assert decode_reference(content) is None


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 10**6), to=st.integers(1, 255), cut=st.integers(0, 10**6))
def test_a_damaged_reference_is_none(at: int, to: int, cut: int) -> None:
    """One byte that was changed, or an end that was lost, is found."""
    content = bytearray(kept())
    content[at % len(content)] ^= to

    assert decode_reference(bytes(content)) is None
    assert decode_reference(kept()[: cut % len(kept())]) is None


def test_what_passes_by_leaves_no_trace() -> None:
    """After ten good pictures, one with a lorry before the lens hardly moves the reference."""
    reference = None
    for _ in range(10):
        reference = merge(reference, impression(view()))
    assert reference is not None
    lorry = view()
    lorry[60:300, 100:500] = 90
    after = merge(reference, impression(lorry))

    assert after.count == 11
    for name in MAPS:
        assert float(np.abs(getattr(after, name) - getattr(reference, name)).max()) < 0.1
    assert int(np.abs(after.edges.astype(int) - reference.edges).max()) <= 2


def test_a_lasting_change_is_learnt_in_the_end() -> None:
    """The edge map comes to rest at what most pictures show."""
    reference = merge(None, impression(view(1)))
    other = impression(view(2))
    distance = [int(np.abs(reference.edges.astype(int) - other.edges).sum())]
    for _ in range(120):
        reference = merge(reference, other)
        distance.append(int(np.abs(reference.edges.astype(int) - other.edges).sum()))

    assert distance == sorted(distance, reverse=True)
    assert distance[-1] < distance[0] * 0.1


def settled() -> Reference:
    """A reference of as many pictures as freeze a baseline."""
    reference = merge(None, impression(view()))
    for _ in range(80):
        reference = merge(reference, impression_of_view())
    return reference


@functools.cache
def impression_of_view() -> Impression:
    """The view, measured once."""
    return impression(view())


def shifted(log2: float) -> Impression:
    """The view with so much more detail and contrast in every tile, as a power of two."""
    own = impression_of_view()
    by = np.float32(log2)
    return replace(
        own,
        sharpness=own.sharpness + by,
        contrast=own.contrast + by / 2,
        slope=own.slope + by,
        coarse=own.coarse + by / 4,
    )


def test_slow_decay_is_not_followed() -> None:
    """A lens that loses 0.7 % of its detail a day, all of it learnt: after 200 days it is seen."""
    reference = settled()
    for day in range(200):
        reference = merge(reference, shifted(-0.01 * day))
    after = decode_reference(encode_reference(reference))
    assert after is not None
    figures = compare(shifted(-2.0), after)

    assert float(str(figures["ref_detail"])) < 0.4
    assert float(str(figures["ref_contrast"])) < 0.65


def test_a_season_is_no_decay() -> None:
    """A year in which detail comes and goes by a tenth stays within a tenth of the reference."""
    reference = settled()
    for day in range(365):
        now = shifted(0.13 * math.sin(2 * math.pi * day / 365))
        assert 0.9 < float(str(compare(now, reference)["ref_detail"])) < 1.1
        reference = merge(reference, now)


def test_a_reference_without_an_anchor_is_read_and_gets_one() -> None:
    """That of an agent before there were any; with one it still fits its room."""
    young = merge(None, impression_of_view())
    body = bytearray(encode_reference(young)[:-4])
    body[4] = 1
    before = decode_reference(bytes(body) + zlib.crc32(body).to_bytes(4, "little"))
    assert before is not None
    assert before.anchor == ()
    old = merge(replace(before, count=500), impression_of_view())
    again = decode_reference(encode_reference(old))

    assert again is not None
    assert [plane.shape for plane in again.anchor] == [(9, 16)] * 5
    assert len(encode_reference(old)) <= MOST_BYTES


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        pytest.param(view(width=1280, height=720), "1280x720 and was 640x360", id="larger"),
        pytest.param(view(width=640, height=480), "640x480 and was 640x360", id="cropped"),
    ],
)
def test_a_new_size_begins_a_new_reference(picture: Picture, said: str) -> None:
    """It is not compared with the old one, which would look like a moved camera; it says why."""
    frame = av.VideoFrame.from_ndarray(picture, "rgb24")
    found = examine(frame, None, {"day": kept()})
    begun = decode_reference(found.merged)

    assert found.light.value == "day"
    assert said in found.note
    assert not [name for name in found.figures if name.startswith("ref_")]
    assert begun is not None
    assert (begun.count, begun.width_px) == (1, frame.width)


def test_a_damaged_reference_is_told_and_replaced() -> None:
    """The camera is not left without one because of a bad disk."""
    frame = av.VideoFrame.from_ndarray(view(), "rgb24")
    found = examine(frame, None, {"day": kept()[:-1]})

    assert "damaged" in found.note
    assert decode_reference(found.merged) is not None
