"""What the agent says by itself: every reading goes out once, in columns."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from agent.config_file import load_config
from agent.delivery import losses, reading_store, receipts
from agent.delivery.database import Database
from agent.delivery.flight import PIECE_BYTES
from agent.delivery.link import Carried
from agent.delivery.outbox import Outbox
from agent.delivery.uplink import Uplink
from agent.recording import _keep_readings
from agent.reports import Reporter
from agent.standing import Standings
from agent.uplink_budget import MB, DataPlan
from shared import wire
from shared.columns import Columns, unfold
from shared.device import DeviceFacts
from shared.frame import Lane, unpack
from shared.health import DeviceHealth, Health, Standing
from shared.reading import Quality, Reading
from tests.agent.delivery.conftest import NOON, database, outbox
from tests.agent.delivery.samples import message, receipt, send_all

__all__ = ["database", "outbox"]


@pytest.fixture
def reporter(tmp_path: Path, database: Database, outbox: Outbox) -> Reporter:
    """A reporter whose clock stands at noon."""

    async def no_host() -> tuple[Reading, ...]:
        return ()

    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = "agent-1"\n')
    return Reporter(
        load_config(path),
        version="0",
        database=database,
        outbox=outbox,
        standings=Standings(()),
        read_host=no_host,
        clock=lambda: NOON,
        wake=lambda: None,
    )


def told(outbox: Outbox, database: Database) -> list[tuple[str, Reading]]:
    """Every reading that waits in the telemetry lane."""
    with database.transaction():
        rows = outbox.take(Lane.TELEMETRY, limit=10_000, now=NOON)
    found = []
    for row in rows:
        batch = wire.decode_up(unpack(row.frame).body, Lane.TELEMETRY)
        assert isinstance(batch, Columns)
        found += list(unfold(batch))
    return found


def keep(database: Database, device: str, *readings: Reading) -> None:
    """Store readings as a pass does."""
    with database.transaction() as db:
        reading_store.add(db, device, readings)


def reading(step: int, *, raw: str = "") -> Reading:
    """One charge, or a gauge that said something else."""
    at = NOON + timedelta(minutes=5 * step)
    if raw:
        return Reading("battery.charge", None, "%", at, Quality.UNKNOWN, raw=raw)
    return Reading("battery.charge", step, "%", at, Quality.GOOD)


def test_each_reading_is_told_once(reporter: Reporter, outbox: Outbox, database: Database) -> None:
    """A second batch begins where the first one ended."""
    keep(database, "gate", reading(0), reading(1))
    assert reporter.send_telemetry() == 1
    keep(database, "pump", reading(2), reading(3, raw="255"))
    assert reporter.send_telemetry() == 1
    assert reporter.send_telemetry() == 0

    found = told(outbox, database)
    assert sorted(found, key=lambda one: one[1].taken_at) == [
        ("gate", reading(0)),
        ("gate", reading(1)),
        ("pump", reading(2)),
        ("pump", reading(3, raw="255")),
    ]


def test_what_no_frame_takes_goes_in_several(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """Readings that say much are spread over as many batches as they need, none left out."""
    many = [reading(step, raw=f"{step:05d}" + "x" * 390) for step in range(900)]
    keep(database, "gate", *many)
    assert reporter.send_telemetry() > 4

    assert [one for _, one in sorted(told(outbox, database), key=lambda o: o[1].taken_at)] == many


def test_a_large_table_of_readings_leaves_in_pieces(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """None is longer than a piece of evidence: a fault waits behind one at most."""
    keep(database, "gate", *(reading(step, raw=f"{step:05d}" + "x" * 90) for step in range(900)))
    reporter.send_telemetry()
    with database.transaction():
        rows = outbox.take(Lane.TELEMETRY, limit=1000, now=NOON)

    assert len(rows) > 1
    assert max(len(unpack(row.frame).body) for row in rows) <= PIECE_BYTES


def test_readings_that_all_say_something_else_go_in_several_tables(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """More kinds of reading than a table has columns are no defect: each is told once."""
    many = [reading(step, raw=f"{step}") for step in range(5000)]
    keep(database, "gate", *many)
    assert reporter.send_telemetry() > 1

    assert [one for _, one in sorted(told(outbox, database), key=lambda o: o[1].taken_at)] == many


def test_a_reading_that_no_message_can_hold_is_told_as_lost(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """It is counted and passed over; what stands around it arrives."""
    keep(database, "gate", reading(0))
    keep(database, "no such name!", reading(1))
    keep(database, "gate", reading(2))
    reporter.send_telemetry()

    assert [one for _, one in told(outbox, database)] == [reading(0), reading(2)]
    with database.transaction() as db:
        (lost,) = losses.take(db, current_epoch=str(database.epoch()))
    assert (lost.lane, lost.range.first, lost.range.last) == (Lane.TELEMETRY, 2, 2)
    assert reporter.send_telemetry() == 0


async def test_the_last_word_of_a_month_calls_nobody_well(
    tmp_path: Path, database: Database, outbox: Outbox
) -> None:
    """Near the cap the farewell promises the next month, and devices that were well are unknown."""

    async def no_host() -> tuple[Reading, ...]:
        return ()

    class Well(Standings):
        def health(self) -> tuple[DeviceHealth, ...]:
            return (
                DeviceHealth(DeviceFacts("gate"), Standing.OK),
                DeviceHealth(DeviceFacts("yard"), Standing.FAULT, None, ("picture.blurred",)),
            )

    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = "agent-1"\n')
    uplink = Uplink(
        DataPlan(plan_bytes=10 * MB, cap_bytes=10 * MB), database=database, clock=lambda: NOON
    )
    uplink.note(Carried(bytes=10 * MB - 1000, is_measured=True))
    reporter = Reporter(
        load_config(path),
        version="0",
        database=database,
        outbox=outbox,
        standings=Well(()),
        read_host=no_host,
        clock=lambda: NOON,
        wake=lambda: None,
        uplink=uplink,
    )
    await reporter.send_health()
    with database.transaction():
        (row,) = outbox.take(Lane.HEALTH, limit=9, now=NOON)
    said = wire.decode_up(unpack(row.frame).body, Lane.HEALTH)

    assert isinstance(said, Health)
    assert said.data is not None
    assert said.data.mode == "farewell"
    assert said.next_within_s > timedelta(days=29).total_seconds()
    assert [device.standing for device in said.devices] == [Standing.UNKNOWN, Standing.FAULT]


async def test_a_hub_tells_of_all_its_devices_in_parts(
    tmp_path: Path, database: Database, outbox: Outbox
) -> None:
    """250 devices go in three messages that frames hold; the first alone tells of what was lost."""

    async def no_host() -> tuple[Reading, ...]:
        return ()

    names = [f"camera-{number:03d}" for number in range(250)]
    text = "x" * 80
    facts = [(DeviceFacts(name, text[:64], (), text, text, text, text), ()) for name in names]
    path = tmp_path / "agent.toml"
    path.write_text('[agent]\nid = "agent-1"\n')
    reporter = Reporter(
        load_config(path),
        version="0",
        database=database,
        outbox=outbox,
        standings=Standings(facts),
        read_host=no_host,
        clock=lambda: NOON,
        wake=lambda: None,
    )
    with database.transaction():
        outbox.append_lost(Lane.TELEMETRY, reason="a test")
    await reporter.send_health()
    with database.transaction():
        rows = outbox.take(Lane.HEALTH, limit=9, now=NOON)
    said = [wire.decode_up(unpack(row.frame).body, Lane.HEALTH) for row in rows]

    parts = [one for one in said if isinstance(one, Health)]
    assert [one.part for one in parts] == [0, 1, 2]
    assert [line.device.device_id for one in parts for line in one.devices] == names
    assert [len(one.lost) for one in parts] == [1, 0, 0]


def test_a_snapshot_that_found_no_room_is_not_counted_as_told(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """The next connection tells it, although ten minutes have not passed."""
    database.connection.execute("PRAGMA query_only = ON")  # as good as full: nothing is taken
    with pytest.raises(sqlite3.OperationalError):
        reporter.send_snapshot()
    database.connection.execute("PRAGMA query_only = OFF")
    reporter.send_snapshot()

    assert outbox.depth(Lane.FAULT).waiting_rows == 1


async def test_a_snapshot_that_found_no_room_is_told_when_there_is_some(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """Nobody connects anew for it: what is open is told as soon as the disk takes it."""
    database.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.OperationalError):
        reporter.send_snapshot()
    database.connection.execute("PRAGMA query_only = OFF")
    reporting = asyncio.create_task(reporter.run())
    async with asyncio.timeout(60):
        while not outbox.depth(Lane.FAULT).waiting_rows:  # noqa: ASYNC110 - a fact, not an event
            await asyncio.sleep(0.01)
    reporting.cancel()


def test_a_quick_probe_loses_no_reading_before_the_batch(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """Six hours every ten seconds are more than rules look back on, and all of it is told."""
    with database.transaction():
        _keep_readings(database, "gate", [reading(step) for step in range(2160)], rules=())
    reporter.send_telemetry()

    assert len(told(outbox, database)) == 2160


def test_a_clock_ten_years_ahead_throws_no_kept_row_away(
    reporter: Reporter, outbox: Outbox, database: Database
) -> None:
    """What is dropped by age goes by the collector's time, too: a restored one asks for it."""
    with database.transaction():
        event = outbox.append(message(Lane.FAULT, NOON), now=NOON)
        send_all(outbox, now=NOON)
        receipts.apply(database, receipt(event, now=NOON), now=NOON)
    reporter._clock = lambda: NOON + timedelta(days=3650)
    reporter._tidy()

    assert outbox.depth(Lane.FAULT).kept_rows == 1


def test_a_device_that_is_owed_its_setting_is_not_called_well() -> None:
    """An experiment left it changed: the health message says so, whatever its readings say."""
    standings = Standings([(DeviceFacts("one"), ()), (DeviceFacts("two"), ())])
    standings.note_owed({"one": "filter mode AUTO is not restored yet: tcp.timeout"})
    one, two = standings.health()
    standings.note_owed({})
    (after, _) = standings.health()

    assert (one.standing, "AUTO is not restored" in one.reason) == (Standing.UNKNOWN, True)
    assert "restored" not in two.reason + after.reason
