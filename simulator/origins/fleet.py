"""Units from lots and shipments, and the sites that they were fitted at; drawn by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.device import Alias, AliasKind, DeviceFacts

MODELS = ("SL-4G-20", "SL-IR-5")
LOTS_A_MODEL = 5
UNITS_A_LOT = 44
CAMERAS_A_SITE = 12
REGISTERED = 0.88  # of the units a factory's list knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One delivered device."""

    serial: str
    model: str
    lot: str
    shipment: str  # the delivery slip
    delivered_at: datetime
    is_registered: bool


@dataclass(slots=True, kw_only=True)
class Mount:
    """A place at a site, and what hangs there now."""

    agent_id: str
    device_id: str
    unit: Unit
    heard_at: datetime  # first
    versions: list[tuple[datetime, str]]  # since when which firmware runs, the oldest first
    is_broken: bool = False

    def facts(self, at: datetime) -> DeviceFacts:
        """What the agent says of it at a moment."""
        return DeviceFacts(
            device_id=self.device_id,
            label_serial=self.unit.serial,
            aliases=(Alias(AliasKind.ONVIF_SERIAL, f"O-{self.unit.serial}"),),
            manufacturer="Camhi Example",
            model=self.unit.model,
            firmware=[version for since, version in self.versions if since <= at][-1],
            name=self.device_id,
        )


@dataclass(slots=True, kw_only=True)
class Fleet:
    """Everything that was delivered, and what of it hangs where."""

    chance: random.Random
    begins_at: datetime
    units: list[Unit] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)

    def site_of(self, agent_id: str) -> list[Mount]:
        """The mounts of one agent's site."""
        return [mount for mount in self.mounts if mount.agent_id == agent_id]

    def agents(self) -> list[str]:
        """Every agent, in order."""
        return list(dict.fromkeys(mount.agent_id for mount in self.mounts))

    def whole(self) -> list[Mount]:
        """Mounts whose device has no fault of a story yet."""
        return [mount for mount in self.mounts if not mount.is_broken]


def deliver(seed: int, begins_at: datetime, span: timedelta) -> Fleet:
    """Deliver ten lots in some thirty shipments, and fit them at sites as they arrive."""
    fleet = Fleet(chance=random.Random(seed), begins_at=begins_at)
    chance = fleet.chance
    number = 0
    for model in MODELS:
        for lot in range(LOTS_A_MODEL):
            left = UNITS_A_LOT
            while left:
                size = min(left, chance.randint(10, 22))
                left -= size
                slip = f"slip-{len({unit.shipment for unit in fleet.units}):03}"
                at = begins_at + timedelta(days=chance.uniform(-420, span.days * 0.5))
                for _ in range(size):
                    number += 1
                    fleet.units.append(
                        Unit(
                            serial=f"SL{seed:02}{number:06}",
                            model=model,
                            lot=f"{model}-L{lot}",
                            shipment=slip,
                            delivered_at=at.replace(hour=0, minute=0, second=0, microsecond=0),
                            is_registered=chance.random() < REGISTERED,
                        )
                    )
    _fit(fleet)
    return fleet


def _fit(fleet: Fleet) -> None:
    """An integrator buys by the shipment: a site has units of neighbouring deliveries."""
    chance = fleet.chance
    # Sites are fitted as units arrive, but a pallet is split between two or three of them.
    queue = sorted(fleet.units, key=lambda unit: (unit.delivered_at, chance.random()))
    groups = [queue[i : i + 3 * CAMERAS_A_SITE] for i in range(0, len(queue), 3 * CAMERAS_A_SITE)]
    for number, group in enumerate(groups):
        chance.shuffle(group)
        for at in range(0, len(group), CAMERAS_A_SITE):
            agent_id = f"agent-{number:02}-{at // CAMERAS_A_SITE}"
            some = group[at : at + CAMERAS_A_SITE]
            fitted_at = max(unit.delivered_at for unit in some) + timedelta(
                days=chance.uniform(2, 25), hours=9
            )
            heard_at = max(fitted_at, fleet.begins_at)
            for place, unit in enumerate(some):
                fleet.mounts.append(
                    Mount(
                        agent_id=agent_id,
                        device_id=f"cam-{place:02}",
                        unit=unit,
                        heard_at=heard_at + timedelta(minutes=chance.uniform(0, 90)),
                        versions=[(unit.delivered_at, "1.8" if unit.model == MODELS[0] else "4.1")],
                    )
                )
