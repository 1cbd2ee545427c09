"""A cloned card: what the clash of two agents under one identity costs, which is nothing."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from agent.delivery import fault_store, receipts
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.retell import retell
from agent.diagnosis.memory import FaultMemory
from shared import wire
from shared.fault import FaultEvent, FaultKind, FaultState
from shared.frame import Lane, unpack
from shared.identity import EventId
from shared.receipt import Receipt, Refused
from tests.agent.delivery.conftest import NOON
from tests.agent.delivery.samples import message, receipt, send_all


def clash(*events: EventId) -> Receipt:
    """The collector refuses these: it holds other content under their identity."""
    rows = tuple(Refused(e.seq, "identity.conflict: stored with other content") for e in events)
    return Receipt(events[0].epoch, "g1", NOON, (), rows)


def begin_epoch(database: Database, outbox: Outbox) -> int:
    """By order: a new epoch, and what clashed is told again."""
    with database.transaction():
        database.begin_epoch(counter=database.epoch().counter + 1)
        return retell(database, outbox, now=NOON)


def waiting(database: Database, outbox: Outbox, lane: Lane) -> list[tuple[EventId, wire.UpMessage]]:
    """What would be sent now."""
    with database.transaction():
        rows = outbox.take(lane, limit=100, now=NOON)
    return [(row.event, wire.decode_up(unpack(row.frame).body, row.lane)) for row in rows]


def append_all(database: Database, outbox: Outbox, *lanes: Lane) -> list[EventId]:
    """One message a lane, in order."""
    with database.transaction():
        return [outbox.append(message(lane, NOON), now=NOON) for lane in lanes]


def test_waiting_rows_keep_their_identity(database: Database, outbox: Outbox) -> None:
    """A row that may have been received without a receipt must not come back as another one."""
    events = append_all(database, outbox, Lane.FAULT, Lane.FAULT)
    told = begin_epoch(database, outbox)
    found = [event for event, _ in waiting(database, outbox, Lane.FAULT)]

    assert (told, found) == (0, events)


def test_refused_rows_are_told_once_more_in_the_new_epoch(
    database: Database, outbox: Outbox
) -> None:
    """The clone's rows took our names: ours arrive under new ones, each once, with its content."""
    old = append_all(database, outbox, Lane.FAULT, Lane.EVIDENCE)
    with database.transaction():
        send_all(outbox, now=NOON)
        receipts.apply(database, clash(*old), now=NOON)
    first, second = begin_epoch(database, outbox), begin_epoch(database, outbox)
    ((fault, content),) = waiting(database, outbox, Lane.FAULT)
    ((chunk, _),) = waiting(database, outbox, Lane.EVIDENCE)

    assert (first, second) == (2, 0)
    assert content == message(Lane.FAULT, NOON)
    assert fault.epoch != old[0].epoch
    assert chunk.epoch == fault.epoch


def test_rows_of_the_current_epoch_wait_for_the_order(database: Database, outbox: Outbox) -> None:
    """Under the old identity they would clash again, so nothing is told before the new epoch."""
    old = append_all(database, outbox, Lane.FAULT)
    with database.transaction():
        send_all(outbox, now=NOON)
        receipts.apply(database, clash(*old), now=NOON)
        told = retell(database, outbox, now=NOON)

    assert told == 0
    assert waiting(database, outbox, Lane.FAULT) == []


def test_other_refusals_are_not_told_again(database: Database, outbox: Outbox) -> None:
    """A row that the collector cannot read stays in quarantine: it would only be refused again."""
    old = append_all(database, outbox, Lane.FAULT)
    with database.transaction():
        send_all(outbox, now=NOON)
        receipts.apply(
            database, receipt(now=NOON, refused=tuple(old)), now=NOON + timedelta(minutes=1)
        )
    assert begin_epoch(database, outbox) == 0


def test_an_open_episode_takes_its_new_name(database: Database, outbox: Outbox) -> None:
    """Its memory, the snapshot and a later clearing all name the opening as it was told anew."""
    opening = message(Lane.FAULT, NOON)
    assert isinstance(opening, FaultEvent)
    with database.transaction() as db:
        old = outbox.append(opening, now=NOON)
        memory = FaultMemory("a.b", state=FaultState.OPEN, onset_at=NOON, episode=old)
        fault_store.keep_memory(db, "gate-north", memory)
        fault_store.open_episode(db, event=old, device_id="gate-north", memory=memory, now=NOON)
        cleared = replace(opening, kind=FaultKind.CLEARED, episode=old)
        late = outbox.append(cleared, now=NOON)
        send_all(outbox, now=NOON)
        receipts.apply(database, clash(old, late), now=NOON)
    begin_epoch(database, outbox)
    (new, _), (_, clearing) = waiting(database, outbox, Lane.FAULT)
    (line,) = fault_store.open_episodes(database.connection, limit=9)

    assert fault_store.read_memories(database.connection, "gate-north")["a.b"].episode == new
    assert line.episode == new
    assert isinstance(clearing, FaultEvent)
    assert clearing.episode == new


def test_a_restored_collector_is_not_sent_what_was_told_anew(
    database: Database, outbox: Outbox
) -> None:
    """The refused row is gone: a new generation brings the fault back once, not twice."""
    old = append_all(database, outbox, Lane.FAULT)
    with database.transaction():
        send_all(outbox, now=NOON)
        receipts.apply(database, clash(*old), now=NOON)
    begin_epoch(database, outbox)
    ((new, _),) = waiting(database, outbox, Lane.FAULT)
    with database.transaction():
        receipts.apply(database, receipt(new, now=NOON), now=NOON)
        receipts.apply(database, Receipt(new.epoch, "g2", NOON), now=NOON)

    assert [event for event, _ in waiting(database, outbox, Lane.FAULT)] == [new]
