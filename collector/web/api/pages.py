"""Cursor pages: a list answer with the cursor to go on from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from aiohttp import web

from collector.web.call import Call

T = TypeVar("T")
LARGEST: Final = 500
USUAL: Final = 100
BEYOND_IDS: Final = 2**31 - 1
"""Ids are 32-bit integers; PostgreSQL refuses to compare one with more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where to go on (an id; 0 for the top) and how many items to give."""

    place: int
    limit: int


def read_cursor(call: Call) -> Cursor:
    """``cursor`` and ``limit`` of the URL; 422 when they are no numbers or out of range."""
    place = call.asked("cursor") or "0"
    if not (place.isascii() and place.isdecimal()) or int(place) > BEYOND_IDS:
        raise web.HTTPUnprocessableEntity
    return Cursor(place=int(place), limit=read_limit(call))


def read_limit(call: Call) -> int:
    """``limit`` of the URL; 422 when it is no number or out of range."""
    limit = call.asked("limit") or str(USUAL)
    if not (limit.isascii() and limit.isdecimal()) or not 1 <= int(limit) <= LARGEST:
        raise web.HTTPUnprocessableEntity
    return int(limit)


def answer_page(
    rows: Sequence[T], cursor: Cursor, *, shape: Callable[[T], object], place: Callable[[T], int]
) -> web.Response:
    """``items`` and ``next_cursor``; the query asked for one row more than the limit."""
    shown = rows[: cursor.limit]
    more = len(rows) > cursor.limit
    return answer(
        {
            "items": [shape(row) for row in shown],
            "next_cursor": str(place(shown[-1])) if more else None,
        }
    )


def answer(content: object) -> web.Response:
    """JSON as UTF-8 without escapes."""
    return web.Response(
        body=json.dumps(content, ensure_ascii=False).encode(), content_type="application/json"
    )
