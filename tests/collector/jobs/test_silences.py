"""Faults under a silence are recorded, and judged at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from collector import silence_order
from collector.claims.silence import SilenceKind, SilenceScope
from collector.store import silences, tables
from collector.store.scope import Role, Scope
from collector.store.silences import NewSilence
from shared.fault import FaultKind
from tests.collector.house import House, device, fault, frame_of, health, with_policy

HOUR_S = 3600.0
NORTH = Scope(organisation_ids=frozenset({"north"}), role=Role.INTEGRATOR)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector whose holds take two hours, and a camera that is known."""
    soon = with_policy(hold_s={"*": 2 * HOUR_S}, site_loss_wait=False, max_promise_s=1e6)
    made = House(tmp_path, soon)
    made.register("SC24010001", delivered_on=date(2025, 1, 1))
    made.take(frame_of(health(device(), next_within_s=1e6), seq=1))
    yield made
    made.engine.dispose()


def silence(house: House, *, hours: float, scope: SilenceScope = SilenceScope.SITE) -> int:
    """Somebody asks for quiet from now on, at the farm or for its first camera."""
    wanted = NewSilence(
        organisation_id="north",
        scope=scope,
        site_id=None if scope is SilenceScope.ORGANISATION else "farm",
        position_id=1 if scope is SilenceScope.POSITION else None,
        code="",
        kind=SilenceKind.MAINTENANCE,
        reason="mast moved",
        made_by="li",
        starts_at=house.now,
        ends_at=house.now + timedelta(hours=hours),
    )
    with house.engine.begin() as db:
        return silence_order.begin(db, wanted, now=house.now)


def outcome(house: House) -> object:
    """What came of the one fault; 'pending' while it is not decided."""
    (row,) = house.rows(tables.decision)
    return row["outcome"] if row["state"] == "decided" else "pending"


@pytest.mark.parametrize("scope", list(SilenceScope))
def test_a_fault_within_waits_and_is_judged_after_it(house: House, scope: SilenceScope) -> None:
    """Ten hours of works: recorded at once, no decision within, a claim a hold after the end."""
    silence(house, hours=10, scope=scope)
    house.pass_time(HOUR_S)
    house.take(frame_of(fault(), seq=2))
    house.pass_time(8 * HOUR_S)
    house.tick()
    (row,) = house.rows(tables.decision)
    assert (row["state"], row["reason_en"]) == (
        "pending",
        "waiting: silenced until 2026-03-01 22:00 UTC by li: mast moved; judged after it",
    )
    house.pass_time(2.5 * HOUR_S)
    house.tick()
    assert outcome(house) == "pending"
    house.pass_time(HOUR_S)
    house.tick()
    assert outcome(house) == "claim"


def test_what_came_back_meanwhile_opens_nothing(house: House) -> None:
    """A camera that was unplugged for the works is a transient."""
    silence(house, hours=10)
    house.take(frame_of(fault(), seq=2))
    house.pass_time(9 * HOUR_S)
    house.tick()
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=2), seq=3))
    house.pass_time(4 * HOUR_S)
    house.tick()
    assert outcome(house) == "transient"


def test_ending_early_lets_what_waits_be_judged(house: House) -> None:
    """The works were short: the hold runs from their end, and the audit log names who ended them.

    Nobody ends what is over, or what another organisation asked for.
    """
    number = silence(house, hours=500)
    house.take(frame_of(fault(), seq=2))
    house.pass_time(4 * HOUR_S)
    house.tick()
    foreign = Scope(organisation_ids=frozenset({"factory"}), role=Role.INTEGRATOR)
    with house.engine.begin() as db:
        assert silence_order.end(
            db, foreign, silence_id=number, actor="x", now=house.now
        ) is None  # fmt: skip
        assert silence_order.end(db, NORTH, silence_id=number, actor="wu", now=house.now)
        assert silence_order.end(db, NORTH, silence_id=number, actor="wu", now=house.now) is None
    house.tick()
    house.pass_time(1.9 * HOUR_S)
    house.tick()
    assert outcome(house) == "pending"
    house.pass_time(0.2 * HOUR_S)
    house.tick()
    assert outcome(house) == "claim"
    told = [(row["actor"], row["action"]) for row in house.rows(tables.audit)]
    assert ("li", "maintenance.add") in told
    assert ("wu", "maintenance.end") in told


def test_the_list_shows_the_slice_only(house: House) -> None:
    """What is not over comes first; another organisation sees none of it."""
    over, holds = silence(house, hours=1), silence(house, hours=9)
    later = silence(house, hours=1)
    house.pass_time(2 * HOUR_S)
    with house.engine.begin() as db:
        rows = silences.list_silences(db, NORTH, now=house.now)
        foreign = Scope(organisation_ids=frozenset({"factory"}), role=Role.INTEGRATOR)
        assert silences.list_silences(db, foreign, now=house.now) == ()
    assert [row.silence.id for row in rows] == [holds, later, over]
    assert {row.site_name for row in rows} == {"Farm"}
