"""Delivers letters, each channel in a loop of its own; what fails is tried again until its end.

A letter is marked after it was delivered: a crash in between delivers it once more, under the same
id. That is the price of never losing one; mail programs and webhooks know it again by that id.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from collector.compose import NotYetError, Sign, Writer
from collector.notify.letter import Letter
from collector.outlets.answer import Answer, Outcome
from collector.outlets.outlet import Outlet, open_outlets
from collector.outlets.settings import MAIL, NotifySettings
from collector.store import letters, meta
from collector.store.cause import cause_of
from collector.store.engine import reader
from collector.store.letters import Due
from collector.tell import KEPT
from shared.backoff import Backoff

log = logging.getLogger(__name__)

POLL_S: Final = 2.0
PACE_S: Final = 3.5  # a group's robot takes 20 messages a minute
LONGEST_WAIT_S: Final = 1800.0
GIVEN_UP_AFTER: Final = timedelta(hours=48)
PROGRAMS_GIVEN_UP_AFTER: Final = timedelta(days=14)
"""A person has read it elsewhere by then; a program's server may be down over the holidays, and
what it missed still is news to it (``/api/v1/claim-events`` has what is older)."""
SWEEP_S: Final = 6 * 3600.0
KEPT_EVERY_S: Final = 60.0
LEAST_DELAY_S: Final = 60.0  # of a letter that nobody can write
PACK_AGAIN: Final = timedelta(seconds=5)  # a mail looks for its pack


class Postman:
    """Takes letters to where they go; ``base_url`` is where their links lead."""

    def __init__(
        self,
        engine: Engine,
        settings: NotifySettings,
        *,
        base_url: str,
        packs_dir: Path | None = None,
        sign: Sign | None = None,
        clock: Callable[[], datetime],
        jitter: Callable[[], float] = random.random,
        poll_s: float = POLL_S,
        pace_s: float = PACE_S,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._writer = Writer(
            settings=settings, base_url=base_url.rstrip("/"), packs_dir=packs_dir, sign=sign
        )
        self._programs = frozenset(hook.name for hook in settings.hooks if hook.is_program)
        mail = frozenset({MAIL}) if settings.mail else frozenset[str]()
        self._channels = mail | {hook.name for hook in settings.hooks}
        self._clock = clock
        self._jitter = jitter
        self._poll_s = poll_s
        self._pace_s = pace_s

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop."""
        outlets = open_outlets(self._settings, clock=self._clock)
        await self._resume(stop)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_on(stop))
            for outlet in outlets:
                group.create_task(self._serve(outlet, stop))
            group.create_task(self._sweep(stop))
            await stop.wait()
            for outlet in outlets:
                outlet.close()

    async def _resume(self, stop: asyncio.Event) -> None:
        """Time in which nobody delivered is none in which a letter could not be delivered."""
        while not stop.is_set():
            try:
                off = await asyncio.to_thread(self._resume_once)
            except OperationalError as error:
                log.error("letters wait (%s)", cause_of(error))
                await _wait(stop, KEPT_EVERY_S)
                continue
            if off:
                log.info("letters that waited while the collector was off live as much longer")
            return

    def _resume_once(self) -> timedelta:
        now = self._clock()
        with self._engine.begin() as db:
            until = meta.delivering_until(db)
            off = now - until if until else timedelta(0)
            if off > timedelta(seconds=2 * KEPT_EVERY_S):
                letters.live_longer(db, by=off)
            else:
                off = timedelta(0)
            meta.keep_delivering(db, until=now)
        return off

    async def _keep_on(self, stop: asyncio.Event) -> None:
        """Note that letters are delivered, so that a stop is known by its length afterwards."""
        while not stop.is_set():
            await _wait(stop, KEPT_EVERY_S)
            try:
                await asyncio.to_thread(self._resume_once)
            except OperationalError as error:
                log.error("a sign of life was not kept (%s)", cause_of(error))

    async def _serve(self, outlet: Outlet, stop: asyncio.Event) -> None:
        backoff = Backoff(jitter=self._jitter, cap_s=LONGEST_WAIT_S)
        while not stop.is_set():
            try:
                wait_s = await self.deliver_one(outlet, backoff)
            except OperationalError as error:
                log.error("the store took nothing (%s); letters wait", cause_of(error))
                wait_s = backoff.next_delay_s()
            except Exception:  # a defect in telling must not stop the collector's own work
                log.exception("a letter by %s failed; it is tried again", outlet.name)
                wait_s = backoff.next_delay_s()
            await _wait(stop, wait_s)

    async def deliver_one(self, outlet: Outlet, backoff: Backoff) -> float:
        """Deliver the letter that is due for longest; how long to wait before the next, in s."""
        try:
            due, letter, to = await asyncio.to_thread(self._take, outlet.name)
        except NotYetError:
            return 0.0
        if due is None:
            return self._poll_s
        if letter is None:
            await asyncio.to_thread(self._end, due, "refused", to)
            return 0.0
        said = await outlet.send(letter, to=to)
        await asyncio.to_thread(self._note, due, said)
        if said.outcome is Outcome.TROUBLE:
            delay_s = backoff.next_delay_s()
            log.warning(
                "%s takes no letters (%s); next try in %.0f s", outlet.name, said.why, delay_s
            )
            return delay_s
        backoff.reset()
        return self._pace_s if outlet.is_paced else 0.0

    def _take(self, channel: str) -> tuple[Due | None, Letter | None, str]:
        """What is due, in words, and its address; or in its place why it cannot be sent.

        One that cannot be put into words (a defect) is passed over: it must not stand before the
        others of its channel for ever.
        """
        now = self._clock()
        with reader(self._engine) as db:
            due = letters.next_due(db, channel=channel, now=now)
            if due is None:
                return None, None, ""
            try:
                return due, *self._writer.compose(db, due, now=now)
            except NotYetError:
                waiting = due.id
            except Exception as error:
                why = type(error).__name__
                delay = timedelta(seconds=max(self._delay_s(due.attempts), LEAST_DELAY_S))
                with self._engine.begin() as writing:
                    letters.put_off(writing, letter_id=due.id, why=why, due_at=now + delay)
                raise
        with self._engine.begin() as db:
            letters.wait(db, letter_id=waiting, until=now + PACK_AGAIN)
        raise NotYetError

    def _note(self, due: Due, said: Answer) -> None:
        now = self._clock()
        if said.outcome in (Outcome.SENT, Outcome.REFUSED):
            self._end(due, said.outcome.value, said.why)
        elif now - due.made_at >= self._patience(due.channel):
            self._end(due, "given_up", said.why)
        else:
            due_at = now + timedelta(seconds=self._delay_s(due.attempts))
            with self._engine.begin() as db:
                letters.put_off(db, letter_id=due.id, why=said.why, due_at=due_at)

    def _patience(self, channel: str) -> timedelta:
        """How long a letter of this channel is tried."""
        return PROGRAMS_GIVEN_UP_AFTER if channel in self._programs else GIVEN_UP_AFTER

    def _delay_s(self, attempts: int) -> float:
        """How long this letter waits after so many tries: it must not stand before the others."""
        backoff = Backoff(jitter=self._jitter, cap_s=LONGEST_WAIT_S)
        for _ in range(min(attempts, 12)):
            backoff.next_delay_s()
        return backoff.next_delay_s()

    def _end(self, due: Due, state: str, why: str) -> None:
        if state != "sent":
            log.warning("letter %s by %s: %s: %s", due.public_id, due.channel, state, why)
        with self._engine.begin() as db:
            letters.end(db, letter_id=due.id, state=state, why=why, now=self._clock())

    async def _sweep(self, stop: asyncio.Event) -> None:
        """Forget what ended long ago, and give up what no channel of today can deliver."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(self.sweep_once)
            except OperationalError as error:
                log.error("old letters stay (%s)", cause_of(error))
            await _wait(stop, SWEEP_S)

    def sweep_once(self) -> None:
        """Once: what ended long ago, and what waits for a channel that is gone."""
        now = self._clock()
        with self._engine.begin() as db:
            letters.give_up(db, before=now - 2 * GIVEN_UP_AFTER, but=self._channels, now=now)
            letters.sweep(db, before=now - KEPT)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
