"""What happens to a fleet, and why: each fault has an origin that the teller knows.

Nothing here knows what anybody looks for: delays are drawn from distributions with long tails, so
that a bump may lie two days back and a surge be told over a quarter of an hour.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.device import DeviceFacts
from simulator.origins.fleet import MODELS, Fleet, Mount

INNER = ("ircut.stuck_open", "mainboard.flash_error", "ir_led.dead", "mainboard.clock_lost")
PROVEN = frozenset({"ircut.stuck_open"})
SURGED = ("mainboard.component_failed", "ir_led.dead", "cellular.modem_dead", "stream.none")
SHAKEN = ("mainboard.component_failed", "picture.condensation", "mainboard.flash_error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an agent tells at a moment: a fault (``code``), or only how a device stands."""

    at: datetime
    agent_id: str
    facts: DeviceFacts
    code: str = ""
    by_test: bool = False


@dataclass(slots=True, kw_only=True)
class Story:
    """All that is heard in time, and the true origin of each fault by serial and code."""

    fleet: Fleet
    until: datetime
    heard: list[Heard] = field(default_factory=list)
    truth: dict[tuple[str, str], str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)  # agent -> cell
    cold: set[str] = field(default_factory=set)  # agents whose site freezes beyond the data sheet

    @property
    def chance(self) -> random.Random:
        """The one source of chance."""
        return self.fleet.chance

    def tell(self, mount: Mount, code: str, at: datetime, *, origin: str = "") -> None:
        """A fault opens; with an origin it is one of the story, else a nuisance beside it."""
        self.heard.append(
            Heard(
                at=at,
                agent_id=mount.agent_id,
                facts=mount.facts(at),
                code=code,
                by_test=code in PROVEN and self.chance.random() < 0.7,
            )
        )
        if origin:
            mount.is_broken = True
            self.truth[mount.unit.serial, code] = origin

    def some_time(self, mount: Mount, *, after_days: float = 5) -> datetime:
        """A moment while the device is watched."""
        begin = mount.heard_at + timedelta(days=after_days)
        length = (self.until - begin).total_seconds()
        return begin + timedelta(seconds=self.chance.uniform(0, max(length, 1)))

    def pick(self, count: int) -> list[Mount]:
        """Whole devices that are watched for some weeks at least."""
        able = [m for m in self.fleet.whole() if m.heard_at < self.until - timedelta(days=30)]
        return self.chance.sample(able, min(count, len(able)))


def tell_all(fleet: Fleet, until: datetime) -> Story:
    """Every kind of story, and nuisances over all of it."""
    story = Story(fleet=fleet, until=until)
    for mount in fleet.mounts:
        facts = mount.facts(mount.heard_at)
        story.heard.append(Heard(at=mount.heard_at, agent_id=mount.agent_id, facts=facts))
    for number, agent_id in enumerate(fleet.agents()):
        story.cells[agent_id] = f"{number // 2:04X}"
    for tell in (roll_outs, bad_lot, dropped_shipment, bad_fitter, surges, bumps, cell_outage,
                 frost, lone_failures, old_batteries, nuisances):  # fmt: skip
        tell(story)
    story.heard.sort(key=lambda one: one.at)
    return story


def is_new(story: Story, mount: Mount) -> bool:
    """True for what was fitted while somebody watched; the rest hung there already."""
    return mount.heard_at > story.fleet.begins_at + timedelta(days=1)


def bad_lot(story: Story) -> None:
    """One lot has a weak part: a tenth of it fails, most of it early."""
    chance = story.chance
    lots = sorted({unit.lot for unit in story.fleet.units})
    lot, code = chance.choice(lots), chance.choice(INNER)
    for mount in story.fleet.whole():
        if mount.unit.lot == lot and chance.random() < 0.2:
            at = mount.heard_at + timedelta(days=chance.expovariate(1 / 25), hours=5)
            if at < story.until:
                story.tell(mount, code, at, origin="factory")


def dropped_shipment(story: Story) -> None:
    """A pallet fell: a third of one shipment is faulty when it is first heard; some alone too.

    Two pallets of one lot that both fell nobody could tell from a bad lot: they are of two lots.
    """
    chance = story.chance
    new = [m for m in story.fleet.whole() if is_new(story, m)]
    by_lot: dict[str, list[str]] = {}
    for mount in new:
        by_lot.setdefault(mount.unit.lot, []).append(mount.unit.shipment)
    lots = chance.sample(sorted(by_lot), min(2, len(by_lot)))
    slips = [chance.choice(sorted(set(by_lot[lot]))) for lot in lots]
    for slip in slips:
        code = chance.choice(SHAKEN)
        for mount in new:
            if mount.unit.shipment == slip and not mount.is_broken and chance.random() < 0.35:
                at = mount.heard_at + timedelta(hours=chance.expovariate(1 / 14))
                story.tell(mount, code, at, origin="transport")
    alone = [m for m in new if not m.is_broken and m.unit.shipment not in slips]
    for mount in chance.sample(alone, min(3, len(alone))):
        story.tell(mount, chance.choice(SHAKEN), mount.heard_at + timedelta(hours=4),
                   origin="transport")  # fmt: skip


