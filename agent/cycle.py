"""One pass over one device: probe, judge, append. READ THIS FIRST.

    due probes -> budget -> readings -> history -> findings -> one transaction:
    memories, events with signed manifests, evidence chunks, spend, last runs

Nothing is stored while the device is being asked; everything is stored at once afterwards. A kill
in between costs the pass, never half of what it found.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from agent.budget import Budget, Spend, allows
from agent.camera.port import Camera, CameraError, Cause, Costs, Exchange, LoginKind, Picture
from agent.config import Device
from agent.delivery import fault_store, keepsake_store, reading_store, spend_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.diagnosis.engine import Diagnosis, FaultMemory, diagnose
from agent.diagnosis.learning import learn
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import HISTORY_PER_NAME, Rule, Verdict, View
from agent.episodes import Author, Seen, Teller, wants_picture
from agent.facts import facts_of
from agent.probes.failure import SILENT, all_failed
from agent.probes.probe import Attachment, Cost, Observation, Pass, Probe
from shared.device import DeviceFacts
from shared.reading import Reading

_LOG = logging.getLogger(__name__)
_SILENT_CAUSES: Final = frozenset(cause.value for cause in SILENT)
_REFUSED_CAUSES: Final = frozenset({Cause.LOGIN_REFUSED.value, Cause.LOGIN_LOCKED.value})
DEFECT: Final = "defect"  # cause of a reading whose probe failed by our own mistake
TELEMETRY_UPTO: Final = "telemetry_upto"  # meta key: newest history id in a telemetry batch


class CountingCamera(Camera, Protocol):
    """A camera that knows what a pass over it has cost."""

    @property
    def costs(self) -> Costs:
        """Spent in this pass so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is the same for every pass."""

    rules: Sequence[Rule]
    levels: Levels
    watch_seconds: float
    recorder_login: LoginKind
    author: Author
    witness: Probe | None = None  # the login probe: says what a refusal in another probe means


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a pass came to, for the schedule and the health message."""

    facts: DeviceFacts
    started_at: datetime
    ran: tuple[str, ...]  # names of probes that had their turn
    readings: tuple[Reading, ...]
    pictures: int
    diagnosis: Diagnosis
    memories: Mapping[str, FaultMemory]
    spend: Spend
    is_silent: bool  # nothing answered at the address
    appended: bool  # something waits in the outbox because of it


@dataclass(slots=True)
class Take:
    """What the probes of one pass brought home."""

    ran: list[Probe]
    readings: list[Reading]
    pictures: list[Picture]
    attachments: list[Attachment]
    spend: Spend
    is_silent: bool = False


async def run_pass(
    device: Device,
    camera: CountingCamera,
    probes: Sequence[Probe],
    *,
    budget: Budget,
    settings: Settings,
    database: Database,
    outbox: Outbox,
    clock: Callable[[], datetime],
    send_pictures: bool = False,
) -> Outcome:
    """Ask a device, judge what it said, and commit the outcome.

    With ``send_pictures`` the pictures of this pass go to the collector whatever they show.
    Raises nothing that a camera can cause. ``sqlite3.Error`` passes through: then nothing of the
    pass was kept.
    """
    db = database.connection
    now = clock()
    latest = reading_store.latest(db, device.device_id)
    visit = Pass(
        now=now,
        watch_seconds=settings.watch_seconds,
        recorder_login=settings.recorder_login,
        previous=latest,
    )
    spend = spend_store.read_spend(db, device.device_id, now=now)
    take = await ask(probes, camera, visit, budget=budget, spend=spend)
    await bear_witness(take, settings.witness, camera, visit)
    with database.transaction():
        return _record(
            device,
            camera.exchanges,
            take,
            latest,
            now=now,
            settings=settings,
            database=database,
            outbox=outbox,
            send_pictures=send_pictures,
        )


def record_readings(
    device: Device,
    readings: Sequence[Reading],
    *,
    settings: Settings,
    database: Database,
    outbox: Outbox,
    now: datetime,
) -> Outcome:
    """Judge and commit readings that no camera gave: those of the recorder itself."""
    db = database.connection
    spend = spend_store.read_spend(db, device.device_id, now=now)
    take = Take(ran=[], readings=list(readings), pictures=[], attachments=[], spend=spend)
    latest = reading_store.latest(db, device.device_id)
    with database.transaction():
        return _record(
            device,
            (),
            take,
            latest,
            now=now,
            settings=settings,
            database=database,
            outbox=outbox,
        )


