"""The store itself: migrations, scopes, uniqueness, moves of a line, moments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.review import move_line
from collector.store import cases, decisions, migrate, tables
from collector.store.engine import open_engine, reader
from collector.store.scope import Role, descendants, scope_of
from tests.collector.house import House, fault, frame_of
from tests.collector.open_log import open_log
from tests.stores import STORES


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector's store."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def test_migrations_make_the_tables_of_the_code(house: House) -> None:
    """Nothing is left to migrate, and a second run changes nothing."""
    with house.engine.begin() as db:
        assert compare_metadata(MigrationContext.configure(db), tables.metadata) == []
    before, after = migrate.migrate(house.engine)
    assert before == after


def test_migration_can_be_undone(tmp_path: Path) -> None:
    """Down and up again gives the same store."""
    engine = open_engine(STORES.url(tmp_path))
    _, newest = migrate.migrate(engine)
    config = migrate._config()
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.downgrade(config, "base")
    assert migrate.migrate(engine) == (None, newest)
    engine.dispose()


def test_store_of_a_newer_version_is_left_alone(house: House) -> None:
    """An old program does not write into a store that it does not know."""
    with house.engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrate.NewerStoreError, match="9999"):
        migrate.migrate(house.engine)


def test_every_table_that_people_read_has_its_organisation() -> None:
    """Only what belongs to the store or to one person has none."""
    without = {t.name for t in tables.metadata.sorted_tables if "organisation_id" not in t.c}
    store = {"store_meta", "audit", "trust_change", "sink", "notify_cursor"}
    assert without == {"organisation", "session", "setup_link", *store}


def test_scope_is_the_organisation_and_what_is_under_it(house: House) -> None:
    """The factory sees both integrators; one integrator never sees the other."""
    with house.engine.begin() as db:
        factory = scope_of(db, organisation_id="factory", role=Role.FACTORY_ENGINEER)
        north = scope_of(db, organisation_id="north", role=Role.INTEGRATOR)
        nobody = scope_of(db, organisation_id="nowhere", role=Role.ADMIN)
        seen = db.execute(
            select(tables.site.c.id).where(north.covers(tables.site.c.organisation_id))
        ).scalars()
        assert list(seen) == ["farm"]
    assert factory.organisation_ids == {"factory", "north", "south"}
    assert nobody.organisation_ids == set()


def test_organisations_in_a_circle_end() -> None:
    """A circle in the tree is walked once."""
    assert descendants({"a": "b", "b": "a"}, "a") == {"a", "b"}


def test_one_decision_is_taken_once(house: House) -> None:
    """The second worker finds nothing until the first one's time is over."""
    house.take(frame_of(fault(), seq=1))
    later = house.now + timedelta(days=1)

    def take(now: datetime) -> int | None:
        with house.engine.begin() as db:
            return decisions.take_due(db, now=now, until=now + timedelta(minutes=1))

    assert take(later) == 1
    assert take(later) is None
    assert take(later + timedelta(minutes=2)) == 1


def open_line(house: House) -> int:
    """A draft line."""
    house.take(frame_of(fault(), seq=1))
    house.pass_time(2.5)
    house.tick()
    return int(str(house.rows(tables.claim_line)[0]["id"]))


def test_serial_has_one_open_line(house: House) -> None:
    """The database itself refuses a second open line, and allows one after the first closed."""
    line_id = open_line(house)
    (line,) = house.rows(tables.claim_line)
    again = {key: value for key, value in line.items() if key != "id"}
    with pytest.raises(IntegrityError), house.engine.begin() as db:
        db.execute(insert(tables.claim_line).values(again))
    with house.engine.begin() as db:
        move_line(
            db,
            line_id=line_id,
            target=LineState.WITHDRAWN,
            actor="ann",
            role=Actor.INTEGRATOR,
            reason="it was the cable",
            now=house.now,
        )
        db.execute(insert(tables.claim_line).values(again))
    assert house.count(tables.claim_line) == 2


def test_forbidden_move_changes_nothing(house: House) -> None:
    """A draft is not approved, and the attempt leaves no trace in the line's history."""
    line_id = open_line(house)
    before = house.everything()
    with pytest.raises(IllegalMoveError), house.engine.begin() as db:
        move_line(
            db,
            line_id=line_id,
            target=LineState.APPROVED,
            actor="bob",
            role=Actor.ENGINEER,
            reason="looks bad",
            now=house.now,
        )
    assert house.everything() == before


def test_edited_history_shows(house: House) -> None:
    """A changed event breaks the chain."""
    line_id = open_line(house)
    with house.engine.begin() as db:
        open_log(db)
        assert first_break(cases.chain_of(db, line_id)) is None
        db.execute(
            update(tables.claim_event).where(tables.claim_event.c.seq == 1).values(actor="x")
        )
        assert first_break(cases.chain_of(db, line_id)) == 0


@pytest.mark.parametrize(
    "statement", ["UPDATE claim_event SET actor = 'x'", "DELETE FROM claim_event"]
)
def test_the_log_is_append_only(house: House, statement: str) -> None:
    """The database itself refuses to change or forget an event, whoever asks."""
    open_line(house)
    before = house.rows(tables.claim_event)
    with pytest.raises(DBAPIError, match="append-only"), house.engine.begin() as db:
        db.exec_driver_sql(statement)
    assert house.rows(tables.claim_event) == before


def test_moments_come_back_aware(house: House) -> None:
    """What goes in with an offset comes back as the same moment in UTC; naive is refused."""
    moment = datetime(2026, 3, 1, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    with house.engine.begin() as db:
        db.execute(insert(tables.audit).values(at=moment, actor="a", action="b", detail=""))
    assert [row["at"] for row in house.rows(tables.audit)] == [
        datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    ]
    with pytest.raises(StatementError), house.engine.begin() as db:
        db.execute(
            insert(tables.audit).values(
                at=moment.replace(tzinfo=None), actor="a", action="b", detail=""
            )
        )


def test_reading_takes_no_write_lock(house: House) -> None:
    """A page can be read while a transaction writes."""
    with house.engine.begin() as writing:
        writing.execute(update(tables.agent).values(version="1"))
        with reader(house.engine) as db:
            assert db.execute(select(tables.agent.c.version)).scalars().all() == [None, None]
