"""The telemetry of a source: what is sampled is a function of its name and second, so that what
was accepted can be told from a list of seconds. Pure, but for reading that list."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shared.columns import Columns
from shared.fold import fold
from shared.reading import Quality, Reading
from tests.lab.oracle import Identity

SAMPLES: Final = "samples"  # file: "will SECOND" before the transaction, "did SECOND" after it
WILL: Final = "will"
DID: Final = "did"
NAMES: Final = ("battery.charge", "network.rssi")
DEVICES: Final = 2
# Of each batch one half is an hour late: batches meet in an hour, and at night in a day.
LATE_S: Final = (0, 3600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an agent sampled."""

    accepted: dict[Identity, float]
    begun: dict[Identity, float]  # with those of a transaction that a kill may have ended


def batch_of(agent_id: str, at: datetime) -> Columns:
    """All samples of one moment as the agent sends them."""
    second = int(at.timestamp())
    readings = [
        (
            device_id,
            Reading(
                name,
                _value(device_id, name, one),
                "%",
                datetime.fromtimestamp(one, tz=UTC),
                Quality.GOOD,
            ),
        )
        for device_id, name, one in _places(agent_id, second)
    ]
    return fold(readings, sent_at=at)


def samples_of(agent_id: str, second: int) -> dict[Identity, float]:
    """The same as the oracle knows them."""
    return {
        identity_of(agent_id, device_id, name, one): _value(device_id, name, one)
        for device_id, name, one in _places(agent_id, second)
    }


def identity_of(agent_id: str, device_id: str, name: str, second: int) -> Identity:
    """One sample's name in the oracle's words."""
    return agent_id, f"{name} of {device_id} at {second}"


def read_told(folder: Path, agent_id: str) -> Told:
    """What an agent has written down so far."""
    path = folder / SAMPLES
    told = Told(accepted={}, begun={})
    for line in path.read_text().split("\n")[:-1] if path.exists() else ():
        word, second = line.split()
        into = told.accepted if word == DID else told.begun
        into.update(samples_of(agent_id, int(second)))
    return told


def _places(agent_id: str, second: int) -> list[tuple[str, str, int]]:
    return [
        (f"{agent_id}-{number}", name, second - late_s)
        for number in range(DEVICES)
        for name in NAMES
        for late_s in LATE_S
    ]


def _value(device_id: str, name: str, second: int) -> float:
    seed = hashlib.sha256(f"{device_id} {name} {second}".encode()).digest()
    return int.from_bytes(seed[:2]) % 1001 / 10
