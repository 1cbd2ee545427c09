"""Thirty days of three metrics of one camera among 10^8 stored samples: ``energy.history_*``.

Days are packed by the product's own code. A camera's days are a random walk of its own where it is
asked for; the others repeat those of eight walks, for what a row holds is nothing to a query
that does not read it. Today is left as it came: batches of two hours that nobody has merged yet.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import Engine
from yarl import URL

from benchmarks.day_of_readings import EVERY, FIELDS, walk
from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.stored_bytes import BEGIN, SEED, frame, make_room, open_store
from collector.compact import compact_agent
from collector.intake.arrival import Arrival
from collector.intake.ingest import ingest
from collector.store import accounts, hourly, positions
from collector.store.engine import reader
from collector.store.scope import Role
from collector.store.tables import telemetry_day
from collector.store.upsert import insert_tuples
from collector.telemetry.day import Packed, pack
from collector.telemetry.samples import DAY_S, read, second_of
from collector.web.application import create
from shared.fold import fold

_SAMPLES: Final = {Size.SHORT: 10**7, Size.FULL: 10**8}
DAYS: Final = 30
NAMES: Final = ("battery.charge", "solar.power", "cellular.rsrp")
_PER_DAY: Final = int(timedelta(days=1) / EVERY)
_FRESH: Final = 24  # visits of the last two hours, which nobody has merged yet
_WALKS: Final = 8
_ASKED: Final = 41  # times
_TOKEN: Final = "history-benchmark"  # of a store that is thrown away


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Milliseconds of each question, and how large the store was."""

    http_ms: list[float]
    page_ms: list[float]  # what the device page draws for 30 days
    function_ms: list[float]
    cpu_ms: list[float]  # of the function
    samples: int
    cameras: int
    file_mb: float
    built_s: float


