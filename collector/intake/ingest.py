"""READ FIRST. The one transaction: check, deduplicate, store, make the decision due, receipt.

Every payload ends in exactly one of three ways: stored, duplicate or quarantined. A row whose
header can be trusted is receipted in every case (as refused when quarantined), so that it does
not come back for ever; but not for its topic alone, which may be damaged, and not a fault that a
full quarantine could not keep. Receipts are returned only after the commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from collector.intake.arrival import Arrival, Counts, End
from collector.intake.quiet import is_farewell
from collector.intake.receipts import Noted, receipts_for
from collector.intake.refusal import UNSTORABLE, Refusal, Why
from collector.intake.room import Batch, Room, Row
from collector.intake.set_aside import note, set_aside, settle
from collector.intake.store_message import store_message
from collector.intake.take_telemetry import take_all
from collector.store import agents, frames
from collector.store.agents import Agent, Life
from collector.store.cause import cause_of
from collector.store.quarantine_share import COMES_AGAIN
from collector.telemetry.message import kind_of
from shared import wire
from shared.columns import Outline
from shared.evidence import EvidenceChunk
from shared.frame import Frame, FrameError, Header, Lane, unpack
from shared.health import Health, Presence, Telemetry
from shared.identity import EventId
from shared.receipt import Receipt
from shared.topics import UpTopic, parse_up

# Their bytes are in a file, or in rows of their own until they are merged into days.
_KEPT_ELSEWHERE: Final = (EvidenceChunk, Outline, Telemetry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What a committed batch came to, and the receipts that may now be sent, by agent."""

    counts: Counts
    receipts: tuple[tuple[str, Receipt], ...]


def ingest(
    engine: Engine,
    arrivals: Sequence[Arrival],
    *,
    room: Room,
    now: datetime,
    is_live: bool = True,
) -> Ingested:
    """Take a batch in one transaction; OperationalError or OSError means: nothing was taken.

    ``is_live`` False: rows that were carried here in a file are no sign of life of their agent.
    """
    with engine.begin() as db:
        mark = room.high_water.advance(db, now=now)
        batch = Batch(db=db, room=room, generation=mark.generation, now=now, is_live=is_live)
        taken = take_all(arrivals, batch, one_by_one=take)
        kept_by_agents = settle(batch)
        room.evidence.sync()
    room.high_water.committed(mark)
    ends = [end for end, _ in taken]
    counts = Counts(
        stored=ends.count(End.STORED),
        duplicate=ends.count(End.DUPLICATE),
        quarantined=ends.count(End.QUARANTINED),
    )
    noted = [
        told
        for _, told in taken
        if told and not (told.refused and (told.agent_id, told.identity) in kept_by_agents)
    ]
    return Ingested(
        counts=counts, receipts=receipts_for(noted, generation=mark.generation, now=now)
    )


def take(arrival: Arrival, batch: Batch) -> tuple[End, Noted | None]:
    """Take one payload; what goes wrong inside is rolled back to here and set aside."""
    topic = parse_up(arrival.topic)
    agent_id = topic.agent_id if topic else ""
    agent = batch.agent(agent_id) if topic else None
    header: Header | None = None
    try:
        if topic is None:
            raise Refusal("topic.invalid", "not an upward topic of the contract")
        frame = unpack(arrival.payload)
        header = frame.header
        _check(header, topic)
        if agent is None:
            raise Refusal("unassigned", f"no [[agents]] entry names {agent_id}")
        with batch.db.begin_nested():
            end = _store(agent, frame, arrival.payload, batch)
        return end, note(agent_id, header)
    except FrameError as error:
        why, header = Why(error.reason), error.header
    except Refusal as refusal:
        why = refusal.why
    except OperationalError:
        raise  # the database is locked, full or away: nothing is known, nothing is receipted
    except UNSTORABLE as error:
        cause = getattr(error, "orig", None) or error  # without SQLAlchemy's dump of the values
        why = Why("store.refused", f"{type(cause).__name__}: {cause_of(error)}")
    set_aside(arrival, why, batch, agent_id=agent_id, agent=agent, header=header)
    if why.reason == COMES_AGAIN:
        return End.QUARANTINED, None  # no checksum covers the topic: the row shall come again
    return End.QUARANTINED, note(agent_id, header, refused=str(why))


def _check(header: Header, topic: UpTopic) -> None:
    """Topic, lane and seq agree, or Refusal."""
    if header.lane >= Lane.RECEIPT or Lane(header.lane).name.lower() != topic.leaf:
        raise Refusal(COMES_AGAIN, f"lane {header.lane} on topic {topic.leaf}")
    if header.seq == 0 and header.lane != Lane.PRESENCE:
        raise Refusal("frame.identity", "seq 0 on a stored lane")


def _store(agent: Agent, frame: Frame, payload: bytes, batch: Batch) -> End:
    db, now, header = batch.db, batch.now, frame.header
    if header.lane == Lane.PRESENCE:
        return _note_presence(agent, frame, batch)
    identity = EventId(header.epoch, header.seq)
    digest = hashlib.sha256(bytes([header.lane]) + frame.body).digest()
    known = frames.digest_of(db, agent_id=agent.id, identity=identity)
    if known is not None and not frames.is_same(bytes(known), digest, header.lane):
        raise Refusal("identity.conflict", f"{identity} was stored with other content")
    message = _decode(frame) if known is None else None
    within_s = agent.promised_within_s
    if isinstance(message, Health) and not is_farewell(message):
        within_s = message.next_within_s
    batch.forget_agent(agent.id)
    if batch.is_live:
        life = Life(
            agent_id=agent.id,
            within_s=batch.room.policy.promise(within_s),
            epoch=str(header.epoch),
        )
        agents.note_life(db, [life], generation=batch.generation, now=now)
    if message is None:
        return End.DUPLICATE
    received_at = batch.received_at or now
    frames.add(
        db,
        agent_id=agent.id,
        organisation_id=agent.organisation_id,
        identity=identity,
        lane=header.lane,
        kind=kind_of(message),
        digest=digest,
        raw=None if isinstance(message, _KEPT_ELSEWHERE) else payload,
        now=received_at,
    )
    row = Row(
        db=db,
        room=batch.room,
        agent=agent,
        identity=identity,
        payload=payload,
        received_at=received_at,
        now=now,
        is_live=batch.is_live,
    )
    store_message(message, row)
    return End.STORED


def _decode(frame: Frame) -> wire.UpMessage | Outline:
    try:
        if frame.header.lane == Lane.TELEMETRY:
            return wire.read_outline(frame.body)
        return wire.decode_up(frame.body, frame.header.lane)
    except wire.WireError as error:
        raise Refusal("wire.malformed", str(error)) from error


def _note_presence(agent: Agent, frame: Frame, batch: Batch) -> End:
    message = _decode(frame)
    if not isinstance(message, Presence):
        raise Refusal("wire.malformed", "not a presence message")
    if batch.is_live:
        agents.note_presence(batch.db, agent_id=agent.id, online=message.online)
    return End.STORED
