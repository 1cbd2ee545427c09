"""The one thread that stores: batches into one transaction, receipts after it, then the acks."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from collector.intake.arrival import Counts
from collector.intake.backlog import Backlog, Received
from collector.intake.ingest import ingest
from collector.intake.pace import FEWEST_FRAMES, next_batch_frames, retry_after_s
from collector.intake.room import Room
from collector.intake.send_down import send_commands, send_receipt, send_wait
from collector.store.cause import cause_of
from shared.receipt import Receipt
from shared.topics import parse_up

log = logging.getLogger(__name__)

BATCH_BYTES: Final = 4 * 1024 * 1024
LINGER_S: Final = 0.005
RETRY_S: Final = 1.0
ASK_TO_WAIT_EVERY_S: Final = 5.0
COMMANDS_EVERY_S: Final = 1.0
UNSENT_RECEIPTS: Final = 5000  # older ones are dropped: their agents ask again by sending again
SPLIT_AFTER: Final = 3  # failures of a whole batch, before its halves and the next rows are tried
LEAVE_AFTER: Final = 5  # further failures of some rows, after others passed beside them
DEAF_S: Final = 5.0  # a shorter trouble makes nobody look silent: promises are far longer


class Link(Protocol):
    """The connection of the moment."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 1) -> bool:
        """Queue a message; False when nobody takes it."""

    def acknowledge(self, received: Received) -> None:
        """The broker need not bring it again."""


