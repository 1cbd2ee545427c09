"""What the days of a device came to."""

from __future__ import annotations

from datetime import date, timedelta

from agent.delivery import day_store
from agent.delivery.database import Database

MAY_1 = date(2026, 5, 1)


def test_a_closed_day_never_changes(database: Database) -> None:
    """A clock that is set back cannot rewrite what a day came to."""
    with database.transaction() as db:
        assert day_store.keep(db, "gate", "energy", MAY_1, b"first")
        assert not day_store.keep(db, "gate", "energy", MAY_1, b"second")

    assert day_store.read(database.connection, "gate", "energy", since=MAY_1) == {MAY_1: b"first"}


def test_only_the_newest_day_goes_on(database: Database) -> None:
    """One day of a device and kind is open; the one before it is gone unless it was closed."""
    with database.transaction() as db:
        day_store.keep_open(db, "gate", "energy", MAY_1, b"one")
        day_store.keep_open(db, "gate", "energy", MAY_1 + timedelta(days=1), b"two")
        day_store.keep_open(db, "gate", "radio", MAY_1, b"other")

    assert day_store.read_open(database.connection, "gate", "energy") == (
        MAY_1 + timedelta(days=1),
        b"two",
    )
    assert day_store.read(database.connection, "gate", "energy", since=date.min) == {}


def test_days_are_found_by_device_and_by_date(database: Database) -> None:
    """The first days of a device, its newest ones, and one day of all devices."""
    with database.transaction() as db:
        for number in range(5):
            day = MAY_1 + timedelta(days=number)
            day_store.keep(db, "gate", "radio", day, str(number).encode())
        day_store.keep(db, "pump", "radio", MAY_1, b"pump")
    db = database.connection

    assert list(day_store.read_first(db, "gate", "radio", days=2).values()) == [b"0", b"1"]
    since = MAY_1 + timedelta(days=3)
    assert list(day_store.read(db, "gate", "radio", since=since).values()) == [b"3", b"4"]
    assert day_store.read_on(db, "radio", MAY_1) == {"gate": b"0", "pump": b"pump"}
    day_store.drop(db, "gate", "radio", but=2)
    assert list(day_store.read(db, "gate", "radio", since=date.min).values()) == [b"3", b"4"]
    assert day_store.read_on(db, "radio", MAY_1) == {"pump": b"pump"}
