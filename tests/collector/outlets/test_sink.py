"""The sink: nothing is missing after outages, kills and merges; what exceeds its bound is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from benchmarks.stored_bytes import BEGIN, frame, make_room, open_store
from collector.claims.policy import Policy
from collector.compact import compact_agent
from collector.intake.ingest import ingest
from collector.outlets.sink import NAME, Sink
from collector.outlets.sink_error import Cause, SinkError
from collector.store import sink as rows
from collector.store.engine import reader
from shared.backoff import Backoff
from shared.reading import Quality, Reading
from tests.stores import STORES

HOURS = 12


class FakeServer:
    """Keeps lines in memory; refuses what it is told to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tries = 0
        self.fails: SinkError | None = None
        self.refuses = ""  # lines with this in them
        self.largest = 10**9

    def write(self, lines: Sequence[str]) -> None:
        """As InfluxDB: what it refuses of a lot does not keep it from the rest."""
        self.tries += 1
        if self.fails:
            raise self.fails
        if len(lines) > self.largest:
            raise SinkError(Cause.TOO_LARGE, "413")
        self.lines += [line for line in lines if not self.refuses or self.refuses not in line]
        if self.refuses and any(self.refuses in line for line in lines):
            raise SinkError(Cause.BAD_LINES, "field type conflict")

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A store with one agent, and a sink that has begun."""
    made = open_store(tmp_path, ("agent-0",), url=STORES.url(tmp_path))
    with made.begin() as db:
        rows.begin(db, NAME)
    return made


def take(engine: Engine, tmp_path: Path, hours: range) -> None:
    """One reading an hour, a batch each, through intake."""
    room = make_room(tmp_path)
    for hour in hours:
        at = BEGIN + timedelta(hours=hour)
        told = [("camera-00", Reading("battery.charge", hour, "%", at, Quality.GOOD))]
        ingest(engine, [frame(told, seq=hour + 1, now=at)], room=room, now=at)


def sink_of(engine: Engine, *, backlog_bytes: int = 10**9) -> Sink:
    """A sink as after a start."""
    return Sink(
        engine,
        open_server=FakeServer,
        backlog_bytes=backlog_bytes,
        with_serial=False,
        clock=lambda: BEGIN + timedelta(days=1),
        backoff=Backoff(jitter=lambda: 0.5),
    )


def send(sink: Sink, server: FakeServer) -> None:
    """One turn."""
    sink.send(server, lambda: False)


def hours_in(server: FakeServer) -> list[int]:
    """The hours whose charge arrived."""
    told = [line for line in server.lines if line.startswith("preclaim,")]
    return [int(line.split("battery_charge=")[1].split(" ")[0]) for line in told]


def merge(engine: Engine) -> None:
    """As the compaction does hours later."""
    compact_agent(engine, "agent-0", policy=Policy(), now=BEGIN + timedelta(days=1))


def test_goes_on_where_it_was(engine: Engine, tmp_path: Path) -> None:
    """After a restart only what is new is sent, merged or not."""
    server = FakeServer()
    take(engine, tmp_path, range(3))
    send(sink_of(engine), server)
    merge(engine)
    take(engine, tmp_path, range(3, 6))
    send(sink_of(engine), server)
    assert hours_in(server) == [0, 1, 2, 3, 4, 5]


def test_outage_longer_than_the_merge_loses_nothing(engine: Engine, tmp_path: Path) -> None:
    """What days took before the server was back waits beside them, in order."""
    server = FakeServer()
    server.fails = SinkError(Cause.UNREACHABLE, "no route")
    sink = sink_of(engine)
    for hour in range(HOURS):
        take(engine, tmp_path, range(hour, hour + 1))
        if hour % 5 == 4:
            merge(engine)
        with pytest.raises(SinkError):
            send(sink, server)
    server.fails = None
    send(sink, server)
    assert hours_in(server) == list(range(HOURS))
    with reader(engine) as db:
        found = rows.stands(db, NAME)
    assert found is not None
    assert (found.waiting_batches, found.dropped_batches) == (0, 0)


def test_kill_between_writing_and_noting_repeats_and_loses_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    """The same lines come again, with the same times and tags."""

    class Killed(FakeServer):
        def write(self, lines: Sequence[str]) -> None:
            super().write(lines)
            raise KeyboardInterrupt

    server = Killed()
    take(engine, tmp_path, range(3))
    with pytest.raises(KeyboardInterrupt):
        send(sink_of(engine), server)
    again = FakeServer()
    send(sink_of(engine), again)
    assert again.lines == server.lines


def test_number_of_a_batch_is_never_used_again(engine: Engine, tmp_path: Path) -> None:
    """SQLite would give a new batch the number of the last one that went: below the cursor."""
    server = FakeServer()
    for hour in range(4):
        take(engine, tmp_path, range(hour, hour + 1))
        send(sink_of(engine), server)
        merge(engine)
    assert hours_in(server) == [0, 1, 2, 3]


def test_what_is_beyond_the_bound_is_dropped_oldest_first_and_told(
    engine: Engine, tmp_path: Path
) -> None:
    """The count stays over restarts; what is left is sent."""
    take(engine, tmp_path, range(HOURS))
    merge(engine)
    with reader(engine) as db:
        before = rows.stands(db, NAME)
    assert before is not None
    bound = before.waiting_bytes // 2
    server = FakeServer()
    sink = sink_of(engine, backlog_bytes=bound)
    sink.turn(server, lambda: False)
    with reader(engine) as db:
        found = rows.stands(db, NAME)
    assert found is not None
    assert found.dropped_batches >= HOURS // 2
    assert hours_in(server) == list(range(found.dropped_batches, HOURS))


def test_line_that_the_server_refuses_does_not_hold_up_the_others(
    engine: Engine, tmp_path: Path
) -> None:
    """It is counted with the server's word; the cursor goes on."""
    server = FakeServer()
    server.refuses = "battery_charge=2 "
    take(engine, tmp_path, range(4))
    sink = sink_of(engine)
    send(sink, server)
    assert set(hours_in(server)) == {0, 1, 3}
    assert sink.counts.refused_lines == 4  # the lot that holds it: at most 100
    assert sink.counts.refusal == "field type conflict"


