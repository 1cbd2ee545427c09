"""The series of one reading of one device: exact points, or roll-ups by hour."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

import msgspec
from aiohttp import web
from sqlalchemy import Connection

from collector.store import history, hourly
from collector.store.views import devices
from collector.telemetry.hour import Hours
from collector.telemetry.samples import HOUR_S, moment_of
from collector.web.call import Call, found

STEPS: Final = ("hour", "point")
LONGEST: Final = {"hour": timedelta(days=1200), "point": timedelta(days=31)}
MOST: Final = 8  # readings in one answer
_USUAL: Final = timedelta(hours=24)
_Series: TypeAlias = tuple[Mapping[str, Sequence[object]], Sequence[date]]  # and damaged days


class HourItem(msgspec.Struct, frozen=True, gc=False):
    """One hour as it is told."""

    at: str
    samples: int
    low: float
    high: float
    mean: float
    last: float


async def show_series(call: Call) -> web.StreamResponse:
    """``reading``, ``step`` (hour or point), ``since`` and ``until`` in ISO 8601 with an offset.

    Several ``reading`` are answered at once, as a list ``series``. An hour or a time without a good
    number is absent; ``damaged_days`` (UTC) are those of which not everything can be read, so that
    something may be absent for that. 422 when one of them is none of these, there are too many
    readings, or the span is too long for the step.
    """
    number = call.number("id")
    names = tuple(dict.fromkeys(call.request.query.getall("reading", [])))
    step = call.asked("step") or STEPS[0]
    until = _moment(call.asked("until"), call.now)
    since = _moment(call.asked("since"), until - _USUAL)
    is_named = all(names) and 1 <= len(names) <= MOST
    if not is_named or step not in STEPS or not timedelta(0) <= until - since <= LONGEST[step]:
        raise web.HTTPUnprocessableEntity

    def read(db: Connection) -> dict[str, object]:
        found(devices.find_device(db, call.scope, number))
        series, damaged = (_hours if step == "hour" else _points)(db, number, names, since, until)
        return {
            "step": step,
            **(
                {"reading": names[0], "items": series[names[0]]}
                if len(names) == 1
                else {"series": [{"reading": name, "items": series[name]} for name in names]}
            ),
            "damaged_days": [day.isoformat() for day in damaged],
        }

    told = await call.house.read(lambda db: msgspec.json.encode(read(db)))
    return web.Response(body=told, content_type="application/json")


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
    db: Connection, number: int, names: Collection[str], since: datetime, until: datetime
) -> _Series:
    told = hourly.hourly_and_damage(db, number, names, since=since, until=until)
    return {name: _items(hours) for name, hours in told.hours.items()}, told.damaged


def _items(told: Hours) -> list[object]:
    fields = (told.samples, told.low, told.high, told.mean, told.last)
    return list(map(HourItem, map(_text_of, told.hours), *fields))


@lru_cache(maxsize=8192)  # a year of hours: whoever asks, asks for the same ones again
def _text_of(hour: int) -> str:
    return moment_of(hour * HOUR_S).isoformat()


def _points(
    db: Connection, number: int, names: Collection[str], since: datetime, until: datetime
) -> _Series:
    told = history.points_of(db, number, names, since=since, until=until)
    damaged = history.unreadable(db, number, since=since, until=until)
    return {
        name: [{"at": point.at.isoformat(), "value": point.number} for point in points]
        for name, points in told.items()
    }, damaged
