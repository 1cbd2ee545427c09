"""One outage is one incident, in whatever order its parts go and come back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from collector.claims.policy import Policy
from collector.store import tables
from collector.store.migrate import migrate
from shared.fault import FaultKind
from shared.health import DeviceHealth, HangsOn, Health, Standing
from tests.collector.house import NOON, House, device, fault, frame_of

GATEWAYS = ("gw-1", "gw-2")
CAMERAS = {f"cam-{n}": GATEWAYS[n % 2] for n in range(8)}
MINUTE_S = 60.0


class Farm:
    """A site of two gateways and eight cameras, whose agent speaks every quarter of an hour."""

    def __init__(self, house: House, *, speaks_every_min: int = 15) -> None:
        self.house = house
        self.every_min = speaks_every_min
        self.seq = 0
        self.open: dict[str, int] = {}  # episode by device
        self.taken_out: set[str] = set()  # of the configuration
        self.is_up = True
        self.at_s = 0.0
        self.speak()

    def speak(self) -> None:
        """A health message with what hangs on what."""
        devices = tuple(
            DeviceHealth(
                device(name),
                Standing.FAULT if name in self.open else Standing.OK,
                self.house.now,
                hangs_on=HangsOn(gateway=CAMERAS.get(name, name)),
            )
            for name in (*GATEWAYS, *CAMERAS)
            if name not in self.taken_out
        )
        self._send(Health(NOON, "0.1.0", self.every_min * MINUTE_S, "wired", devices=devices))

    def _send(self, message: object) -> int:
        self.seq += 1
        self.house.take(frame_of(message, seq=self.seq))  # type: ignore[arg-type]
        return self.seq

    def lose(self, name: str) -> None:
        """The agent says that a device does not answer."""
        if self.is_up and name not in self.open:
            self.open[name] = self._send(fault("device.unreachable", of=device(name)))

    def regain(self, name: str) -> None:
        """The agent says that it answers again."""
        if self.is_up and name in self.open:
            cleared = fault(
                "device.unreachable",
                kind=FaultKind.CLEARED,
                episode=self.open.pop(name),
                of=device(name),
            )
            self._send(cleared)

    def switch(self, is_up: bool) -> None:
        """The agent's own power."""
        self.is_up = is_up
        if is_up:
            self.speak()

    def run(self, minutes: float, plan: list[tuple[float, Callable[[], None]]]) -> None:
        """Let time pass; what is planned is done at its minute, in order, and seen by a tick."""
        begun = self.at_s
        moments: list[tuple[float, Callable[[], None]]] = [
            (float(minute), self._rest)
            for minute in range(self.every_min, int(minutes) + 1, self.every_min)
        ]
        for minute, act in sorted([*plan, *moments], key=lambda item: item[0]):
            passed = begun + minute * MINUTE_S - self.at_s
            self.house.pass_time(passed)
            self.at_s += passed
            act()
            self.house.tick()

    def _rest(self) -> None:
        if self.is_up:
            self.speak()

    def incidents(self) -> list[dict[str, object]]:
        """All that people see: what merged into a higher one is that one."""
        return [row for row in self.house.rows(tables.incident) if row["merged_into"] is None]

    def outcomes(self) -> set[object]:
        """What came of every fault."""
        return {row["outcome"] for row in self.house.rows(tables.decision)}


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Farm]:
    """The farm at noon, by the factory's own policy."""
    house = House(tmp_path, Policy())
    yield Farm(house)
    house.engine.dispose()


def test_any_order_of_one_power_cut_is_one_incident(farm: Farm) -> None:
    """Cameras, gateways and agent fall at different minutes and come back at others, three times
    in as many orders: one incident each, over at its end, nothing else, nothing left open."""
    chance = random.Random(6)
    for round_ in range(1, 4):
        names = [*GATEWAYS, *CAMERAS]
        told = chance.sample(names, chance.randint(0, len(names)))  # before the agent goes
        slow = chance.sample(names, chance.randint(0, len(names)))  # still away when it is back
        dark_at = chance.uniform(1, 12)
        fall = [(chance.uniform(0, dark_at), lambda n=n: farm.lose(n)) for n in told]
        fall.append((dark_at, lambda: farm.switch(False)))
        farm.run(60, fall)
        rise: list[tuple[float, Callable[[], None]]] = [(1, lambda: farm.switch(True))]
        rise += [(chance.uniform(2, 9), lambda n=n: farm.lose(n)) for n in slow]
        rise += [(chance.uniform(10, 45), lambda n=n: farm.regain(n)) for n in names]
        farm.run(360, rise)

        assert len(farm.incidents()) == round_, round_
        assert all(row["closed_at"] for row in farm.incidents()), round_
    assert farm.outcomes() <= {"incident", "transient"}
    assert farm.house.count(tables.task) == farm.house.count(tables.claim_line) == 0


