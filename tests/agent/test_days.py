"""What a pass adds to the days of a device."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from agent.days import Closed, Folder, Turn, Visit, fold_pass
from agent.delivery import day_store, exchange_store
from agent.delivery.database import Database
from agent.diagnosis.levels import Levels
from agent.sun import Site
from shared.device import Alias
from shared.reading import Quality, Reading
from tests.agent.delivery.conftest import database
from tests.agent.test_cycle import DEVICE

__all__ = ("database",)
MIDNIGHT = datetime(2026, 5, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOLDER = Folder(
    kind="energy",
    families=("battery.",),
    fold=lambda blob, visit: (blob or b"") + visit.now.strftime("%H").encode() + b" ",
    close=lambda blob: blob.strip(),
    carry=lambda blob: b"after ",
    look=lambda closed: closed.day,
    tell=lambda day, now: (Reading("energy.day", str(day), "", now, Quality.GOOD),),
)


def visit(database: Database, at: datetime, quality: Quality = Quality.GOOD, **more: Any) -> Turn:
    """One pass that read the battery's charge."""
    value = 80.0 if quality is Quality.GOOD else None
    charge = Reading("battery.charge", value, "%", at, quality)
    with database.transaction() as db:
        return fold_pass(
            db,
            replace(DEVICE, **more),
            Visit(now=at, readings={charge.name: charge}),
            folders=(FOLDER,),
            mates=(),
            levels=Levels(),
        )


def closed(database: Database) -> dict[date, bytes]:
    """The closed days."""
    return day_store.read(database.connection, DEVICE.device_id, "energy", since=date.min)


def test_the_first_visit_of_a_day_closes_the_one_before(database: Database) -> None:
    """What the day came to is told once, in the pass that closed it, and the next one goes on."""
    turns = [visit(database, MIDNIGHT + HOUR * n) for n in (-2, -1, 1, 2)]

    assert [turn.parts for turn in turns] == [{}, {}, {"energy": date(2026, 5, 1)}, {}]
    assert [reading.value for turn in turns for reading in turn.readings] == ["2026-05-01"]
    assert closed(database) == {date(2026, 5, 1): b"22 23"}
    going_on = day_store.read_open(database.connection, DEVICE.device_id, "energy")
    assert going_on == (date(2026, 5, 2), b"after 01 02 ")


def test_midnight_is_that_of_the_site(database: Database) -> None:
    """In Taipei it comes eight hours before that of UTC."""
    taipei = Site(latitude_deg=25.0, longitude_deg=121.5)

    turns = [visit(database, MIDNIGHT - HOUR * n, place=taipei) for n in (10, 9, 7)]

    assert [bool(turn.parts) for turn in turns] == [False, False, True]


@pytest.mark.parametrize("quality", [Quality.FAILED, Quality.UNSUPPORTED, Quality.MISSING])
def test_a_visit_without_an_answer_closes_nothing(database: Database, quality: Quality) -> None:
    """Silence is no figure: the day closes when the device speaks again."""
    visit(database, MIDNIGHT - HOUR)

    assert visit(database, MIDNIGHT + HOUR, quality) == Turn(parts={})
    assert closed(database) == {}


def test_a_gauge_that_does_not_know_was_visited(database: Database) -> None:
    """Its sentinel is a word of the device, and belongs to the day."""
    visit(database, MIDNIGHT - HOUR, Quality.UNKNOWN)

    assert visit(database, MIDNIGHT + HOUR, Quality.UNKNOWN).parts


def test_a_clock_that_steps_back_over_midnight_goes_on_with_the_new_day(
    database: Database,
) -> None:
    """The closed day stays closed, and nothing is told a second time."""
    visit(database, MIDNIGHT - HOUR)
    visit(database, MIDNIGHT + HOUR)

    turns = [visit(database, MIDNIGHT - timedelta(minutes=1)), visit(database, MIDNIGHT + HOUR * 2)]

    assert all(not turn.parts for turn in turns)
    assert closed(database) == {date(2026, 5, 1): b"23"}


