"""A store of the version before keeps what agents answered, in the one language they knew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command as alembic
from sqlalchemy import Connection, insert, text

from collector.store import commands, migrate, tables
from collector.store.views.words import Words
from shared.command import CommandResult, Outcome
from tests.collector.house import NOON, House

BEFORE = "0010"
ENGLISH, CHINESE = "2 picture(s) sent", "已发送 2 张图片"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector's store."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def order(db: Connection, command_id: str) -> None:
    """Keep an order that waits for its answer."""
    db.execute(
        insert(tables.command).values(
            id=command_id,
            agent_id="agent-farm",
            organisation_id="north",
            verb="take_picture",
            device_id="gate",
            arguments_json="{}",
            actor="integrator",
            issued_at=NOON,
            not_after=NOON + timedelta(hours=1),
            body=b"",
            signature=b"",
            key_id="",
            state=commands.WAITING,
        )
    )


def answer(db: Connection, command_id: str) -> None:
    """Answer it as an agent does that knows both languages."""
    result = CommandResult(command_id, Outcome.DONE, NOON, ENGLISH, detail_zh=CHINESE)
    assert commands.note_result(db, agent_id="agent-farm", result=result, now=NOON)


def test_old_answers_keep_their_english_and_new_ones_have_both(house: House) -> None:
    """Up from the version before: nothing is lost, no Chinese is made up, and both are kept now."""
    with house.engine.begin() as db:
        for command_id in ("c-old", "c-new"):
            order(db, command_id)
        answer(db, "c-old")
        config = migrate._config()
        config.attributes["connection"] = db
        alembic.downgrade(config, BEFORE)
        (row,) = db.execute(text("SELECT detail FROM command WHERE id = 'c-old'"))
    assert row.detail == ENGLISH

    migrate.migrate(house.engine)
    with house.engine.begin() as db:
        answer(db, "c-new")
        old = commands.state_of(db, command_id="c-old")
        new = commands.state_of(db, command_id="c-new")
        kept = db.execute(text("SELECT detail_zh FROM command WHERE id = 'c-old'")).scalar_one()

    assert old == ("done", Words(en=ENGLISH, zh=ENGLISH))
    assert new == ("done", Words(en=ENGLISH, zh=CHINESE))
    assert kept is None
