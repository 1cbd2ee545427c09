"""The one transaction: every payload is stored, a duplicate, or quarantined with its reason."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from collector.intake.arrival import Arrival, Counts
from collector.intake.ingest import ingest
from collector.intake.replay import replay
from collector.settings import AgentEntry
from collector.store import tables
from collector.store.agents import find
from collector.store.assignments import assign
from collector.store.scope import Role, scope_of
from collector.store.views.device_file import list_readings
from shared import topics
from shared.command import Verb
from shared.device import DeviceFacts
from shared.fault import EpisodeSnapshot, EvidenceAdded, FaultKind, FaultState, OpenEpisode
from shared.frame import Lane, pack
from shared.health import DeviceHealth, DeviceReadings, Health, Presence, Standing, Telemetry
from shared.identity import EventId
from shared.reading import Quality, Reading
from shared.wire import encode
from tests.collector.house import (
    EPOCH,
    NOON,
    ORGANISATIONS,
    SITES,
    House,
    agents,
    chunks,
    device,
    fault,
    frame_of,
    health,
    manifest_of,
)

PICTURE = bytes(range(256)) * 40


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def reasons(house: House) -> list[object]:
    """Why payloads were not accepted."""
    return [row["reason"] for row in house.rows(tables.quarantine)]


def test_second_delivery_changes_nothing(house: House) -> None:
    """Every kind of row, delivered again, changes nothing and is receipted again."""
    picture = manifest_of(PICTURE)
    rows = [
        frame_of(health(device()), seq=1),
        frame_of(fault(manifest=picture), seq=2),
        frame_of(fault(kind=FaultKind.CONFIRMED, episode=2), seq=3),
        frame_of(EvidenceAdded(device(), EventId(EPOCH, 2), picture), seq=4),
        *(frame_of(c, seq=5 + i) for i, c in enumerate(chunks(PICTURE, size=4096))),
        frame_of(Telemetry(NOON, (DeviceReadings("gate", (reading(12.5),)),)), seq=20),
        frame_of(EpisodeSnapshot(NOON, ()), seq=21),
        frame_of(fault(kind=FaultKind.CLEARED, episode=2), seq=22),
    ]
    first = house.take(*rows)
    before = house.everything()
    house.pass_time(60)
    again = house.take(*reversed(rows))

    assert first.counts == Counts(stored=len(rows))
    assert again.counts == Counts(duplicate=len(rows))
    assert house.everything() == before
    ((agent_id, receipt),) = again.receipts
    assert agent_id == "agent-farm"
    assert [(r.first, r.last) for r in receipt.ranges] == [(1, 7), (20, 22)]


def reading(value: float) -> Reading:
    """A good charge."""
    return Reading("battery.charge", value, "%", NOON, Quality.GOOD)


def test_same_identity_with_other_content_is_a_clone(house: House) -> None:
    """A cloned card is quarantined, receipted, and ordered into a new epoch, once."""
    house.take(frame_of(fault(), seq=1))
    done = house.take(
        frame_of(fault("picture.black"), seq=1), frame_of(fault("picture.white"), seq=1)
    )

    assert done.counts == Counts(quarantined=2)
    assert reasons(house) == ["identity.conflict", "identity.conflict"]
    assert [r.seq for _, receipt in done.receipts for r in receipt.refused] == [1]
    assert [row["verb"] for row in house.rows(tables.command)] == [Verb.NEW_EPOCH.value]
    assert house.count(tables.episode) == 1


def test_unreadable_body_is_receipted_as_refused(house: House) -> None:
    """A body that nobody can decode must not come back for ever."""
    payload = pack(lane=Lane.FAULT, epoch=EPOCH, seq=5, body=b"\xc1nonsense")
    done = house.take(Arrival(topics.up("agent-farm", Lane.FAULT), payload))

    ((_, receipt),) = done.receipts
    assert receipt.ranges == ()
    assert [r.seq for r in receipt.refused] == [5]
    assert receipt.refused[0].reason.startswith("wire.malformed")


def test_damaged_frame_is_kept_but_not_receipted(house: House) -> None:
    """Without a checksum that holds nobody knows which row it was: the agent sends it again."""
    whole = frame_of(fault(), seq=1)
    done = house.take(Arrival(whole.topic, whole.payload[:-1] + b"\x00"))

    assert (done.counts, done.receipts) == (Counts(quarantined=1), ())
    assert reasons(house) == ["frame.checksum"]


@pytest.mark.parametrize(
    ("arrival", "reason"),
    [
        pytest.param(Arrival("preclaim/v1/00/x/up/fault", b"x"), "topic.invalid", id="shard"),
        pytest.param(
            Arrival(topics.up("agent-farm", Lane.HEALTH), frame_of(fault(), seq=1).payload),
            "topic.lane",
            id="lane",
        ),
        pytest.param(
            Arrival(
                topics.up("agent-farm", Lane.FAULT),
                pack(lane=Lane.FAULT, epoch=EPOCH, seq=0, body=encode(fault())),
            ),
            "frame.identity",
            id="seq 0",
        ),
        pytest.param(
            frame_of(fault(kind=FaultKind.CLEARED), seq=1), "fault.no_episode", id="no episode"
        ),
        pytest.param(frame_of(fault(), seq=1, agent_id="stranger"), "unassigned", id="stranger"),
    ],
)
def test_what_is_refused_says_why(house: House, arrival: Arrival, reason: str) -> None:
    """Every refusal has a stable reason."""
    assert house.take(arrival).counts == Counts(quarantined=1)
    assert reasons(house) == [reason]


def assign_newcomer(house: House) -> None:
    """The agent that nobody knew gets its entry."""
    (entry, _) = agents(None)
    newcomer = AgentEntry(
        id="newcomer",
        organisation_id=entry.organisation_id,
        site_id=entry.site_id,
        evidence_key=None,
    )
    with house.engine.begin() as db:
        assign(db, organisations=ORGANISATIONS, sites=SITES, agents=[newcomer])


def test_rows_of_an_agent_assigned_later_are_taken_then(house: House) -> None:
    """An unknown agent's rows wait in quarantine; assigned, they enter with their identity."""
    done = house.take(frame_of(fault(), seq=1, agent_id="newcomer"))
    assert [r.seq for _, receipt in done.receipts for r in receipt.refused] == [1]

    assign_newcomer(house)
    assert replay(house.engine, reason="unassigned", room=house.room, now=house.now) == (1, 0)
    assert house.count(tables.episode) == 1
    assert house.count(tables.quarantine) == 0


