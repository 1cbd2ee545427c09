"""Who wants a camera's filter tested comes here: consent, budget, witnesses, test, record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from agent.answer_words import Answer
from agent.asking import spent_between
from agent.budget import Budget, allows
from agent.camera.light import Light
from agent.camera.port import Camera
from agent.config import Device
from agent.delivery import keepsake_store, reading_store, spend_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.diagnosis.extracted import unless_unproven
from agent.episodes import Author
from agent.experiment.consent import STILL_OWED, NotAllowedError, check_consent
from agent.experiment.earlier import TestMemory, read_memory
from agent.experiment.ircut import FilterTest, Order, Ran
from agent.experiment.restorer import Restorer
from agent.experiment.setting import GRACE
from agent.experiment.telling import Told, tell
from agent.experiment.verdict import FilterVerdict, Judged, Why
from agent.experiment.watcher import Pace
from agent.experiment.witness import (
    NIGHT_DEG,
    Witness,
    earlier_of,
    is_sun_certain,
    nights_of,
    went_dark,
)
from agent.probes.probe import Cost
from agent.wrong import Both
from shared.device import DeviceFacts

COST: Final = Cost(bytes=16_000_000, logins=80, wakeups=1, writes=4, requests=300, awake_ms=120_000)
COST_OF_STILLS: Final = Cost(
    bytes=4_000_000, logins=40, wakeups=1, writes=4, requests=150, awake_ms=120_000
)
WRITES_OF_ONE: Final = 2  # there and back; a change that could be chance is ordered again
_LUMA: Final = "picture.luma_mean"
_SATURATION: Final = "picture.saturation_mean"
# Somebody walks by, a cloud passes: the same test a minute later mostly says more.
_RESTLESS: Final = frozenset({Why.RESTLESS, Why.UNCLEAR, Why.DID_NOT_COME_BACK, Why.AUTO_WAS_OUT})
_TIMES: Final = 5
_PAUSE_S: Final = 40.0
_PICTURES: Final = 10  # in a baseline; the one of daylight learns no infrared colours
_HISTORY: Final = 480
# A mode that changed lately may be another agent's, in the middle of its own test: put back as the
# customer's, it would stay. A test with all its tries takes less.
_STEADY: Final = timedelta(minutes=30)
_STEADY_READINGS: Final = 40
_MODE: Final = "imaging.ir_cut_filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a test stands on; the same for every device."""

    devices: Mapping[str, Device]
    budgets: Mapping[str, Budget]
    camera_for: Callable[[Device], Camera]
    database: Database
    outbox: Outbox
    author: Author
    clock: Callable[[], datetime]
    restorer: Restorer
    alone: Callable[[str], asyncio.Lock]
    rests_until: Callable[[str], datetime | None]
    sun_elevation_deg: Callable[[Device, datetime], float | None] = lambda _, __: None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pace: Pace = field(default_factory=Pace)


