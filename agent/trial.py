"""An ordered configuration on trial: it stays when the collector hears of it, else it goes back.

A configuration can pass every check and still cut the agent off. So what was ordered is used on
trial until the collector's receipt for a health message made under it has come; without one, or
when the agent does not stay up with it, the former configuration comes back by itself. Nothing
here touches a row of the outbox: the answer is appended to it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from agent.answer_words import Answer, NotDone
from agent.answers import append_answer
from agent.config_problem import ConfigError
from agent.delivery import overlay_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.overlay_store import Trial
from agent.delivery.uplink import Uplink
from agent.overlay import Source
from agent.overlay_bounds import refuse_spent
from agent.wrong import Both
from shared.command import Command, Outcome
from shared.identity import EventId
from shared.receipt import Receipt

_LOG = logging.getLogger(__name__)
_LEAST_WINDOW: Final = timedelta(minutes=10)
_LONGEST_WINDOW: Final = timedelta(hours=6)  # the first health message goes out at once
_PROMISES: Final = 2.5  # as the collector waits before it calls an agent silent
_MAX_STARTS: Final = 2  # the rebuild that applies it, and one restart


class NotTaken(NotDone):
    """The order is refused."""


def overlay_to_start_with(database: Database, outbox: Outbox, *, now: datetime) -> str:
    """The overlay to build the parts with; a trial that did not keep the agent up ends here."""
    trial = overlay_store.on_trial(database)
    if trial is None:
        return overlay_store.in_force(database)
    if trial.starts >= _MAX_STARTS:
        roll_back(database, outbox, Answer.STARTED_TWICE.told(), now=now)
        return overlay_store.in_force(database)
    with database.transaction():
        overlay_store.keep_trial(database, replace(trial, starts=trial.starts + 1))
    return trial.overlay


def roll_back(database: Database, outbox: Outbox, why: Both, *, now: datetime) -> None:
    """End a trial badly: the former overlay governs, and the command is answered once."""
    with database.transaction():
        trial = overlay_store.on_trial(database)
        if trial is None:
            return
        overlay_store.end_trial(database)
        _answer(database, outbox, trial, Outcome.FAILED, Answer.ROLLED_BACK.told(why=why), now=now)
    _LOG.warning("the ordered configuration was rolled back because %s", why.en)


def _answer(
    database: Database, outbox: Outbox, trial: Trial, outcome: Outcome, text: Both, *, now: datetime
) -> None:
    append_answer(
        database,
        outbox,
        command_id=trial.command_id,
        issued_at=trial.issued_at,
        outcome=outcome,
        detail=text,
        now=now,
    )


def window_of(health_every: timedelta) -> timedelta:
    """How long a trial waits for the receipt: 2.5 x the promised health, 10 min to 6 h."""
    return min(max(_LEAST_WINDOW, _PROMISES * health_every), _LONGEST_WINDOW)


class TrialDesk:
    """Takes orders to change the configuration, and watches the one on trial."""

    def __init__(
        self,
        *,
        source: Source | None,
        health_every: timedelta,
        database: Database,
        outbox: Outbox,
        uplink: Uplink,
        clock: Callable[[], datetime],
        steady_s: Callable[[], float],
    ) -> None:
        """Without a ``source`` every order is refused; ``health_every`` is the one in use."""
        self._source = source
        self._window_s = window_of(health_every).total_seconds()
        self._database = database
        self._outbox = outbox
        self._uplink = uplink
        self._clock = clock
        self._steady_s = steady_s
        self._began_s = steady_s()
        self.is_changed = False

    def knows(self, command: Command) -> bool:
        """True while this very command is on trial: its answer comes later."""
        trial = overlay_store.on_trial(self._database)
        return trial is not None and trial.command_id == command.command_id

    def take(self, command: Command) -> None:
        """Check what is ordered and put it on trial; NotTaken says all that is wrong with it."""
        source, database = self._source, self._database
        if source is None or command.device_id:
            raise NotTaken(Answer.OF_THE_AGENT.told())
        unknown = sorted(set(command.arguments) - {"config", "base"})
        if unknown or "config" not in command.arguments:
            given = ", ".join(unknown) or Answer.NONE_GIVEN.told()
            raise NotTaken(Answer.ARGUMENTS.told(given=given))
        if overlay_store.on_trial(database) is not None:
            raise NotTaken(Answer.ANOTHER_ON_TRIAL.told())
        overlay, base = command.arguments["config"], command.arguments.get("base", "")
        now_used = source.digest(overlay_store.in_force(database))
        if base and base != now_used:
            raise NotTaken(Answer.ANOTHER_BASE.told(base=base, used=now_used))
        try:
            plan = source.read(overlay).plan
            if plan != self._uplink.plan:
                refuse_spent(plan, self._uplink.spent(), now=self._clock())
        except ConfigError as error:
            raise NotTaken(error.both()) from error
        with database.transaction():
            overlay_store.keep_trial(
                database,
                Trial(command_id=command.command_id, issued_at=command.issued_at, overlay=overlay),
            )
        self.is_changed = True

    def note_health(self, event: EventId) -> None:
        """A health message was made, inside the caller's transaction."""
        trial = overlay_store.on_trial(self._database)
        if trial is not None and trial.starts and not self.is_changed:
            overlay_store.keep_trial(
                self._database, replace(trial, healths=(*trial.healths, event))
            )

    def note_receipt(self, receipt: Receipt) -> None:
        """A receipt came, inside the caller's transaction: it may end the trial well."""
        trial, source = overlay_store.on_trial(self._database), self._source
        if trial is None or source is None or self.is_changed:
            return
        if not any(_names(receipt, event) for event in trial.healths):
            return
        overlay_store.confirm(self._database, trial)
        text = Answer.IN_FORCE.told(digest=source.digest(trial.overlay))
        _answer(self._database, self._outbox, trial, Outcome.DONE, text, now=self._clock())
        _LOG.info("the ordered %s", text.en)

    def look(self) -> bool:
        """Whether the parts are to be built anew; a trial that waited too long is rolled back."""
        if self.is_changed:
            return True
        if self._steady_s() - self._began_s <= self._window_s:
            return False
        if overlay_store.on_trial(self._database) is None:
            return False
        why = Answer.NO_RECEIPT.told(minutes=self._window_s / 60)
        try:
            roll_back(self._database, self._outbox, why, now=self._clock())
        except sqlite3.OperationalError as error:
            _LOG.error("the roll-back could not be kept (%s); trying again", error)
            return False
        self.is_changed = True
        return True


def _names(receipt: Receipt, event: EventId) -> bool:
    return receipt.epoch == event.epoch and any(
        part.first <= event.seq <= part.last for part in receipt.ranges
    )
