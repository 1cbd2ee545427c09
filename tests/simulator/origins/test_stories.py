"""Fleets whose faults have known origins: told in order, by devices that hang there, by seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.origins.fleet import deliver
from simulator.origins.stories import Story, tell_all

BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
SPAN = timedelta(days=90)


def told(seed: int) -> Story:
    """The story of a seed."""
    return tell_all(deliver(seed, BEGINS, SPAN), BEGINS + SPAN)


def test_a_seed_tells_one_story() -> None:
    """The same seed tells the same, another seed another."""
    assert told(3).truth == told(3).truth
    assert told(3).heard == told(3).heard
    assert told(4).truth != told(3).truth


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_true_fault_is_heard_in_its_place(seed: int) -> None:
    """Each fault with an origin is told by the device that hangs there, once that was heard."""
    story = told(seed)
    first = {mount.unit.serial: mount.heard_at for mount in story.fleet.mounts}
    heard = [(one.facts.label_serial, one.code) for one in story.heard if one.code]

    assert [one.at for one in story.heard] == sorted(one.at for one in story.heard)
    assert all(first[one.facts.label_serial] <= one.at for one in story.heard)
    for fault in story.truth:
        assert heard.count(fault) >= 1
    assert set(story.truth.values()) >= {
        "factory", "installation", "user", "environment", "firmware", "undetermined",
    }  # fmt: skip
