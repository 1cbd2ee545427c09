"""From batches to days on a real store: late ones, repeats, kills, and what pages then read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine

from collector import compact as compaction
from collector.compact import compact, compact_agent, prune
from collector.intake.arrival import Arrival
from collector.store import history, hourly, tables, telemetry
from collector.store.history import Point
from collector.store.scope import Role, scope_of
from collector.store.views.device_file import list_readings
from collector.telemetry.samples import DAY_S
from shared import topics, wire
from shared.fold import fold
from shared.frame import Lane, pack
from shared.identity import Epoch
from shared.reading import Quality, Reading
from tests.collector.house import NOON, House, fault, frame_of

HOUR = timedelta(hours=1)
FAR = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def charge(value: float | None, at: datetime, *, name: str = "battery.charge") -> Reading:
    """A charge that was read, or not."""
    if value is None:
        return Reading(name, None, "%", at, Quality.FAILED, cause="timeout")
    return Reading(name, value, "%", at, Quality.GOOD)


def send(house: House, seq: int, *readings: Reading, device: str = "gate") -> None:
    """Ingest one batch of a device."""
    batch = fold([(device, one) for one in readings], sent_at=house.now)
    house.take(frame_of(batch, seq=seq))


def merge_all(house: House) -> None:
    """Merge whatever its age."""
    compact_agent(house.engine, "agent-farm", policy=house.policy, now=house.now)


def points(house: House, name: str = "battery.charge", position: int = 1) -> tuple[Point, ...]:
    """The whole history of a name."""
    with house.engine.begin() as db:
        return history.history(db, position, name, since=FAR, until=house.now)


def hours(house: House, name: str = "battery.charge") -> list[tuple[datetime, int, float]]:
    """Hour, samples and mean."""
    with house.engine.begin() as db:
        found = hourly.hourly(db, 1, name, since=FAR, until=house.now)
    return [(one.at, one.hour.samples, one.hour.mean) for one in found]


def latest(house: House) -> dict[str, object]:
    """What the device's page shows."""
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id="factory", role=Role.ADMIN)
        return {one.name: (one.value, one.quality) for one in list_readings(db, scope, 1)}


def test_history_is_the_same_before_and_after_merging(house: House) -> None:
    """Points, hours and the latest readings do not depend on when the job ran."""
    dice = random.Random(7)
    for seq in range(1, 30):
        house.pass_time(900)
        send(house, seq, charge(dice.randrange(100), house.now), charge(None, house.now, name="x"))
    before = points(house), hours(house), latest(house)
    assert house.count(tables.telemetry_batch) == 29
    merge_all(house)

    assert house.count(tables.telemetry_batch) == 0
    assert (points(house), hours(house), latest(house)) == before
    assert len(before[0]) == 29
    assert before[2]["x"] == (None, "failed")


def test_late_batch_merges_into_an_old_day(house: House) -> None:
    """What comes after an outage of weeks stands in its own day, with its roll-up."""
    send(house, 1, charge(50, NOON))
    merge_all(house)
    house.pass_time(21 * 86_400)
    send(house, 2, charge(70, NOON + timedelta(minutes=10)), charge(10, house.now))
    merge_all(house)

    assert [p.number for p in points(house)] == [50, 70, 10]
    assert hours(house)[0] == (NOON, 2, 60.0)
    assert latest(house)["battery.charge"] == (10, "good")


def test_sample_that_comes_twice_counts_once(house: House) -> None:
    """The same sample in two messages, merged together or apart, is one."""
    send(house, 1, charge(50, NOON))
    send(house, 2, charge(50, NOON), charge(52, NOON - HOUR))
    merge_all(house)
    send(house, 3, charge(50, NOON))

    assert [p.number for p in points(house)] == [52, 50]
    merge_all(house)
    assert hours(house) == [(NOON - HOUR, 1, 52.0), (NOON, 1, 50.0)]