def measure(samples: int) -> Times:
    """Build the store and ask."""
    cameras = -(-samples // (_PER_DAY * DAYS * FIELDS))
    with tempfile.TemporaryDirectory(prefix="preclaim-history-") as name:
        root = Path(name)
        began = time.perf_counter()
        engine = open_store(root, ("agent-0", "agent-1"))
        now = BEGIN + timedelta(days=DAYS, hours=14)
        first = _fill_own(engine, root, now=now)
        _fill_others(engine, cameras - 1)
        built_s = time.perf_counter() - began
        with engine.connect() as db:
            db.exec_driver_sql("COMMIT")
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        http_ms, page_ms = asyncio.run(_ask(engine, root, first, now=now))
        called = [_call(engine, first, now=now) for _ in range(_ASKED)][1:]
        file_mb = (root / "collector.db").stat().st_size / 1e6
        engine.dispose()
    return Times(
        http_ms=http_ms,
        page_ms=page_ms,
        function_ms=[took for took, _ in called],
        cpu_ms=[spent for _, spent in called],
        samples=cameras * DAYS * _PER_DAY * FIELDS,
        cameras=cameras,
        file_mb=file_mb,
        built_s=built_s,
    )


def _fill_own(engine: Engine, root: Path, *, now: datetime) -> int:
    """The camera that is asked for, all of it through intake and compaction; its position."""
    room, dice = make_room(root), random.Random(SEED)
    visits = int((now - BEGIN) / EVERY)
    steps = walk("camera-own", since=BEGIN, samples=visits, dice=dice)
    waiting: list[Arrival] = []
    for number in range(1, visits + 1):
        at = BEGIN + number * EVERY + timedelta(seconds=5)
        waiting.append(frame([next(steps) for _ in range(FIELDS)], seq=number, now=at))
        is_merged = number % _PER_DAY == 0 or number == visits - _FRESH
        if is_merged or number == visits:
            ingest(engine, waiting, room=room, now=at)
            waiting = []
        if is_merged:
            compact_agent(engine, "agent-0", policy=room.policy, now=at)
    with reader(engine) as db:
        return positions.ids_of(db, "agent-0")["camera-own"]


def _fill_others(engine: Engine, cameras: int) -> None:
    """The other cameras' days, of as many walks as are worth making."""
    packed = [_days_of(number) for number in range(min(_WALKS, cameras))]
    first_day = second_of(BEGIN) // DAY_S
    for number in range(cameras):
        own = packed[number % _WALKS]
        with engine.begin() as db:
            place = positions.find_or_add(
                db,
                agent_id="agent-1",
                device_id=f"camera-{number}",
                site_id="site",
                organisation_id="factory",
            )
            insert_tuples(
                db,
                telemetry_day,
                ("position_id", "day", "organisation_id", "revision", "hours", "points"),
                [
                    (place, first_day + day, "factory", 1, one.hours, one.points)
                    for day, one in enumerate(own)
                ],
            )


def _days_of(seed: int) -> list[Packed]:
    """Thirty days of a walk as the product packs them."""
    steps = walk("c", since=BEGIN, samples=DAYS * _PER_DAY, dice=random.Random(SEED + 1 + seed))
    latest, first_day = BEGIN + timedelta(days=DAYS + 1), second_of(BEGIN) // DAY_S
    made = []
    for day in range(first_day, first_day + DAYS):
        batch = fold([next(steps) for _ in range(_PER_DAY * FIELDS)], sent_at=BEGIN)
        made.append(pack(read(batch, received_at=latest)["c"], day=day))
    return made


def _call(engine: Engine, number: int, *, now: datetime) -> tuple[float, float]:
    """Milliseconds by the clock, and of CPU."""
    began, spent = time.perf_counter(), time.thread_time()
    with reader(engine) as db:
        found = hourly.hourly_of(db, number, NAMES, since=now - timedelta(days=DAYS), until=now)
    took, spent = time.perf_counter() - began, time.thread_time() - spent
    _check({name: len(told.hours) for name, told in found.items()})
    return took * 1000, spent * 1000


async def _ask(
    engine: Engine, root: Path, number: int, *, now: datetime
) -> tuple[list[float], list[float]]:
    """The same through the API, by a program with a token, over HTTP on loopback; and the strips.

    The strips ask for what the device page draws: eleven readings, and lanes of checks.
    """
    with engine.begin() as db:
        accounts.add_token(
            db,
            token=_TOKEN,
            name="history",
            role=Role.ADMIN,
            organisation_id="factory",
            now=now,
        )
    since = (now - timedelta(days=DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = "&".join(f"reading={name}" for name in NAMES)
    device = f"/api/v1/devices/{number}"
    app = create(engine=engine, evidence_dir=root / "evidence", now=lambda: now)
    api, page = [], []
    async with TestServer(app) as server, ClientSession() as client:
        for _ in range(_ASKED):
            took, told = await _get(
                client, server.make_url(f"{device}/series?{query}&step=hour&since={since}")
            )
            api.append(took)
            _check({one["reading"]: len(one["items"]) for one in told["series"]})
            took, told = await _get(client, server.make_url(f"{device}/strips?span=30d"))
            page.append(took)
            if len(told["strips"][0]["left"]["at_s"]) < DAYS * 24:
                raise RuntimeError("the strips lack hours")
    return api[1:], page[1:]


async def _get(client: ClientSession, url: URL) -> tuple[float, dict[str, Any]]:
    """Milliseconds until all of it was there, and what it says."""
    began = time.perf_counter()
    async with client.get(url, headers={"Authorization": f"Bearer {_TOKEN}"}) as answer:
        body = await answer.read()
    return (time.perf_counter() - began) * 1000, json.loads(body)


def _check(hours: dict[str, int]) -> None:
    """A figure of an answer that lacks something is none."""
    if set(hours) != set(NAMES) or min(hours.values()) < DAYS * 24:
        raise RuntimeError(f"not every hour was answered: {hours}")


def _history(size: Size) -> Measurement:
    found = measure(_SAMPLES[size])
    http, function = statistics.median(found.http_ms), statistics.median(found.function_ms)
    return Measurement(
        value=round(http, 1),
        made_by=f"median of {len(found.http_ms)} questions by HTTP, highest"
        f" {max(found.http_ms):.1f} ms; the store's function alone {function:.1f} ms"
        f" (CPU {statistics.median(found.cpu_ms):.1f}), the device page's strips of 30 days"
        f" {statistics.median(found.page_ms):.1f} ms;"
        f" {found.samples} samples of {found.cameras} cameras, {found.file_mb:.0f} MB of SQLite,"
        f" built in {found.built_s:.0f} s; the last 2 h not merged, today open",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="energy.history_ms",
        what="history of one camera over 30 days, three metrics hourly, at 10^8 stored samples",
        unit="ms",
        bound=Bound.AT_MOST,
        target=50,
        how="HTTP client → collector's API → SQLite; days packed by the product's code, the asked"
        " camera's by intake and compaction; short: 10^7 samples",
        measure=_history,
    ),
)
