"""Folding visits into a day on the air."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.radio import blob
from agent.radio.day import OpenDay, RadioDay, closed, spread_of
from agent.radio.fold import fold
from shared.reading import Quality, Reading, Value

START = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def said(values: dict[str, Value], at: datetime) -> dict[str, Reading]:
    return {
        name: Reading(name, value, "", at, Quality.UNKNOWN if value is None else Quality.GOOD)
        for name, value in values.items()
    }


def day_of(*visits: dict[str, Value], every: timedelta = HALF_HOUR) -> RadioDay:
    """The closed day of these visits, stored and read between any two of them."""
    day = OpenDay()
    for count, values in enumerate(visits):
        at = START + count * every
        day = blob.read_open(blob.write(fold(day, said(values, at), at)))
    found = blob.read_closed(blob.write(closed(day)))
    assert found is not None
    return found


def cell(rsrp: float, name: str = "A", band: str = "B3", **others: Value) -> dict[str, Value]:
    own: dict[str, Value] = {
        "cellular.rsrp": rsrp, "cellular.cell": name, "cellular.band": band,
        "cellular.registered": True,
    }  # fmt: skip
    return {**own, **{f"cellular.{key}": value for key, value in others.items()}}


VISITS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["B3", "B20"]), st.integers(-130, -60)),
    max_size=40,
)


@settings(max_examples=40)
@given(visits=VISITS)
def test_a_fold_never_mixes_cells(visits: list[tuple[str, str, int]]) -> None:
    """Each cell and band has the figures that were read on it, and no other's."""
    day = day_of(*(cell(float(rsrp), name, band) for name, band, rsrp in visits))
    wanted: dict[tuple[str, str], list[int]] = {}
    for name, band, rsrp in visits:
        wanted.setdefault((name, band), []).append(rsrp)

    found = {(one.cell, one.band): one.rsrp for one in day.cells}
    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        spread = found[key]
        assert spread is not None
        assert (spread.median, spread.count) == (float(median_low(values)), len(values))
        assert min(values) <= spread.p10 <= spread.median


@settings(max_examples=40)
@given(visits=VISITS, order=st.randoms())
def test_the_order_of_visits_does_not_matter_to_figures(visits: list[Any], order: Any) -> None:
    """Median, tenth percentile and count are of a set of readings."""
    turned = list(visits)
    order.shuffle(turned)
    one, other = (
        day_of(*(cell(float(rsrp), name, band) for name, band, rsrp in some))
        for some in (visits, turned)
    )

    assert one.cells == other.cells


@given(values=st.lists(st.integers(-140, -40), min_size=1))
def test_spread(values: list[int]) -> None:
    """Both are values that were read; at least half and nine tenths of the readings reach them."""
    spread = spread_of(Counter(values))

    assert spread is not None and spread.median in values and spread.p10 in values
    assert 2 * sum(value <= spread.median for value in values) >= len(values)
    assert 10 * sum(value >= spread.p10 for value in values) >= 9 * len(values)


def test_no_readings_are_no_figures() -> None:
    """A day in which the modem knew nothing has no cell, and no share of 0 either."""
    day = day_of({"cellular.rsrp": None})

    assert (day.cells, day.main, day.registered_share, day.bytes_used) == ((), None, None, None)


def test_figures_without_registration_do_not_count() -> None:
    """Old figures of a modem that lost the network are not this day's."""
    day = day_of(cell(-80.0), cell(-80.0) | {"cellular.registered": False})

    assert day.main is not None and day.main.rsrp is not None and day.main.rsrp.count == 1
    assert day.registered_share == 0.5


def test_reconnects_are_drops_of_network_or_session() -> None:
    """One drop of both at once is one; silence between two visits is none."""
    day = day_of(
        cell(-80.0, session=True),
        cell(-80.0, session=False),
        {"cellular.rsrp": None},
        cell(-80.0, session=True),
        cell(-80.0, session=False) | {"cellular.registered": False},
        cell(-80.0, session=True),
    )

    assert day.reconnects == 2


def test_the_modems_own_counter_sees_more() -> None:
    """What it counted between two visits counts; one that begins anew counts from zero."""
    day = day_of(*(cell(-80.0, reconnects=float(n)) for n in (40, 43, 2)))

    assert day.reconnects == 5


def test_bytes_over_the_turn_of_a_month() -> None:
    """A counter that falls began a new month."""
    day = day_of(*(cell(-80.0, bytes_month=float(n)) for n in (900, 1000, 30)))

    assert (day.bytes_used, day.bytes_month) == (130.0, 30.0)


def test_a_long_silence_is_nobodys_bytes() -> None:
    """After days without a visit the difference is not one day's."""
    visits = [cell(-80.0, bytes_month=float(n), reconnects=float(n)) for n in (0, 9000)]
    day = day_of(*visits, every=timedelta(days=4))

    assert (day.bytes_used, day.reconnects) == (None, 0)


def test_cell_changes() -> None:
    """A change of cell or of band is one; a visit that names none is no change."""
    day = day_of(cell(-80.0), {"cellular.rsrp": -80.0}, cell(-80.0), cell(-80.0, "B"),
                 cell(-80.0, "B", "B20"))  # fmt: skip

    assert day.cell_changes == 2


def test_ports() -> None:
    """One port is dead where it hears nothing and the other one hears well."""
    ports = {"cellular.antenna_1_rsrp": -90.0, "cellular.antenna_2_rsrp": -140.0}
    both = {"cellular.antenna_1_rsrp": -140.0, "cellular.antenna_2_rsrp": -140.0}
    day = day_of(cell(-90.0) | ports, cell(-90.0) | both)

    assert (day.ports, day.ports_dead, day.ports_alive) == (2, (0, 1), (1, 0))


def test_a_closed_day_is_small() -> None:
    """A year of a hub's cameras must fit beside everything else."""
    day = day_of(*(cell(-80.0 - n % 9, rsrq=-10.0, sinr=5.0) for n in range(48)))

    assert len(blob.write(day)) < 200
