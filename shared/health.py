"""Health: what an agent says of itself and its devices, and by when it will speak again."""

from __future__ import annotations

import enum
from typing import Annotated, Final

import msgspec

from shared.device import DeviceFacts
from shared.identity import Epoch
from shared.limits import Count, Identifier, Seconds, Text
from shared.moment import Moment
from shared.reading import Reading
from shared.receipt import SeqRange

DEVICES_A_PART: Final = 100
"""Devices of one health message; 100 with all their facts are about 30 KB of the frame's 64."""

CLOSED_MODES: Final = frozenset({"farewell", "closed"})
"""``DataSpend.mode`` in which the agent is silent until the next month of its plan."""


_Named = Annotated[str, msgspec.Meta(max_length=64)]


class Standing(enum.Enum):
    """How a device stands; UNKNOWN is never drawn as OK."""

    OK = "ok"
    FAULT = "fault"
    UNKNOWN = "unknown"
    UNSUPPORTED = "unsupported"


class HangsOn(msgspec.Struct, frozen=True, array_like=True):
    """What a device depends on, as the agent's configuration says; '' where nobody said.

    Devices that name the same thing go and come back with it; names are the agent's own.
    """

    power: _Named = ""  # a supply that several share: a pole, a PoE switch, a battery box
    place: _Named = ""  # a further site that a hub reaches over one link
    gateway: _Named = ""  # device id of the gateway; a gateway names itself
    recorder: _Named = ""  # address of the recorder whose channel it is
    feed: Annotated[str, msgspec.Meta(max_length=16)] = ""  # "mains" or "battery"
    contact: Annotated[str, msgspec.Meta(max_length=16)] = ""  # "called", "sleeps" or "pushes"


class DeviceHealth(msgspec.Struct, frozen=True, array_like=True):
    """One device in a health message."""

    device: DeviceFacts
    standing: Standing
    last_good_at: Moment | None = None
    open_codes: Annotated[tuple[str, ...], msgspec.Meta(max_length=64)] = ()
    reason: Text = ""  # why UNKNOWN
    spent_bytes_today: Count = 0
    spent_logins_today: Count = 0
    spent_requests_today: Count = 0
    spent_wakeups_today: Count = 0
    spent_writes_today: Count = 0
    spent_uah_today: Count = 0  # charge of its battery, estimated from its seconds awake; in uAh
    hangs_on: HangsOn | None = None  # None: as was told before


class LaneDepth(msgspec.Struct, frozen=True, array_like=True):
    """Rows waiting for a receipt in one lane."""

    lane: Annotated[int, msgspec.Meta(ge=1, le=32)]
    rows: Count
    bytes: Count
    oldest_at: Moment | None = None


class Lost(msgspec.Struct, frozen=True, array_like=True):
    """Rows that were evicted or could not be salvaged, told as a gap."""

    lane: Annotated[int, msgspec.Meta(ge=0, le=32)]
    range: SeqRange
    reason: Text


class DataSpend(msgspec.Struct, frozen=True, array_like=True):
    """What the agent's uplink has carried, both directions, headers of TLS, TCP and IP included."""

    month_bytes: Count
    today_bytes: Count
    plan_bytes: Count  # 0: no plan to keep to
    cap_bytes: Count
    mode: Annotated[str, msgspec.Meta(max_length=16)]  # what may leave now, see docs/operations
    month_began_at: Moment
    is_measured: bool = True  # False: payloads with a stated overhead, no count of the kernel


class Health(msgspec.Struct, frozen=True, array_like=True, tag="health"):
    """The agent's own state; past ``next_within_s`` x 2.5 its devices are unknown."""

    sent_at: Moment
    agent_version: Annotated[str, msgspec.Meta(max_length=32)]
    next_within_s: Seconds
    uplink: Annotated[str, msgspec.Meta(max_length=16)]  # "wired" or "metered"
    host: Annotated[tuple[Reading, ...], msgspec.Meta(max_length=64)] = ()
    devices: Annotated[tuple[DeviceHealth, ...], msgspec.Meta(max_length=256)] = ()
    outbox: Annotated[tuple[LaneDepth, ...], msgspec.Meta(max_length=8)] = ()
    lost: Annotated[tuple[Lost, ...], msgspec.Meta(max_length=64)] = ()
    recorder_firmware: Annotated[str, msgspec.Meta(max_length=80)] = ""
    data: DataSpend | None = None
    # Of several messages of one moment: a hub's devices do not fit into one. Part 0 alone speaks of
    # the agent itself; a collector that does not know this field takes the same from each part.
    part: Annotated[int, msgspec.Meta(ge=0, le=64)] = 0


class DeviceReadings(msgspec.Struct, frozen=True, array_like=True):
    """Readings of one device in a telemetry batch."""

    device_id: Identifier
    readings: Annotated[tuple[Reading, ...], msgspec.Meta(max_length=128)]


class Telemetry(msgspec.Struct, frozen=True, array_like=True, tag="telemetry"):
    """Readings by device, as the first agents sent them; ``columns`` took its place."""

    sent_at: Moment
    devices: Annotated[tuple[DeviceReadings, ...], msgspec.Meta(max_length=256)]


class Presence(msgspec.Struct, frozen=True, array_like=True, tag="presence"):
    """Retained at the broker; the offline one is the last will. Never stored, never proof."""

    online: bool
    epoch: Epoch
    at: Moment | None = None  # None in the last will, which is written before it is true