@pytest.mark.parametrize("ahead_days", [3, 180])
def test_days_of_a_clock_that_was_ahead_do_not_stand_in_the_way(
    database: Database, ahead_days: int
) -> None:
    """Five days closed by it are kept aside; each true day of the same dates closes and is told,
    also where the camera did not answer for some days among them."""
    for day in range(ahead_days, ahead_days + 6):
        visit(database, MIDNIGHT + timedelta(days=day))
    wrong = closed(database)
    assert len(wrong) == 5
    true = [day for day in range(ahead_days + 8) if day != ahead_days + 2]
    told = [visit(database, MIDNIGHT + HOUR + timedelta(days=day)).parts for day in true]

    expected = [(MIDNIGHT + timedelta(days=day)).date() for day in true[:-1]]
    assert [part["energy"] for part in told if part] == expected
    assert sorted(closed(database)) == expected
    assert all(blob.endswith(b"01") for blob in closed(database).values())
    aside = database.connection.execute(
        "SELECT blob FROM device_day WHERE kind GLOB 'energy:ahead:*' ORDER BY day"
    )
    assert [blob for (blob,) in aside] == list(wrong.values())


@pytest.mark.parametrize("days_behind", [0, 1, 9])
def test_a_clock_that_was_behind_for_a_while_takes_no_day_away(
    database: Database, days_behind: int
) -> None:
    """A board without a battery starts in 1970 until it hears the time: the days of before are
    those of day 0 again, the one that was open goes on, and none is dated 1970."""
    for hours in (-30, -1, 1):
        visit(database, MIDNIGHT + HOUR * hours)
    before = closed(database)
    for day in range(days_behind + 1):
        visit(database, datetime(1970, 1, 1, 3, tzinfo=UTC) + timedelta(days=day))
    back = visit(database, MIDNIGHT + HOUR * 5 + timedelta(days=days_behind))

    later = {date(2026, 5, 2): b"after 01"} if days_behind else {}
    assert closed(database) == {**before, **later}
    assert back.parts == ({"energy": date(2026, 5, 2)} if days_behind else {})


def test_true_days_before_a_long_absence_stay(database: Database) -> None:
    """A clock that was ahead, then right for days, and a gateway that was off until after the
    wrong dates: the true days stand and the wrong ones stay aside."""
    for day in range(60, 64):
        visit(database, MIDNIGHT + timedelta(days=day))
    for day in range(6):
        visit(database, MIDNIGHT + HOUR + timedelta(days=day))
    true = closed(database)
    visit(database, MIDNIGHT + HOUR + timedelta(days=90))

    assert len(true) == 5
    last = (MIDNIGHT + timedelta(days=5)).date()
    assert sorted(closed(database)) == [*sorted(true), last]


def test_a_clock_that_is_years_ahead_forgets_nothing(database: Database) -> None:
    """Day 0 of a camera outlives a clock that somebody set ten years ahead."""
    visit(database, MIDNIGHT - HOUR)
    visit(database, MIDNIGHT + HOUR)
    visit(database, MIDNIGHT + timedelta(days=3650))
    visit(database, MIDNIGHT + timedelta(days=3651))

    assert closed(database)[date(2026, 5, 1)] == b"23"


def test_a_day_that_is_closed_is_not_closed_again(database: Database) -> None:
    """Set half a year back and forth: the day of before keeps its figures and is not told twice."""
    visit(database, MIDNIGHT - HOUR)
    visit(database, MIDNIGHT + HOUR)
    visit(database, MIDNIGHT - timedelta(days=180))
    visit(database, MIDNIGHT - HOUR)
    again = visit(database, MIDNIGHT + HOUR)

    assert not again.parts
    assert closed(database)[date(2026, 5, 1)] == b"23"


def test_days_stay_with_their_device(database: Database) -> None:
    """Another device at the position begins with no day of the old one."""
    visit(database, MIDNIGHT - HOUR)
    visit(database, MIDNIGHT + HOUR)
    with database.transaction() as db:
        gone = (Alias("serial", "OLD"),)
        exchange_store.leave_behind(db, DEVICE.device_id, of=gone, at=MIDNIGHT)

    assert closed(database) == {}
    assert day_store.read_open(database.connection, DEVICE.device_id, "energy") is None


def test_a_folder_looks_at_the_closed_day(database: Database) -> None:
    """It is handed the transaction, the device and the day."""
    seen: list[Closed] = []
    folder = replace(FOLDER, look=seen.append, tell=lambda _, __: ())
    reading = Reading("battery.charge", 80.0, "%", MIDNIGHT, Quality.GOOD)
    with database.transaction() as db:
        for at in (MIDNIGHT - HOUR, MIDNIGHT + HOUR):
            one = Visit(now=at, readings={reading.name: reading})
            fold_pass(db, DEVICE, one, folders=(folder,), mates=("pump",), levels=Levels())

    assert [(one.day, one.mates) for one in seen] == [(date(2026, 5, 1), ("pump",))]
