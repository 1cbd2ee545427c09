"""Damaged files by seed: the agent starts, nothing altered leaves, and every salvage is told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agent.delivery.damage import condemn
from agent.delivery.salvage import open_or_salvage
from tests.lab.damage import FILLS, NOON, damage, fill, start


@pytest.mark.parametrize("seed", range(24))
def test_damage_neither_stops_the_agent_nor_changes_what_it_says(tmp_path: Path, seed: int) -> None:
    """Whatever was damaged, every frame that leaves is one that was appended."""
    rng = random.Random(seed)
    path = tmp_path / "agent.db"
    truth = fill(path, FILLS[seed % 3], rng)
    done = damage(path, rng)
    outcome = start(path, truth)

    assert (outcome.crash, outcome.altered, outcome.silent) == ("", 0, False), done
    assert (outcome.untold, outcome.reused) == (0, False), done


def test_a_condemned_file_is_salvaged_once(tmp_path: Path) -> None:
    """Damage that only running met leads to one salvage, which keeps every row and tells itself."""
    path = tmp_path / "agent.db"
    truth = fill(path, 40, random.Random(1))
    condemn(path, "a page was malformed")
    outcome = start(path, truth)
    again, salvaged = open_or_salvage(path, now=NOON)
    again.close()

    assert (outcome.salvaged, outcome.silent, outcome.saved) == (True, False, len(truth))
    assert salvaged is None