def test_a_replayed_fault_began_when_it_came(house: House) -> None:
    """Warranty is judged by the day of receipt; only the hold begins with the replay."""
    house.register("SC24010001", delivered_on=date(2024, 3, 2))  # until 2 March 2026, tomorrow
    ahead = NOON + timedelta(days=20)
    reading = Reading("battery.charge", 12, "%", ahead, Quality.GOOD)
    event = msgspec.structs.replace(fault(), because=(reading,))
    house.take(frame_of(event, seq=1, agent_id="newcomer"))
    assign_newcomer(house)
    house.pass_time(40 * 86_400)
    assert replay(house.engine, reason="unassigned", room=house.room, now=house.now) == (1, 0)

    (episode,), (kept,) = house.rows(tables.episode), house.rows(tables.frame)
    assert episode["onset_at"] == kept["received_at"] == NOON
    (latest,) = house.rows(tables.reading_latest)
    assert latest["taken_at"] == NOON
    (decision,) = house.rows(tables.decision)
    assert decision["due_at"] > house.now
    house.pass_time(10)
    house.tick()
    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "in"


def test_an_opening_that_waited_in_quarantine_says_when_it_began(house: House) -> None:
    """A snapshot was taken before it; the episode began when its opening event first came."""
    house.take(frame_of(fault(), seq=1, agent_id="newcomer"))
    assign_newcomer(house)
    house.pass_time(86_400)
    line = OpenEpisode(EventId(EPOCH, 1), "gate", "battery.not_charging", FaultState.OPEN, NOON)
    house.take(frame_of(EpisodeSnapshot(house.now, (line,)), seq=2, agent_id="newcomer"))
    assert house.rows(tables.episode)[0]["onset_at"] == house.now
    replay(house.engine, reason="unassigned", room=house.room, now=house.now)

    (episode,) = house.rows(tables.episode)
    assert episode["onset_at"] == NOON
    assert house.count(tables.decision) == 1


def test_what_a_replay_refuses_again_keeps_its_time(house: House) -> None:
    """Under its new reason it still says when it came."""
    house.take(frame_of(fault(kind=FaultKind.CLEARED), seq=1, agent_id="newcomer"))
    assign_newcomer(house)
    house.pass_time(86_400)
    assert replay(house.engine, reason="unassigned", room=house.room, now=house.now) == (0, 1)

    (row,) = house.rows(tables.quarantine)
    assert (row["reason"], row["received_at"]) == ("fault.no_episode", NOON)