def test_a_gateway_is_the_smallest_cause(farm: Farm) -> None:
    """Its four cameras and itself, over some minutes: one incident that names it, with who was
    away from when to when; the fault that was there before is judged by itself."""
    farm.lose("cam-0")
    farm.run(60, [])
    fall = [(1 + n, lambda n=n: farm.lose(f"cam-{n}")) for n in range(2, 8, 2)]
    farm.run(150, [*fall, (5, lambda: farm.lose("gw-1"))])

    (incident,) = farm.incidents()
    assert (incident["level"], incident["root"], incident["cause"]) == (
        "gateway",
        "gateway:agent-farm/gw-1",
        "gateway.lost",
    )
    assert "4 of 5 devices do not answer" in str(incident["text_en"])
    rise = [(n, lambda n=n: farm.regain(f"cam-{n}")) for n in range(2, 8, 2)]
    farm.run(180, [*rise, (4, lambda: farm.regain("gw-1"))])
    (incident,) = farm.incidents()
    assert incident["closed_at"] is not None
    members = farm.house.rows(tables.incident_member)
    assert len(members) == 4
    assert all(row["lost_at"] for row in members)
    assert sum(row["back_at"] is not None for row in members) >= 3  # the last one ends it
    assert [row["code"] for row in farm.house.rows(tables.task)] == ["device.unreachable"]


def test_a_smaller_loss_grows_into_the_higher_one(tmp_path: Path) -> None:
    """First one gateway, then the other: the incident is the site's from then on, and its members
    are all."""
    farm = Farm(House(tmp_path, Policy()), speaks_every_min=5)
    first = [(1 + n / 4, lambda n=n: farm.lose(f"cam-{n}")) for n in range(0, 8, 2)]
    farm.run(20, first)
    assert [row["root"] for row in farm.incidents()] == ["gateway:agent-farm/gw-1"]
    second = [(1 + n / 4, lambda n=n: farm.lose(f"cam-{n}")) for n in range(1, 8, 2)]
    farm.run(20, [*second, *((3, lambda g=g: farm.lose(g)) for g in GATEWAYS)])
    assert [row["root"] for row in farm.incidents()] == ["site"]
    assert farm.house.count(tables.incident_member) == 10
    farm.house.engine.dispose()


def test_the_part_that_stays_away_keeps_the_incident(farm: Farm) -> None:
    """After the power cut one gateway does not come up: the same incident, of that gateway now;
    two cameras that stay away after that are looked at alone."""
    farm.run(5, [(2, lambda: farm.switch(False))])
    farm.run(120, [])
    behind = [name for name, gateway in CAMERAS.items() if gateway == "gw-1"]
    back: list[tuple[float, Callable[[], None]]] = [(1, lambda: farm.switch(True))]
    back += [(3, lambda n=n: farm.lose(n)) for n in behind]
    farm.run(60, back)
    (incident,) = farm.incidents()
    assert (incident["root"], incident["closed_at"]) == ("gateway:agent-farm/gw-1", None)

    farm.run(240, [(1, lambda n=n: farm.regain(n)) for n in behind[:2]])
    (incident,) = farm.incidents()
    assert incident["closed_at"] is not None
    assert {row["code"] for row in farm.house.rows(tables.task)} == {"device.unreachable"}
    assert farm.house.count(tables.task) == 2


def test_an_agent_that_comes_and_goes_is_one_incident(farm: Farm) -> None:
    """Six losses in a day: one incident that says so from the fifth on, and stays until a whole
    day was calm."""
    for _ in range(6):
        farm.run(120, [(1, lambda: farm.switch(False)), (80, lambda: farm.switch(True))])
    rows = [row for row in farm.incidents() if row["closed_at"] is None]
    assert [row["cause"] for row in rows] == ["flapping"]
    assert "lost and back 5 times in 24 h" in str(rows[0]["text_en"])
    farm.run(20 * 60, [])
    assert [row for row in farm.incidents() if row["closed_at"] is None]
    farm.run(5 * 60, [])
    assert all(row["closed_at"] for row in farm.incidents())


def test_a_restart_of_the_collector_in_an_outage_changes_nothing(farm: Farm) -> None:
    """What is open is read anew from the store: the same incident, and it still ends."""
    farm.run(60, [(1, lambda: farm.switch(False))])
    farm.house.engine.dispose()
    migrate(farm.house.engine)
    farm.run(60, [(30, lambda: farm.switch(True))])
    (incident,) = farm.incidents()
    assert incident["closed_at"] is not None


