"""Where a device stands, and what it may cost in a day when nobody said otherwise; pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from agent.budget import MIB, Budget
from agent.charge import CELLULAR, WIFI
from agent.wrong import Both


class Topology(enum.Enum):
    """How a device is powered and reached; decides its default limits."""

    LAN = "lan"
    CHANNEL = "channel"
    HUB = "hub"
    METERED = "metered"
    BATTERY = "battery"
    BATTERY_METERED = "battery-metered"


WIRED_MAINS: Final = Budget(
    bytes_per_day=2048 * MIB, requests_per_day=50_000, logins_per_day=20_000,
    wakeups_per_day=1_000_000,
)  # fmt: skip
"""A camera on the recorder's own network: bounded, so that a defect of ours stays small."""

CHANNEL: Final = Budget(
    bytes_per_day=1024 * MIB, requests_per_day=20_000, logins_per_day=4_000,
    wakeups_per_day=1_000_000,
)  # fmt: skip
"""One channel of a recorder: sixteen of them ask one box, through one account."""

HUB: Final = Budget(
    bytes_per_day=512 * MIB, requests_per_day=20_000, logins_per_day=4_000, wakeups_per_day=5_000
)
"""A mains camera of a further site, over VPN or a private APN: its link is somebody's uplink."""

METERED_MAINS: Final = Budget(
    bytes_per_day=20 * MIB, requests_per_day=5_000, logins_per_day=500, wakeups_per_day=500
)
"""A mains camera behind a data plan."""

METERED_BATTERY: Final = Budget(
    bytes_per_day=5 * MIB, requests_per_day=1_500, logins_per_day=100, wakeups_per_day=48,
    mah_per_day=240, draw=CELLULAR,
)  # fmt: skip
"""A solar camera behind a data plan: each visit wakes it (48: one in 30 minutes). 240 mAh are
5 % of a pack of two 18650 cells (5200 mAh), about half of what such a camera takes idle."""

WIRED_BATTERY: Final = Budget(
    bytes_per_day=256 * MIB, requests_per_day=3_000, logins_per_day=500, wakeups_per_day=96,
    mah_per_day=200, draw=WIFI,
)  # fmt: skip
"""A battery camera on a network without a plan: waking is what costs."""

BUDGETS: Final[Mapping[Topology, Budget]] = {
    Topology.LAN: WIRED_MAINS,
    Topology.CHANNEL: CHANNEL,
    Topology.HUB: HUB,
    Topology.METERED: METERED_MAINS,
    Topology.BATTERY: WIRED_BATTERY,
    Topology.BATTERY_METERED: METERED_BATTERY,
}

NAMES: Final[Mapping[Topology, Both]] = {
    Topology.LAN: Both("LAN, mains", "局域网，市电"),
    Topology.CHANNEL: Both("recorder channel", "录像机通道"),
    Topology.HUB: Both("hub, mains", "汇聚站点，市电"),
    Topology.METERED: Both("metered, mains", "计流量，市电"),
    Topology.BATTERY: Both("battery", "电池"),
    Topology.BATTERY_METERED: Both("battery, metered", "电池，计流量"),
}


def topology_of(
    *, battery: bool, metered: bool, hub: bool = False, channel: bool = False
) -> Topology:
    """What costs most decides: the battery, then the data plan, then who shares the way."""
    if battery:
        return Topology.BATTERY_METERED if metered else Topology.BATTERY
    if metered:
        return Topology.METERED
    if hub:
        return Topology.HUB
    return Topology.CHANNEL if channel else Topology.LAN