def test_clearing_that_overtakes_its_opening_still_ends_it(house: House) -> None:
    """Order does not matter: the opening fills in its words and opens nothing again."""
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=1), seq=2))
    house.take(frame_of(fault(), seq=1))

    (episode,) = house.rows(tables.episode)
    assert episode["state"] == "cleared"
    assert episode["summary_en"] == "peak charge below 40 % for 14 days"
    assert house.count(tables.decision) == 1


def test_snapshot_reconciles_orphans(house: House) -> None:
    """What the agent lists is open; what it opened before and no longer lists has ended."""
    house.take(frame_of(fault(), seq=1), frame_of(fault("picture.black"), seq=2))
    line = OpenEpisode(EventId(EPOCH, 2), "gate", "picture.black", FaultState.OPEN, NOON)
    lost = OpenEpisode(EventId(EPOCH, 3), "yard", "ir_led.dead", FaultState.OPEN, NOON)
    house.take(frame_of(EpisodeSnapshot(NOON, (line, lost)), seq=10))
    house.take(frame_of(fault("disk.full"), seq=11))

    states = {row["code"]: row["state"] for row in house.rows(tables.episode)}
    assert states == {
        "battery.not_charging": "cleared",
        "picture.black": "open",
        "ir_led.dead": "open",
        "disk.full": "open",
    }


def test_old_snapshot_says_nothing_of_later_faults(house: House) -> None:
    """A snapshot that comes after a later fault does not end it."""
    house.take(frame_of(fault(), seq=11))
    house.take(frame_of(EpisodeSnapshot(NOON, ()), seq=10))

    assert [row["state"] for row in house.rows(tables.episode)] == ["open"]


def test_older_health_changes_nothing(house: House) -> None:
    """A health message that was overtaken by a later one is kept and not applied."""
    house.take(frame_of(health(device(firmware="2.0")), seq=9))
    house.take(frame_of(health(device(firmware="1.0")), seq=8))

    assert [row["firmware"] for row in house.rows(tables.position)] == ["2.0"]


def test_the_module_of_a_fault_is_kept(house: House) -> None:
    """The factory's code comes with the fault; a later step without one leaves it."""
    house.take(frame_of(replace(fault(), module_code="CX-BAT-52"), seq=11))
    house.take(frame_of(fault(kind=FaultKind.CONFIRMED, episode=11), seq=12))

    assert [row["module_code"] for row in house.rows(tables.episode)] == ["CX-BAT-52"]


def test_each_part_of_a_hub_tells_its_devices(house: House) -> None:
    """A part that comes after later ones tells its own devices, and the agent's word stays."""
    reading = Reading("host.load", 0.5, "", NOON, Quality.GOOD)
    first = replace(health(device("gate", firmware="2.0")), host=(reading,))
    second = replace(health(device("pump", firmware="3.0")), part=1)
    third = replace(health(device("yard", firmware="4.0")), part=2)
    house.take(frame_of(first, seq=7), frame_of(third, seq=9))
    house.take(frame_of(second, seq=8))

    found = {row["device_id"]: row["firmware"] for row in house.rows(tables.position)}
    assert found == {"gate": "2.0", "pump": "3.0", "yard": "4.0"}
    (agent,) = (row for row in house.rows(tables.agent) if row["health_seq"])
    assert "host.load" in str(agent["health_json"])


def test_a_late_part_tells_only_what_nobody_told_since(house: House) -> None:
    """After the next message began, a part of the last one stands for devices not told again."""

    def part(number: int, *devices: DeviceFacts, as_: Standing) -> Health:
        told = tuple(DeviceHealth(facts, as_, NOON) for facts in devices)
        return replace(health(), devices=told, part=number)

    pump, yard = device("pump"), device("yard")
    house.take(frame_of(part(0, device("gate"), as_=Standing.OK), seq=7))
    house.take(frame_of(part(0, device("gate"), as_=Standing.OK), seq=20))
    house.take(frame_of(part(1, pump, as_=Standing.FAULT), seq=21))
    house.take(frame_of(part(1, pump, as_=Standing.OK), seq=8))
    house.take(frame_of(part(2, yard, as_=Standing.OK), seq=9))

    found = {row["device_id"]: row["standing"] for row in house.rows(tables.position)}
    assert found == {"gate": "ok", "pump": "fault", "yard": "ok"}