@pytest.mark.parametrize("days", [183, -183])
def test_a_clock_set_by_half_a_year_loses_and_adds_nothing(farm: Farm, days: int) -> None:
    """In the middle of an outage that some cameras had announced: one incident, which ends."""
    told = [(1, lambda n=n: farm.lose(n)) for n in list(CAMERAS)[:5]]
    farm.run(60, [*told, (3, lambda: farm.switch(False))])
    jobs = farm.house.jobs
    jobs._steady.settle(now=farm.house.now, monotonic_s=0.0)
    farm.house.now += timedelta(days=days)
    jobs._steady.settle(now=farm.house.now, monotonic_s=0.0)
    back: list[tuple[float, Callable[[], None]]] = [(20, lambda: farm.switch(True))]
    farm.run(240, [*back, *((25, lambda n=n: farm.regain(n)) for n in CAMERAS)])
    (incident,) = farm.incidents()
    assert incident["closed_at"] is not None
    assert farm.house.count(tables.task) == farm.house.count(tables.claim_line) == 0


@pytest.mark.parametrize("days", [0, 183, -183])
def test_what_was_taken_out_of_the_configuration_is_not_asked(farm: Farm, days: int) -> None:
    """Six of eight cameras went into a store room: when the other two and a gateway are lost the
    site is, whenever the collector's clock was set; with the six it would be three of ten."""
    farm.run(30, [])
    farm.taken_out = set(list(CAMERAS)[:6]) | {"gw-2"}
    farm.run(90, [])
    jobs = farm.house.jobs
    jobs._steady.settle(now=farm.house.now, monotonic_s=0.0)
    farm.house.now += timedelta(days=days)
    jobs._steady.settle(now=farm.house.now, monotonic_s=0.0)
    left = [name for name in (*GATEWAYS, *CAMERAS) if name not in farm.taken_out]
    farm.run(60, [(1 + n / 4, lambda n=name: farm.lose(n)) for n, name in enumerate(left)])
    (incident,) = farm.incidents()
    assert (incident["root"], incident["closed_at"]) == ("site", None)
    assert "3 of 3 devices do not answer" in str(incident["text_en"])


def test_one_taken_out_in_an_outage_does_not_keep_it_open(farm: Farm) -> None:
    """Three cameras never come back, for nobody configures them any more: it ends with the one."""
    names = [name for name, gateway in CAMERAS.items() if gateway == "gw-1"]
    farm.run(60, [(1, lambda n=n: farm.lose(n)) for n in names])
    farm.taken_out = set(names[:3])
    farm.run(240, [(5, lambda: farm.regain(names[3]))])
    (incident,) = farm.incidents()
    assert incident["closed_at"] is not None


def test_faults_that_come_before_the_first_health_are_asked(farm: Farm) -> None:
    """After a day without a link the faults arrive first: no device counts as taken out."""
    farm.run(60, [(1, lambda: farm.switch(False))])
    farm.is_up = True
    farm.run(10, [(1 + n / 9, lambda n=name: farm.lose(n)) for n, name in enumerate(CAMERAS)])
    (incident,) = farm.incidents()
    assert incident["closed_at"] is None


def test_an_agent_whose_clock_is_wrong_accuses_no_camera(tmp_path: Path) -> None:
    """Half a year off: every login of its cameras is refused as stale. Nothing opens while its
    clock is wrong; what stays a hold after it is right again is judged."""
    house = House(tmp_path, Policy())

    def speak(seq: int, off: timedelta) -> None:
        told = Health(house.now + off, "0.1.0", 30_000.0, "wired", devices=())
        house.take(frame_of(told, seq=seq))

    speak(1, timedelta(days=183))
    for seq in (2, 3):
        house.take(frame_of(fault("login.clock_skew", of=device(f"cam-{seq}")), seq=seq))
    for day in range(1, 5):
        house.pass_time(86_400)
        speak(10 + day, timedelta(days=183))
        house.tick()
    assert house.count(tables.task) == 0
    assert "own clock is +15811200 s off" in str(house.rows(tables.decision)[0]["reason_en"])

    speak(20, timedelta(0))
    house.take(
        frame_of(
            fault("login.clock_skew", kind=FaultKind.CLEARED, episode=2, of=device("cam-2")), seq=21
        )
    )
    for day in range(1, 4):
        house.pass_time(86_400)
        speak(30 + day, timedelta(0))
        house.tick()
    assert [row["outcome"] for row in house.rows(tables.decision)] == ["transient", "task"]
    house.engine.dispose()
