"""What commands may do to devices: visits, pictures, logs; all within the day's budget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from agent.asking import run_probe, spent_between
from agent.budget import Budget, allows
from agent.camera.port import Camera, LoginKind
from agent.commands import CannotDo, DidNotWork
from agent.config import Device
from agent.cycle import reserve
from agent.delivery import keepsake_store, spend_store
from agent.delivery.database import Database
from agent.delivery.evidence import MAX_TEXT_BYTES
from agent.delivery.outbox import Outbox
from agent.episodes import Author, Teller
from agent.experiment.consent import NotAllowedError
from agent.experiment.desk import FilterDesk
from agent.probes.probe import Attachment, Cost, Observation, Pass, Probe
from agent.recording import Outcome
from agent.rounds import Rounds
from shared.device import DeviceFacts
from shared.evidence import EvidenceKind


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
        desk: FilterDesk,
        settle: Callable[[str], Awaitable[bool]],
    ) -> None:
        """``settle`` restores what an experiment owes a device; asked before it is touched."""
        self._devices = devices
        self._budgets = budgets
        self._rounds = rounds
        self._camera_for = camera_for
        self._database = database
        self._outbox = outbox
        self._author = author
        self._clock = clock
        self._desk = desk
        self._settle = settle

    async def probe_now(self, device_id: str) -> str:
        """Run all probes of a device, or of every device one after the other.

        Probes that log in are left out while a refused password rests; the answer says so.
        """
        chosen = [self._device(device_id).device_id] if device_id else self._rounds.device_ids
        answers = []
        for one in chosen:
            rests = self._rounds.logins_rest_until(one)
            probes = self._rounds.probes_without_login() if rests else None
            answer = _in_words(await self._rounds.visit(one, probes))
            answers.append(f"{answer}, {_resting(rests)}" if rests else answer)
        return "; ".join(answers)

    async def take_picture(self, device_id: str) -> str:
        """Run the picture probe and send what it took."""
        self._device(device_id)
        self._refuse_while_logins_rest(device_id)
        probes = self._rounds.probe_named("picture")
        outcome = await self._rounds.visit(device_id, probes, send_pictures=True)
        if outcome.pictures == 0:
            raise DidNotWork(
                next((r.detail or r.cause for r in outcome.readings if r.cause), "no picture")
            )
        return f"{outcome.pictures} picture(s) sent"

    async def fetch_log(self, device_id: str) -> str:
        """Read the device's own log once and send it."""
        device = self._device(device_id)
        self._refuse_while_logins_rest(device_id)
        async with self._rounds.alone(device_id):
            await self._settle(device_id)
            return await self._fetch_log_alone(device)

    async def test_ir_cut(self, device_id: str, *, ordered_by: str) -> str:
        """Test the infrared filter; the verdict in words, and what would settle an unclear one."""
        try:
            judged = await self._desk.test(device_id, ordered_by=ordered_by)
        except NotAllowedError as error:
            raise CannotDo(error.reason.en) from error
        text = f"{judged.verdict.value}: {judged.reason.en}"
        return f"{text}; {judged.settle.en}" if judged.settle.en else text

    async def _fetch_log_alone(self, device: Device) -> str:
        db, now = self._database.connection, self._clock()
        spend = spend_store.read_spend(db, device.device_id, now=now)
        refusal = allows(self._budgets[device.device_id], spend, _LOG.cost)
        if refusal is not None:
            raise CannotDo(str(refusal))
        reserve(
            self._database,
            device.device_id,
            (_LOG,),
            budget=self._budgets[device.device_id],
            spend=spend,
        )
        camera = self._camera_for(device)
        before = camera.costs
        visit = Pass(now=now, watch_seconds=0.0, recorder_login=LoginKind.NONE)
        found = await run_probe(_LOG, camera, visit)
        spent = spent_between(before, camera.costs, wakeups=_LOG.cost.wakeups)
        with self._database.transaction():
            spend_store.keep_spend(db, device.device_id, spend.plus(spent))
            facts = keepsake_store.read_facts(db, device.device_id)
            for log in found.attachments:
                Teller(db, self._outbox, self._author).tell_attachment(
                    facts or DeviceFacts(device.device_id), log, now=now
                )
        if not found.attachments:
            raise DidNotWork(next(r.detail or r.cause for r in found.readings))
        return f"{sum(len(log.content) for log in found.attachments)} bytes sent"

    def _refuse_while_logins_rest(self, device_id: str) -> None:
        rests = self._rounds.logins_rest_until(device_id)
        if rests is not None:
            raise CannotDo(_resting(rests))

    def _device(self, device_id: str) -> Device:
        device = self._devices.get(device_id)
        if device is None:
            raise CannotDo(f"this agent has no device {device_id!r}")
        return device


def _in_words(outcome: Outcome) -> str:
    good = sum(reading.good for reading in outcome.readings)
    text = f"{outcome.facts.device_id}: {good} of {len(outcome.readings)} readings good"
    return f"{text}, silent" if outcome.is_silent else text


def _resting(until: datetime) -> str:
    return f"no login before {until:%Y-%m-%d %H:%M} UTC: the device refused the password"


async def _read_log(camera: Camera, visit: Pass) -> Observation:
    log = await camera.system_log()
    content = log.encode("utf-8", "replace")[:MAX_TEXT_BYTES]
    file = Attachment(
        name="system-log.txt",
        media_type="text/plain",
        kind=EvidenceKind.TRANSCRIPT,
        content=content,
        taken_at=visit.now,
        note="the device's own log, because somebody asked",
    )
    return Observation(readings=(), attachments=(file,))


_LOG: Final = Probe(
    name="system_log",
    every=timedelta(days=1),  # never by itself: it is in no list
    cost=Cost(bytes=200_000, logins=2, wakeups=1),
    read=_read_log,
    deadline_s=30.0,
)