async def ask(
    probes: Sequence[Probe], camera: CountingCamera, visit: Pass, *, budget: Budget, spend: Spend
) -> Take:
    """Run each probe that the budget allows; a device that is not there is asked no further."""
    take = Take(ran=[], readings=[], pictures=[], attachments=[], spend=spend)
    woken = False
    for probe in probes:
        cost = probe.cost if not woken else _awake(probe.cost)
        refusal = allows(budget, take.spend, cost)
        take.ran.append(probe)
        if refusal is not None:
            error = CameraError(Cause.BUDGET, str(refusal))
            take.readings += all_failed(_names(probe), error, at=visit.now)
            continue
        before = camera.costs
        observation = await _run_probe(probe, camera, visit)
        take.spend = take.spend.plus(_spent(before, camera.costs, wakeups=cost.wakeups))
        woken = woken or cost.wakeups > 0
        take.readings += observation.readings
        take.pictures += observation.pictures
        take.attachments += observation.attachments
        if _says_nobody_answers(observation.readings):
            take.is_silent = True
            break
    return take


async def bear_witness(
    take: Take, witness: Probe | None, camera: CountingCamera, visit: Pass
) -> None:
    """After a refused login let the login probe say so; it costs the account no further try."""
    if witness is None or witness in take.ran or not _saw_refusal(take.readings):
        return
    observation = await _run_probe(witness, camera, visit)
    take.ran.append(witness)
    take.readings += observation.readings


def _saw_refusal(readings: Sequence[Reading]) -> bool:
    return any(reading.cause in _REFUSED_CAUSES for reading in readings)


def _says_nobody_answers(readings: Sequence[Reading]) -> bool:
    """True when the reachability probe measured it, or a probe got no further than that."""
    for reading in readings:
        if reading.name == "reach.answers" and reading.good:
            return reading.value is False
    nothing = not any(reading.good for reading in readings)
    return nothing and any(reading.cause in _SILENT_CAUSES for reading in readings)


async def _run_probe(probe: Probe, camera: Camera, visit: Pass) -> Observation:
    """Run one probe within its deadline; whatever goes wrong becomes failed readings."""
    try:
        async with asyncio.timeout(probe.deadline_s):
            return await probe.read(camera, visit)
    except TimeoutError:
        error = CameraError(Cause.DEADLINE, f"no answer within {probe.deadline_s:g} s")
        return Observation(readings=all_failed(_names(probe), error, at=visit.now))
    except CameraError as error:
        return Observation(readings=all_failed(_names(probe), error, at=visit.now))
    # The one broad except of the agent: a defect in one probe, met on one firmware, must cost
    # neither the other probes nor the other cameras. It is told as failed readings and logged.
    except Exception as error:  # noqa: BLE001
        _LOG.exception("probe %s has a defect", probe.name)
        return Observation(readings=_defect(probe, error, at=visit.now))


def _defect(probe: Probe, error: Exception, *, at: datetime) -> tuple[Reading, ...]:
    text = CameraError(Cause.ONVIF_FAULT, f"the probe failed: {type(error).__name__}")
    return tuple(_with_cause(reading, DEFECT) for reading in all_failed(_names(probe), text, at=at))


def _with_cause(reading: Reading, cause: str) -> Reading:
    return Reading(
        reading.name,
        None,
        reading.unit,
        reading.taken_at,
        reading.quality,
        cause=cause,
        detail=reading.detail,
    )


def _names(probe: Probe) -> tuple[str, ...]:
    return probe.names or (probe.name,)


def _awake(cost: Cost) -> Cost:
    """The cost of a probe on a device that this pass has woken already."""
    return Cost(bytes=cost.bytes, logins=cost.logins, writes=cost.writes)


def _spent(before: Costs, after: Costs, *, wakeups: int) -> Cost:
    """What really was spent between two looks at the camera's tally."""
    return Cost(
        bytes=after.bytes_sent + after.bytes_received - before.bytes_sent - before.bytes_received,
        logins=after.login_attempts - before.login_attempts,
        wakeups=wakeups,
        writes=after.writes - before.writes,
    )


