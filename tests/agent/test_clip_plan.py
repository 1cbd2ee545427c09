"""What a clip may cost: power, bytes of the camera, bytes of the uplink."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.budget import Budget, Spend
from agent.camera.port import ClipLimits, NoClip
from agent.clip_plan import LEAST_BYTES, MOST_BYTES_PAID, WATCH_S, Terms, plan_clip
from agent.probes.probe import Cost
from agent.topology import METERED_BATTERY, METERED_MAINS, WIRED_MAINS
from agent.uplink_budget import Mode
from shared.limits import MAX_EVIDENCE_BYTES

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PLANNED = Cost(bytes=2_000_000, logins=2, wakeups=1)


def plan(
    terms: Terms,
    *,
    budget: Budget = WIRED_MAINS,
    spent: int = 0,
    last_at: datetime | None = None,
) -> ClipLimits | NoClip:
    """A plan for a visit at noon whose probes watch for three seconds."""
    return plan_clip(
        terms,
        budget=budget,
        spend=Spend(NOON.date(), bytes=spent),
        planned=PLANNED,
        watch_seconds=3.0,
        last_at=last_at,
        now=NOON,
    )


def test_a_wired_camera_is_watched_longer() -> None:
    """Where neither power nor bytes are short, the clip is worth a longer watch, below 15 s."""
    limits = plan(Terms())

    assert isinstance(limits, ClipLimits)
    assert limits.seconds == WATCH_S < 15
    assert limits.bytes <= MAX_EVIDENCE_BYTES


@pytest.mark.parametrize(
    ("terms", "budget"),
    [
        pytest.param(Terms(saves_power=True), METERED_BATTERY, id="battery"),
        pytest.param(Terms(is_paid=True), METERED_MAINS, id="metered"),
    ],
)
def test_a_battery_or_a_plan_is_not_drawn_upon(terms: Terms, budget: Budget) -> None:
    """The camera is watched no longer than its probes do anyway, and little of it is kept."""
    limits = plan(terms, budget=budget)

    assert isinstance(limits, ClipLimits)
    assert (limits.seconds, limits.bytes) == (3.0, MOST_BYTES_PAID)


@pytest.mark.parametrize("budget", [METERED_BATTERY, METERED_MAINS, WIRED_MAINS])
def test_none_is_taken_beyond_the_budget_of_the_day(budget: Budget) -> None:
    """One byte less than probes and clip may cost, and there is none; the reason has figures."""
    terms = Terms(saves_power=budget is METERED_BATTERY, is_paid=budget is not WIRED_MAINS)
    limits = plan(terms, budget=budget)
    assert isinstance(limits, ClipLimits)
    most = budget.bytes_per_day - PLANNED.bytes - limits.bytes

    assert plan(terms, budget=budget, spent=most) == limits
    why = plan(terms, budget=budget, spent=most + 1)
    assert isinstance(why, NoClip)
    assert str(budget.bytes_per_day) in why.en
    assert str(budget.bytes_per_day) in why.zh


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.ALL])
def test_none_is_taken_that_could_not_leave(mode: Mode) -> None:
    """While the uplink's plan holds large files back, none is made."""
    why = plan(Terms(is_paid=True, mode=mode))

    assert isinstance(why, NoClip)
    assert "data plan" in why.en


def test_tries_that_came_to_nothing_are_spaced() -> None:
    """A clip that was kept for a fault that did not open is not kept again at once."""
    why = plan(Terms(tried_at=(NOON - timedelta(minutes=19),)))

    assert isinstance(why, NoClip)
    assert "not certain yet" in why.en
    assert isinstance(plan(Terms(tried_at=(NOON - timedelta(minutes=20),))), ClipLimits)


@pytest.mark.parametrize(("tries", "wait_min"), [(1, 20), (2, 40), (3, 80), (7, 1280), (8, 1440)])
def test_each_try_in_vain_doubles_the_wait(tries: int, wait_min: int) -> None:
    """20 minutes, 40, 80, ... up to a day."""
    early = (NOON - timedelta(days=3),) * (tries - 1)
    wait = timedelta(minutes=wait_min)

    assert isinstance(plan(Terms(tried_at=(*early, NOON - wait))), ClipLimits)
    assert isinstance(plan(Terms(tried_at=(*early, NOON - wait + timedelta(seconds=1)))), NoClip)


def test_the_operator_may_forbid_them() -> None:
    """With ``clip_seconds = 0`` none is ever taken, and each fault says that it is so."""
    why = plan(Terms(wanted_s=0.0))

    assert isinstance(why, NoClip)
    assert "switched off" in why.en


@given(st.integers(0, 200 * 1024 * 1024))
def test_clips_alone_never_fill_the_outbox(room: int) -> None:
    """Of the room that is left each takes an eighth at most; pictures and faults keep theirs."""
    for _ in range(200):
        limits = plan(Terms(room_bytes=room))
        if isinstance(limits, NoClip):
            assert "outbox" in limits.en
            break
        assert LEAST_BYTES <= limits.bytes <= room // 8
        room -= limits.bytes

    assert room >= 0


def test_faults_of_one_hour_share_one() -> None:
    """A second fault soon after is told when the first one's clip was taken; a clock that was set
    back forbids nothing."""
    why = plan(Terms(), last_at=NOON - timedelta(minutes=59))
    assert isinstance(why, NoClip)
    assert "11:01" in why.en

    assert isinstance(plan(Terms(), last_at=NOON - timedelta(minutes=60)), ClipLimits)
    assert isinstance(plan(Terms(), last_at=NOON + timedelta(minutes=5)), ClipLimits)
