"""Days of the store sent to a time-series server once more, or for the first time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, select

from collector.outlets.lots import LINES_AT_ONCE, Server
from collector.store import sink as rows
from collector.store import telemetry
from collector.store.engine import reader
from collector.store.tables import position
from collector.telemetry import day as days
from collector.telemetry.lines import Written, of_columns, tags_text
from collector.telemetry.samples import DAY_S, second_of

_END_OF_TIME_S: Final = 10**11


def backfill(
    engine: Engine, server: Server, *, since: datetime, until: datetime, with_serial: bool
) -> Iterator[tuple[str, int]]:
    """Write every sample that days hold; yields device and values, position by position.

    What is not in days yet is the sink's. SinkError when the server does not take it: run again,
    what is there already is the same again.
    """
    first, last = second_of(since) // DAY_S, second_of(until) // DAY_S
    with reader(engine) as db:
        places = db.execute(
            select(position.c.id, position.c.agent_id, position.c.device_id).order_by(position.c.id)
        ).all()
    for position_id, agent_id, device_id in places:
        with reader(engine) as db:
            own = rows.tags_of(db, (agent_id,), with_serial=with_serial)[agent_id][device_id]
        values = 0
        for day in range(first, last + 1):
            with reader(engine) as db:
                found = telemetry.days(db, position_id, first=day, last=day, with_points=True)
            made = _lines_of(found[0], tags_text(own)) if found else Written([], 0)
            for begin in range(0, len(made.lines), LINES_AT_ONCE):
                server.write(made.lines[begin : begin + LINES_AT_ONCE])
            values += made.values
        yield device_id, values


def _lines_of(day: telemetry.Day, text: str) -> Written:
    """A day past the keeping time of its samples, or a damaged one, has none."""
    made = Written([], 0)
    if day.points is None:
        return made
    try:
        tables = days.tables_in(day.points)
    except days.DamagedDayError:
        return made
    for one in tables:
        tags = {rows.device_id: text for rows in one.devices}
        lines, values = of_columns(one, tags, latest_s=_END_OF_TIME_S)
        made = Written(made.lines + lines, made.values + values)
    return made
