"""Merges telemetry as it came into days of positions, with roll-ups; the raw batches leave.

Reading and packing hold no lock; one transaction per portion then writes the days and deletes
the batches. It changes nothing when a batch or a day is not as it was read, so that neither a
kill nor another worker loses or doubles a sample.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from collector.claims.policy import Policy
from collector.merge_days import Merged, close, merge_days
from collector.store import agents, merged, positions, quarantine, telemetry
from collector.store.engine import reader
from collector.store.quarantine_row import Quarantined
from collector.store.telemetry import RawBatch
from collector.telemetry.message import DamagedBatchError, read_batch
from collector.telemetry.samples import (
    DAY_S,
    Samples,
    by_day,
    merge,
    moment_of,
    newest,
    readings_of,
    second_of,
)
from shared import topics
from shared.frame import Lane

log = logging.getLogger(__name__)

DAMAGED: Final = "store.damaged"
TOO_OLD: Final = "telemetry.too_old"
_OLD: Final = "past its keeping time when it came: its last reading is of"

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
        written = [
            (device_id, one)
            for device_id, own in samples.items()
            for one in _days_of(db, agent_id, device_id, own, oldest=oldest, over=over)
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
        for device_id, one in written:
            if not telemetry.put_day(
                db,
                position_id=places[device_id],
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
        aside += [
            _aside(
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
        if telemetry.remove_batches(db, [batch.id for batch in batches]) != len(batches):
            raise _ChangedError


def _last_of(samples: Samples) -> int:
    return max((second for second, _ in newest(samples)), default=0)


def _read(
    batches: Sequence[RawBatch], *, oldest: int
) -> tuple[dict[str, Samples], dict[str, list[int]], list[tuple[RawBatch, str]]]:
    """Samples by device, seqs by epoch, and the batches that do not read, with the reason.

    Ingest reads a batch in outline only, so columns that do not fit come to light here; and so
    does a clock of 1970, by which every sample is past its keeping time (``oldest`` day).
    """
    found: dict[str, Samples] = {}
    seqs: dict[str, list[int]] = {}
    damaged: list[tuple[RawBatch, str]] = []
    for batch in batches:
        try:
            header, told = read_batch(batch.payload, received_at=batch.received_at)
        except DamagedBatchError as error:
            damaged.append((batch, str(error)))
            continue
        if told and (last := max(map(_last_of, told.values()))) < oldest * DAY_S:
            damaged.append((batch, f"{_OLD} {moment_of(last):%Y-%m-%d %H:%M} UTC"))
            continue
        seqs.setdefault(str(header.epoch), []).append(header.seq)
        for device_id, own in told.items():
            merge(found.setdefault(device_id, {}), own)
    return found, seqs, damaged


def _days_of(
    db: Connection, agent_id: str, device_id: str, samples: Samples, *, oldest: int, over: int
) -> tuple[Merged, ...]:
    """The days of a device that change; what is past its keeping time is left out."""
    fresh = {day: own for day, own in by_day(samples).items() if day >= oldest}
    if not fresh:
        return ()
    known = positions.find(db, agent_id=agent_id, device_id=device_id)
    numbers = [*fresh, min(fresh) - 1]  # the day before may wait to be packed
    days = telemetry.find_days(db, known.id, numbers) if known else {}
    return merge_days(fresh, days, over=over)


def _note_newest(
    db: Connection, position_id: int, organisation_id: str, samples: Samples, *, now: datetime
) -> None:
    last = {sample.kind.name: {second: sample} for second, sample in newest(samples)}
    positions.note_readings(
        db,
        position_id=position_id,
        organisation_id=organisation_id,
        readings=readings_of(last),
        now=now,
    )


def unread(agent_id: str, organisation_id: str, batch: RawBatch, *, why: str) -> Quarantined:
    """A batch that cannot be merged, for the quarantine."""
    return _aside(
        agent_id,
        organisation_id,
        f"telemetry of {batch.received_at.isoformat()}",
        batch.payload,
        why=why,
        reason=TOO_OLD if why.startswith(_OLD) else DAMAGED,
    )


def _aside(
    agent_id: str,
    organisation_id: str,
    what: str,
    payload: bytes,
    *,
    why: str,
    reason: str = DAMAGED,
) -> Quarantined:
    """For the quarantine: it was receipted and comes no more, so it is no noise."""
    log.error("%s of agent %s cannot be merged and is set aside: %s", what, agent_id, why)
    return Quarantined(
        topic=topics.up(agent_id, Lane.TELEMETRY),
        agent_id=agent_id,
        organisation_id=organisation_id,
        identity=None,  # the row itself is in table frame, and stays there
        lane=Lane.TELEMETRY.value,
        reason=reason,
        detail=f"{what} cannot be merged: {why}"[:400],
        payload=payload,
    )


def prune(engine: Engine, *, policy: Policy, now: datetime) -> None:
    """Drop samples and roll-ups that are past their keeping time."""
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
        telemetry.drop_points(db, before=oldest)
        telemetry.drop_days(db, before=second_of(now - policy.hours_kept) // DAY_S)
