"""A store of the version before keeps its history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alembic import command
from sqlalchemy import text

from collector.store import history, migrate
from collector.store.engine import open_engine, sqlite_url
from tests.collector.house import NOON, House

BEFORE = "0004"


def test_logged_numbers_become_days(tmp_path: Path) -> None:
    """Every number of the old log is a point of the new history, with its roll-up."""
    engine = open_engine(sqlite_url(tmp_path))
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
        for minutes in range(0, 3000, 5):
            db.execute(
                text(
                    "INSERT INTO reading_log (position_id, organisation_id, name, taken_at, number)"
                    " VALUES (1, 'o', 'battery.charge', :at, :number)"
                ),
                {
                    "at": str((NOON - timedelta(minutes=minutes)).replace(tzinfo=None)),
                    "number": minutes / 10,
                },
            )
    migrate.migrate(engine)

    with engine.begin() as db:
        since = NOON - timedelta(days=9)
        points = history.history(db, 1, "battery.charge", since=since, until=NOON)
        hours = history.hourly(db, 1, "battery.charge", since=since, until=NOON)
    assert [point.number for point in points] == [m / 10 for m in range(2995, -5, -5)]
    assert sum(one.hour.samples for one in hours) == 600
    engine.dispose()
    House(tmp_path).engine.dispose()
