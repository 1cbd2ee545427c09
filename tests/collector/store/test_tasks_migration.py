"""Tasks of the version before: what was closed by hand and is not mended is verified after all."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import text

from collector.store import migrate
from collector.store.engine import open_engine, sqlite_url

BEFORE = "0014"
AT = "2026-03-01 12:00:00.000000"
_EPISODE = """
INSERT INTO episode (id, agent_id, epoch, seq, position_id, organisation_id, code, state, onset_at,
    agent_onset_at, opened_at, cleared_at, summary_en, summary_zh, because_json, observations,
    label_serial, firmware, recorder_firmware)
VALUES (:id, 'a', 'e', :id, 1, 'o', :code, 'open', :at, :at, :at, :cleared, '', '', '[]', 1, '',
    '', '')
"""
_TASK = """
INSERT INTO task (id, organisation_id, site_id, position_id, code, kind, episode_id, opened_at,
    closed_at, closed_by)
VALUES (:id, 'o', 's', 1, :code, 'maintenance', :episode, :at, :closed, :by)
"""


def test_work_that_mended_nothing_is_open_again(tmp_path: Path) -> None:
    """Closed by hand with the fault open: to be verified. The newest of a fault alone, none that
    cleared, and none beside one that is open."""
    engine = open_engine(sqlite_url(tmp_path))
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
        ):
            db.execute(text(statement))
        for number, code, cleared in (
            (1, "persists", None),
            (2, "over", AT),
            (3, "again", None),
        ):
            db.execute(text(_EPISODE), {"id": number, "code": code, "at": AT, "cleared": cleared})
        for number, code, episode, closed, by in (
            (1, "persists", 1, AT, "first"),
            (2, "persists", 1, AT, "second"),
            (3, "over", 2, AT, "third"),
            (4, "again", 3, AT, "fourth"),
            (5, "again", 3, None, ""),
        ):
            db.execute(
                text(_TASK),
                {"id": number, "code": code, "episode": episode, "at": AT,
                 "closed": closed, "by": by},
            )  # fmt: skip
    migrate.migrate(engine)
    with engine.begin() as db:
        rows = db.execute(text("SELECT id, done_by, closed_by, closed_at FROM task ORDER BY id"))
        told = [(row.id, row.done_by, row.closed_by, row.closed_at is None) for row in rows]
    engine.dispose()

    assert told == [
        (1, "", "first", False),
        (2, "second", "", True),
        (3, "", "third", False),
        (4, "", "fourth", False),
        (5, "", "", True),
    ]
