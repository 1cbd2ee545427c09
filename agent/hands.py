"""What commands may do to devices: visits, pictures, logs; all within the day's budget."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from agent.answer_words import AND, BECAUSE, KIND_WORDS, LISTED, THEN, Answer
from agent.asking import run_probe, spent_between
from agent.budget import Budget, Spend, allows, ceiling_of
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
from agent.experiment.verdict import VERDICTS
from agent.probes.probe import Attachment, Cost, Observation, Pass, Probe
from agent.reasons import in_both
from agent.recording import Outcome
from agent.rounds import Rounds
from agent.wanted import FaultOverError, Wanted, read_wanted
from agent.wrong import Both, join
from shared import notes
from shared.device import DeviceFacts
from shared.evidence import EvidenceKind

NO_ARGUMENTS: Final[Mapping[str, str]] = MappingProxyType({})
_PICTURE: Final = frozenset({EvidenceKind.PICTURE})
_WORDS: Final = frozenset({EvidenceKind.TRANSCRIPT, EvidenceKind.READINGS})


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

    async def probe_now(self, device_id: str, arguments: Mapping[str, str] = NO_ARGUMENTS) -> Both:
        """Run all probes of a device, or of every device one after the other.

        Probes that log in are left out while a refused password rests; the answer says so. With
        a fault named, what the visit brings is sent as further evidence of it.
        """
        wanted = self._wanted(device_id, arguments, usual=_WORDS) if device_id else None
        sends = wanted if wanted and wanted.episode else None
        chosen = [self._device(device_id).device_id] if device_id else self._rounds.visited_ids
        answers = []
        for one in chosen:
            rests = self._rounds.logins_rest_until(one)
            probes = self._rounds.probes_without_login() if rests else None
            outcome = await self._rounds.visit(one, probes, wanted=sends)
            answers.append(_in_words(outcome, rests))
            if sends is not None:
                answers.append(_sent_in_words(outcome, sends))
        return join(THEN, answers)

    async def take_picture(
        self, device_id: str, arguments: Mapping[str, str] = NO_ARGUMENTS
    ) -> Both:
        """Run the picture probe and send what it took; a clip too where one is wanted."""
        if not self._device(device_id).consent.pictures:
            raise CannotDo(Answer.PICTURES_STAY.told())
        self._refuse_while_logins_rest(device_id)
        wanted = self._wanted(device_id, arguments, usual=_PICTURE)
        probes = self._rounds.probe_named("picture")
        for probe in probes:
            self._spend_before(device_id, probe)
        outcome = await self._rounds.visit(device_id, probes, wanted=wanted)
        if outcome.pictures == 0:
            whys = (in_both(reading) for reading in outcome.readings if reading.cause)
            raise DidNotWork(next(whys, Answer.NO_PICTURE.told()))
        if wanted.episode is not None:
            return _sent_in_words(outcome, wanted)
        return Answer.PICTURES_SENT.told(count=outcome.pictures)

    def _wanted(
        self, device_id: str, arguments: Mapping[str, str], *, usual: frozenset[EvidenceKind]
    ) -> Wanted:
        db = self._database.connection
        try:
            return read_wanted(db, self._device(device_id).device_id, arguments, usual=usual)
        except FaultOverError as error:
            raise CannotDo(Answer.FAULT_OVER.told(event=str(error))) from error

    async def fetch_log(self, device_id: str) -> Both:
        """Read the device's own log once and send it."""
        device = self._device(device_id)
        self._refuse_while_logins_rest(device_id)
        async with self._rounds.alone(device_id):
            await self._settle(device_id)
            return await self._fetch_log_alone(device)

    async def test_ir_cut(self, device_id: str, *, ordered_by: str) -> Both:
        """Test the infrared filter; the verdict in words, and what would settle an unclear one."""
        try:
            judged = await self._desk.test(device_id, ordered_by=ordered_by)
        except NotAllowedError as error:
            raise CannotDo(error.reason) from error
        verdict = Both(judged.verdict.value, VERDICTS[judged.verdict].zh)
        told = join(BECAUSE, (verdict, judged.reason))
        return join(THEN, (told, judged.settle)) if judged.settle.en else told

    async def _fetch_log_alone(self, device: Device) -> Both:
        db, now = self._database.connection, self._clock()
        spend = self._spend_before(device.device_id, _LOG)
        reserve(
            self._database,
            device.device_id,
            (_LOG,),
            budget=self._rounds.budget_of(device.device_id, self._budgets),
            spend=spend,
        )
        camera = self._camera_for(device)
        before, began_s = camera.costs, time.monotonic()
        visit = Pass(now=now, watch_seconds=0.0, recorder_login=LoginKind.NONE)
        camera.keep_within(
            ceiling_of(self._rounds.budget_of(device.device_id, self._budgets), spend, before)
        )
        found = await run_probe(_LOG, camera, visit)
        seconds = time.monotonic() - began_s
        spent = spent_between(before, camera.costs, wakeups=_LOG.cost.wakeups, seconds=seconds)
        with self._database.transaction():
            spend_store.keep_spend(db, device.device_id, spend.plus(spent))
            facts = keepsake_store.read_facts(db, device.device_id)
            for log in found.attachments:
                Teller(db, self._outbox, self._author).tell_attachment(
                    facts or DeviceFacts(device.device_id), log, now=now
                )
        if not found.attachments:
            raise DidNotWork(in_both(found.readings[0]))
        return Answer.BYTES_SENT.told(count=sum(len(log.content) for log in found.attachments))

    def _spend_before(self, device_id: str, probe: Probe) -> Spend:
        """What the device has cost today; CannotDo when the probe would exceed its budget."""
        db = self._database.connection
        spend = spend_store.read_spend(db, device_id, now=self._clock())
        refusal = allows(self._rounds.budget_of(device_id, self._budgets), spend, probe.cost)
        if refusal is not None:
            raise CannotDo(refusal.both())
        return spend

    def _refuse_while_logins_rest(self, device_id: str) -> None:
        rests = self._rounds.logins_rest_until(device_id)
        if rests is not None:
            raise CannotDo(Answer.LOGINS_REST.told(until=rests))

    def _device(self, device_id: str) -> Device:
        device = self._devices.get(device_id)
        if device is None:
            raise CannotDo(Answer.NO_DEVICE.told(device=device_id))
        if not device.is_visited:
            raise CannotDo(Answer.ONLY_PUSHES.told(device=device_id))
        return device