def test_server_that_takes_small_lots_gets_them(engine: Engine, tmp_path: Path) -> None:
    """Too large is halved, and stays halved."""
    server = FakeServer()
    server.largest = 3
    take(engine, tmp_path, range(8))
    send(sink_of(engine), server)
    assert hours_in(server) == list(range(8))


def test_server_that_is_away_is_asked_more_and_more_seldom(engine: Engine, tmp_path: Path) -> None:
    """The delay grows up to its cap, and a server that names one gets it."""
    take(engine, tmp_path, range(1))
    server = FakeServer()
    server.fails = SinkError(Cause.UNREACHABLE, "no route")
    sink = sink_of(engine)
    delays = [sink.turn(server, lambda: False) for _ in range(10)]
    assert delays == sorted(delays)
    assert delays[-1] <= 120
    server.fails = SinkError(Cause.BUSY, "429", retry_after_s=300)
    assert sink.turn(server, lambda: False) == 300
    assert sink.counts.trouble is server.fails
    server.fails = None
    assert sink.turn(server, lambda: False) < 10
    assert sink.counts.trouble is None


def test_snapshot_tells_standings_and_open_faults(engine: Engine, tmp_path: Path) -> None:
    """Unknown is a number of its own, never that of OK."""
    take(engine, tmp_path, range(1))
    merge(engine)
    server = FakeServer()
    sink_of(engine).turn(server, lambda: False)
    (line,) = [line for line in server.lines if line.startswith("preclaim_device,")]
    assert ",device=camera-00," in line
    assert " standing=0,open_faults=0 " in line