class Worker:
    """Takes from the backlog until stopped."""

    def __init__(
        self,
        *,
        engine: Engine,
        room: Room,
        clock: Callable[[], datetime],
        backlog: Backlog,
        link: Callable[[], Link | None],
        on_recovered: Callable[[], None],
    ) -> None:
        """``link`` gives the connection, None while there is none."""
        self._engine = engine
        self._room = room
        self._clock = clock
        self._backlog = backlog
        self._link = link
        self._on_recovered = on_recovered
        self._limit = FEWEST_FRAMES
        self._trouble_since_s: float | None = None
        self._asked_at_s = 0.0
        self._commands_at_s = 0.0
        self._unsent: deque[tuple[str, Receipt, int]] = deque(maxlen=UNSENT_RECEIPTS)
        self.counts = Counts()
        self.commits = 0
        self.largest_batch = 0
        self._cause = ""  # why the last batch failed
        self.trouble = ""  # why nothing can be stored right now

    def run(self, stopping: threading.Event) -> None:
        """Store until told to stop; the batch at hand is finished."""
        while not stopping.is_set():
            batch = self._backlog.take(
                max_frames=self._limit, max_bytes=BATCH_BYTES, wait_s=0.2, linger_s=LINGER_S
            )
            if batch:
                self._store_until_done(batch, stopping)
            self._send_receipts()
            self._send_commands()

    def _store_until_done(self, batch: list[Received], stopping: threading.Event) -> None:
        """Try again what failed; rows that fail beside others that pass are left to their agent.

        Then they are acknowledged without a receipt: their agent keeps them and sends them
        again, and the broker's window is free for the others. While nothing at all passes it is
        the store that fails, and nothing is acknowledged.
        """
        left, tries, beside = self._store(batch, is_split=False), 1, 0
        while left and not stopping.is_set():
            if not beside:
                self._note_trouble()
            stopping.wait(RETRY_S)
            before, is_split = len(left), tries >= SPLIT_AFTER
            left = self._store(left, is_split=is_split)
            tries += 1
            others_pass = is_split and self._store_others()
            if beside or others_pass or len(left) < before:
                self._end_trouble()
                beside += 1
            if left and beside > LEAVE_AFTER:
                log.error("%d rows cannot be stored (%s): left to agents", len(left), self._cause)
                self._acknowledge(left)
                left = []
        if not left:
            self._end_trouble()

    def _store_others(self) -> bool:
        """Store the next rows of the backlog, beside some that fail; True when one passed.

        What fails of them goes to the end of the backlog, so that all have their turn.
        """
        others = self._backlog.take(
            max_frames=self._limit, max_bytes=BATCH_BYTES, wait_s=0.0, linger_s=0.0
        )
        failed = self._store(others, is_split=True) if others else []
        for received in failed:
            self._backlog.put(received)
        return len(failed) < len(others)

    def _store(self, batch: list[Received], *, is_split: bool) -> list[Received]:
        """Commit the batch, or its halves; what could not be stored."""
        try:
            self._commit(batch)
        except (OperationalError, OSError) as error:
            self._cause = cause_of(error)
            if not is_split or len(batch) == 1:
                return batch
            half = len(batch) // 2
            return [
                *self._store(batch[:half], is_split=True),
                *self._store(batch[half:], is_split=True),
            ]
        return []

    def _commit(self, batch: Sequence[Received]) -> None:
        began_s = time.monotonic()
        arrivals = [received.arrival for received in batch]
        done = ingest(self._engine, arrivals, room=self._room, now=self._clock())
        self.counts += done.counts
        self.commits += 1
        self.largest_batch = max(self.largest_batch, len(batch))
        self._limit = next_batch_frames(
            self._limit, frames=len(batch), took_s=time.monotonic() - began_s
        )
        asked = _agents_asking_for_acknowledgement(batch)
        self._unsent.extend(
            (agent_id, receipt, int(agent_id in asked)) for agent_id, receipt in done.receipts
        )
        self._send_receipts()
        self._acknowledge(batch)

    def _send_receipts(self) -> None:
        """Send what could be sent of them; while there is no connection they wait."""
        link = self._link()
        wait_s = retry_after_s(trouble_s=None, fill=self._backlog.fill)
        while link is not None and self._unsent:
            agent_id, receipt, qos = self._unsent[0]
            if not send_receipt(link, agent_id, receipt, retry_after_s=wait_s, qos=qos):
                return
            self._unsent.popleft()

    def _acknowledge(self, batch: Sequence[Received]) -> None:
        link = self._link()
        if link is not None:
            for received in batch:
                link.acknowledge(received)

    def _note_trouble(self) -> None:
        """Say it, and ask the agents whose rows wait to hold back for a while."""
        now_s = time.monotonic()
        self.trouble = self._cause
        if self._trouble_since_s is None:
            self._trouble_since_s = now_s
        log.error(
            "nothing can be stored (%s): no receipt is sent, agents keep their rows; trying again",
            self.trouble,
        )
        link = self._link()
        if link is None or now_s - self._asked_at_s < ASK_TO_WAIT_EVERY_S:
            return
        self._asked_at_s = now_s
        send_wait(
            link,
            self._backlog.peek(200),
            generation=self._room.high_water.generation,
            retry_after_s=retry_after_s(
                trouble_s=now_s - self._trouble_since_s, fill=self._backlog.fill
            ),
            now=self._clock(),
        )

    def _end_trouble(self) -> None:
        """The store takes rows again, or did all the time."""
        since_s, self._trouble_since_s, self.trouble = self._trouble_since_s, None, ""
        if since_s is not None and time.monotonic() - since_s >= DEAF_S:
            self._on_recovered()

    def _send_commands(self) -> None:
        link = self._link()
        if link is None or time.monotonic() < self._commands_at_s:
            return
        self._commands_at_s = time.monotonic() + COMMANDS_EVERY_S
        try:
            send_commands(link, self._engine, now=self._clock())
        except (OperationalError, OSError) as error:
            log.error("commands cannot be read (%s)", cause_of(error))


def _agents_asking_for_acknowledgement(batch: Sequence[Received]) -> set[str]:
    """Whose rows came at QoS 1: their receipt goes so too, and waits for them at the broker.

    On metered links small rows come at QoS 0: an acknowledgement costs more than to send such a
    row again should its receipt be lost.
    """
    topics_of = {received.arrival.topic for received in batch if received.qos}
    return {topic.agent_id for topic in map(parse_up, topics_of) if topic is not None}
