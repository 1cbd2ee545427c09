"""A collector put back from a backup while its agents go on; LAB_SEED runs one again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.lab.power_cut import first_seed
from tests.lab.restore_run import Run

# The backup is SQLite's; PostgreSQL has tools of its own.
pytestmark = pytest.mark.store("sqlite")
HOUR = timedelta(minutes=6)  # the figure takes a whole one


@pytest.mark.parametrize("whole", [False, True])
def test_nothing_is_lost_by_a_restore_under_load(tmp_path: Path, whole: bool) -> None:
    """Whether the collector notices or is told by ``restored``: every fault is one episode with
    one decision, evidence is whole, and nothing is claimed that cleared within its hold."""
    seed = first_seed()
    found = Run(seed, tmp_path / "run", whole=whole, hour=HOUR).run()

    assert (found.lost, found.doubled, found.too_early) == ((), (), ()), f"LAB_SEED={seed}"
    assert found.forgotten > 3
    assert found.requeued > found.forgotten
    assert found.duplicates > 0


def test_a_restore_that_nobody_tells_loses(tmp_path: Path) -> None:
    """A data folder put back as a whole looks like one that was switched off: the laboratory sees
    the faults that nobody sends again, which is why ``restored`` exists."""
    found = Run(first_seed(), tmp_path / "run", whole=True, hour=HOUR, told=False).run()

    assert found.requeued == 0
    assert len(found.lost) >= found.forgotten > 3