def _record(
    device: Device,
    exchanges: Sequence[Exchange],
    take: Take,
    latest: Mapping[str, Reading],
    *,
    now: datetime,
    settings: Settings,
    database: Database,
    outbox: Outbox,
    send_pictures: bool = False,
) -> Outcome:
    """Judge and store one pass; runs inside the transaction."""
    db, device_id = database.connection, device.device_id
    fresh = {reading.name: reading for reading in take.readings}
    known = keepsake_store.read_facts(db, device_id)
    facts = facts_of(device, known, fresh)
    if facts != known:
        keepsake_store.keep_facts(db, facts, at=now)
    memories = fault_store.read_memories(db, device_id)
    view = _view(db, device, latest, fresh, now=now, settings=settings)
    diagnosis = diagnose(view, memories, settings.rules)
    baseline = learn(view, diagnosis.memories.values())
    if baseline is not None:
        keepsake_store.keep_baseline(db, device_id, baseline)
    next_row = outbox.next_event()
    _keep_readings(database, device_id, take.readings, rules=settings.rules)
    seen = Seen(
        facts=facts,
        now=now,
        pictures=take.pictures,
        attachments=take.attachments,
        exchanges=exchanges,
    )
    after = _tell(db, outbox, settings.author, diagnosis=diagnosis, before=memories, seen=seen)
    if send_pictures:
        Teller(db, outbox, settings.author).tell_pictures(seen)
    for probe in take.ran:
        spend_store.keep_run(db, device_id, probe.name, now=now)
    spend_store.keep_spend(db, device_id, take.spend)
    return Outcome(
        facts=facts,
        started_at=now,
        ran=tuple(probe.name for probe in take.ran),
        readings=tuple(take.readings),
        pictures=len(take.pictures),
        diagnosis=diagnosis,
        memories=after,
        spend=take.spend,
        is_silent=take.is_silent,
        appended=outbox.next_event() != next_row,
    )


def _view(
    db: sqlite3.Connection,
    device: Device,
    latest: Mapping[str, Reading],
    fresh: Mapping[str, Reading],
    *,
    now: datetime,
    settings: Settings,
) -> View:
    wanted = {
        name
        for rule in settings.rules
        if not fresh.keys().isdisjoint(rule.needs)
        for name in rule.looks_back
    }
    return View(
        now=now,
        readings={**latest, **fresh},
        history={
            name: reading_store.earlier(db, device.device_id, name, limit=HISTORY_PER_NAME)
            for name in sorted(wanted)
        },
        fresh=frozenset(fresh),
        levels=settings.levels,
        recorder_login=settings.recorder_login,
        label_serial=device.label_serial,
        baselines=keepsake_store.read_baselines(db, device.device_id),
    )


def _keep_readings(
    database: Database, device_id: str, readings: Iterable[Reading], *, rules: Sequence[Rule]
) -> None:
    db = database.connection
    kept = tuple(readings)
    reading_store.add(db, device_id, kept)
    looked_at = {name for rule in rules for name in rule.looks_back}
    upto = int(database.meta(TELEMETRY_UPTO) or "0")
    for name in {reading.name for reading in kept}:
        reading_store.trim(
            db,
            device_id,
            name,
            keep=HISTORY_PER_NAME if name in looked_at else reading_store.KEPT_PER_NAME,
            sent_upto=upto,
            at_most=HISTORY_PER_NAME,
        )


def _tell(
    db: sqlite3.Connection,
    outbox: Outbox,
    author: Author,
    *,
    diagnosis: Diagnosis,
    before: Mapping[str, FaultMemory],
    seen: Seen,
) -> dict[str, FaultMemory]:
    """Append what the pass found, and keep the memories that changed."""
    teller = Teller(db, outbox, author)
    device_id = seen.facts.device_id
    for episode in fault_store.count_pass(db, device_id):
        teller.tell_more(episode, seen)
    after = dict(diagnosis.memories)
    for step in diagnosis.steps:
        code = step.memory.code
        after[code] = teller.tell_step(step, before.get(code), seen)
    for code, memory in after.items():
        if memory != before.get(code):
            fault_store.keep_memory(db, device_id, memory)
    if _is_good_view(diagnosis, after):
        teller.tell_reference(seen)
    return after


def _is_good_view(diagnosis: Diagnosis, memories: Mapping[str, FaultMemory]) -> bool:
    """True when a picture rule found this view healthy, and none holds anything against it."""
    verdicts = [f.verdict for f in diagnosis.findings if wants_picture(f.code)]
    standing = any(
        wants_picture(m.code) and (m.is_open or any(m.window[-1:])) for m in memories.values()
    )
    return Verdict.HEALTHY in verdicts and Verdict.FAULT not in verdicts and not standing
