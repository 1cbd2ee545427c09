"""Commands from the collector: checked, carried out once, and answered with a result."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.answer_words import Answer, NotDone
from agent.answers import append_answer
from agent.delivery import command_store
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.command_store import Past
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.relief import relieve
from agent.delivery.retell import retell
from agent.trial import NotTaken, TrialDesk
from agent.wrong import Both
from shared import signing, wire
from shared.command import Command, CommandResult, Outcome, SignedCommand, Verb
from shared.identity import Epoch

_LOG = logging.getLogger(__name__)
_WAITING: Final = 32
# What does no harm when it is done again after the agent died in the middle of it; once.
_AGAIN: Final = frozenset({Verb.PROBE_NOW, Verb.TAKE_PICTURE})
_MOST_TIMES: Final = 2
_ERROR_CHARS: Final = 270


class CannotDo(NotDone):
    """The command was understood and is not tried."""


class DidNotWork(NotDone):
    """The command was tried and the device did not give what was asked."""


class Hands(Protocol):
    """What commands may do to devices: a line for people, or CannotDo, or DidNotWork."""

    async def probe_now(self, device_id: str, arguments: Mapping[str, str]) -> Both:
        """Run all probes, within the budget; '' means every device; arguments: see ``wanted``."""

    async def take_picture(self, device_id: str, arguments: Mapping[str, str]) -> Both:
        """Take a picture now and send it."""

    async def fetch_log(self, device_id: str) -> Both:
        """Fetch the device's own log and send it."""

    async def test_ir_cut(self, device_id: str, *, ordered_by: str) -> Both:
        """Test the infrared filter where the owner allows it, and put its mode back."""


