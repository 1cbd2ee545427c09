"""Rows of table seq_lost for what the quarantine keeps no longer: it came, so it is not missing.

A refused row that was receipted never comes again. Its gap is explained by the row in quarantine
while that is there; whoever lets that go calls here in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, exists, func, insert, literal, select

from collector.store.quarantine_row import Quarantined
from collector.store.quarantine_share import COMES_AGAIN
from collector.store.tables import agent, quarantine, seq_lost
from collector.store.upsert import insert_into
from shared.receipt import ranges_of

REFUSED: Final = "refused: "  # begins the reason; what an agent told as lost has its own words

# Built once. The agent may have been assigned after its row was set aside.
_NOTE: Final = insert(seq_lost).from_select(
    ["agent_id", "organisation_id", "epoch", "first", "last", "lane", "reason", "told_at"],
    select(
        quarantine.c.agent_id,
        agent.c.organisation_id,
        quarantine.c.epoch,
        quarantine.c.seq,
        quarantine.c.seq,
        func.coalesce(func.min(quarantine.c.lane), 0),
        literal(REFUSED) + func.min(quarantine.c.reason),
        bindparam("at", type_=seq_lost.c.told_at.type),
    )
    .join(agent, agent.c.id == quarantine.c.agent_id)
    .where(
        quarantine.c.id.in_(bindparam("gone", expanding=True)),
        quarantine.c.seq.is_not(None),
        quarantine.c.reason != COMES_AGAIN,
        ~exists().where(
            seq_lost.c.agent_id == quarantine.c.agent_id,
            seq_lost.c.epoch == quarantine.c.epoch,
            seq_lost.c.first == quarantine.c.seq,
            seq_lost.c.last == quarantine.c.seq,
        ),
    )
    .group_by(quarantine.c.agent_id, agent.c.organisation_id, quarantine.c.epoch, quarantine.c.seq),
)


def note(db: Connection, gone: Sequence[int], *, now: datetime) -> None:
    """Call before rows with these ids are deleted unaccepted."""
    db.execute(_NOTE, {"gone": gone, "at": now})


def note_unkept(db: Connection, items: Iterable[Quarantined], *, now: datetime) -> None:
    """For what never got a row there and was receipted; neighbours share a range."""
    seqs: dict[tuple[str, str, str, int, str], set[int]] = {}
    for item in items:
        if item.identity and item.organisation_id and item.reason != COMES_AGAIN:
            epoch = str(item.identity.epoch)
            key = (item.agent_id, item.organisation_id, epoch, item.lane or 0, item.reason)
            seqs.setdefault(key, set()).add(item.identity.seq)
    rows = [
        {
            "agent_id": agent_id,
            "organisation_id": organisation_id,
            "epoch": epoch,
            "first": found.first,
            "last": found.last,
            "lane": lane,
            "reason": f"{REFUSED}{reason}",
            "told_at": now,
        }
        for (agent_id, organisation_id, epoch, lane, reason), own in seqs.items()
        for found in ranges_of(own)
    ]
    if rows:
        db.execute(insert_into(db, seq_lost).on_conflict_do_nothing(), rows)
