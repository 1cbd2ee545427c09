"""Who is visited when: due devices, a few at a time, and none waits for a slow one."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from agent.accounts import Accounts
from agent.budget import Budget
from agent.camera.port import Camera
from agent.config import Device
from agent.cycle import run_pass
from agent.delivery import fault_store, spend_store
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.relief import relieve
from agent.gateway import DeviceKind, takes
from agent.login_hold import (
    AFTER_START,
    LONGEST,
    OUTCOME,
    RefusedProbes,
    held_until,
    not_before,
)
from agent.probes.probe import Probe
from agent.queue_of_visits import Asleep, with_room
from agent.recording import Outcome, Settings
from agent.restraint import Restraint
from agent.schedule import Due, back_off, due, first_due_at
from agent.wanted import Wanted
from shared.fault import FaultState

_LOG = logging.getLogger(__name__)
_TICK_S: Final = 0.25
# Names of the probes that say whether anybody is there, and who.
REACHABILITY: Final = "reachability"
IDENTITY: Final = "identity"
_LONGEST_BACK_OFF_S: Final = 24 * 3600
OF_RECORDER: Final = frozenset({"clock"})  # probes that say nothing of the camera on a channel


class Rounds:
    """Visits devices until cancelled; at most ``concurrency`` at once, each device alone."""

    def __init__(
        self,
        *,
        devices: Sequence[Device],
        budgets: Mapping[str, Budget],
        probes: Sequence[Probe],
        overrides: Mapping[str, timedelta],
        concurrency: int,
        settings: Settings,
        database: Database,
        outbox: Outbox,
        camera_for: Callable[[Device], Camera],
        clock: Callable[[], datetime],
        jitter: Mapping[str, float],
        on_outcome: Callable[[Outcome], None],
        login_retry: timedelta,
        restraint: Restraint | None = None,
        former: Rounds | None = None,
        settle: Callable[[str], Awaitable[object]] | None = None,
    ) -> None:
        """``jitter`` by device in 0..1; ``on_outcome`` is called after each commit.

        ``former`` ran in this process before: accounts that rested then go on resting, for it was
        no person with a corrected password who began these rounds. ``settle`` restores what an
        experiment owes a device, before anything else touches it.
        """
        self._devices = {device.device_id: device for device in devices}
        self._budgets = budgets
        self._probes = tuple(probes)
        self._overrides = overrides
        self._concurrency = concurrency
        self._settings = settings
        self._database = database
        self._outbox = outbox
        self._camera_for = camera_for
        self._clock = clock
        self._jitter = jitter
        self._on_outcome = on_outcome
        self._accounts = Accounts(devices)
        self._last_run = spend_store.read_runs(database.connection)
        self._failures = spend_store.read_failures(database.connection)
        self._rest_until: dict[str, datetime] = {}
        self._login_retry = login_retry
        self._restraint = restraint
        self._settle = settle
        longest = AFTER_START if former is None else LONGEST
        self._logins_held = {  # by account
            account: self._held(account, longest=longest)
            for account in {self._accounts.of(device_id) for device_id in self._devices}
        }
        self.refusals: RefusedProbes = (
            former.refusals if former else RefusedProbes(retry=login_retry)
        )
        self._running: dict[str, asyncio.Task[None]] = {}
        self._asleep = Asleep()
        self._begun_at = clock()

    @property
    def device_ids(self) -> tuple[str, ...]:
        """All devices, in the configuration's order."""
        return tuple(self._devices)

    @property
    def visited_ids(self) -> tuple[str, ...]:
        """Those that are ever called: not the ones that push and sleep."""
        return tuple(one for one, device in self._devices.items() if device.is_visited)

    async def run(self) -> None:
        """Visit what is due until cancelled; a damaged database ends it with its error."""
        try:
            while True:
                self._start_due()
                if self._running:
                    await asyncio.wait(
                        self._running.values(),
                        timeout=_TICK_S,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                else:
                    await asyncio.sleep(_TICK_S)
                self._collect()
        finally:
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _start_due(self) -> None:
        if len(self._running) >= self._concurrency:
            return
        wanted = self.due_now()
        for device_id in with_room(
            self._accounts.first_of_each(wanted),
            running=self._running,
            failures=self._failures,
            concurrency=self._concurrency,
        ):
            visit = self._visit_quietly(device_id, wanted[device_id])
            self._running[device_id] = asyncio.create_task(visit)

    def due_now(self) -> dict[str, list[Probe]]:
        """Probes to run now by device, the longest overdue device first."""
        now = self._clock()
        awake = self._awake(now)
        found: dict[str, list[Probe]] = {}
        turns = self._turns(awake, now)
        self._let_sleep(set(awake) - {one.device_id for one in turns}, now)
        for one in turns:
            if not self._is_held(one, now):
                found.setdefault(one.device_id, []).append(one.probe)
        return found

    def latest_s(self) -> float:
        """For how long the visit that waits longest has been due and found no turn.

        What was due while no agent ran, or has never run, is late by nobody's load.
        """
        now = self._clock()
        return max(
            (
                (now - max(one.due_at, self._begun_at)).total_seconds()
                for one in self._turns(self._awake(now), now)
                if (one.device_id, one.probe.name) in self._last_run and not self._is_held(one, now)
            ),
            default=0.0,
        )

    def _awake(self, now: datetime) -> list[str]:
        return [
            device_id
            for device_id in self._asleep.among(self._devices, now=now)
            if self._devices[device_id].is_visited
            and self._accounts.are_free(device_id, self._running)
            and not self._is_resting(device_id, now)
            and not self._is_too_soon(device_id, now)
        ]

    def _is_held(self, one: Due, now: datetime) -> bool:
        """Whether a login that was refused holds it back."""
        if one.probe.cost.logins and self._is_login_held(one.device_id, now):
            return True
        return self.refusals.rests(self._accounts.of(one.device_id), one.probe.name, now=now)

    def _turns(self, awake: Sequence[str], now: datetime) -> list[Due]:
        """What is due; gateways first, for they are few and quick."""
        turns: list[Due] = []
        for kind, is_channel in (
            (DeviceKind.GATEWAY, False),
            (DeviceKind.CAMERA, False),
            (DeviceKind.CAMERA, True),
        ):
            own = [
                one
                for one in awake
                if self._devices[one].kind is kind and self._devices[one].is_channel is is_channel
            ]
            if own:
                turns += due(
                    self._takes(own[0]),
                    self._last_run,
                    now,
                    device_ids=own,
                    overrides=self._overrides,
                    jitter=self._jitter,
                )
        return turns

    def _takes(self, device_id: str) -> tuple[Probe, ...]:
        """The probes that mean something for a device of its kind."""
        device = self._devices[device_id]
        left_out = OF_RECORDER if device.is_channel else frozenset()
        return tuple(
            probe
            for probe in self._probes
            if takes(device.kind, probe.name) and probe.name not in left_out
        )

    def _let_sleep(self, idle: Iterable[str], now: datetime) -> None:
        for device_id in idle:
            until = first_due_at(
                self._takes(device_id),
                self._last_run,
                now,
                device_id=device_id,
                overrides=self._overrides,
                jitter=self._jitter.get(device_id, 0.0),
            )
            self._asleep.rest(device_id, until=until)

    def _is_resting(self, device_id: str, now: datetime) -> bool:
        until = self._rest_until.get(device_id)
        # A clock that was set back must not put a device to rest for days.
        return until is not None and now < until <= now + timedelta(seconds=_LONGEST_BACK_OFF_S)

    def _is_too_soon(self, device_id: str, now: datetime) -> bool:
        """Whether the last visit is so near that another one would empty a battery."""
        least = self._restraint.of(device_id) if self._restraint else timedelta(0)
        if not least:
            return False
        runs = (self._last_run.get((device_id, probe.name)) for probe in self._probes)
        last = max((run for run in runs if run is not None), default=None)
        return last is not None and last <= now < last + least

    def _held(self, account: str, *, longest: timedelta = LONGEST) -> datetime | None:
        outcomes = self._accounts.outcomes(self._database.connection, account, limit=8)
        return held_until(outcomes, retry=self._login_retry, longest=longest)

    def _is_login_held(self, device_id: str, now: datetime) -> bool:
        until = self._logins_held[self._accounts.of(device_id)]
        return until is not None and now < until <= now + LONGEST

    def _collect(self) -> None:
        for device_id, task in list(self._running.items()):
            if task.done():
                del self._running[device_id]
                task.result()

    async def _visit_quietly(self, device_id: str, probes: Sequence[Probe]) -> None:
        try:
            await self.visit(device_id, probes)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            _LOG.error("the disk is full: the pass over %s was not kept", device_id)
            relieve(self._database, self._outbox)
            self._rest_until[device_id] = self._clock() + back_off(1)

    async def visit(
        self, device_id: str, probes: Sequence[Probe] | None = None, *, wanted: Wanted | None = None
    ) -> Outcome:
        """Run one pass now (all probes when none are named), never beside another one."""
        device = self._devices[device_id]
        async with self._accounts.alone(device_id):
            if self._settle is not None:
                await self._settle(device_id)
            chosen = self._who_first(device_id, self._probes if probes is None else probes)
            outcome = await run_pass(
                device,
                self._camera_for(device),
                chosen,
                budget=self.budget_of(device_id),
                settings=self._settings,
                database=self._database,
                outbox=self._outbox,
                clock=self._clock,
                wanted=wanted,
                on_battery=bool(self._restraint and self._restraint.is_on_battery(device_id)),
            )
        self._note(outcome, now=self._clock())
        self._on_outcome(outcome)
        return outcome

    def _who_first(self, device_id: str, probes: Sequence[Probe]) -> Sequence[Probe]:
        """Ask who it is before a fault opens or clears, and knock first after a silence.

        Another device may hang there by now: it must neither clear the old one's faults nor be
        claimed in its name.
        """
        was_silent = self._failures.get(device_id, 0) > 0
        more = {REACHABILITY} if was_silent else set()
        if was_silent or self._may_change(device_id):
            more.add(IDENTITY)
        if self.logins_rest_until(device_id) is not None:
            more.discard(IDENTITY)
        names = more | {probe.name for probe in probes}
        return tuple(probe for probe in self._takes(device_id) if probe.name in names)

    def _may_change(self, device_id: str) -> bool:
        memories = fault_store.read_memories(self._database.connection, device_id)
        return any(
            memory.state is FaultState.SUSPECTED or (memory.is_open and False in memory.window)
            for memory in memories.values()
        )

    def _note(self, outcome: Outcome, *, now: datetime) -> None:
        device_id = outcome.facts.device_id
        account = self._accounts.of(device_id)
        if self._restraint is not None:
            self._restraint.note(outcome.facts)
        for name in outcome.ran:
            self._last_run[device_id, name] = outcome.started_at
        if any(reading.name == OUTCOME for reading in outcome.readings):
            held = self._held(account)
            self._logins_held[account] = not_before(held, outcome.readings, now=now)
        self.refusals.note(account, self.probe_named(*outcome.ran), outcome.readings, now=now)
        before = self._failures.get(device_id, 0)
        failures = before + 1 if outcome.is_silent else 0
        self._rest_until.pop(device_id, None)
        if failures:
            self._rest_until[device_id] = now + back_off(failures)
        if failures != before:
            self._failures[device_id] = failures
            with self._database.transaction() as db:
                spend_store.keep_failures(db, device_id, failures, now=now)

    def alone(self, device_id: str) -> asyncio.Lock:
        """Held while a device is asked, so that two never spend its budget at once."""
        return self._accounts.alone(device_id)

    def budget_of(self, device_id: str, budgets: Mapping[str, Budget] | None = None) -> Budget:
        """The device's budget of today, of which logins are shared by those of its account."""
        own = self._budgets if budgets is None else budgets
        return self._accounts.shared_budget(
            self._database.connection, device_id, own, now=self._clock()
        )

    def logins_rest_until(self, device_id: str) -> datetime | None:
        """Until when nothing may log in to a device that refused; None when nothing holds."""
        now = self._clock()
        held = self._logins_held[self._accounts.of(device_id)]
        return held if self._is_login_held(device_id, now) else None

    def probes_without_login(self) -> tuple[Probe, ...]:
        """The probes that ask nothing which needs an account."""
        return tuple(probe for probe in self._probes if not probe.cost.logins)

    def probe_named(self, *names: str) -> tuple[Probe, ...]:
        """Probes by name, in the order of execution."""
        return tuple(probe for probe in self._probes if probe.name in names)
