"""A store of the version before keeps its shadow verdicts: engineers can rule on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from collector.store import migrate, trust
from collector.store.engine import open_engine, sqlite_url

BEFORE = "0009"
_DECISION = """
INSERT INTO episode (id, agent_id, epoch, seq, position_id, organisation_id, code, state, onset_at,
    agent_onset_at, opened_at, summary_en, summary_zh, because_json, observations, label_serial,
    firmware, recorder_firmware)
VALUES (:id, 'a', 'e', :id, 1, 'o', :code, 'open', :at, :at, :at, '', '', '[]', 1, :serial, '', '')
"""


@pytest.mark.parametrize(
    ("code", "outcome", "serial", "pairs"),
    [
        ("picture.blurred", "shadow", "", [("picture.blurred", "SC-1")]),
        ("picture.blurred", "shadow", "S1", [("picture.blurred", "SC-REGISTERED")]),
        ("picture.blurred", "claim", "", []),
        ("new.code", "shadow", "", []),
    ],
)
def test_shadow_verdicts_are_put_on_record(
    tmp_path: Path, code: str, outcome: str, serial: str, pairs: list[tuple[str, str]]
) -> None:
    """Picture verdicts in shadow are, on the registry's model or the device's; all else is not."""
    engine = open_engine(sqlite_url(tmp_path))
    at = "2026-03-01 12:00:00.000000"
    with engine.begin() as db:
        config = migrate._config()
        config.attributes["connection"] = db
        command.upgrade(config, BEFORE)
        for statement in (
            "INSERT INTO organisation (id, name, kind) VALUES ('o', 'O', 'factory')",
            "INSERT INTO site (id, organisation_id, name) VALUES ('s', 'o', 'S')",
            "INSERT INTO agent (id, organisation_id, site_id) VALUES ('a', 'o', 's')",
            "INSERT INTO position (id, agent_id, device_id, site_id, organisation_id, model)"
            " VALUES (1, 'a', 'gate', 's', 'o', 'SC-1')",
            "INSERT INTO unit (serial, organisation_id, model, product, imported_at)"
            f" VALUES ('S1', 'o', 'SC-REGISTERED', 'wifi', '{at}')",
        ):
            db.execute(text(statement))
        db.execute(text(_DECISION), {"id": 1, "code": code, "at": at, "serial": serial})
        db.execute(
            text(
                "INSERT INTO decision (id, episode_id, organisation_id, due_at, state, outcome,"
                " decided_at) VALUES (7, 1, 'o', :at, 'decided', :outcome, :at)"
            ),
            {"at": at, "outcome": outcome},
        )
    migrate.migrate(engine)
    with engine.begin() as db:
        assert [(pair.code, pair.model) for pair in trust.pairs(db)] == pairs
        assert (trust.find_verdict(db, 7) is not None) is bool(pairs)
    engine.dispose()
