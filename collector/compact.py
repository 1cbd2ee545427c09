"""Merges telemetry as it came into days of positions, with roll-ups; the raw batches leave.

Reading and packing hold no lock; one transaction per portion then writes the days and deletes
the batches. It changes nothing when a batch or a day is not as it was read, so that neither a
kill nor another worker loses or doubles a sample.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from collector.claims.policy import Policy
from collector.store import agents, merged, positions, quarantine, telemetry
from collector.store.engine import reader
from collector.store.quarantine_row import Quarantined
from collector.store.telemetry import Day, RawBatch
from collector.telemetry.day import DamagedDayError, pack, unpack
from collector.telemetry.message import DamagedBatchError, read_batch
from collector.telemetry.samples import (
    DAY_S,
    Samples,
    by_day,
    merge,
    newest,
    readings_of,
    second_of,
)
from shared import topics
from shared.frame import Lane

log = logging.getLogger(__name__)

PORTION_BYTES: Final = 1024 * 1024  # of batches in one transaction, so that intake never waits long


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A day as it will be written."""

    device_id: str
    day: Day


class _ChangedError(Exception):
    """A batch or a day is not as it was read; another worker has been there."""


def compact(
    engine: Engine,
    *,
    policy: Policy,
    now: datetime,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Merge every batch that is old enough, until stopped; how many batches that were.

    An agent whose telemetry cannot be merged holds up no other one.
    """
    before = now - policy.compact_after
    with reader(engine) as db:
        waiting = telemetry.agents_waiting(db, before=before, now=now)
    done = 0
    for agent_id in waiting:
        if is_stopped():
            break
        try:
            done += compact_agent(engine, agent_id, policy=policy, now=now, is_stopped=is_stopped)
        except OperationalError:
            raise  # the store is full, locked or away, for every agent
        except Exception:  # one agent's defect; its batches stay as they came
            log.exception("telemetry of %s was not merged; tried again at the next turn", agent_id)
    return done


def compact_agent(
    engine: Engine,
    agent_id: str,
    *,
    policy: Policy,
    now: datetime,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Merge all that one agent sent, whatever its age; how many batches that were."""
    with reader(engine) as db:
        batches = telemetry.pending(db, agent_id)
    done = 0
    for portion in _portions(batches):
        if is_stopped():
            break
        try:
            _merge(engine, agent_id, portion, policy=policy, now=now)
        except _ChangedError:
            log.warning("telemetry of %s was changed meanwhile; merged at the next turn", agent_id)
            break
        done += len(portion)
    return done


def _portions(batches: Sequence[RawBatch]) -> list[list[RawBatch]]:
    portions: list[list[RawBatch]] = []
    size = PORTION_BYTES
    for batch in batches:
        if size >= PORTION_BYTES:
            portions.append([])
            size = 0
        portions[-1].append(batch)
        size += len(batch.payload)
    return portions


def _merge(
    engine: Engine, agent_id: str, batches: Sequence[RawBatch], *, policy: Policy, now: datetime
) -> None:
    samples, merged_seqs, damaged = _read(batches)
    oldest = second_of(now - policy.points_kept) // DAY_S
    with reader(engine) as db:
        written = [
            one
            for device_id, own in samples.items()
            for one in _days_of(db, agent_id, device_id, own, oldest=oldest)
        ]
    with engine.begin() as db:
        owner = agents.find(db, agent_id)
        if owner is None:
            raise LookupError(f"agent {agent_id} has telemetry and is not assigned")
        places = {
            device_id: positions.find_or_add(
                db,
                agent_id=agent_id,
                device_id=device_id,
                site_id=owner.site_id,
                organisation_id=owner.organisation_id,
            )
            for device_id in samples
        }
        for one in written:
            if not telemetry.put_day(
                db,
                position_id=places[one.device_id],
                organisation_id=owner.organisation_id,
                day=one.day,
            ):
                raise _ChangedError
        for device_id, own in samples.items():
            _note_newest(db, places[device_id], owner.organisation_id, own, now=now)
        for epoch, seqs in merged_seqs.items():
            merged.note(
                db,
                agent_id=agent_id,
                organisation_id=owner.organisation_id,
                epoch=epoch,
                seqs=seqs,
            )
        aside = [unread(agent_id, owner.organisation_id, batch, why=why) for batch, why in damaged]
        quarantine.add_all(db, aside, now=now)
        if telemetry.remove_batches(db, [batch.id for batch in batches]) != len(batches):
            raise _ChangedError


def _read(
    batches: Sequence[RawBatch],
) -> tuple[dict[str, Samples], dict[str, list[int]], list[tuple[RawBatch, str]]]:
    """Samples by device, seqs by epoch, and the batches that do not read, with the reason.

    Ingest reads a batch in outline only, so columns that do not fit come to light here.
    """
    found: dict[str, Samples] = {}
    seqs: dict[str, list[int]] = {}
    damaged: list[tuple[RawBatch, str]] = []
    for batch in batches:
        try:
            header, told = read_batch(batch.payload, received_at=batch.received_at)
        except DamagedBatchError as error:
            log.exception("telemetry batch %d does not read; it is set aside", batch.id)
            damaged.append((batch, str(error)))
            continue
        seqs.setdefault(str(header.epoch), []).append(header.seq)
        for device_id, own in told.items():
            merge(found.setdefault(device_id, {}), own)
    return found, seqs, damaged


def _days_of(
    db: Connection, agent_id: str, device_id: str, samples: Samples, *, oldest: int
) -> list[_Written]:
    """The days of a device with its new samples; what is past its keeping time is left out."""
    fresh = {day: own for day, own in by_day(samples).items() if day >= oldest}
    known = positions.find(db, agent_id=agent_id, device_id=device_id)
    days = telemetry.find_days(db, known.id, fresh) if known else {}
    written = []
    for number, own in fresh.items():
        day = days.get(number)
        whole = _unpacked(day, device_id) if day else {}
        merge(whole, own)
        packed = pack(whole, day=number)
        revision = day.revision if day else 0
        written.append(
            _Written(
                device_id=device_id,
                day=Day(day=number, revision=revision, hours=packed.hours, points=packed.points),
            )
        )
    return written


def _unpacked(day: Day, device_id: str) -> Samples:
    if day.points is None:
        return {}
    try:
        return unpack(day.points)
    except DamagedDayError:
        log.exception("day %d of %s does not read back; it begins anew", day.day, device_id)
        return {}


def _note_newest(
    db: Connection, position_id: int, organisation_id: str, samples: Samples, *, now: datetime
) -> None:
    last = {sample.kind.name: {second: sample} for second, sample in newest(samples)}
    for reading in readings_of(last):
        positions.note_reading(
            db,
            position_id=position_id,
            organisation_id=organisation_id,
            reading=reading,
            taken_at=reading.taken_at,
            now=now,
        )


def unread(agent_id: str, organisation_id: str, batch: RawBatch, *, why: str) -> Quarantined:
    """The batch for the quarantine: it was receipted and comes no more, so it is no noise."""
    return Quarantined(
        topic=topics.up(agent_id, Lane.TELEMETRY),
        agent_id=agent_id,
        organisation_id=organisation_id,
        identity=None,  # the row itself is in table frame, and stays there
        lane=Lane.TELEMETRY.value,
        reason="store.damaged",
        detail=f"telemetry of {batch.received_at.isoformat()} does not read: {why}"[:400],
        payload=batch.payload,
    )


def prune(engine: Engine, *, policy: Policy, now: datetime) -> None:
    """Drop samples and roll-ups that are past their keeping time."""
    with engine.begin() as db:
        telemetry.drop_points(db, before=second_of(now - policy.points_kept) // DAY_S)
        telemetry.drop_days(db, before=second_of(now - policy.hours_kept) // DAY_S)
