"""An agent that its data plan has closed is silent by its own word: unknown, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from agent.uplink_budget import LAST
from collector.intake.quiet import quiet_until
from collector.store import tables
from shared.fault import FaultKind
from shared.health import CLOSED_MODES, DataSpend, Health
from tests.collector.house import NOON, House, device, fault, frame_of, health, with_policy

NEXT_MONTH = datetime(2026, 4, 1, tzinfo=UTC)
USUAL_S = 3600.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector whose agents speak every hour; a fault is held for two days."""
    made = House(tmp_path, with_policy(hold_s={"*": 172_800.0}))
    made.register("SC24010001", delivered_on=date(2025, 1, 1))
    yield made
    made.engine.dispose()


def farewell(
    mode: str = "farewell", *, began: datetime = datetime(2026, 3, 1, tzinfo=UTC)
) -> Health:
    """The last word of a month, as an agent says it."""
    usual = health(device(), next_within_s=(NEXT_MONTH - NOON).total_seconds() + USUAL_S)
    spend = DataSpend(
        month_bytes=10**8,
        today_bytes=10**6,
        plan_bytes=10**8,
        cap_bytes=10**8,
        mode=mode,
        month_began_at=began,
    )
    return replace(usual, data=spend)


def close(house: House) -> None:
    """Its usual word, then its last one."""
    house.take(frame_of(health(device(), next_within_s=USUAL_S), seq=1))
    house.take(frame_of(farewell(), seq=2))


def standing(house: House) -> tuple[object, object]:
    """How the one camera stands, and why."""
    (place,) = house.rows(tables.position)
    return place["standing"], place["standing_reason"]


def test_it_is_not_called_lost_before_the_next_month(house: House) -> None:
    """No incident until the month is over and the usual deadline after it; then one says both."""
    close(house)
    house.now = NEXT_MONTH + timedelta(seconds=2.4 * USUAL_S)
    house.tick()
    assert house.count(tables.incident) == 0
    house.pass_time(0.2 * USUAL_S)
    house.tick()
    (incident,) = house.rows(tables.incident)
    assert "closed at its data cap until 2026-04-01 00:00 UTC" in str(incident["text_en"])
    assert "流量达到上限" in str(incident["text_zh"])


def test_its_cameras_are_unknown_meanwhile_and_say_why(house: House) -> None:
    """Silence is never recovery, whoever announced it; with its next word they stand again."""
    close(house)
    house.pass_time(3 * USUAL_S)
    house.tick()
    reason = "the agent is closed at its data cap until 2026-04-01 00:00 UTC"
    assert standing(house) == ("unknown", reason)
    house.now = NEXT_MONTH
    house.take(frame_of(health(device(), next_within_s=USUAL_S, at=house.now), seq=3))
    house.tick()
    assert standing(house) == ("ok", "")
    assert house.rows(tables.agent)[0]["quiet_until"] is None


def test_no_fault_is_decided_of_an_agent_that_cannot_tell_its_end(house: House) -> None:
    """The hold ends while nothing may leave: the claim waits for the next month's first word."""
    house.take(frame_of(fault(), seq=1))
    house.take(frame_of(farewell(), seq=2))
    house.pass_time(20 * 86_400)
    house.tick()
    (decision,) = house.rows(tables.decision)
    assert (decision["state"], house.count(tables.claim_line)) == ("pending", 0)
    house.now = NEXT_MONTH
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=1), seq=3))
    house.take(frame_of(health(device(), next_within_s=USUAL_S), seq=4))
    house.pass_time(1)
    house.tick()
    assert house.rows(tables.decision)[0]["outcome"] == "transient"


def test_a_higher_cap_ends_it_at_once(house: House) -> None:
    """Whoever speaks again is judged by the usual deadline again."""
    close(house)
    house.take(frame_of(health(device(), next_within_s=USUAL_S), seq=3))
    house.pass_time(3 * USUAL_S)
    house.tick()
    assert house.count(tables.incident) == 1


def test_what_waits_is_looked_at_when_the_month_ends_or_the_agent_speaks(house: House) -> None:
    """Not every few minutes for weeks; a hold that is not over is not cut short."""
    house.take(frame_of(fault(), seq=1))
    house.take(frame_of(farewell(), seq=2))
    house.pass_time(2 * 86_400)
    house.tick()
    assert house.rows(tables.decision)[0]["due_at"] == NEXT_MONTH

    house.take(frame_of(fault(of=device("barn")), seq=3))
    held_until = house.rows(tables.decision)[1]["due_at"]
    house.take(frame_of(health(device(), next_within_s=USUAL_S, at=house.now), seq=4))
    waits = [row["due_at"] for row in house.rows(tables.decision)]
    assert waits == [house.now + timedelta(seconds=house.policy.recheck_s), held_until]
    house.pass_time(2)
    house.tick()
    assert [row["state"] for row in house.rows(tables.decision)] == ["decided", "pending"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(farewell(), NEXT_MONTH, id="the plan's next month"),
        pytest.param(farewell("closed"), NEXT_MONTH, id="closed"),
        pytest.param(farewell("faults"), None, id="faults still leave"),
        pytest.param(health(next_within_s=9e8), None, id="no plan at all"),
        pytest.param(
            farewell(began=datetime(1970, 1, 1, tzinfo=UTC)), None, id="of a month that is over"
        ),
        pytest.param(
            replace(farewell(began=datetime(2090, 1, 1, tzinfo=UTC)), next_within_s=9e8),
            NOON + timedelta(days=31),
            id="a clock far ahead",
        ),
        pytest.param(
            replace(farewell(), next_within_s=600.0),
            NOON + timedelta(seconds=600),
            id="promised for sooner",
        ),
        pytest.param(
            farewell(began=datetime(2026, 2, 15, tzinfo=UTC)),
            datetime(2026, 3, 15, tzinfo=UTC),
            id="a plan that begins on the 15th",
        ),
    ],
)
def test_until_when(told: Health, expected: datetime | None) -> None:
    """Never longer than a plan's month, and never longer than the agent promised."""
    assert quiet_until(told, now=NOON) == expected


def test_both_ends_mean_the_same_modes() -> None:
    """The collector reads the modes by name; the agent's list of them is this one."""
    assert {mode.value for mode in LAST} == CLOSED_MODES
