"""What the fault catalogue says of one fault code."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from shared.evidence import EvidenceKind


class Component(enum.Enum):
    """The part that a repair would change."""

    IR_CUT = "IR-CUT"
    IR_LED = "IR-LED"
    LENS = "lens"
    SENSOR = "sensor"
    MAINBOARD = "mainboard"
    ANTENNA = "antenna"
    MODEM = "modem"
    BATTERY = "battery"
    HOUSING = "housing"
    FIRMWARE = "firmware"
    DISK = "disk"
    NONE = "none"


class Outcome(enum.Enum):
    """What may come of a fault once it is certain; the collector decides."""

    CLAIMABLE = "claimable"  # a pre-claim line, when proven or trusted
    FIRMWARE = "firmware"  # a firmware case; a claim only if the fixed version fails too
    MAINTENANCE = "maintenance"  # a task: clean, refit
    CONFIGURATION = "configuration"  # a task: password, clock, SIM, APN, disk full
    SITING = "siting"  # a task: sun, signal
    SITE = "site"  # an incident: power, uplink
    NEVER = "never"  # tamper, theft: recorded, nothing opened


class Proof(enum.Enum):
    """Where the certainty comes from; passive verdicts start in shadow (decision 13)."""

    EXPERIMENT = "experiment"
    FACT = "fact"
    PASSIVE = "passive"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One fault code; ``hold`` is how long it must stay open before a decision is due."""

    code: str
    component: Component
    outcome: Outcome
    proof: Proof
    hold: timedelta
    name_en: str
    name_zh: str
    text_en: str
    text_zh: str
    needs: tuple[EvidenceKind, ...]
    remedy_en: str = ""
    remedy_zh: str = ""
    has_experiment: bool = False  # an active test may prove it, whatever ``proof`` says