class Commander:
    """Takes signed commands in, one at a time."""

    def __init__(
        self,
        *,
        agent_id: str,
        key: Ed25519PublicKey | None,
        hands: Hands,
        settings: TrialDesk,
        collector_clock: CollectorClock,
        database: Database,
        outbox: Outbox,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        """Without a ``key`` every command is dropped: nobody may give orders."""
        self._agent_id = agent_id
        self._key = key
        self._key_id = signing.key_id(key) if key else ""
        self._hands = hands
        self._settings = settings
        self._collector_clock = collector_clock
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._wake = wake
        self.is_idle = True  # False while a device is being asked something
        self._queue: asyncio.Queue[SignedCommand] = asyncio.Queue(_WAITING)

    def offer(self, signed: SignedCommand) -> None:
        """Queue a command; when too many wait it is dropped, and the collector asks again."""
        try:
            self._queue.put_nowait(signed)
        except asyncio.QueueFull:
            _LOG.warning("more than %d commands wait; one was dropped", _WAITING)

    async def run(self) -> None:
        """Carry out commands until cancelled, or until the parts are to be built anew.

        On a full disk the answer cannot be kept: the collector sends the command again.
        """
        while not self._settings.is_changed:
            self.is_idle = True
            signed = await self._queue.get()
            self.is_idle = False
            try:
                await self.carry_out(signed)
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                _LOG.error("the disk is full: a command waits until it is sent again")
                relieve(self._database, self._outbox)
        self.is_idle = True

    async def carry_out(self, signed: SignedCommand) -> CommandResult | None:
        """Check and do one command.

        None when it is not ours to answer (forged, for another agent), or not yet: what is on
        trial is answered when the trial ends, and what seems too late is believed to be so only
        after a receipt has told the collector's time.
        """
        command = self._open(signed)
        if command is None:
            return None
        past = command_store.find(self._database.connection, command.command_id)
        if (past is None or past.outcome is None) and self._must_wait(command):
            return None
        ended = self._ended(command, past)
        if ended is not None:
            return self._answer(command, *ended)
        match command.verb:
            case Verb.NEW_EPOCH:
                return self._begin_epoch(command)
            case Verb.SET_CONFIG:
                return self._set_config(command)
            case _:
                return await self._try(command, times=past.times_begun + 1 if past else 1)

    def _must_wait(self, command: Command) -> bool:
        if command.verb is Verb.SET_CONFIG and self._settings.knows(command):
            return True
        is_late = self._collector_clock.now() > command.not_after
        return is_late and not self._collector_clock.is_certain

    def _ended(self, command: Command, past: Past | None) -> tuple[Outcome, Both] | None:
        """How the command has ended without being carried out now; None when it has not."""
        if past is not None and past.outcome is not None:
            return past.outcome, past.detail if past.detail.en else Answer.CARRIED_OUT_BEFORE.told()
        times = past.times_begun if past else 0
        if times and (command.verb not in _AGAIN or times >= _MOST_TIMES):
            return Outcome.FAILED, Answer.INTERRUPTED.told()
        if self._collector_clock.now() > command.not_after:
            return Outcome.EXPIRED, Answer.TOO_LATE.told(not_after=command.not_after)
        return None

    async def _try(self, command: Command, *, times: int) -> CommandResult:
        with self._database.transaction() as db:
            command_store.keep_begun(
                db, command.command_id, times=times, issued_at=command.issued_at
            )
        try:
            outcome, detail = Outcome.DONE, await self._do(command)
        except CannotDo as error:
            outcome, detail = Outcome.REFUSED, error.why
        except DidNotWork as error:
            outcome, detail = Outcome.FAILED, error.why
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - no command may end the watch over all devices
            _LOG.exception("command %s met a defect", command.command_id)
            outcome, detail = Outcome.FAILED, Answer.DEFECT.told(error=repr(error)[:_ERROR_CHARS])
        return self._answer(command, outcome, detail)

    def _open(self, signed: SignedCommand) -> Command | None:
        if self._key is None:
            _LOG.warning("a command was dropped: no command key is configured ([keys] command)")
            return None
        if signed.key_id != self._key_id or not signing.holds(
            self._key, signing.COMMAND, signed.body, signed.signature
        ):
            _LOG.warning("a command was dropped: its signature is not by key %s", self._key_id)
            return None
        try:
            command = wire.decode_command(signed.body)
        except wire.WireError as error:
            _LOG.warning("a signed command cannot be read: %s", error)
            return None
        if command.agent_id != self._agent_id:
            _LOG.warning("a command for agent %s was dropped", command.agent_id)
            return None
        return command

    async def _do(self, command: Command) -> Both:
        match command.verb:
            case Verb.PROBE_NOW:
                return await self._hands.probe_now(command.device_id, command.arguments)
            case Verb.TAKE_PICTURE:
                return await self._hands.take_picture(command.device_id, command.arguments)
            case Verb.FETCH_LOG:
                return await self._hands.fetch_log(command.device_id)
            case Verb.TEST_IR_CUT:
                return await self._hands.test_ir_cut(
                    command.device_id, ordered_by=f"collector: {command.command_id}"
                )
            case Verb.NEW_EPOCH | Verb.SET_CONFIG:
                raise CannotDo(Answer.HANDLED_BEFORE.told())

    def _set_config(self, command: Command) -> CommandResult | None:
        """Put a configuration on trial; the answer comes when the trial ends."""
        try:
            self._settings.take(command)
        except NotTaken as error:
            return self._answer(command, Outcome.REFUSED, error.why)
        _LOG.info("by order of the collector a configuration is on trial")
        return None

    def _begin_epoch(self, command: Command) -> CommandResult:
        """Start a new epoch: our identity was seen with other content (a cloned card).

        An order may name the epoch that clashed: when that one has ended already, rows of it
        that waited since are what clashed, and another epoch would help nobody.
        """
        old: Epoch = self._database.epoch()
        clashed = command.arguments.get("epoch", "")
        if clashed and clashed != str(old):
            detail = Answer.EPOCH_HAD_ENDED.told(clashed=clashed, now=old)
            return self._answer(command, Outcome.DONE, detail)
        with self._database.transaction():
            new = self._database.begin_epoch(counter=old.counter + 1)
            told = retell(self._database, self._outbox, now=self._clock())
            detail = Answer.EPOCH_BEGAN.told(old=old, new=new, told=told)
            result = self._append(command, Outcome.DONE, detail)
        _LOG.warning("by order of the collector: %s", result.detail)
        self._wake()
        return result

    def _answer(self, command: Command, outcome: Outcome, detail: Both) -> CommandResult:
        with self._database.transaction():
            result = self._append(command, outcome, detail)
        _LOG.info("command %s (%s): %s", command.command_id, command.verb.value, outcome.value)
        self._wake()
        return result

    def _append(self, command: Command, outcome: Outcome, detail: Both) -> CommandResult:
        return append_answer(
            self._database,
            self._outbox,
            command_id=command.command_id,
            issued_at=command.issued_at,
            outcome=outcome,
            detail=detail,
            now=self._clock(),
        )
