"""A real agent, killed in a filter test: its next start gives the camera its own mode back."""

from __future__ import annotations

import random

import pytest

from benchmarks.ircut_agents import agents
from benchmarks.ircut_kills import Moment, kill_one


@pytest.mark.parametrize("moment", [Moment.AT_ORDER, Moment.AT_WAY_BACK])
async def test_a_killed_test_is_undone_by_the_next_start(moment: Moment) -> None:
    """Killed while the camera carries the order out, and while it takes its own mode back."""
    async with agents() as starter:
        killed = await kill_one(random.Random(7), starter, moment=moment)

    assert killed.bad == ""
    assert killed.was_changed is (moment is Moment.AT_ORDER)
