"""Many sites that say the same at once wait for one look; nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from collector import storms
from collector.claims.policy import Policy
from collector.claims.storm import StormTerms, common_owner, most_at_once
from collector.settings import AgentEntry, SiteEntry
from collector.store import tables
from collector.store.assignments import assign
from collector.store.scope import Role, Scope
from shared.fault import FaultKind
from tests.collector.house import ORGANISATIONS, House, device, fault, frame_of, health

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITES = 12
FACTORY = Scope(organisation_ids=frozenset({"factory", "north", "south"}), role=Role.ADMIN)
BLURRED = "battery.not_charging"


def name(number: int) -> str:
    """The agent of a site."""
    return f"agent-{number}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Twelve sites of two integrators, each with an agent and a camera."""
    made = House(tmp_path, Policy(storm=StormTerms(hold=timedelta(days=3))))
    owners = ("north", "south")
    with made.engine.begin() as db:
        assign(
            db,
            organisations=ORGANISATIONS,
            sites=tuple(
                SiteEntry(id=f"s{n}", name=f"S{n}", organisation_id=owners[n % 2], zone="UTC")
                for n in range(SITES)
            ),
            agents=tuple(
                AgentEntry(
                    id=name(n), organisation_id=owners[n % 2], site_id=f"s{n}", evidence_key=None
                )
                for n in range(SITES)
            ),
        )
    yield made
    made.engine.dispose()


def speak(house: House, *, seq: int, agents: range = range(SITES)) -> None:
    """The agents say that they live, and by when they will again."""
    for n in agents:
        house.take(frame_of(health(device(), next_within_s=80_000), seq=seq, agent_id=name(n)))


def fall(house: House, count: int, *, first_seq: int = 10, apart_s: float = 60.0) -> None:
    """The same fault at so many sites, one after the other."""
    for n in range(count):
        house.take(frame_of(fault(BLURRED, of=device()), seq=first_seq, agent_id=name(n)))
        house.pass_time(apart_s)


def later(house: House, days: float, *, seq: int) -> None:
    """Let the hold pass while the agents keep speaking."""
    house.pass_time(days * 86_400)
    speak(house, seq=seq)
    house.tick()


def release(house: House, db: Connection, storm: int) -> bool:
    """A person of the factory looked at the storm."""
    return storms.release(
        db, FACTORY, incident_id=storm, actor="wu", policy=house.policy, now=house.now
    )


def outcomes(house: House) -> list[object]:
    """What came of each fault; None while it waits."""
    return [row["outcome"] for row in house.rows(tables.decision)]


def test_ten_sites_at_once_wait_as_one(house: House) -> None:
    """No draft, one incident of both integrators' factory, every decision waits for it; released
    by a person they are decided one by one, and none is counted for another storm."""
    speak(house, seq=1)
    fall(house, 11)
    later(house, 15, seq=100)
    assert set(outcomes(house)) == {None}
    (storm,) = house.rows(tables.incident)
    assert (storm["cause"], storm["organisation_id"]) == ("storm", "factory")
    assert "at 11 sites within 60 min" in str(storm["text_en"])
    assert house.count(tables.claim_line) == 0
    assert house.count(tables.incident_member) == 11

    with house.engine.begin() as db:
        assert release(house, db, 1)
        assert not release(house, db, 1)
    house.tick()
    assert outcomes(house) == ["claim"] * 11
    assert house.count(tables.claim_line) == 11
    actions = [row["action"] for row in house.rows(tables.audit)]
    assert actions.count("storm.opened") == actions.count("storm.released") == 1


def test_a_storm_that_blows_over_opens_nothing(house: House) -> None:
    """The profile was mended and the faults cleared: transients, and the storm is over."""
    speak(house, seq=1)
    fall(house, 10)
    later(house, 15, seq=100)
    for n in range(10):
        cleared = fault(BLURRED, kind=FaultKind.CLEARED, episode=10, of=device())
        house.take(frame_of(cleared, seq=200, agent_id=name(n)))
    house.tick()
    assert [row["closed_at"] for row in house.rows(tables.incident)] == [house.now]
    assert outcomes(house) == ["transient"] * 10


def test_nobody_looks_and_it_is_decided_all_the_same(house: House) -> None:
    """After the policy's time the decisions go on by themselves: late, and not lost."""
    speak(house, seq=1)
    fall(house, 10)
    later(house, 15, seq=100)
    later(house, 3.1, seq=200)
    house.tick()
    assert outcomes(house) == ["claim"] * 10


