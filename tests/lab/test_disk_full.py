"""Disk full: the agent lives, worse rows go first, and it is whole again when space returns."""

from __future__ import annotations

import pytest

from tests.lab.disk_full import NoVolumeError, run, small_volume


def test_a_full_disk_costs_no_better_row_before_a_worse_one() -> None:
    """Whatever write meets the full disk, no fault or evidence gives way beside a lower lane."""
    try:
        with small_volume() as volume:
            runs = [
                run(volume, full_at=write, seed=1) for write in (1, 2, 3, 40, 120, 145, 185, 193)
            ]
    except NoVolumeError as error:
        pytest.skip(str(error))

    assert [ran.bad for ran in runs] == [""] * len(runs)
    assert sum(ran.refused + ran.full_errors for ran in runs) > 0, "the disk was never full"
    assert all(ran.recovery_s <= 10 for ran in runs)
