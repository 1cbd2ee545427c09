"""A store of the version before knows which old units are owed: the logs of its lines say so."""

from __future__ import annotations

from alembic import command

from collector.store import migrate, tables
from tests.collector.house import House
from tests.collector.jobs.test_no_fault import approve, do, house

__all__ = ["house"]


def test_owed_units_are_read_from_the_logs(house: House) -> None:
    """A line whose old unit is out says since when, until it is here."""
    approve(house, 1, "advance_replace")
    do(house, 1, "begin")
    do(house, 1, "fulfil", tracking="SF1", new_serial="SC24010099")
    (before,) = house.rows(tables.claim_line)
    assert before["owed_since"] == house.now
    with house.engine.begin() as db:
        config = migrate._config()
        config.attributes["connection"] = db
        command.downgrade(config, "0039")
    migrate.migrate(house.engine)

    assert house.rows(tables.claim_line) == [before]
    do(house, 1, "receive_old", scanned_serial="SC24010001")
    assert house.rows(tables.claim_line)[0]["owed_since"] is None
