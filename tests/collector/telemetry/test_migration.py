"""A store of the version before keeps its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from collector.store import history, hourly, migrate
from collector.store.engine import open_engine, sqlite_url
from tests.collector.house import NOON, House

BEFORE = "0004"


def old_store(path: Path, *, numbers: dict[datetime, float]) -> Engine:
    """A store of the version before with one position and these numbers in its log."""
    engine = open_engine(sqlite_url(path))
    with engine.begin() as db:
        config = migrate._config()
        config.attributes["connection"] = db
        command.upgrade(config, BEFORE)
        for statement in (
            "INSERT INTO organisation (id, name, kind) VALUES ('o', 'O', 'factory')",
            "INSERT INTO site (id, organisation_id, name) VALUES ('s', 'o', 'S')",
            "INSERT INTO agent (id, organisation_id, site_id) VALUES ('a', 'o', 's')",
            "INSERT INTO position (id, agent_id, device_id, site_id, organisation_id)"
            " VALUES (1, 'a', 'gate', 's', 'o')",
        ):
            db.execute(text(statement))
        for at, number in numbers.items():
            db.execute(
                text(
                    "INSERT INTO reading_log (position_id, organisation_id, name, taken_at, number)"
                    " VALUES (1, 'o', 'battery.charge', :at, :number)"
                ),
                {
                    "at": f"{at.replace(tzinfo=None):%Y-%m-%d %H:%M:%S}",
                    "number": number,
                },
            )
    return engine


def test_logged_numbers_become_days(tmp_path: Path) -> None:
    """Every number of the old log is a point of the new history, with its roll-up."""
    numbers = {NOON - timedelta(minutes=m): m / 10 for m in range(0, 3000, 5)}
    engine = old_store(tmp_path, numbers=numbers)
    migrate.migrate(engine)

    with engine.begin() as db:
        since = NOON - timedelta(days=9)
        points = history.history(db, 1, "battery.charge", since=since, until=NOON)
        hours = hourly.hourly(db, 1, "battery.charge", since=since, until=NOON)
    assert [point.number for point in points] == [m / 10 for m in range(2995, -5, -5)]
    assert sum(one.hour.samples for one in hours) == 600
    engine.dispose()
    House(tmp_path).engine.dispose()


def test_a_number_that_no_reading_can_hold_stops_no_upgrade(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Huge whole numbers stay beside fractions; what cannot be kept is left out and counted."""
    kept = {NOON: 0.25, NOON + timedelta(minutes=5): 5e15, NOON + timedelta(minutes=10): -0.0}
    lost = {
        NOON + timedelta(minutes=15): 1e300,
        NOON + timedelta(minutes=20): float("inf"),
        datetime(1969, 1, 1, tzinfo=UTC): 1.0,
    }
    engine = old_store(tmp_path, numbers=kept | lost)
    migrate.migrate(engine)

    with engine.begin() as db:
        until = NOON + timedelta(hours=1)
        points = history.history(db, 1, "battery.charge", since=NOON, until=until)
    assert [point.number for point in points] == list(kept.values())
    assert "3 logged numbers of position 1 were left out" in caplog.text
    engine.dispose()
