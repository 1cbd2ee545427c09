"""One solar camera as it was built, fitted and used, and what is the matter with it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from simulator.solar.battery import Charger, Pack
from simulator.solar.gauge import Gauge
from simulator.solar.panel import Panel
from simulator.solar.truth import Matter, Truth
from simulator.solar.use import Habits


class Firmware(enum.Enum):
    """How much a device tells of its battery."""

    PERCENT = "percent"  # and whether it is charging
    VOLTAGE = "percent, voltage"
    CURRENT = "percent, voltage, current, temperature"
    PANEL = "all of these and the panel's power"


class Modem(enum.Enum):
    """How much a device tells of its modem."""

    FULL = "full"  # every figure, both antennas, the session
    USUAL = "usual"  # signal, cell, registration, the state in a word
    PLAIN = "plain"  # RSRP, registration and bytes
    NONE = "none"  # a Wi-Fi camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How a camera hears the site's cells."""

    offset_db: float  # against the site's mean: its place and its antenna
    sway_db: float = 2.0  # of single readings
    cell: int = 0  # which of the site's cells it is on
    wifi_rssi_dbm: float = -58.0
    plan_gb: float = 0.0  # 0: no cap


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """All that is given of one camera; the rest is chance by ``seed``."""

    device_id: str
    seed: int
    panel: Panel
    pack: Pack
    charger: Charger
    habits: Habits
    gauge: Gauge
    firmware: Firmware
    modem: Modem
    reception: Reception
    matters: tuple[Matter, ...] = ()
    first_charge: float = 0.9
    warmer_k: float = 0.0  # microclimate of the battery against the site's air
    names_source: bool = True  # says what charges it

    def matter(self, truth: Truth) -> Matter | None:
        """The matter of this truth, when it has one."""
        return next((one for one in self.matters if one.truth is truth), None)

    def has(self, *truths: Truth) -> bool:
        """Whether one of these is the matter, sooner or later."""
        return any(one.truth in truths for one in self.matters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells that a site is in: mean RSRP of its cameras, and how loaded each is."""

    rsrp_dbm: tuple[float, ...] = (-88.0,)
    load: tuple[float, ...] = (0.4,)
    names: tuple[str, ...] = ("1A2B01",)
    bands: tuple[str, ...] = ("B3",)
    operator: str = field(default="Example Mobile")
