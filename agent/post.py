"""Who is told of what inside the agent: outcomes to standings and delivery, mail to its readers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from agent.commands import Commander
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.dispatcher import Dispatcher
from agent.recording import Outcome
from agent.reports import Reporter
from agent.standing import Standings
from agent.trial import TrialDesk
from shared.command import SignedCommand
from shared.receipt import Receipt


class Post:
    """Joins parts that know nothing of each other; the app sets them as it builds them."""

    dispatcher: Dispatcher
    reporter: Reporter
    commander: Commander
    settings: TrialDesk
    collector_clock: CollectorClock

    def __init__(self, *, standings: Standings, clock: Callable[[], datetime]) -> None:
        self._standings = standings
        self._clock = clock

    def note(self, outcome: Outcome) -> None:
        """After each pass: how the device stands, and whether something is to be sent."""
        unasked = self._standings.has_unasked()
        self._standings.note(outcome, now=self._clock())
        self.reporter.told.saw(outcome.facts)
        if unasked and not self._standings.has_unasked():
            self.reporter.soon()  # all are known now; nobody should wait for the next message
        if outcome.appended:
            self.dispatcher.wake()

    def note_beside(self, outcome: Outcome) -> None:
        """After readings of a device that came without asking it: they say nothing of how it is."""
        if outcome.appended:
            self.dispatcher.wake()

    def connected(self) -> None:
        """On each connection: tell the open episodes, so that orphans reconcile, and all facts."""
        self.reporter.told.forget()
        self.reporter.send_snapshot()

    def receipt(self, receipt: Receipt) -> None:
        """A receipt is being applied, inside its transaction."""
        self.collector_clock.note(receipt)
        self.settings.note_receipt(receipt)
        self.reporter.note_receipt(receipt)

    def command(self, signed: SignedCommand) -> None:
        """A signed command arrived."""
        self.commander.offer(signed)
