"""The series of one reading of one device: exact points, or roll-ups by hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web
from sqlalchemy import Connection

from collector.store import history
from collector.store.views import devices
from collector.web.api.pages import answer
from collector.web.call import Call, found

STEPS: Final = ("hour", "point")
LONGEST: Final = {"hour": timedelta(days=800), "point": timedelta(days=31)}
_USUAL: Final = timedelta(hours=24)


async def show_series(call: Call) -> web.StreamResponse:
    """``reading``, ``step`` (hour or point), ``since`` and ``until`` in ISO 8601 with an offset.

    An hour or a time without a good number is absent; ``damaged_days`` (UTC) are those of which
    not everything can be read, so that something may be absent for that. 422 when one of them is
    none of these or the span is too long for the step.
    """
    number, name = call.number("id"), call.asked("reading")
    step = call.asked("step") or STEPS[0]
    until = _moment(call.asked("until"), call.now)
    since = _moment(call.asked("since"), until - _USUAL)
    if not name or step not in STEPS or not timedelta(0) <= until - since <= LONGEST[step]:
        raise web.HTTPUnprocessableEntity
    found(await call.house.read(lambda db: devices.find_device(db, call.scope, number)))
    read = _hours if step == "hour" else _points
    items = await call.house.read(lambda db: read(db, number, name, since, until))
    damaged = await call.house.read(
        lambda db: history.unreadable(db, number, since=since, until=until)
    )
    return answer(
        {
            "reading": name,
            "step": step,
            "items": items,
            "damaged_days": [day.isoformat() for day in damaged],
        }
    )


def _moment(text: str, usual: datetime) -> datetime:
    if not text:
        return usual
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign in a URL is a blank
    except ValueError as error:
        raise web.HTTPUnprocessableEntity from error
    if moment.tzinfo is None or not 1970 < moment.year < 9000:
        raise web.HTTPUnprocessableEntity
    return moment.astimezone(UTC)


def _hours(
    db: Connection, number: int, name: str, since: datetime, until: datetime
) -> list[dict[str, object]]:
    return [
        {"at": one.at.isoformat(), **one.hour._asdict()}
        for one in history.hourly(db, number, name, since=since, until=until)
    ]


def _points(
    db: Connection, number: int, name: str, since: datetime, until: datetime
) -> list[dict[str, object]]:
    return [
        {"at": point.at.isoformat(), "value": point.number}
        for point in history.history(db, number, name, since=since, until=until)
    ]
