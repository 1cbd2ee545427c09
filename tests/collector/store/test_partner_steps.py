"""What waits of partners' steps, over several claims: each is due by its own line's entries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from collector.pack.record import Told
from collector.store import cases, partner_steps, tables
from collector.store.partner_steps import Record, StepState, Way
from tests.collector.house import NOON, House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector's store."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def note(db: Connection, line: int) -> None:
    """Something happens to a line."""
    cases.append_event(
        db, line_id=line, organisation_id="north", actor="x", role="system", type_="reminded",
        payload={}, now=NOON,
    )  # fmt: skip


def waiting_line(db: Connection, serial: str) -> Record:
    """A claim of which a partner told a step that waits."""
    line = cases.open_line(
        db,
        cases.NewLine(
            organisation_id="north", site_id=None, position_id=None, serial_key=serial,
            label_serial=serial, serial_source="label", model="SC-1", batch="", buyer="",
            component="ircut", warranty_verdict="in", warranty_until=None,
            warranty_reason_en="", warranty_reason_zh="", via="web",
        ),
        now=NOON,
    )  # fmt: skip
    note(db, line)
    record = Record(
        line_id=line, organisation_id="north", partner="south", way=Way.REPLY, as_of=NOON,
        differs_at=None,
    )  # fmt: skip
    partner_steps.keep(db, record)
    told = Told(
        step_id="a" * 64, seq=1, at=NOON, actor="li", what="appeal", body="{}",
    )  # fmt: skip
    partner_steps.add(db, record, told, place=0, state=StepState.WAITING, now=NOON)
    return record


def due(db: Connection) -> list[int]:
    """The lines of the records that are due."""
    return [one.line_id for one in partner_steps.due(db, limit=50)]


def test_each_record_is_due_by_the_entries_of_its_own_line(house: House) -> None:
    """Three claims, one of which was merged into a fourth: what was tried is due again when its
    line goes on, or the one that it goes on as, and no other is."""
    with house.engine.begin() as db:
        records = [waiting_line(db, serial) for serial in ("SC1", "SC2", "SC3")]
        into = waiting_line(db, "SC4").line_id
        first, second, third = (one.line_id for one in records)
        db.execute(
            update(tables.claim_line)
            .where(tables.claim_line.c.id == second)
            .values(merged_into=into)
        )
        assert due(db) == [first, second, third, into]
        for one in partner_steps.due(db, limit=50):
            partner_steps.note_tried(db, one)
        assert due(db) == []
        note(db, third)
        assert due(db) == [third]
        note(db, into)
        assert due(db) == [second, third, into]
