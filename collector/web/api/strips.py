"""The strips of a device page as numbers: what its plots are drawn from."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy import Connection

from collector.store.views import device_file, devices
from collector.web import strips
from collector.web.api.pages import answer
from collector.web.call import Call, found
from collector.web.strips import Series, Strip


async def show_strips(call: Call) -> web.StreamResponse:
    """``span``: 24h, 7d or 30d, ending now. Times are seconds since 1970.

    ``lanes`` tell the state of each family of checks slot by slot, in runs.
    """
    number, span = call.number("id"), call.asked("span") or "24h"
    if span not in strips.SPANS:
        raise web.HTTPUnprocessableEntity
    found(await call.house.read(lambda db: devices.find_device(db, call.scope, number)))
    told = answer(await call.house.read(lambda db: _read(db, call, number, span)))
    told.enable_compression()  # 100 kB of numbers for 30 days; over 4G a sixth of it
    return told


def _read(db: Connection, call: Call, number: int, span: str) -> dict[str, object]:
    latest = {one.name: one for one in device_file.list_readings(db, call.scope, number)}
    grid = strips.grid_of(span, call.now)
    return {
        "span": span,
        "since_s": grid.since_s,
        "until_s": grid.until_s,
        "slot_s": grid.slot_s,
        "strips": [
            _shape(one) for one in strips.read_strips(db, number, latest, span=span, now=call.now)
        ],
        "lanes": [
            {
                "family": lane.name,
                "runs": [[part.state.value, part.count] for part in lane.parts],
            }
            for lane in strips.read_lanes(db, number, span=span, now=call.now)
        ],
    }


def _shape(strip: Strip) -> dict[str, object]:
    return {
        "name": strip.name,
        "left": _numbers(strip.left),
        "right": _numbers(strip.right),
        "missing": [{"reading": one.name, "why": one.why} for one in strip.missing],
    }


def _numbers(series: Series | None) -> dict[str, object] | None:
    if series is None:
        return None
    return {
        "reading": series.name,
        "unit": series.unit,
        "at_s": series.at_s,
        "mean": series.mean,
        "low": series.low,
        "high": series.high,
    }
