"""What the registry says of a delivered device, as decisions need it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The device that was delivered first, where this one was sent in exchange."""

    serial: str
    delivered_on: date | None
    until_override: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What the registry says of the label serial.

    ``delivered_by`` is what the delivery date rests on: 'proof', 'shipment' or 'estimate'; ''
    where the list did not say, which counts as a shipment list.
    """

    model: str
    product: str
    batch: str
    delivered_on: date | None
    delivered_by: str = ""
    produced_on: date | None = None
    until_override: date | None = None  # a last covered day that was agreed to
    override_reason: str = ""
    blocked: str = ""  # why nothing is owed for it, e.g. 'stolen'
    original: Original | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFacts:
    """What agents saw of the device, and when its fault began by collector time."""

    onset_at: datetime
    serial: str = ""
    twins: tuple[str, ...] = ()  # other positions where the same serial is alive
    first_seen_at: datetime | None = None
    macs: tuple[str, ...] = ()  # lower case, with colons
