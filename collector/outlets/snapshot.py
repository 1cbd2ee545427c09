"""How every device stands now and which faults are open, as lines of one moment."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from collector.store import sink as rows
from collector.store.tables import agent, episode, position
from collector.telemetry.lines import PREFIX, escape, tags_text
from collector.telemetry.presence import family_of
from collector.telemetry.samples import second_of

STANDINGS: Final = {"unknown": 0, "ok": 1, "fault": 2, "unsupported": 3}


def lines(db: Connection, *, now: datetime, with_serial: bool) -> list[str]:
    """``preclaim_device`` of every position, ``preclaim_fault`` of every open episode.

    ``standing`` is a number of ``STANDINGS``; a standing that it does not know is unknown.
    """
    second = second_of(now)
    agents = list(db.execute(select(agent.c.id)).scalars())
    texts = {
        tags.position: tags_text(tags)
        for own in rows.tags_of(db, agents, with_serial=with_serial).values()
        for tags in own.values()
        if tags.position
    }
    open_codes: dict[int, set[str]] = {}
    for position_id, code in db.execute(
        select(episode.c.position_id, episode.c.code).where(episode.c.cleared_at.is_(None))
    ):
        open_codes.setdefault(position_id, set()).add(code)
    made = []
    for position_id, standing in db.execute(select(position.c.id, position.c.standing)):
        text, codes = texts.get(str(position_id), ""), open_codes.get(position_id, set())
        made.append(
            f"{PREFIX}device{text} standing={STANDINGS.get(standing, 0)},"
            f"open_faults={len(codes)} {second}"
        )
        made += [
            f"{PREFIX}fault{text},family={escape(family_of(code))},code={escape(code)}"
            f" open=1 {second}"
            for code in sorted(codes)
        ]
    return made
