"""What is usual on a cell, and how a day stands beside it and beside siblings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.radio.day import CellDay, RadioDay, Spread
from agent.radio.plan import rest_of
from agent.radio.usual import LEAST_DAYS, stand, usual_before

FIRST = date(2026, 3, 1)


def radio_day(rsrp: float, cell: str = "A", band: str = "B3") -> RadioDay:
    return RadioDay(cells=(CellDay(cell, band, Spread(rsrp, rsrp - 3, 40)),), registered=40)


def days_of(levels: Sequence[float], cell: str = "A", band: str = "B3") -> dict[date, RadioDay]:
    return {
        FIRST + timedelta(days=count): radio_day(level, cell, band)
        for count, level in enumerate(levels)
    }


def last(days: Mapping[date, RadioDay]) -> date:
    return max(days)


def test_a_fault_does_not_become_the_usual_by_lasting() -> None:
    """Two months after it fell it is still held against the days before."""
    days = days_of([-90.0] * 14 + [-112.0] * 60)
    usual = usual_before(days, last(days), cell="A", band="B3")

    assert usual is not None and usual.rsrp_dbm == -90.0


def test_a_plug_that_corrodes_is_held_against_its_best_days() -> None:
    """One dB a day for three weeks is a drop of twenty, though no day fell far below the last."""
    days = days_of([-90.0] * 14 + [-90.0 - count for count in range(21)] + [-110.0] * 20)
    usual = usual_before(days, last(days), cell="A", band="B3")

    assert usual is not None and (usual.rsrp_dbm, usual.days) == (-90.0, 14)


def test_a_lucky_day_is_no_baseline() -> None:
    """Three days of 20 dB more do not move a median of fourteen."""
    days = days_of([-90.0] * 10 + [-70.0] * 3 + [-90.0] * 20)
    usual = usual_before(days, last(days), cell="A", band="B3")

    assert usual is not None and usual.rsrp_dbm == -90.0


def test_a_few_days_are_no_baseline() -> None:
    """One day fewer than a week and nobody speaks of a past."""
    assert (
        usual_before(days_of([-90.0] * LEAST_DAYS), FIRST + timedelta(days=6), cell="A", band="B3")
        is None
    )


def test_another_cell_is_not_compared() -> None:
    """After a move to a weaker cell there is no drop, whatever the figures are."""
    days = days_of([-80.0] * 20)
    day = last(days) + timedelta(days=1)
    standing = stand(days | {day: radio_day(-115.0, "B")}, day, [])

    assert standing is not None
    assert (standing.own_drop_db, standing.is_elsewhere) == (None, True)


def test_without_a_name_nothing_is_compared() -> None:
    """A device that names no cell may have moved every day."""
    days = days_of([-80.0] * 20 + [-110.0], cell="", band="B3")
    standing = stand(days, last(days), [days_of([-80.0] * 21, cell="", band="B3")])

    assert standing is not None and (standing.own_drop_db, standing.siblings) == (None, 0)


def test_what_siblings_lost_too_is_the_cells() -> None:
    """A cell that sends less takes the same from all."""
    own = days_of([-90.0] * 20 + [-110.0])
    siblings = [days_of([-84.0] * 20 + [-103.0]), days_of([-99.0] * 20 + [-119.0])]
    standing = stand(own, last(own), siblings)

    assert standing is not None
    assert (standing.own_drop_db, standing.siblings) == (20.0, 2)
    assert standing.sibling_drop_db is not None and abs(standing.sibling_drop_db) <= 1.0


def test_without_a_past_of_theirs_levels_are_compared() -> None:
    """A sibling that is new says at least how well the cell is heard here."""
    own = days_of([-90.0] * 20 + [-110.0])
    new = {last(own): radio_day(-88.0)}
    standing = stand(own, last(own), [new])

    assert standing is not None and standing.sibling_drop_db == 22.0


@given(
    shift=st.integers(-30, 30),
    levels=st.lists(st.integers(-120, -70), min_size=9, max_size=30),
)
def test_drops_do_not_depend_on_the_level(shift: int, levels: list[int]) -> None:
    """A gauge that reads 10 dB too high in all days gives the same drops."""
    one = days_of([float(level) for level in levels])
    other = days_of([float(level + shift) for level in levels])
    found = [stand(days, last(days), []) for days in (one, other)]

    assert found[0] is not None and found[1] is not None
    assert found[0].own_drop_db == found[1].own_drop_db


def test_the_plans_rest() -> None:
    """What is left, and for how many days at the last week's pace."""
    days = {
        FIRST + timedelta(days=count): RadioDay(bytes_used=100.0, bytes_month=100.0 * (count + 1))
        for count in range(10)
    }
    rest = rest_of(days, last(days), plan_bytes=3000.0)

    assert rest is not None
    assert (rest.left_bytes, rest.days_left) == (2000.0, 20.0)
    assert rest.runs_out_on(last(days)) == last(days) + timedelta(days=20)
    assert rest_of(days, last(days), plan_bytes=None) is None
