"""A battery that somebody exchanged is another one: held against nothing that was before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from agent.days import Closed
from agent.delivery import day_store
from agent.delivery.database import Database
from agent.delivery.opening import open_file
from agent.diagnosis.levels import Levels
from agent.energy.assess import assess
from agent.energy.cause import Cause
from agent.energy.exchange import exchanged_on
from agent.energy.folding import write_day
from agent.energy.view import EnergyView
from agent.energy_days import KIND, close_look
from tests.agent.energy.cameras import ALL, SPRING, Cam, Sky, days_of, view_of
from tests.agent.energy.test_assess import FREEZING, from_day
from tests.agent.test_cycle import DEVICE

FRESH = Cam(capacity_mah=from_day(30, 9000.0, 5000.0), names=ALL)
WEEKS = Sky(days=46)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "cam",
    [
        pytest.param(FRESH, id="a worn one by a fresh one"),
        pytest.param(replace(FRESH, capacity_mah=from_day(30, 20_000.0, 9000.0)), id="a larger"),
        pytest.param(
            replace(FRESH, names=("charge", "current", "temperature")), id="without a panel's word"
        ),
    ],
)
def test_a_step_up_that_stays_is_another_battery(cam: Cam) -> None:
    """It is seen within days of a fortnight after it was fitted, dated to within three days."""
    found = [exchanged_on(view_of(cam, WEEKS, upto=day)) for day in range(38, 46)]
    dates = {day for day in found if day is not None}
    assert dates
    assert all(abs(day - (SPRING + 30 * DAY)) <= 3 * DAY for day in dates)


@pytest.mark.parametrize(
    ("cam", "sky"),
    [
        pytest.param(Cam(names=ALL), WEEKS, id="nothing changed"),
        pytest.param(Cam(names=ALL, use_ma=from_day(30, 12.0, 25.0)), WEEKS, id="used less"),
        pytest.param(Cam(names=ALL, panel_mw=from_day(30, 2500.0, 6000.0)), WEEKS, id="dirt"),
        pytest.param(
            replace(FRESH, capacity_mah=from_day(30, 5000.0, 9000.0)), WEEKS, id="worn: a step down"
        ),
        pytest.param(
            replace(FRESH, capacity_mah=lambda day: 9000.0 if 30 <= day < 36 else 5000.0),
            WEEKS,
            id="for a week: it did not stay",
        ),
        pytest.param(
            replace(FRESH, capacity_mah=from_day(30, 6000.0, 5000.0)), WEEKS, id="a thaw: a fifth"
        ),
        pytest.param(Cam(names=ALL), replace(FREEZING, days=46), id="frost"),
        pytest.param(
            Cam(names=ALL, gauge=lambda day, charge: 100.0 if day >= 30 else float(round(charge))),
            WEEKS,
            id="a gauge that stands",
        ),
        *(
            pytest.param(
                Cam(names=("charge", "charging"), use_ma=from_day(30, after, before)),
                WEEKS,
                id=f"no current told, used {before / after:.1f} times less",
            )
            for before, after in ((25.0, 12.0), (60.0, 30.0), (90.0, 25.0))
        ),
        *(
            pytest.param(
                Cam(names=ALL, capacity_mah=from_day(30, 9000.0, 9000.0 / times)),
                replace(WEEKS, mean_c=lambda day: 12.0 if day >= 30 else -3.0),
                id=f"the end of a hard frost: {times} times",
            )
            for times in (1.5, 1.8)
        ),
        pytest.param(
            replace(FRESH, names=("charge", "current")), WEEKS, id="no thermometer: may be a thaw"
        ),
        pytest.param(
            Cam(names=("charge", "charging")),
            replace(WEEKS, clear=lambda day: 0.9 if day >= 30 else 0.3),
            id="better weather",
        ),
    ],
)
def test_use_sun_and_seasons_are_no_other_battery(cam: Cam, sky: Sky) -> None:
    """Where only one of the two changed, or it did not last, it is the same battery."""
    for day in range(32, 46):
        assert exchanged_on(view_of(cam, sky, upto=day)) is None


def test_another_firmware_is_no_other_battery() -> None:
    """Its percent may be worth more."""
    view = view_of(FRESH, WEEKS)
    days = {
        day: msgspec.structs.replace(one, firmware="2.0" if day >= SPRING + 30 * DAY else "1.0")
        for day, one in view.days.items()
    }
    assert exchanged_on(view) is not None
    assert exchanged_on(replace(view, days=days)) is None


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The agent's own."""
    made = open_file(tmp_path / "agent.db")
    yield made
    made.connection.close()


def close(database: Database, cam: Cam, sky: Sky) -> list[EnergyView]:
    """Close the days one by one; what is looked at each time."""
    views = []
    for day, one in days_of(cam, sky).items():
        with database.transaction() as db:
            day_store.keep(db, DEVICE.device_id, KIND, day, write_day(one))
            views.append(
                close_look(Closed(db=db, device=DEVICE, day=day, mates=(), levels=Levels()))
            )
    return views


def test_the_new_battery_has_a_day_0_of_its_own_for_good(database: Database) -> None:
    """A fortnight after it was fitted the days before it are left out, and a hundred days later
    still are; healthy, its capacity is told of its own first weeks."""
    views = close(database, FRESH, replace(WEEKS, days=150))
    found = [view.exchanged_on for view in views]
    assert found[:40] == [None] * 40
    (day,) = {one for one in found if one is not None}
    assert found[-1] == day
    assert min(views[-1].days) >= day
    said = assess(views[-1])
    assert said.cause is Cause.HEALTHY
    assert said.capacity_percent is not None
    assert said.capacity_percent >= 90


def test_whose_battery_it_is_no_figure_tells(database: Database) -> None:
    """One that an owner fitted wears out: suspected, dated, and never claimable by itself."""
    worn = replace(
        FRESH, capacity_mah=lambda day: 5000.0 if day < 30 else 9000.0 if day < 70 else 4500.0
    )
    last = assess(close(database, worn, replace(WEEKS, days=92))[-1])
    assert (last.cause, last.suspected) == (Cause.UNKNOWN, Cause.WORN)
    assert last.settle is not None
    assert "exchanged about 2026-05-0" in last.settle.en
    assert "更换" in last.settle.zh
