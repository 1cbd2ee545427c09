"""What commands may do to devices: visits, pictures, logs; all within the day's budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from agent.budget import Budget, allows
from agent.camera.port import Camera, CameraError
from agent.commands import CannotDo
from agent.config import Device
from agent.delivery import keepsake_store, spend_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.episodes import Author, Teller
from agent.probes.probe import Cost
from agent.recording import Outcome
from agent.rounds import Rounds
from shared.device import DeviceFacts

_LOG_COST: Final = Cost(bytes=200_000, logins=2, wakeups=1)
_LOG_DEADLINE_S: Final = 30.0


class DeviceHands:
    """Carries out commands through the same rounds, cameras and budgets as the schedule."""

    def __init__(
        self,
        *,
        devices: Mapping[str, Device],
        budgets: Mapping[str, Budget],
        rounds: Rounds,
        camera_for: Callable[[Device], Camera],
        database: Database,
        outbox: Outbox,
        author: Author,
        clock: Callable[[], datetime],
    ) -> None:
        self._devices = devices
        self._budgets = budgets
        self._rounds = rounds
        self._camera_for = camera_for
        self._database = database
        self._outbox = outbox
        self._author = author
        self._clock = clock

    async def probe_now(self, device_id: str) -> str:
        """Run all probes of a device, or of every device one after the other."""
        chosen = [self._device(device_id).device_id] if device_id else self._rounds.device_ids
        outcomes = [await self._rounds.visit(one) for one in chosen]
        return "; ".join(_in_words(outcome) for outcome in outcomes)

    async def take_picture(self, device_id: str) -> str:
        """Run the picture probe and send what it took."""
        self._device(device_id)
        probes = self._rounds.probe_named("picture")
        outcome = await self._rounds.visit(device_id, probes, send_pictures=True)
        if outcome.pictures == 0:
            raise CannotDo(next((r.detail for r in outcome.readings if r.cause), "no picture"))
        return f"{outcome.pictures} picture(s) sent"

    async def fetch_log(self, device_id: str) -> str:
        """Read the device's own log once and send it."""
        device = self._device(device_id)
        db = self._database.connection
        spend = spend_store.read_spend(db, device_id, now=self._clock())
        refusal = allows(self._budgets[device_id], spend, _LOG_COST)
        if refusal is not None:
            raise CannotDo(str(refusal))
        camera = self._camera_for(device)
        try:
            async with asyncio.timeout(_LOG_DEADLINE_S):
                log = await camera.system_log()
        except TimeoutError:
            raise CannotDo(f"no answer within {_LOG_DEADLINE_S:.0f} s") from None
        except CameraError as error:
            raise CannotDo(str(error)) from error
        now = self._clock()
        with self._database.transaction():
            spent = camera.costs
            spend = spend_store.read_spend(db, device_id, now=now).plus(
                Cost(
                    bytes=spent.bytes_sent + spent.bytes_received,
                    logins=spent.login_attempts,
                    wakeups=_LOG_COST.wakeups,
                    writes=spent.writes,
                )
            )
            spend_store.keep_spend(db, device_id, spend)
            facts = keepsake_store.read_facts(db, device_id) or DeviceFacts(device_id)
            Teller(db, self._outbox, self._author).tell_log(facts, log, now=now)
        return f"{len(log)} characters sent"

    def _device(self, device_id: str) -> Device:
        device = self._devices.get(device_id)
        if device is None:
            raise CannotDo(f"this agent has no device {device_id!r}")
        return device


def _in_words(outcome: Outcome) -> str:
    good = sum(reading.good for reading in outcome.readings)
    text = f"{outcome.facts.device_id}: {good} of {len(outcome.readings)} readings good"
    return f"{text}, silent" if outcome.is_silent else text
