"""What comes down to the agent: receipts applied, commands handed on, the rest counted."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent.delivery import receipts
from agent.delivery.database import Database
from agent.delivery.link import Arrived
from agent.delivery.outbox import Outbox
from agent.delivery.retell import retell
from shared import topics, wire
from shared.command import SignedCommand
from shared.frame import FrameError, unpack
from shared.receipt import Receipt

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Received:
    """What came since the start; for logs and tests."""

    receipts: int = 0
    bad_messages: int = 0
    commands: int = 0
    foreign_rows: int = 0  # receipted, and never sent from here: a copied card


class Reception:
    """Reads one agent's downward messages."""

    def __init__(
        self,
        *,
        agent_id: str,
        database: Database,
        outbox: Outbox,
        clock: Callable[[], datetime],
        on_command: Callable[[SignedCommand], None],
        on_receipt: Callable[[Receipt], None],
    ) -> None:
        """``on_*`` are called on the loop and must be quick.

        ``on_receipt`` is called inside the transaction that applies it.
        """
        self._agent_id = agent_id
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._on_command = on_command
        self._on_receipt = on_receipt
        self.counts = Received()

    def take(self, arrived: Arrived) -> Receipt | None:
        """Act on a message; the receipt when it was one. What cannot be read is dropped."""
        if not arrived.topic.startswith(topics.down(self._agent_id)):
            return None  # some brokers hand retained messages of others to a new session
        try:
            message = wire.decode_down(unpack(arrived.payload).body)
        except (FrameError, wire.WireError) as error:
            self.counts.bad_messages += 1
            _LOG.warning("a message on %s cannot be read: %s", arrived.topic, error)
            return None
        if isinstance(message, Receipt) and arrived.topic == topics.receipt(self._agent_id):
            return self._apply(message)
        if isinstance(message, SignedCommand) and arrived.topic == topics.command(self._agent_id):
            self.counts.commands += 1
            self._hand_on(message)
            return None
        self.counts.bad_messages += 1
        _LOG.warning("%s does not belong on %s", type(message).__name__, arrived.topic)
        return None

    def _hand_on(self, command: SignedCommand) -> None:
        try:
            self._on_command(command)
        except sqlite3.Error:
            raise
        except Exception:  # noqa: BLE001 - no command may end the delivery of the faults behind it
            self.counts.bad_messages += 1
            _LOG.exception("a command could not be acted on")

    def _note_foreign(self, rows: int) -> None:
        """Warn once; the collector finds the clash when both rows are there, and orders epochs."""
        if rows and not self.counts.foreign_rows:
            _LOG.warning(
                "a receipt names %d rows that this agent never sent: another agent runs as %s on"
                " a copy of this card. They stay and are sent; give the other an id of its own",
                rows,
                self._agent_id,
            )
        self.counts.foreign_rows += rows

    def _apply(self, receipt: Receipt) -> Receipt | None:
        """None for a receipt of a store that was replaced since: it says nothing any more."""
        with self._database.transaction():
            applied = receipts.apply(self._database, receipt, now=self._clock())
            if not applied.stale:
                self._outbox.hurry_once()
                self._on_receipt(receipt)
            if applied.refused:
                retell(self._database, self._outbox, now=self._clock())
        self.counts.receipts += 1
        self._note_foreign(applied.foreign)
        if applied.new_generation:
            _LOG.warning(
                "the collector's store is a new one: %d kept rows are sent again", applied.requeued
            )
        for refused in receipt.refused:
            _LOG.warning("the collector put row %d in quarantine: %s", refused.seq, refused.reason)
        return None if applied.stale else receipt
