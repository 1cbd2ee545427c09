"""What the contract allows fits into the store: the longest texts and the largest numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.intake.arrival import Arrival
from collector.store import tables
from shared import topics, wire
from shared.command import CommandResult, Outcome
from shared.device import Alias, AliasKind, DeviceFacts
from shared.fault import EpisodeSnapshot, FaultEvent, FaultKind, FaultState, OpenEpisode
from shared.frame import Lane, pack
from shared.health import DeviceHealth, DeviceReadings, Health, LaneDepth, Lost, Standing, Telemetry
from shared.identity import Epoch, EventId
from shared.limits import MAX_SEQ
from shared.reading import Quality, Reading
from shared.receipt import SeqRange
from shared.wire import LANE_OF, UpMessage
from tests.collector.house import NOON, House

LAST = Epoch(2**32 - 1, 2**63 - 1)
COUNT = 2**53
DEVICE = DeviceFacts(
    device_id="d" * 64,
    label_serial="S" * 64,
    aliases=tuple(Alias(AliasKind.UID, f"{n}" + "镜" * 63) for n in range(8)),
    manufacturer="镜" * 80,
    model="镜" * 80,
    firmware="镜" * 80,
    hardware_id="镜" * 80,
    name="镜" * 400,
    profile="p" * 64,
)
READING = Reading(
    name="n" * 80,
    value="镜" * 400,
    unit="镜" * 16,
    taken_at=NOON,
    quality=Quality.GOOD,
    cause="c" * 64,
    raw="镜" * 400,
    detail="镜" * 400,
)
NUMBERS = tuple(
    Reading(name=f"number.{n}", value=value, unit="", taken_at=NOON, quality=Quality.GOOD)
    for n, value in enumerate((COUNT, -COUNT, 1e15, -1e15, 5e-324, True))
)
FAULT = FaultEvent(
    kind=FaultKind.OPENED,
    code="c" * 80,
    device=DEVICE,
    episode=None,
    onset_at=NOON,
    observed_at=NOON,
    summary_en="s" * 400,
    summary_zh="镜" * 400,
    because=(READING, *NUMBERS),
    observations=10**6,
    recorder_firmware="镜" * 80,
)


def known(code: str) -> FaultEvent:
    """The same with a code that leads to a decision of its own."""
    return FaultEvent(
        **{name: getattr(FAULT, name) for name in FAULT.__struct_fields__ if name != "code"},
        code=code,
    )


def row(message: UpMessage, seq: int) -> Arrival:
    """On its lane, from the last epoch that there can be."""
    lane = Lane(LANE_OF[type(message)])
    payload = pack(lane=lane, epoch=LAST, seq=seq, body=wire.encode(message), compress=True)
    return Arrival(topics.up("agent-farm", lane), payload)


MESSAGES: tuple[UpMessage, ...] = (
    FAULT,
    *(known(code) for code in ("battery.not_charging", "device.login_refused", "picture.dirty")),
    EpisodeSnapshot(
        NOON, (OpenEpisode(EventId(LAST, 5), "d" * 64, "c" * 80, FaultState.OPEN, NOON),)
    ),
    Health(
        sent_at=NOON,
        agent_version="v" * 32,
        next_within_s=10**9,
        uplink="u" * 16,
        host=(READING,),
        devices=(
            DeviceHealth(DEVICE, Standing.UNKNOWN, NOON, ("c" * 80,), "镜" * 400, COUNT, COUNT),
        ),
        outbox=(LaneDepth(32, COUNT, COUNT, NOON),),
        lost=(Lost(32, SeqRange(MAX_SEQ - 9, MAX_SEQ - 8), "镜" * 400),),
        recorder_firmware="镜" * 80,
    ),
    Telemetry(NOON, (DeviceReadings("d" * 64, (READING, *NUMBERS)),)),
    CommandResult("i" * 64, Outcome.FAILED, NOON, "镜" * 400, "镜" * 4000, "镜" * 4000),
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds that knows the device."""
    made = House(tmp_path)
    made.register("S" * 64, delivered_on=date(2026, 1, 1))
    yield made
    made.engine.dispose()


def test_the_longest_of_everything_is_stored_and_decided(house: House) -> None:
    """No column is narrower than the contract; and what comes of it is decided too."""
    rows = [row(message, MAX_SEQ - n) for n, message in enumerate(MESSAGES)]
    done = house.take(*rows)
    assert house.rows(tables.quarantine) == []
    assert done.counts.stored == len(MESSAGES)
    assert {found["seq"] for found in house.rows(tables.frame)} == {
        MAX_SEQ - n for n in range(len(MESSAGES))
    }
    for _ in range(3):
        house.pass_time(30)
        house.tick()
    assert {found["state"] for found in house.rows(tables.decision)} == {"decided"}
    assert [found for found in house.rows(tables.audit) if "failed" in str(found["action"])] == []