def test_only_old_batches_are_merged(house: House) -> None:
    """A batch stays as it came until it is old enough; so does one from a future we left."""
    send(house, 1, charge(50, NOON))
    assert compact(house.engine, policy=house.policy, now=house.now + HOUR) == 0
    assert compact(house.engine, policy=house.policy, now=house.now - HOUR) == 1
    send(house, 2, charge(51, NOON - HOUR))
    assert compact(house.engine, policy=house.policy, now=house.now + 3 * HOUR) == 1


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", ["put_day", "remove_batches"])
def test_kill_in_the_middle_changes_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Days and batches change together; after the kill the job does it again, once."""
    send(house, 1, charge(50, NOON))
    send(house, 2, charge(51, NOON - HOUR), device="yard")
    before = points(house)

    def die(*_args: object, **_named: object) -> bool:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(telemetry, at, die)
        with pytest.raises(Killed):
            merge_all(house)
    assert house.count(tables.telemetry_day) == 0
    assert points(house) == before
    merge_all(house)
    merge_all(house)
    assert points(house) == before
    assert house.count(tables.telemetry_batch) == 0


def test_two_workers_do_not_overwrite_each_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that read before another one wrote gives way; nothing is lost or doubled."""
    send(house, 1, charge(50, NOON))
    merge_all(house)
    send(house, 2, charge(60, NOON - HOUR))
    merge_days = compaction.merge_days

    def pack_late(*args: object, **named: object) -> object:
        monkeypatch.undo()
        merge_all(house)  # the other worker, between our reading and our writing
        return merge_days(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(compaction, "merge_days", pack_late)
    merge_all(house)

    assert [p.number for p in points(house)] == [60, 50]
    assert [row["revision"] for row in house.rows(tables.telemetry_day)] == [2]


def test_a_day_that_changed_meanwhile_is_merged_at_the_next_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote the day after it was read (pruning packs days, too) is not written over, and
    the batch waits."""
    send(house, 1, charge(50, NOON))
    merge_all(house)
    send(house, 2, charge(60, NOON - HOUR))
    merge_days, day = compaction.merge_days, tables.telemetry_day

    def write_between(*args: object, **named: object) -> object:
        monkeypatch.undo()
        with house.engine.begin() as db:
            db.execute(day.update().values(revision=day.c.revision + 1))
        return merge_days(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(compaction, "merge_days", write_between)
    merge_all(house)
    assert house.count(tables.telemetry_batch) == 1
    merge_all(house)

    assert [p.number for p in points(house)] == [60, 50]


def test_what_two_workers_find_damaged_is_set_aside_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No day stands between them then: the one whose batch is gone already gives way."""
    send(house, 1, charge(50, NOON))
    with house.engine.begin() as db:
        db.execute(tables.telemetry_batch.update().values(payload=b"damaged"))
    read = compaction._read

    def read_late(*args: object, **named: object) -> object:
        monkeypatch.undo()
        merge_all(house)  # the other worker
        return read(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(compaction, "_read", read_late)
    merge_all(house)

    assert [row["count"] for row in house.rows(tables.quarantine)] == [1]


def test_points_leave_before_roll_ups(house: House) -> None:
    """After 90 days only hours are left, after the warranty nothing; late ones double nothing."""
    send(house, 1, charge(50, NOON), charge(70, NOON))
    merge_all(house)
    house.pass_time(100 * 86_400)
    prune(house.engine, policy=house.policy, now=house.now)
    assert points(house) == ()
    assert hours(house) == [(NOON, 1, 50.0)]

    send(house, 2, charge(90, NOON + timedelta(minutes=1)))
    merge_all(house)
    assert hours(house) == [(NOON, 1, 50.0)]
    house.pass_time(700 * 86_400)
    prune(house.engine, policy=house.policy, now=house.now)
    assert house.count(tables.telemetry_day) == 1
    house.pass_time(25 * 86_400)
    prune(house.engine, policy=house.policy, now=house.now)
    assert house.count(tables.telemetry_day) == 0


def test_what_an_open_claim_rests_on_stays_whatever_its_age(house: House) -> None:
    """From 90 days before the fault on, samples and all; once the line is closed it goes."""
    send(house, 1, charge(50, NOON), charge(60, NOON - timedelta(days=89)))
    merge_all(house)
    (position_id,) = [row["id"] for row in house.rows(tables.position)]
    with house.engine.begin() as db:
        case = {
            "id": 1,
            "number": "PC-1",
            "organisation_id": "north",
            "buyer": "",
            "opened_at": NOON,
        }
        db.execute(tables.claim_case.insert().values(**case))
        line = dict.fromkeys(
            ("label_serial", "serial_source", "model", "batch", "component", "warranty_verdict"), ""
        )
        line |= {"warranty_reason_en": "", "warranty_reason_zh": "", "state": "draft"}
        db.execute(
            tables.claim_line.insert().values(
                **line,
                case_id=1,
                organisation_id="north",
                site_id="farm",
                position_id=position_id,
                serial_key="SL1",
                opened_at=NOON,
            )
        )
    house.pass_time(2000 * 86_400)
    prune(house.engine, policy=house.policy, now=house.now)
    assert [point.number for point in points(house)] == [60, 50]

    with house.engine.begin() as db:
        db.execute(tables.claim_line.update().values(closed_at=house.now))
    prune(house.engine, policy=house.policy, now=house.now)
    assert house.count(tables.telemetry_day) == 0


def test_batch_that_no_longer_reads_back_is_set_aside(house: House) -> None:
    """Damage in the store is told, and does not hold up what stands behind it."""
    send(house, 1, charge(50, NOON))
    with house.engine.begin() as db:
        db.execute(tables.telemetry_batch.update().values(payload=b"PC damaged"))
    send(house, 2, charge(60, NOON - HOUR))
    merge_all(house)

    assert [row["reason"] for row in house.rows(tables.quarantine)] == ["store.damaged"]
    assert [p.number for p in points(house)] == [60]


def test_a_batch_that_does_not_fit_is_set_aside_with_the_reason(house: House) -> None:
    """Ingest looks at the outline only; columns that lack a value are found and named here."""
    batch = fold([("gate", charge(50, NOON)), ("gate", charge(51, NOON + HOUR))], sent_at=NOON)
    parts = msgspec.msgpack.decode(wire.encode(batch))
    parts[4][0][-1] = [0, 0, b"", []]
    payload = pack(
        lane=Lane.TELEMETRY, epoch=Epoch(1, 7), seq=1, body=msgspec.msgpack.encode(parts)
    )
    done = house.take(Arrival(topics.up("agent-farm", Lane.TELEMETRY), payload))
    assert done.counts.stored == 1
    send(house, 2, charge(60, NOON - HOUR))
    merge_all(house)

    (aside,) = house.rows(tables.quarantine)
    assert "is not 1 numbers" in str(aside["detail"])
    assert [p.number for p in points(house)] == [60]


def test_a_clock_of_1970_is_told_and_not_dropped(house: House) -> None:
    """Readings that are past their keeping time when they come are set aside with the reason."""
    send(house, 1, charge(50, datetime.fromisoformat("1970-01-01T00:10:00+00:00")))
    send(house, 2, charge(60, NOON - HOUR))
    merge_all(house)

    (aside,) = house.rows(tables.quarantine)
    assert aside["reason"] == "telemetry.too_old"
    assert "1970-01-01" in str(aside["detail"])
    assert latest(house)["battery.charge"] == (60, "good")


def test_fault_shows_its_readings_at_once(house: House) -> None:
    """What a fault rests on is the latest word, whether telemetry was merged or not."""
    send(house, 1, charge(50, NOON - HOUR))
    event = fault()
    house.take(frame_of(type(event)(**{**_fields(event), "because": (charge(5, NOON),)}), seq=2))
    assert latest(house)["battery.charge"] == (5, "good")
    merge_all(house)
    assert latest(house)["battery.charge"] == (5, "good")


def _fields(event: object) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}  # type: ignore[attr-defined]


def test_days_are_days_of_utc(house: House) -> None:
    """A day row holds exactly the seconds of its day."""
    midnight = NOON + 12 * HOUR
    house.now = midnight + HOUR
    send(house, 1, charge(1, midnight - timedelta(seconds=1)), charge(2, midnight))
    merge_all(house)
    days = [int(str(row["day"])) for row in house.rows(tables.telemetry_day)]
    assert days == [int(NOON.timestamp()) // DAY_S, int(midnight.timestamp()) // DAY_S]


def test_an_agent_that_cannot_be_merged_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect in one agent's telemetry leaves its batches as they came, and goes no further."""
    send(house, 1, charge(50, NOON))
    batch = fold([("till", charge(60, NOON))], sent_at=house.now)
    house.take(frame_of(batch, seq=1, agent_id="agent-shop"))
    merge = compaction._merge

    def ill(engine: Engine, agent_id: str, *args: object, **named: object) -> None:
        if agent_id == "agent-farm":
            raise LookupError("a defect")
        merge(engine, agent_id, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(compaction, "_merge", ill)
    assert compact(house.engine, policy=house.policy, now=house.now + 3 * HOUR) == 1
    assert [row["agent_id"] for row in house.rows(tables.telemetry_batch)] == ["agent-farm"]


def test_a_damaged_day_keeps_its_roll_ups_and_is_set_aside(house: House) -> None:
    """Samples that do not read back are named and kept for a person; the hours stay as they were,
    beside those of what came since, and no page fails."""
    house.pass_time(2 * 86_400)
    send(house, 1, charge(50, NOON), charge(70, NOON + timedelta(minutes=5)))
    merge_all(house)
    assert hours(house) == [(NOON, 2, 60.0)]
    with house.engine.begin() as db:
        db.execute(tables.telemetry_day.update().values(points=b"damaged"))
        told = history.unreadable(db, 1, since=FAR, until=house.now)
    assert [str(day) for day in told] == ["2026-03-01"]
    assert points(house) == ()
    assert hours(house) == [(NOON, 2, 60.0)]

    send(house, 2, charge(10, NOON + HOUR))
    assert hours(house) == [(NOON, 2, 60.0), (NOON + HOUR, 1, 10.0)]
    merge_all(house)
    assert hours(house) == [(NOON, 2, 60.0), (NOON + HOUR, 1, 10.0)]
    assert [row["reason"] for row in house.rows(tables.quarantine)] == ["store.damaged"]


@pytest.mark.parametrize("is_over", [False, True])
def test_a_day_that_lost_samples_is_named_for_ever(house: House, is_over: bool) -> None:
    """Setting the damage aside, closing the day, late rows and dropping samples change nothing:
    what is shown of that day is not all. The day after is whole."""
    if is_over:
        house.pass_time(2 * 86_400)
    send(house, 1, charge(50, NOON))
    merge_all(house)
    assert damaged_days(house) == []
    with house.engine.begin() as db:
        db.execute(tables.telemetry_day.update().values(points=b"damaged"))
    assert damaged_days(house) == ["2026-03-01"]

    send(house, 2, charge(10, NOON + HOUR))
    merge_all(house)
    assert [row["reason"] for row in house.rows(tables.quarantine)] == ["store.damaged"]
    assert damaged_days(house) == ["2026-03-01"]
    house.pass_time(2 * 86_400)
    send(house, 3, charge(11, NOON + 2 * HOUR), charge(12, NOON + 24 * HOUR))
    merge_all(house)
    assert [point.number for point in points(house)] == [10, 11, 12]
    assert damaged_days(house) == ["2026-03-01"]

    house.pass_time((house.policy.points_kept.days + 3) * 86_400)
    prune(house.engine, policy=house.policy, now=house.now)
    assert points(house) == ()
    assert damaged_days(house) == ["2026-03-01"]


def test_damaged_roll_ups_follow_anew_from_the_samples(house: House) -> None:
    """The next merge of the day makes them whole again, and the warning ends."""
    house.pass_time(2 * 86_400)
    send(house, 1, charge(50, NOON))
    merge_all(house)
    with house.engine.begin() as db:
        db.execute(tables.telemetry_day.update().values(hours=b"damaged"))
    assert damaged_days(house) == ["2026-03-01"]

    send(house, 2, charge(10, NOON + HOUR))
    merge_all(house)
    assert hours(house) == [(NOON, 1, 50.0), (NOON + HOUR, 1, 10.0)]
    assert damaged_days(house) == []


def damaged_days(house: House) -> list[str]:
    """The days that the trend warns of, and that whoever asks for hours is told with them."""
    with house.engine.begin() as db:
        told = history.unreadable(db, 1, since=FAR, until=house.now)
        hours = hourly.hourly_and_damage(db, 1, ("a",), since=FAR, until=house.now)
    assert hours.damaged == told
    return [str(day) for day in told]


def test_a_day_is_packed_once_when_it_is_over(house: House) -> None:
    """Until then it grows by parts and reads like any other; then it gets its roll-ups."""
    for seq in range(1, 5):
        send(house, seq, charge(seq, NOON + seq * HOUR))
        house.pass_time(3600)
        merge_all(house)
    before = points(house), hours(house)
    assert [row["hours"] for row in house.rows(tables.telemetry_day)] == [b""]
    house.pass_time(86_400)
    send(house, 9, charge(9, house.now))
    merge_all(house)
    packed, _ = house.rows(tables.telemetry_day)
    assert packed["hours"] != b""
    assert (points(house)[:4], hours(house)[:4]) == before
