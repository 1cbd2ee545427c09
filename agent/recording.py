"""Keeping what a pass found: judged and stored inside one transaction of the caller."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from agent.asking import Take
from agent.budget import Spend
from agent.camera.port import Exchange, LoginKind, NoClip
from agent.clip_plan import WATCH_S, Terms
from agent.clip_purse import Purse
from agent.config import Device
from agent.days import Folder, Visit, fold_pass
from agent.delivery import (
    exchange_store,
    fault_store,
    keepsake_store,
    reading_store,
    spend_store,
)
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.diagnosis.engine import Diagnosis, diagnose
from agent.diagnosis.levels import Levels
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.comparison import figures_of
from agent.diagnosis.pictures.learning import learn_from
from agent.diagnosis.pictures.look import PREFIX, look_at
from agent.diagnosis.pictures.others import dim_days
from agent.diagnosis.rule import HISTORY_PER_NAME, Rule, Verdict, View
from agent.energy_days import FOLDER as ENERGY
from agent.episodes import Author, Teller
from agent.evidence_files import Seen, wants_picture
from agent.experiment.earlier import filter_moved_at, read_memory
from agent.facts import aliases_in, facts_of
from agent.probes.probe import Probe, good
from agent.radio.answers import NAME as ANSWERS
from agent.radio.answers import modem_answers
from agent.radio_days import FOLDER as RADIO
from agent.sun_watch import Sun
from agent.uplink_budget import Mode
from agent.viewing import read_view
from agent.wanted import Wanted
from shared.device import DeviceFacts, is_exchanged
from shared.evidence import EvidenceKind
from shared.reading import Reading

_LOG = logging.getLogger(__name__)
EXCHANGED: Final = "identity.exchanged"  # reading: another device hangs at this position
_UNSENT_PER_NAME: Final = 21_600  # six hours, the longest usual batch, at one a second
FOLDERS: Final[tuple[Folder, ...]] = (ENERGY, RADIO)
"""What is summed up by the day, one a kind."""
TELEMETRY_UPTO: Final = "telemetry_upto"  # meta key: newest history id in a telemetry batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is the same for every pass."""

    rules: Sequence[Rule]
    levels: Levels
    watch_seconds: float
    recorder_login: LoginKind
    author: Author
    witness: Probe | None = None  # the login probe: says what a refusal in another probe means
    sun: Callable[[Device, datetime], Sun] = lambda _, __: Sun()
    mates: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of the same site, by device
    clip_seconds: float = WATCH_S  # 0: no clips
    clip_purse: Purse = field(default_factory=Purse)
    recorder_speaks: frozenset[LoginKind] = frozenset()  # kinds of login; empty: unsaid
    is_paid: bool = False  # the uplink is metered, or within a plan
    uplink_mode: Callable[[], Mode] = lambda: Mode.ALL

    def clip_terms(self, device: Device, *, on_battery: bool, room_bytes: int) -> Terms:
        """What a clip of this device must be paid with."""
        return Terms(
            saves_power=device.is_battery or on_battery,
            is_paid=device.is_metered or self.is_paid,
            mode=self.uplink_mode(),
            wanted_s=self.clip_seconds,
            room_bytes=room_bytes,
            tried_at=self.clip_purse.tried_at.get(device.device_id, ()),
            memory_bytes=self.clip_purse.free_bytes,
        )


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
    may_sleep: bool = False  # silent, and a battery camera that may be asleep
    mah: float = 0.0  # estimated charge of the day so far
    sent: frozenset[EvidenceKind] = frozenset()  # of what an order wanted
    no_clip: NoClip | None = None  # why one that was asked for is not there


