"""Merges telemetry as it came into days of positions, with roll-ups; the raw batches leave.

Reading and packing hold no lock; one transaction per portion then writes the days and deletes
the batches. It changes nothing when a batch or a day is not as it was read, so that neither a
kill nor another worker loses or doubles a sample.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from collector.claims.policy import Policy
from collector.merge_days import Merged, close, merge_days
from collector.store import agents, claim_windows, merged, positions, quarantine, sink, telemetry
from collector.store.agents import Agent
from collector.store.engine import reader
from collector.store.telemetry import RawBatch
from collector.telemetry.message import DamagedBatchError, read_batch
from collector.telemetry.samples import (
    DAY_S,
    Samples,
    by_day,
    last_second,
    moment_of,
    newest_readings,
    read,
    second_of,
)
from collector.telemetry_aside import DAMAGED, TOO_OLD, Unread, aside_of, aside_of_batch

log = logging.getLogger(__name__)

PORTION_BYTES: Final = 1024 * 1024  # of batches in one transaction, so that intake never waits long


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
    oldest = second_of(now - policy.points_kept) // DAY_S
    samples, merged_seqs, damaged = _read(batches, oldest=oldest)
    over = second_of(now - policy.compact_after) // DAY_S - 1
    with reader(engine) as db:
        written = _days_of(db, agent_id, samples, oldest=oldest, over=over)
    with engine.begin() as db:
        owner = agents.find(db, agent_id)
        if owner is None:
            raise LookupError(f"agent {agent_id} has telemetry and is not assigned")
        places = _places(db, owner, samples)
        for device_id, one in written:
            if not telemetry.put_day(
                db,
                position_id=places[device_id],
                organisation_id=owner.organisation_id,
                day=one.day,
            ):
                raise _ChangedError
        positions.note_readings(
            db,
            [
                (places[device_id], reading)
                for device_id, own in samples.items()
                for reading in newest_readings(own)
            ],
            organisation_id=owner.organisation_id,
            now=now,
        )
        for epoch, seqs in merged_seqs.items():
            merged.note(
                db,
                agent_id=agent_id,
                organisation_id=owner.organisation_id,
                epoch=epoch,
                seqs=seqs,
            )
        aside = [aside_of_batch(agent_id, owner.organisation_id, one) for one in damaged]
        aside += [
            aside_of(
                agent_id,
                owner.organisation_id,
                f"day {moment_of(one.day.day * DAY_S):%Y-%m-%d} of {device_id}",
                blob,
                why=why,
            )
            for device_id, one in written
            for blob, why in one.damaged
        ]
        quarantine.add_all(db, aside, now=now)
        sink.keep_unsent(db, [batch.id for batch in batches])
        if telemetry.remove_batches(db, [batch.id for batch in batches]) != len(batches):
            raise _ChangedError


def _places(db: Connection, owner: Agent, device_ids: Iterable[str]) -> dict[str, int]:
    """The positions of the devices; a batch that names one made it long ago, mostly."""
    known = positions.ids_of(db, owner.id)
    return {
        device_id: known[device_id]
        if device_id in known
        else positions.find_or_add(
            db,
            agent_id=owner.id,
            device_id=device_id,
            site_id=owner.site_id,
            organisation_id=owner.organisation_id,
        )
        for device_id in device_ids
    }


def _read(
    batches: Sequence[RawBatch], *, oldest: int
) -> tuple[dict[str, Samples], dict[str, list[int]], list[Unread]]:
    """Samples by device, seqs by epoch, and the batches that do not read, with the reason.

    Ingest reads a batch in outline only, so columns that do not fit come to light here; and so
    does a clock of 1970, by which every sample is past its keeping time (``oldest`` day).
    """
    found: dict[str, Samples] = {}
    seqs: dict[str, list[int]] = {}
    damaged: list[Unread] = []
    for batch in batches:
        try:
            header, message = read_batch(batch.payload)
        except DamagedBatchError as error:
            damaged.append(Unread(batch=batch, reason=DAMAGED, why=str(error)))
            continue
        last = last_second(message)
        if last is not None and last < oldest * DAY_S:
            why = "past its keeping time when it came: its last reading is of"
            why += f" {moment_of(last):%Y-%m-%d %H:%M} UTC"
            damaged.append(Unread(batch=batch, reason=TOO_OLD, why=why))
            continue
        seqs.setdefault(str(header.epoch), []).append(header.seq)
        read(message, received_at=batch.received_at, into=found)
    return found, seqs, damaged


def _days_of(
    db: Connection, agent_id: str, samples: Mapping[str, Samples], *, oldest: int, over: int
) -> list[tuple[str, Merged]]:
    """Device and day of all that changes; what is past its keeping time is left out."""
    fresh: dict[str, dict[int, Samples]] = {}
    for device_id, own in samples.items():
        days = {day: of_day for day, of_day in by_day(own).items() if day >= oldest}
        if days:
            fresh[device_id] = days
    ids = positions.ids_of(db, agent_id)
    known = telemetry.find_days(
        db,
        {  # the day before may wait to be packed
            ids[device_id]: [*days, min(days) - 1]
            for device_id, days in fresh.items()
            if device_id in ids
        },
    )
    return [
        (device_id, one)
        for device_id, days in fresh.items()
        for one in merge_days(days, known[ids[device_id]] if device_id in ids else {}, over=over)
    ]


def prune(engine: Engine, *, policy: Policy, now: datetime) -> None:
    """Drop samples and roll-ups past their keeping time, but for those an open claim rests on."""
    oldest = second_of(now - policy.points_kept) // DAY_S
    with reader(engine) as db:
        left_open = telemetry.left_open(db, before=oldest)
    for position_id, organisation_id, day in left_open:
        packed = close(day, {}, number=day.day).day
        with engine.begin() as db:
            telemetry.put_day(
                db, position_id=position_id, organisation_id=organisation_id, day=packed
            )
    with engine.begin() as db:
        spared = claim_windows.first_days(db)
        telemetry.drop_points(db, before=oldest, spared=spared)
        gone = second_of(now - policy.hours_kept) // DAY_S
        telemetry.drop_days(db, before=gone, spared=spared)