class FilterDesk:
    """Tests the filter of one device at a time."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def test(self, device_id: str, *, ordered_by: str) -> Judged:
        """Test now and keep the outcome; NotAllowedError when it may not begin.

        ``sqlite3.Error`` passes through. Whatever ends it, the camera gets its own mode back, or
        the journal owes it.
        """
        device = self._ground.devices.get(device_id)
        if device is None:
            names = ", ".join(self._ground.devices)
            raise NotAllowedError(
                Both(
                    f"this agent has no device {device_id!r}; it has: {names}",
                    f"本代理没有设备 {device_id!r}；现有：{names}",
                )
            )
        async with self._ground.alone(device_id):
            return await self._test_alone(device, ordered_by)

    async def _test_alone(self, device: Device, ordered_by: str) -> Judged:
        ground, began_at = self._ground, self._ground.clock()
        if device.ir_cut.is_fitted is False:
            ran = Ran(
                judged=Judged(verdict=FilterVerdict.NO_FILTER_FITTED, why=Why.OWNER_SAYS_NONE)
            )
            self._record(device, ran, None, began_at=began_at, ordered_by=ordered_by)
            return ran.judged
        latest = reading_store.latest(ground.database.connection, device.device_id)
        check_consent(device, latest.get("battery.charge"), now=began_at)
        rests = ground.rests_until(device.device_id)
        if rests is not None:
            raise NotAllowedError(Answer.LOGINS_REST.told(until=rests))
        if not await ground.restorer.settle(device.device_id):
            raise NotAllowedError(STILL_OWED)
        ran, camera = Ran(), ground.camera_for(device)
        try:
            for again in range(_TIMES):
                if again:
                    await ground.sleep(_PAUSE_S)
                ran = await self._try(device, camera, ordered_by, is_again=again > 0) or ran
                if ran.judged.why not in _RESTLESS or ran.is_owed:
                    break
            if ran.is_owed:  # an order that comes late has come by then
                await ground.sleep(GRACE.total_seconds())
                await ground.restorer.settle(device.device_id)
            return ran.judged
        finally:
            self._record(device, ran, camera, began_at=began_at, ordered_by=ordered_by)

    async def _try(
        self, device: Device, camera: Camera, ordered_by: str, *, is_again: bool
    ) -> Ran | None:
        """One test; None when a further one is beyond the budget."""
        try:
            cost = self._pay_ahead(device)
        except NotAllowedError:
            if is_again:
                return None
            raise
        ground, before, began_s = self._ground, camera.costs, time.monotonic()
        test = FilterTest(
            camera,
            self._order(device, ordered_by, may_repeat=cost.writes > WRITES_OF_ONE),
            database=ground.database,
            clock=ground.clock,
            sleep=ground.sleep,
            pace=ground.pace,
        )
        try:
            return await test.run()
        finally:
            seconds = time.monotonic() - began_s
            spent = spent_between(before, camera.costs, wakeups=cost.wakeups, seconds=seconds)
            self._pay(device, spent, cost)

    def _order(self, device: Device, ordered_by: str, *, may_repeat: bool) -> Order:
        facts = self._facts(device)
        memory = read_memory(self._ground.database, device.device_id)
        earlier = earlier_of(memory, firmware=facts.firmware)
        return Order(
            device_id=device.device_id,
            ordered_by=ordered_by,
            aliases=facts.aliases,
            stills_first=device.is_metered,
            may_repeat=may_repeat,
            modes_stated=self._modes_stated(device),
            witness=lambda now, is_known_view: self._witness(
                device, facts.firmware, now, is_known_view=is_known_view
            ),
            view=earlier.view if earlier is not None else b"",
        )

    def _modes_stated(self, device: Device) -> tuple[str, ...]:
        """Filter modes that visits read in the last half hour; one a visit, oldest first."""
        db, since = self._ground.database.connection, self._ground.clock() - _STEADY
        readings = reading_store.earlier(db, device.device_id, _MODE, limit=_STEADY_READINGS)
        return tuple(str(r.value) for r in readings if r.good and r.taken_at >= since)

    def _witness(
        self, device: Device, firmware: str, now: datetime, *, is_known_view: bool
    ) -> Witness:
        db, device_id = self._ground.database.connection, device.device_id
        memory: TestMemory = read_memory(self._ground.database, device_id)
        earlier = earlier_of(memory, firmware=firmware) if is_known_view else None
        elevation = self._ground.sun_elevation_deg(device, now)
        latest = reading_store.latest(db, device_id)
        baselines = keepsake_store.read_baselines(db, device_id)
        seen = {Light(name) for name, one in baselines.items() if one.count >= _PICTURES}
        return Witness(
            sun=is_sun_certain(
                now=now,
                is_outdoor=device.ir_cut.is_outdoor,
                sun_elevation_deg=elevation,
                solar=unless_unproven("solar.power", latest),
                earlier=earlier,
            ),
            night=elevation is not None and elevation < NIGHT_DEG,
            nights=nights_of(
                reading_store.earlier(db, device_id, _LUMA, limit=_HISTORY),
                reading_store.earlier(db, device_id, _SATURATION, limit=_HISTORY),
                now=now,
            ),
            was_lit=Light.NIGHT_IR in seen,
            was_natural=Light.DAY in seen,
            filter_fitted=device.ir_cut.is_fitted,
            earlier=earlier,
            went_dark=went_dark(memory, firmware=firmware),
        )

    def _pay_ahead(self, device: Device) -> Cost:
        """Reserve the whole cost, so that a kill in the middle buys no second budget."""
        ground, device_id = self._ground, device.device_id
        cost = COST_OF_STILLS if device.is_metered else COST
        db, budget = ground.database.connection, ground.budgets[device_id]
        spend = spend_store.read_spend(db, device_id, now=ground.clock())
        if spend.on(ground.clock()).writes + cost.writes > budget.writes_per_day:
            cost = replace(cost, writes=WRITES_OF_ONE)
        refusal = allows(budget, spend, cost)
        if refusal is not None:
            raise NotAllowedError(refusal.both())
        with ground.database.transaction():
            spend_store.keep_spend(db, device_id, spend.plus(cost))
        return cost

    def _pay(self, device: Device, spent: Cost, ahead: Cost) -> None:
        """Put what was really spent in the place of what was reserved."""
        ground, db = self._ground, self._ground.database.connection
        spend = spend_store.read_spend(db, device.device_id, now=ground.clock())
        back = Cost(
            bytes=max(spent.bytes - ahead.bytes, -spend.bytes),
            logins=max(spent.logins - ahead.logins, -spend.logins),
            writes=max(spent.writes - ahead.writes, -spend.writes),
            requests=max(spent.requests - ahead.requests, -spend.requests),
            awake_ms=max(spent.awake_ms - ahead.awake_ms, -spend.awake_ms),
        )
        with ground.database.transaction():
            spend_store.keep_spend(db, device.device_id, spend.plus(back))

    def _record(
        self,
        device: Device,
        ran: Ran,
        camera: Camera | None,
        *,
        began_at: datetime,
        ordered_by: str,
    ) -> None:
        ground, now = self._ground, self._ground.clock()
        told = Told(
            ran=ran,
            facts=self._facts(device),
            began_at=began_at,
            ended_at=now,
            ordered_by=ordered_by,
            sun_elevation_deg=ground.sun_elevation_deg(device, now),
            exchanges=camera.exchanges if camera is not None else (),
        )
        with ground.database.transaction():
            tell(told, database=ground.database, outbox=ground.outbox, author=ground.author)

    def _facts(self, device: Device) -> DeviceFacts:
        db = self._ground.database.connection
        kept = keepsake_store.read_facts(db, device.device_id)
        return kept or DeviceFacts(device.device_id, label_serial=device.label_serial)