def _in_words(outcome: Outcome, logins_rest_until: datetime | None) -> Both:
    good = sum(reading.good for reading in outcome.readings)
    device_id, count = outcome.facts.device_id, len(outcome.readings)
    parts = [Answer.READ.told(device=device_id, good=good, all=count)]
    if outcome.is_silent:
        parts.append(Answer.SILENT.told())
    if logins_rest_until is not None:
        parts.append(Answer.LOGINS_REST.told(until=logins_rest_until))
    return join(AND, parts)


def _sent_in_words(outcome: Outcome, wanted: Wanted) -> Both:
    """Which of the wanted kinds went, and which did not; DidNotWork when none did."""
    lacking = wanted.kinds - outcome.sent
    parts = [
        *([Answer.SENT.told_of(_named(outcome.sent))] if outcome.sent else []),
        *([Answer.NOT_SENT.told_of(_named(lacking))] if lacking else []),
    ]
    if EvidenceKind.CLIP in lacking and outcome.no_clip is not None:
        parts.append(Both(outcome.no_clip.en, outcome.no_clip.zh))
    told = join(THEN, parts)
    if not outcome.sent:
        raise DidNotWork(told)
    return told


def _named(kinds: frozenset[EvidenceKind]) -> Both:
    ordered = [KIND_WORDS[kind] for kind in EvidenceKind if kind in kinds]
    return join(LISTED, ordered)


async def _read_log(camera: Camera, visit: Pass) -> Observation:
    log = await camera.system_log()
    content = log.encode("utf-8", "replace")[:MAX_TEXT_BYTES]
    file = Attachment(
        name="system-log.txt",
        media_type="text/plain",
        kind=EvidenceKind.TRANSCRIPT,
        content=content,
        taken_at=visit.now,
        note=notes.DEVICE_LOG,
    )
    return Observation(readings=(), attachments=(file,))


_LOG: Final = Probe(
    name="system_log",
    every=timedelta(days=1),  # never by itself: it is in no list
    cost=Cost(bytes=200_000, logins=2, wakeups=1, requests=8, awake_ms=3_000),
    read=_read_log,
    deadline_s=30.0,
)
