"""Set by set and one by one are the same: ends, receipts and every row of the store."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.compact import compact_agent
from collector.intake import ingest as ingestion
from collector.intake.arrival import Arrival
from collector.intake.ingest import Ingested
from collector.store import frames, tables
from shared import topics
from shared.fold import fold
from shared.frame import Lane, pack
from shared.health import DeviceReadings, Telemetry
from shared.reading import Quality, Reading
from shared.wire import encode
from tests.collector.house import EPOCH, NOON, House, device, fault, frame_of, health


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def telemetry(seq: int, value: int, *, of: str = "gate", agent: str = "agent-farm") -> Arrival:
    """A batch of one reading."""
    reading = Reading("battery.charge", value, "%", NOON, Quality.GOOD)
    return frame_of(fold([(of, reading)], sent_at=NOON), seq=seq, agent_id=agent)


def _one(kind: str, seq: int, value: int, of: str, agent: str) -> Arrival:
    """One payload of a kind; what has no name here is a good batch."""
    whole = telemetry(seq, value, of=of, agent=agent)
    reading = Reading("battery.charge", value, "%", NOON, Quality.GOOD)
    of_old = Telemetry(NOON, (DeviceReadings(of, (reading,)),))
    # A promise of its own: what follows is judged by it.
    said = health(device(of), next_within_s=float(1 + value))
    kinds = {
        "wrong topic": Arrival(topics.up(agent, Lane.HEALTH), whole.payload),
        "wrong shard": Arrival("preclaim/v1/zz/agent-farm/up/telemetry", whole.payload),
        "cut": Arrival(whole.topic, whole.payload[:-3]),
        "no message": _framed(whole.topic, seq, b"\x93" + bytes([value])),
        "health inside": _framed(whole.topic, seq, encode(health())),
        "seq 0": _framed(whole.topic, 0, b"\x90"),
        "fault": frame_of(fault(of=device(of)), seq=seq, agent_id=agent),
        "health": frame_of(said, seq=seq, agent_id=agent),
        "old form": frame_of(of_old, seq=seq),
    }
    return kinds.get(kind, whole)


def _framed(topic: str, seq: int, body: bytes) -> Arrival:
    return Arrival(topic, pack(lane=Lane.TELEMETRY, epoch=EPOCH, seq=seq, body=body))


KINDS = ("wrong topic", "wrong shard", "cut", "no message", "health inside", "seq 0")
MIX = (*KINDS, "fault", "health", "old form", *["good"] * 12)


one = st.builds(
    _one,
    st.sampled_from(MIX),
    st.integers(1, 6),
    st.integers(0, 2),
    st.sampled_from(["gate", "yard", "roof"]),
    st.sampled_from(["agent-farm", "agent-shop", "agent-nobody"]),
)


def _everything(house: House) -> dict[str, list[str]]:
    """Every row but for what is drawn at random for each command and store, in no order."""
    drawn = {"body", "signature", "generation", "generation_seen"}
    found = {}
    for table in tables.metadata.sorted_tables:
        left_out = drawn | {"id"} if table.name == "command" else drawn
        rows = [{k: v for k, v in row.items() if k not in left_out} for row in house.rows(table)]
        found[table.name] = sorted(map(repr, rows))
    return found


def _receipts(done: Ingested) -> list[object]:
    return [(agent, r.epoch, r.ranges, r.refused) for agent, r in done.receipts]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.lists(one, max_size=14), min_size=1, max_size=3), merges=st.booleans())
def test_both_ways_end_in_the_same_store(
    house: House, batches: list[list[Arrival]], merges: bool
) -> None:
    """Repeats, conflicts, damage, strangers, wrong lanes and faults between: no row differs."""
    house.engine.dispose()  # its file, fresh and migrated, is what every example begins with
    with TemporaryDirectory() as fast, TemporaryDirectory() as slow:
        ours, theirs = _like(house, Path(fast)), _like(house, Path(slow))
        for arrivals in batches:
            done = ours.take(*arrivals)
            expected = one_by_one(theirs, arrivals)
            assert (done.counts, _receipts(done)) == (expected.counts, _receipts(expected))
            if merges:
                merge_all(ours)
                merge_all(theirs)
        assert _everything(ours) == _everything(theirs)
        ours.engine.dispose()
        theirs.engine.dispose()


def merge_all(house: House) -> None:
    """Merge the telemetry of every agent, whatever its age."""
    for agent_id in ("agent-farm", "agent-shop"):
        compact_agent(house.engine, agent_id, policy=house.policy, now=house.now)


def _like(house: House, directory: Path) -> House:
    if house.path.exists():  # else each folder has a database of its own at the server
        shutil.copy(house.path, directory / house.path.name)
    return House(directory)


def one_by_one(house: House, arrivals: list[Arrival]) -> Ingested:
    """Ingest as if there were no runs."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            ingestion,
            "take_all",
            lambda some, batch, one_by_one: [one_by_one(arrival, batch) for arrival in some],
        )
        return house.take(*arrivals)


def test_run_is_written_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telemetry that is well never goes the way of single payloads."""
    singles: list[Arrival] = []
    take = ingestion.take
    monkeypatch.setattr(ingestion, "take", lambda a, b: (singles.append(a), take(a, b))[1])
    arrivals = [telemetry(seq, seq) for seq in range(1, 50)]
    random.Random(3).shuffle(arrivals)

    assert house.take(*arrivals, *arrivals[:9]).counts.duplicate == 9
    assert singles == []
    assert house.count(tables.telemetry_batch) == 49


def test_run_that_cannot_be_written_together_is_taken_apart(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row that the database refuses is quarantined, with its repeat; the others are stored."""
    poison = telemetry(3, 3)
    add, add_all = frames.add, frames.add_all

    def refuse_set(db: Any, rows: Any, *, now: Any) -> None:
        if any(row.seq == 3 for row in rows):
            raise ValueError("no")
        add_all(db, rows, now=now)

    def refuse_one(db: Any, **row: Any) -> None:
        if row["identity"].seq == 3:
            raise ValueError("no")
        add(db, **row)

    monkeypatch.setattr(frames, "add_all", refuse_set)
    monkeypatch.setattr(frames, "add", refuse_one)
    arrivals = [telemetry(seq, seq) for seq in (1, 2)]
    done = house.take(*arrivals, poison, poison, telemetry(4, 4))

    assert (done.counts.stored, done.counts.quarantined) == (3, 2)
    assert [row["seq"] for row in house.rows(tables.frame)] == [1, 2, 4]
