"""The laboratory's short cuts: they show what the agent would see."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from agent.camera.decode_picture import decode_picture
from agent.camera.decoder_wire import DecodeRequest
from benchmarks.ircut_darkroom import measure_colours
from benchmarks.ircut_lab import LabCamera, Scenery, Sky, VirtualClock
from tests.agent.fakes import NOON

SCENERY = Scenery(seed=3, is_coded=True)
SKY = Sky(seed=2, drift=0.06, cloud=0.3, passer_share=0.2)
READ = (
    "luma_mean",
    "bright_share",
    "saturation_mean",
    "red_mean",
    "green_mean",
    "blue_mean",
    "magenta_excess",
    "green_min",
    "chroma_std",
    "change_from_previous",
    "pattern_change",
)


def two_pictures(scenery: Scenery) -> list[bytes]:
    """Ten seconds apart."""
    clock = VirtualClock(NOON)
    camera = LabCamera(scenery, clock, sky=SKY)
    first = camera._jpeg()
    clock.now = NOON.replace(second=10)
    return [first, camera._jpeg()]


def test_the_laboratory_measures_as_the_agents_decoder_does() -> None:
    """Every figure that a filter test reads is the one that the decoder child would give."""
    before, now = two_pictures(SCENERY)
    found = asdict(measure_colours(now, before))
    answer = decode_picture(
        DecodeRequest(codec="JPEG", picture=now, previous=before, thumbnail=False)
    )

    assert {name: found[name] for name in READ} == {name: answer.features[name] for name in READ}


@pytest.mark.parametrize(
    ("name", "most"),
    [("magenta_excess", 0.002), ("green_min", 0.03), ("luma_mean", 0.5), ("pattern_change", 0.003)],
)
def test_pictures_that_are_not_coded_differ_little(name: str, most: float) -> None:
    """A JPEG changes no figure by a tenth of what a filter changes it."""
    coded = asdict(measure_colours(*reversed(two_pictures(SCENERY))))
    bare = asdict(measure_colours(*reversed(two_pictures(replace(SCENERY, is_coded=False)))))

    assert coded[name] != bare[name]
    assert coded[name] == pytest.approx(bare[name], abs=most)
