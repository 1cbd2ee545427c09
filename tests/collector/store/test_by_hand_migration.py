"""The version before: pre-claims keep their history when their table is made anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from collector.store import migrate
from collector.store.engine import open_engine, sqlite_url

BEFORE = "0024"
AT = "2026-03-01 12:00:00.000000"
_ROWS = (
    "INSERT INTO organisation (id, name, kind) VALUES ('o', 'O', 'factory')",
    "INSERT INTO site (id, organisation_id, name) VALUES ('s', 'o', 'S')",
    "INSERT INTO agent (id, organisation_id, site_id) VALUES ('a', 'o', 's')",
    "INSERT INTO position (id, agent_id, device_id, site_id, organisation_id, model)"
    " VALUES (1, 'a', 'gate', 's', 'o', 'SC-1')",
    "INSERT INTO episode (id, agent_id, epoch, seq, position_id, organisation_id, code, state,"
    " onset_at, agent_onset_at, opened_at, summary_en, summary_zh, because_json, observations,"
    " label_serial, firmware, recorder_firmware) VALUES (1, 'a', 'e', 1, 1, 'o', 'ir.dark',"
    f" 'open', '{AT}', '{AT}', '{AT}', '', '', '[]', 1, '', '', '')",
    "INSERT INTO claim_case (id, number, organisation_id, buyer, opened_at)"
    f" VALUES (1, 'PC-2026-000001', 'o', '', '{AT}')",
    "INSERT INTO claim_line (id, case_id, organisation_id, site_id, position_id, serial_key,"
    " label_serial, serial_source, model, batch, component, warranty_verdict,"
    " warranty_reason_en, warranty_reason_zh, state, opened_at)"
    f" VALUES (1, 1, 'o', 's', 1, 'K', 'K', 'registry', '', '', '', 'in', '', '', 'draft', '{AT}')",
    "INSERT INTO finding (id, line_id, organisation_id, code, episode_id)"
    " VALUES (1, 1, 'o', 'ir.dark', 1)",
    "INSERT INTO claim_event (seq, line_id, organisation_id, at, actor, role, type, payload_json,"
    f" prev_hash, hash) VALUES (1, 1, 'o', '{AT}', 'c', 'system', 'opened', '{{}}', '', 'h')",
)
_SECOND = (
    "INSERT INTO claim_line (case_id, organisation_id, serial_key, label_serial, serial_source,"
    " model, batch, component, warranty_verdict, warranty_reason_en, warranty_reason_zh, state,"
    " opened_at) VALUES (1, 'o', 'K', 'K', 'registry', '', '', '', 'in', '', '', 'draft',"
    f" '{AT}')"
)


def test_lines_keep_their_findings_and_their_log(tmp_path: Path) -> None:
    """Rows and what refers to them stay; references are checked again, and a serial still has one
    open line."""
    engine = open_engine(sqlite_url(tmp_path))
    with engine.begin() as db:
        config = migrate._config()
        config.attributes["connection"] = db
        command.upgrade(config, BEFORE)
        for statement in _ROWS:
            db.execute(text(statement))
    migrate.migrate(engine)
    with engine.begin() as db:
        line = db.execute(text("SELECT position_id, via, quantity FROM claim_line")).one()
        kept = [
            db.execute(text(f"SELECT count(*) FROM {table} WHERE line_id = 1")).scalar_one()
            for table in ("finding", "claim_event")
        ]
    for broken in (
        _SECOND,
        "INSERT INTO finding (line_id, organisation_id, code) VALUES (9,'o','')",
    ):
        with pytest.raises(IntegrityError), engine.begin() as db:
            db.execute(text(broken))
    engine.dispose()

    assert tuple(line) == (1, "agent", 1)
    assert kept == [1, 1]