def bad_fitter(story: Story) -> None:
    """At two sites lenses were knocked askew while they were fitted; some show it by more."""
    chance = story.chance
    new = sorted({m.agent_id for m in story.fleet.whole() if is_new(story, m)})
    for agent_id in chance.sample(new, min(3, len(new))):
        for mount in story.fleet.site_of(agent_id):
            if mount.is_broken or chance.random() > 0.3:
                continue
            at = mount.heard_at + timedelta(hours=chance.expovariate(1 / 20))
            if chance.random() < 0.6:
                sign = chance.choice(("picture.film_left_on", "picture.flipped", "picture.moved"))
                seen = max(mount.heard_at, at + timedelta(hours=chance.uniform(-3, 20)))
                story.tell(mount, sign, seen)
            story.tell(mount, "picture.tilted_focus", at, origin="installation")


def surges(story: Story) -> None:
    """Lightning at three sites: a third of the devices die, told over some minutes."""
    chance = story.chance
    for agent_id in chance.sample(story.fleet.agents(), 3):
        mounts = [m for m in story.fleet.site_of(agent_id) if not m.is_broken]
        begin = max(mount.heard_at for mount in mounts) + timedelta(days=3)
        if begin > story.until - timedelta(days=9):
            continue
        at = begin + (story.until - timedelta(days=8) - begin) * chance.random()
        for mount in chance.sample(mounts, min(len(mounts), chance.randint(3, 6))):
            told = at + timedelta(minutes=chance.expovariate(1 / 3))
            story.tell(mount, chance.choice(SURGED), told, origin="environment")


def roll_outs(story: Story) -> None:
    """Two updates reach half of their model; one of them makes some devices restart for ever."""
    chance = story.chance
    for model, version, share in ((MODELS[0], "2.0", 0.14), (MODELS[1], "4.2", 0.0)):
        start = story.fleet.begins_at + (story.until - story.fleet.begins_at) * 0.55
        for mount in story.fleet.mounts:
            at = start + timedelta(days=chance.expovariate(1 / 9))
            if mount.unit.model != model or chance.random() > 0.55 or at < mount.heard_at:
                continue
            if at > story.until - timedelta(days=8):
                continue
            mount.versions.append((at, version))
            story.heard.append(Heard(at=at, agent_id=mount.agent_id, facts=mount.facts(at)))
            if not mount.is_broken and chance.random() < share:
                told = at + timedelta(hours=1 + chance.expovariate(1 / 7))
                story.tell(mount, "mainboard.reboot_loop", told, origin="firmware")


def bumps(story: Story) -> None:
    """Somebody knocks a camera; one time in five nobody sees that the view moved."""
    chance = story.chance
    for mount in story.pick(12):
        at = story.some_time(mount)
        code = chance.choice(("picture.blurred", "picture.distorted", "picture.tilted_focus"))
        if chance.random() < 0.8:
            story.tell(mount, "picture.moved", at)
        story.tell(mount, code, at + timedelta(hours=chance.expovariate(1 / 6)), origin="user")


def cell_outage(story: Story) -> None:
    """A cell goes down: modems of its devices are taken for dead, others only lose the network."""
    chance = story.chance
    cell = chance.choice(sorted(set(story.cells.values())))
    mounts = [m for m in story.fleet.whole() if story.cells[m.agent_id] == cell]
    at = max(mount.heard_at for mount in mounts) + timedelta(days=4)
    for mount in mounts:
        told = at + timedelta(hours=chance.uniform(0, 9))
        if told > story.until - timedelta(days=8) or chance.random() > 0.85:
            continue
        if chance.random() < 0.4:
            story.tell(mount, "cellular.modem_dead", told, origin="operator")
        else:
            story.tell(mount, "cellular.not_registered", told)


def frost(story: Story) -> None:
    """Two sites freeze beyond the data sheet, and some of their batteries take no more charge."""
    chance = story.chance
    for agent_id in chance.sample(story.fleet.agents(), 2):
        mounts = [m for m in story.fleet.site_of(agent_id) if not m.is_broken]
        if not mounts or max(m.heard_at for m in mounts) > story.until - timedelta(days=45):
            continue
        story.cold.add(agent_id)
        for mount in chance.sample(mounts, min(2, len(mounts))):
            at = story.until - timedelta(days=chance.uniform(8, 12))
            story.tell(mount, "battery.not_charging", at, origin="environment")


def lone_failures(story: Story) -> None:
    """Parts that fail by themselves, at any age: the factory's, and nothing says so but that."""
    for mount in story.pick(14):
        story.tell(mount, story.chance.choice(INNER), story.some_time(mount), origin="factory")


def old_batteries(story: Story) -> None:
    """Batteries that fade with age: nobody's fault, or everybody's."""
    for mount in story.pick(6):
        at = story.some_time(mount)
        story.tell(mount, "battery.capacity_lost", at, origin="undetermined")


def nuisances(story: Story) -> None:
    """What happens anywhere: a view that shifts, dirt, a password changed, once in some months."""
    chance = story.chance
    for mount in story.fleet.mounts:
        for code, days in (("picture.moved", 280), ("picture.dirty", 150),
                           ("login.wrong_password", 400)):  # fmt: skip
            at = mount.heard_at + timedelta(days=chance.expovariate(1 / days))
            while at < story.until:
                story.tell(mount, code, at)
                at += timedelta(days=chance.expovariate(1 / days))