def record(
    device: Device,
    exchanges: Sequence[Exchange],
    take: Take,
    latest: Mapping[str, Reading],
    *,
    now: datetime,
    settings: Settings,
    database: Database,
    outbox: Outbox,
    wanted: Wanted | None = None,
    wake_window: timedelta = timedelta(0),
    before: Spend | None = None,
    is_visit: bool = True,
) -> Outcome:
    """Judge and store one pass; runs inside the transaction.

    ``wake_window``: for so long silence may be the sleep of a battery camera. ``before``: what
    the device had cost today before it was asked. ``is_visit``: False for readings that came
    without asking the device: they are no pass over its open faults.
    """
    db, device_id = database.connection, device.device_id
    take.readings += modem_answers(take.readings, at=now, has_spoken=ANSWERS in latest)
    fresh = {reading.name: reading for reading in take.readings}
    known = keepsake_store.read_facts(db, device_id)
    exchanged = known is not None and is_exchanged(known.aliases, aliases_in(fresh))
    if known is not None and exchanged:
        take.readings.append(_exchanged(known, now=now))
        exchange_store.leave_behind(db, device_id, of=known.aliases, at=now)
        known, latest = None, {}
    facts = facts_of(device, known, fresh)
    if facts != known:
        keepsake_store.keep_facts(db, facts, at=now)
    memories = fault_store.read_memories(db, device_id)
    turn = fold_pass(
        db,
        device,
        replace(
            _visit(device, fresh, take, before, now=now, settings=settings),
            firmware=facts.firmware,
        ),
        folders=FOLDERS,
        mates=settings.mates.get(device_id, ()),
        levels=settings.levels,
    )
    take.readings += turn.readings
    fresh |= {reading.name: reading for reading in turn.readings}
    view = read_view(db, device, latest, fresh, now=now, settings=settings)
    if turn.parts:
        view = replace(view, **turn.parts)
    if wake_window:
        view = replace(view, asleep_until=_asleep_until(db, device_id, take, wake_window, now=now))
    if any(name.startswith(PREFIX) for name in fresh):
        moved_at = filter_moved_at(read_memory(database, device_id), firmware=facts.firmware)
        view = replace(view, filter_moved_at=moved_at)
    diagnosis = diagnose(view, memories, settings.rules)
    if not exchanged:  # this picture was merged into the reference of the device before
        _learn(db, device_id, view, diagnosis, take)
        _note_dim(db, device_id, view)
    next_row = outbox.next_event()
    _keep_readings(database, device_id, take.readings, rules=settings.rules)
    seen = Seen(
        facts=facts,
        now=now,
        pictures=take.pictures,
        attachments=take.attachments,
        exchanges=exchanges,
        clip=take.clip,
        figures=figures_of(view),
    )
    after = _tell(
        db,
        outbox,
        settings.author,
        diagnosis=diagnosis,
        before=memories,
        seen=seen,
        is_visit=is_visit,
    )
    sent = Teller(db, outbox, settings.author).tell_wanted(wanted, seen) if wanted else frozenset()
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
        may_sleep=take.is_silent and view.asleep_until is not None,
        mah=take.mah,
        sent=sent,
        no_clip=take.clip if isinstance(take.clip, NoClip) else None,
    )


def _visit(
    device: Device,
    fresh: Mapping[str, Reading],
    take: Take,
    before: Spend | None,
    *,
    now: datetime,
    settings: Settings,
) -> Visit:
    spent = take.spend
    had = before if before is not None and before.day == spent.day else Spend(spent.day)
    return Visit(
        now=now,
        readings=fresh,
        sun_deg=lambda: settings.sun(device, now).elevation_deg,
        wakeups=0 if before is None else spent.wakeups - had.wakeups,
        awake_s=0.0 if before is None else (spent.awake_ms - had.awake_ms) / 1000.0,
    )


def _asleep_until(
    db: sqlite3.Connection, device_id: str, take: Take, wake_window: timedelta, *, now: datetime
) -> datetime | None:
    """Until when silence may be sleep, counted from its last answer; None when that has passed.

    One that has never answered is given the same time from the first attempt on, and so is one
    whose last answer lies in the future: our own clock was set back.
    """
    answered = keepsake_store.read(db, device_id, keepsake_store.ANSWERED)
    speaks = not take.is_silent and any(one.good and not one.cause for one in take.readings)
    if answered is None or speaks or answered.taken_at > now:
        keepsake_store.keep(db, device_id, keepsake_store.ANSWERED, b"", at=now)
        return now + wake_window
    until = answered.taken_at + wake_window
    return until if now < until else None


def _learn(
    db: sqlite3.Connection, device_id: str, view: View, diagnosis: Diagnosis, take: Take
) -> None:
    """Keep what this pass's picture adds to the baseline, and the reference it was merged into."""
    baseline = learn_from(view, diagnosis)
    if baseline is None:
        return
    keepsake_store.keep_baseline(db, device_id, baseline)
    if not baseline.took(view.now):
        return
    light = baseline.light.value
    for picture in take.pictures[:1]:
        # Colour by lamps at night has a column of its own, and no part in the day's reference.
        if picture.merged and picture.light == light and not picture.damaged:
            keepsake_store.keep_reference(db, device_id, light, picture.merged, at=view.now)


def _exchanged(known: DeviceFacts, *, now: datetime) -> Reading:
    """The mark that another device hangs here; nothing is closed because of it."""
    names = ", ".join(alias.value for alias in known.aliases)
    _LOG.warning("%s: another device hangs here now; before it was %s", known.device_id, names)
    return good(EXCHANGED, True, at=now, detail=f"before: {names}"[:300])


def _note_dim(db: sqlite3.Connection, device_id: str, view: View) -> None:
    """Keep on which days the view was veiled since it was clear last; written once a day."""
    look = look_at(view)
    if look is None or (days := dim_days(view, look)) == view.dim_days:
        return
    keepsake_store.keep_dim_days(db, device_id, days, at=view.now)


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
            at_most=_UNSENT_PER_NAME,
        )


def _tell(
    db: sqlite3.Connection,
    outbox: Outbox,
    author: Author,
    *,
    diagnosis: Diagnosis,
    before: Mapping[str, FaultMemory],
    seen: Seen,
    is_visit: bool,
) -> dict[str, FaultMemory]:
    """Append what the pass found, and keep the memories that changed."""
    teller = Teller(db, outbox, author)
    device_id = seen.facts.device_id
    for episode in fault_store.count_pass(db, device_id) if is_visit else ():
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
