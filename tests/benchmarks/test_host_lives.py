"""The score of recorder lives: it sees what was missed, what was untrue, and what never ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.host_lives import live
from simulator.host.stories import STORIES

BY_NAME = {story.name: story for story in STORIES}


@pytest.mark.parametrize("name", ["mount lost", "power cut", "camera missing for hours"])
def test_what_is_true_is_told_and_ends(name: str) -> None:
    """A lost mount by its name alone; a power cut explains its gap; one camera's gap is its own."""
    assert live(BY_NAME[name], seed=3, days=7).right


def test_a_life_that_is_told_otherwise_is_not_right() -> None:
    """Nobody told a truth: missed; told what is none: untrue; told it for ever: not ended."""
    lost = BY_NAME["mount lost"]
    missed = live(replace(lost, begin=BY_NAME["all is well"].begin), seed=3, days=7)
    untrue = live(replace(lost, truth=frozenset()), seed=3, days=7)
    unended = live(replace(lost, end=BY_NAME["all is well"].begin), seed=3, days=7)

    assert (missed.missed, missed.untrue) == (lost.truth, frozenset())
    assert untrue.untrue == lost.truth
    assert (unended.missed, unended.unended) == (frozenset(), lost.truth)


def test_every_story_has_a_name_of_its_own() -> None:
    """The table of a run is read by them."""
    assert len(BY_NAME) == len(STORIES)