@pytest.mark.parametrize(("count", "apart_s"), [(9, 60.0), (11, 1000.0)])
def test_fewer_or_slower_are_no_storm(house: House, count: int, apart_s: float) -> None:
    """Nine sites, or eleven of which no ten fall within an hour."""
    speak(house, seq=1)
    fall(house, count, apart_s=apart_s)
    later(house, 15, seq=100)
    assert outcomes(house) == ["claim"] * count
    assert house.count(tables.incident) == 0


def test_all_agents_silent_at_once_is_one_incident(house: House) -> None:
    """Their broker's certificate ended: one incident and not twelve, no camera broken; when they
    come back but one, that one is looked at alone."""
    for n in range(SITES):
        house.take(frame_of(health(device(), next_within_s=300), seq=1, agent_id=name(n)))
        house.pass_time(5)
    house.pass_time(900)
    house.tick()
    (storm,) = house.rows(tables.incident)
    assert (storm["cause"], storm["root"]) == ("storm", "storm:site.silent")
    assert {row["standing"] for row in house.rows(tables.position)} == {"unknown"}

    house.pass_time(3600)
    speak(house, seq=2, agents=range(SITES - 1))
    house.tick()
    house.tick()
    open_now = [row for row in house.rows(tables.incident) if row["closed_at"] is None]
    assert [(row["site_id"], row["cause"]) for row in open_now] == [("s11", "site.silent")]


def test_a_later_silence_is_no_part_of_an_old_storm(house: House) -> None:
    """Ten sites fell silent and stay so; one that falls silent two days later is an outage of its
    own, and one that was released by a person is told site by site, never as a storm again."""
    for n in range(SITES):
        house.take(frame_of(health(device(), next_within_s=300), seq=1, agent_id=name(n)))
    for step in range(12):
        house.pass_time(4 * 3600)
        for n in (10, 11):
            word = health(device(), next_within_s=7200)
            house.take(frame_of(word, seq=2 + step, agent_id=name(n)))
        house.tick()
    assert [row["root"] for row in house.rows(tables.incident)] == ["storm:site.silent"]
    for step in range(2):
        house.pass_time(4 * 3600)
        word = health(device(), next_within_s=7200)
        house.take(frame_of(word, seq=60 + step, agent_id=name(11)))
        house.tick()
    own = [row for row in house.rows(tables.incident) if row["level"] != "storm"]
    assert [(row["site_id"], row["closed_at"]) for row in own] == [("s10", None)]

    with house.engine.begin() as db:
        assert release(house, db, 1)
    house.tick()
    house.tick()
    open_now = [row for row in house.rows(tables.incident) if row["closed_at"] is None]
    assert sorted(str(row["site_id"]) for row in open_now) == sorted(f"s{n}" for n in range(11))
    assert {row["level"] for row in open_now} == {"site"}


def test_a_fault_days_after_a_storm_began_does_not_wait_for_it(house: House) -> None:
    """A storm that somebody keeps open takes what began with it; a single site that shows the
    same days later is decided by itself, else a large fleet's storm would never end."""
    speak(house, seq=1)
    fall(house, 10)
    house.pass_time(3.5 * 86_400)
    speak(house, seq=50)
    house.take(frame_of(fault(BLURRED, of=device()), seq=60, agent_id=name(11)))
    later(house, 11.5, seq=100)
    later(house, 2.7, seq=200)
    assert outcomes(house) == [None] * 10 + ["claim"]


@given(st.dictionaries(st.text("abcdefgh", min_size=1), st.integers(0, 300), max_size=12))
def test_the_largest_group_within_the_window(minutes: dict[str, int]) -> None:
    """No window of an hour holds more sites than the one that is found, and it holds these."""
    moments = {site: NOON + timedelta(minutes=at) for site, at in minutes.items()}
    found = most_at_once(moments, timedelta(hours=1))
    best = max(
        (sum(0 <= at - start <= 60 for at in minutes.values()) for start in minutes.values()),
        default=0,
    )
    assert len(found) == best
    assert not found or max(moments[one] for one in found) - min(
        moments[one] for one in found
    ) <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("owners", "expected"),
    [(["a", "a"], "a"), (["a", "b"], "x"), (["a", "c"], "top"), (["a", "x"], "x")],
)
def test_a_storm_belongs_to_whom_all_of_it_belongs(owners: list[str], expected: str) -> None:
    """The lowest organisation above all sites."""
    parents = {"a": "x", "b": "x", "c": "y", "x": "top", "y": "top", "top": None}
    assert common_owner(owners, parents) == expected
