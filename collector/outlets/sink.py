"""Sends telemetry from the store to a time-series server, at its own pace: never part of intake.

It reads behind its own cursor and moves it after the server took the lines; so a kill repeats
some, and the server has them once, because a point is named by time, name and tags. Lines of the
next portion are made while the server takes those before. When the server is away the portions
wait in the store up to a bound, the oldest beyond it are dropped and counted.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from collector.outlets import snapshot
from collector.outlets.lots import Lots, Server
from collector.outlets.portions import Portion, Portions
from collector.outlets.sink_error import Cause, SinkError
from collector.store import sink as rows
from collector.store.cause import cause_of
from collector.store.engine import reader
from shared.backoff import Backoff

log = logging.getLogger(__name__)

NAME: Final = "influx"
_POLL_S: Final = 5.0
_SNAPSHOT_EVERY: Final = timedelta(seconds=60)
# VictoriaMetrics keeps what it acknowledged in memory for some 10 s (measured: lost after 6, there
# after 12), and a kill takes it: after an outage the last minute is sent again.
_DOUBTED_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of readings since the start, and what is wrong now."""

    values: int = 0
    lines: int = 0
    refused_lines: int = 0  # the server will never have them
    refusal: str = ""  # its last word about one
    failures: int = 0
    written_at: datetime | None = None
    trouble: SinkError | None = None


class Sink:
    """Runs beside the jobs; one server, one thread that writes."""

    def __init__(
        self,
        engine: Engine,
        *,
        open_server: Callable[[], Server],
        backlog_bytes: int,
        with_serial: bool,
        clock: Callable[[], datetime],
        backoff: Backoff,
    ) -> None:
        self._engine = engine
        self._open_server = open_server
        self._backlog_bytes = backlog_bytes
        self._with_serial = with_serial
        self._clock = clock
        self._backoff = backoff
        self._portions = Portions(engine, with_serial=with_serial)
        self._lots = Lots()
        self._counts = Counts()
        self._snapshot_at: datetime | None = None
        self._confirmed: deque[tuple[float, int]] = deque()  # cursors of the last minute, and when
        self._settled = 0
        self._is_doubted = False  # the server was not there: it may have died

    @property
    def counts(self) -> Counts:
        """What became of readings since the start."""
        refused, refusal = self._lots.refused_lines, self._lots.refusal
        return replace(self._counts, refused_lines=refused, refusal=refusal)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what the server does not take waits in the store."""
        server = await asyncio.to_thread(self._open_server)
        try:
            while not stop.is_set():
                delay_s = await asyncio.to_thread(self.turn, server, stop.is_set)
                try:
                    async with asyncio.timeout(delay_s):
                        await stop.wait()
                except TimeoutError:
                    continue
        finally:
            await asyncio.to_thread(server.close)

    def turn(self, server: Server, is_stopped: Callable[[], bool]) -> float:
        """Send what waits; how long to wait then, in seconds."""
        try:
            self._keep_within()
            self.send(server, is_stopped)
            self._send_snapshot(server)
        except SinkError as error:
            return self._rest(error)
        except DBAPIError as error:
            log.error("telemetry was not sent on (%s); the next turn does it", cause_of(error))
        except Exception as error:  # a library's surprise must not end intake beside it
            log.exception("telemetry was not sent on; tried again later")
            return self._rest(SinkError(Cause.SERVER, f"{type(error).__name__}: {error}"))
        return _POLL_S

    def _rest(self, error: SinkError) -> float:
        before = self._counts.trouble
        if before is None or before.cause is not error.cause:
            log.warning("time-series server: %s; telemetry waits", error)
        if error.cause is Cause.UNREACHABLE:
            self._is_doubted = True
        failures = self._counts.failures + 1
        self._counts = replace(self._counts, trouble=error, failures=failures)
        return max(self._backoff.next_delay_s(), error.retry_after_s or 0.0)

    def _keep_within(self) -> None:
        """Begin, and drop what is beyond the bound."""
        with reader(self._engine) as db:
            is_begun = rows.is_begun(db, NAME)
            excess = rows.excess(db, most_bytes=self._backlog_bytes)
        if is_begun and not excess:
            return
        with self._engine.begin() as db:
            rows.begin(db, NAME)
            dropped = rows.trim(db, NAME, most_bytes=self._backlog_bytes, now=self._clock())
        if dropped:
            log.warning("time-series server: %d batches beyond the bound were dropped", dropped)

    def send(self, server: Server, is_stopped: Callable[[], bool]) -> None:
        """Send everything that waits now; SinkError when the server does not take it."""
        with reader(self._engine) as db:
            beyond = rows.cursor(db, NAME, settled=self._is_doubted)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="influx") as thread:
            under_way: tuple[Future[None], Portion] | None = None
            while True:
                stopped = is_stopped()
                portion = None if stopped else self._next(beyond)
                taken = None
                if under_way is not None:
                    written, taken = under_way
                    written.result()
                under_way = None
                if portion is not None:
                    beyond = portion.cursor
                    under_way = thread.submit(self._lots.write, server, portion.lines), portion
                if taken is not None:
                    self._confirm(taken)  # while the server takes the next one
                if under_way is None:
                    break
        if not stopped:
            self._is_doubted = False

    def _next(self, beyond: int) -> Portion | None:
        return self._portions.next(beyond, lines_at_once=self._lots.lines_at_once)

    def _confirm(self, portion: Portion) -> None:
        """The server has the portion: move the cursor."""
        self._backoff.reset()
        second, now = time.monotonic(), self._clock()
        self._confirmed.append((second, portion.cursor))
        while self._confirmed[0][0] < second - _DOUBTED_S:
            self._settled = self._confirmed.popleft()[1]
        with self._engine.begin() as db:
            rows.advance(db, NAME, to=portion.cursor, settled=self._settled)
        self._counts = replace(
            self._counts,
            values=self._counts.values + portion.values,
            lines=self._counts.lines + len(portion.lines),
            written_at=now,
            trouble=None,
        )

    def _send_snapshot(self, server: Server) -> None:
        """How devices stand now and which faults are open: of this moment, never sent later."""
        now = self._clock()
        if self._snapshot_at is not None and now - self._snapshot_at < _SNAPSHOT_EVERY:
            return
        with reader(self._engine) as db:
            lines = snapshot.lines(db, now=now, with_serial=self._with_serial)
        self._snapshot_at = now
        if not lines:
            return
        self._lots.write(server, lines)
        self._counts = replace(self._counts, written_at=now, trouble=None)
