"""MQTT in: connection after connection, a watchdog over each, one worker that stores.

A message is acknowledged to the broker only when it is stored or quarantined (telemetry: when it
is here, for its agent keeps it until the receipt), and only on the connection that brought it.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from collector.intake.arrival import Counts
from collector.intake.backlog import Backlog
from collector.intake.connection import Connection
from collector.intake.room import Room
from collector.intake.worker import Link, Worker
from collector.settings import BrokerSettings
from shared.backoff import Backoff

log = logging.getLogger(__name__)

STUCK_S: Final = 45.0  # not one word from the broker, not even the heartbeat's answer
LOST_S: Final = 60.0  # /healthz says that the broker is away
CAP_S: Final = 15.0
_LOOK_S: Final = 0.25


class Subscriber:
    """Listens until stopped; ``start`` and ``stop`` once each."""

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        engine: Engine,
        room: Room,
        clock: Callable[[], datetime],
        backlog: Backlog | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._backlog = backlog or Backlog()
        self._stopping = threading.Event()
        self._connection = self._connect(1)  # a bad certificate ends the start, not a thread
        self._connections = 1
        self._listening_since: datetime | None = None
        self._deaf_since_s: float | None = time.monotonic()
        self._last_why = ""
        self._work = Worker(
            engine=engine,
            room=room,
            clock=clock,
            backlog=self._backlog,
            link=self._link,
            on_recovered=self._hear_anew,
        )
        self._worker = threading.Thread(
            target=self._work.run, args=(self._stopping,), name="ingest", daemon=True
        )
        self._keeper = threading.Thread(target=self._keep_connected, name="mqtt", daemon=True)

    def start(self) -> None:
        """Connect in the background, now and whenever the broker comes back."""
        self._keeper.start()
        self._worker.start()

    def stop(self) -> None:
        """Finish the batch at hand, leave the broker; what is queued comes again."""
        self._stopping.set()
        for thread in (self._worker, self._keeper):
            if thread.is_alive():
                thread.join(timeout=30)

    def listening_since(self) -> datetime | None:
        """Since when frames reach us and can be stored; None while they cannot."""
        if self._work.trouble or not self.is_alive():
            return None
        return self._listening_since

    def is_alive(self) -> bool:
        """False when a thread died of a defect: then nothing is stored any more."""
        return self._worker.is_alive() and self._keeper.is_alive()

    def counts(self) -> Counts:
        """What came so far."""
        return self._work.counts

    def connections(self) -> int:
        """How many connections there were."""
        return self._connections

    def trouble(self) -> str:
        """Why nothing can be stored or heard right now; '' while all is well."""
        if not self.is_alive():
            return "the ingest worker ended; see the log, then start the collector again"
        if self._work.trouble:
            return self._work.trouble
        since_s = self._deaf_since_s
        if since_s is not None and (deaf_s := time.monotonic() - since_s) > LOST_S:
            where = f"{self._settings.host}:{self._settings.port}"
            return f"no frames from the broker {where} for {deaf_s:.0f} s: {self._last_why}"
        return ""

    def _link(self) -> Link | None:
        return self._connection if self._connection.is_connected else None

    def _connect(self, number: int) -> Connection:
        def on_listening(is_listening: bool) -> None:
            if self._connections == number:  # not an abandoned one that wakes up late
                self._note_listening(is_listening=is_listening)

        return Connection(
            self._settings, number=number, backlog=self._backlog, on_listening=on_listening
        )

    def _note_listening(self, *, is_listening: bool) -> None:
        self._listening_since = self._clock() if is_listening else None
        if is_listening:
            self._deaf_since_s = None
        elif self._deaf_since_s is None:
            self._deaf_since_s = time.monotonic()

    def _hear_anew(self) -> None:
        """While nothing could be stored, nobody was silent that we know of."""
        if self._listening_since is not None:
            self._listening_since = self._clock()

    def _keep_connected(self) -> None:
        backoff = Backoff(jitter=random.random, cap_s=CAP_S)
        while True:
            connection = self._connection
            began_s = time.monotonic()
            network = threading.Thread(target=connection.run, name="mqtt-network", daemon=True)
            network.start()
            why = self._watch(connection, network)
            connection.close()
            if self._stopping.is_set():
                network.join(timeout=5)
                return
            self._note_listening(is_listening=False)
            backoff.connection_ended(lasted_s=time.monotonic() - began_s)
            delay_s = backoff.next_delay_s()
            self._last_why = why
            log.warning("the broker is gone (%s); connecting again in %.1f s", why, delay_s)
            self._stopping.wait(delay_s)
            while self._backlog.fill > 0.5 and not self._stopping.is_set():
                self._stopping.wait(_LOOK_S)
            self._connections += 1
            self._connection = self._connect(self._connections)

    def _watch(self, connection: Connection, network: threading.Thread) -> str:
        """Return when the connection is over, or nothing has come back on it for too long."""
        while not self._stopping.is_set():
            network.join(_LOOK_S)
            if not network.is_alive():
                return connection.why or "its thread died of a defect; see the log"
            silent_s = time.monotonic() - connection.progress_s
            if silent_s > STUCK_S and not connection.was_full:
                return f"not a word for {silent_s:.0f} s"
        return "told to stop"
