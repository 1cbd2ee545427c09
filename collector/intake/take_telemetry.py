"""Takes runs of telemetry set by set: the same ends and the same rows as one by one, far cheaper.

A run is what comes between two payloads of another kind, so that effects keep their order. What
is not plainly well goes the way of single payloads, at its place; so does a whole run when its
rows cannot be written together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec
from sqlalchemy.exc import OperationalError

from collector.intake.arrival import Arrival, End
from collector.intake.receipts import Noted
from collector.intake.refusal import UNSTORABLE
from collector.intake.room import Batch
from collector.intake.set_aside import note
from collector.store import agents, frames, positions, telemetry
from collector.store.agents import Agent, Life
from collector.telemetry.message import devices_in, kind_of
from shared import wire
from shared.columns import Outline
from shared.frame import Frame, FrameError, Lane, unpack
from shared.health import Telemetry
from shared.topics import parse_up

Taken: TypeAlias = tuple[End, Noted | None]
TakeOne: TypeAlias = Callable[[Arrival, Batch], Taken]
Key: TypeAlias = tuple[str, str, int]  # agent, epoch, seq

_LEAF: Final = Lane.TELEMETRY.name.lower()
_LANE: Final = bytes([Lane.TELEMETRY])  # a digest covers lane and body


class _Candidate(msgspec.Struct, frozen=True):
    """A telemetry frame whose outside is well."""

    arrival: Arrival
    agent_id: str
    frame: Frame
    key: Key
    digest: bytes


class _New(msgspec.Struct, frozen=True):
    """One that is to be written."""

    candidate: _Candidate
    agent: Agent
    message: Outline | Telemetry


@dataclass(slots=True)
class _Part:
    """What of a run is written together: all of it is well, new or known."""

    all: list[_Candidate] = field(default_factory=list)
    fresh: list[_New] = field(default_factory=list)
    ends: list[Taken] = field(default_factory=list)


def take_all(arrivals: Sequence[Arrival], batch: Batch, *, one_by_one: TakeOne) -> list[Taken]:
    """Take every payload, in order."""
    taken: list[Taken] = []
    run: list[_Candidate] = []
    for arrival in arrivals:
        candidate = _look(arrival, batch)
        if candidate is not None:
            run.append(candidate)
            continue
        taken += _take_run(run, batch, one_by_one)
        run = []
        taken.append(one_by_one(arrival, batch))
    return taken + _take_run(run, batch, one_by_one)


def _look(arrival: Arrival, batch: Batch) -> _Candidate | None:
    """The payload as a candidate; None when it is a stranger's, of another kind or ill outside."""
    topic = parse_up(arrival.topic)
    if topic is None or topic.leaf != _LEAF or batch.is_stranger(topic.agent_id):
        return None
    try:
        frame = unpack(arrival.payload)
    except FrameError:
        return None
    header = frame.header
    if header.lane != Lane.TELEMETRY or header.seq == 0:
        return None
    digest = hashlib.sha256(_LANE + frame.body).digest()
    key = (topic.agent_id, str(header.epoch), header.seq)
    return _Candidate(arrival, topic.agent_id, frame, key, digest)


def _take_run(run: Sequence[_Candidate], batch: Batch, one_by_one: TakeOne) -> list[Taken]:
    """Take candidates; one that turns out ill splits the run."""
    if not run:
        return []
    assigned = agents.find_all(batch.db, {candidate.agent_id for candidate in run})
    known = frames.digests_of(batch.db, [candidate.key for candidate in run])
    taken: list[Taken] = []
    part = _Part()
    for candidate in run:
        agent = assigned.get(candidate.agent_id)
        digest = known.get(candidate.key)
        message = _message_of(candidate) if digest is None else None
        is_repeat = digest is not None and frames.is_same(digest, candidate.digest, Lane.TELEMETRY)
        if agent is None or (message is None and not is_repeat):
            if not _write(part, assigned, batch):
                break
            taken += [*part.ends, one_by_one(candidate.arrival, batch)]
            part = _Part()
            continue
        if message is not None:
            known[candidate.key] = candidate.digest
            part.fresh.append(_New(candidate, agent, message))
        part.all.append(candidate)
        end = End.DUPLICATE if message is None else End.STORED
        part.ends.append((end, note(agent.id, candidate.frame.header)))
    else:
        if _write(part, assigned, batch):
            return taken + part.ends
    return taken + [one_by_one(candidate.arrival, batch) for candidate in run[len(taken) :]]


def _message_of(candidate: _Candidate) -> Outline | Telemetry | None:
    try:
        return wire.read_outline(candidate.frame.body)
    except wire.WireError:
        return None


def _write(part: _Part, assigned: Mapping[str, Agent], batch: Batch) -> bool:
    """Write what is new, in one go; False when that was refused and nothing was written."""
    if not part.all:
        return True
    try:
        with batch.db.begin_nested():
            _add_positions(part.fresh, batch)
            frames.add_all(batch.db, [_frame_row(new) for new in part.fresh], now=batch.now)
            telemetry.add_batches(
                batch.db,
                [
                    (new.agent.id, new.agent.organisation_id, new.candidate.arrival.payload)
                    for new in part.fresh
                ],
                now=batch.now,
            )
            if batch.is_live:
                _note_life(part, assigned, batch)
    except OperationalError:
        raise
    except UNSTORABLE:
        return False
    return True


def _note_life(part: _Part, assigned: Mapping[str, Agent], batch: Batch) -> None:
    """Any row that is stored, or was, is a sign of life; the last one of an agent tells all."""
    last = {one.agent_id: one for one in part.all}
    for agent_id in last:
        batch.forget_agent(agent_id)
    lives = [
        Life(
            agent_id=agent_id,
            within_s=batch.room.policy.promise(assigned[agent_id].promised_within_s),
            epoch=one.key[1],
        )
        for agent_id, one in last.items()
    ]
    agents.note_life(batch.db, lives, generation=batch.generation, now=batch.now)


def _add_positions(fresh: Sequence[_New], batch: Batch) -> None:
    named = {(new.agent.id, devices_in(new.message)): new.agent for new in fresh}
    known = positions.known_to(batch.db, {agent_id for agent_id, _ in named}) if named else set()
    for (agent_id, devices), agent in named.items():  # in order of arrival
        for device_id in devices:
            if (agent_id, device_id) not in known:
                known.add((agent_id, device_id))
                positions.add(
                    batch.db,
                    agent_id=agent_id,
                    device_id=device_id,
                    site_id=agent.site_id,
                    organisation_id=agent.organisation_id,
                )


def _frame_row(new: _New) -> frames.NewFrame:
    agent_id, epoch, seq = new.candidate.key
    return frames.NewFrame(
        agent_id,
        new.agent.organisation_id,
        epoch,
        seq,
        Lane.TELEMETRY.value,
        kind_of(new.message),
        new.candidate.digest,
    )