def test_agent_clock_never_reaches_past_ours(house: House) -> None:
    """A reading from the future is taken for now, so that it does not win for ever."""
    future = Reading("battery.charge", 80.0, "%", NOON.replace(year=2040), Quality.GOOD)
    house.take(frame_of(Telemetry(NOON, (DeviceReadings("gate", (future,)),)), seq=1))
    house.pass_time(60)
    house.take(
        frame_of(
            Telemetry(
                NOON,
                (
                    DeviceReadings(
                        "gate", (Reading("battery.charge", 10.0, "%", house.now, Quality.GOOD),)
                    ),
                ),
            ),
            seq=2,
        )
    )
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id="factory", role=Role.ADMIN)
        assert [one.value for one in list_readings(db, scope, 1)] == [10.0]


def test_presence_is_noted_and_proves_nothing(house: House) -> None:
    """The broker's word about an agent is kept beside it and stores no row."""
    topic = topics.presence("agent-farm")
    payload = pack(lane=Lane.PRESENCE, epoch=EPOCH, seq=0, body=encode(Presence(True, EPOCH)))
    assert house.take(Arrival(topic, payload)).receipts == ()

    with house.engine.begin() as db:
        known = find(db, "agent-farm")
    assert known is not None
    assert known.last_seen_at is None
    assert house.rows(tables.agent)[0]["online"] is True


def test_quarantine_counts_repeats_in_one_row(house: House) -> None:
    """The same bad payload a thousand times is one row with a count."""
    house.take(*[Arrival("nowhere", b"x")] * 1000)

    assert [row["count"] for row in house.rows(tables.quarantine)] == [1000]


SEEDS = [
    frame_of(fault(manifest=manifest_of(PICTURE)), seq=1),
    frame_of(health(device()), seq=2),
    frame_of(chunks(PICTURE, size=4096)[0], seq=3),
    frame_of(Telemetry(NOON, (DeviceReadings("gate", (reading(1.0),)),)), seq=4),
    frame_of(EpisodeSnapshot(NOON, ()), seq=5),
]


@st.composite
def mutated(draw: st.DrawFn) -> Arrival:
    """A good frame, a frame with changed bytes, or a changed body under a right checksum."""
    seed = draw(st.sampled_from(SEEDS))
    how = draw(st.sampled_from(["whole", "bytes", "body", "cut", "topic", "noise"]))
    if how == "whole":
        return seed
    if how == "noise":
        return Arrival(seed.topic, draw(st.binary(max_size=80)))
    if how == "cut":
        return Arrival(seed.topic, seed.payload[: draw(st.integers(0, len(seed.payload)))])
    if how == "topic":
        return Arrival(draw(st.text(max_size=40)), seed.payload)
    changed = bytearray(seed.payload if how == "bytes" else seed.payload[34:])
    for _ in range(draw(st.integers(1, 4))):
        changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    if how == "bytes":
        return Arrival(seed.topic, bytes(changed))
    lane = Lane(seed.payload[3])
    seq = draw(st.integers(1, 2**63 - 1))
    return Arrival(seed.topic, pack(lane=lane, epoch=EPOCH, seq=seq, body=bytes(changed)))


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One collector for all examples: what one leaves behind, the next meets."""
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.engine.dispose()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batch=st.lists(mutated(), min_size=1, max_size=30))
def test_stored_duplicate_quarantined_is_sent(shared_house: House, batch: list[Arrival]) -> None:
    """Whatever comes, each payload ends in exactly one way and the next good one passes."""
    counts = ingest(shared_house.engine, batch, room=shared_house.room, now=shared_house.now).counts

    assert counts.stored + counts.duplicate + counts.quarantined == len(batch)
    assert shared_house.take(SEEDS[4]).counts.quarantined == 0


def test_two_thousand_damaged_payloads(house: House) -> None:
    """All three ends were seen, their sum is what was sent, every quarantined one is counted."""
    chance = random.Random(20260301)
    sent: list[Arrival] = []
    for _ in range(2000):
        seed = chance.choice(SEEDS)
        payload = bytearray(seed.payload)
        for _ in range(chance.choice((0, 1, 1, 3))):
            payload[chance.randrange(len(payload))] = chance.randrange(256)
        sent.append(Arrival(seed.topic, bytes(payload)))
    counts = Counts()
    for start in range(0, len(sent), 50):
        counts += house.take(*sent[start : start + 50]).counts

    assert counts.stored + counts.duplicate + counts.quarantined == 2000
    assert min(counts.stored, counts.duplicate, counts.quarantined) > 0
    kept = [int(str(row["count"])) for row in house.rows(tables.quarantine)]
    assert sum(kept) == counts.quarantined
    assert house.count(tables.frame) == counts.stored
