"""What an agent is asked for, when, and how little of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ask_for_evidence import gaps_of
from collector.claims.completeness import Item
from collector.claims.lifecycle import LineState
from collector.claims.read_policy import PolicyError, parse_policy
from collector.claims.request_terms import RequestTerms
from collector.claims.requests import (
    ARRIVED,
    ASKED,
    WAYS,
    NotNow,
    Past,
    Situation,
    arrived,
    fulfilled,
    not_now,
    past_of,
    plan,
)
from collector.claims.story import LogEvent, Story
from shared.command import Verb
from shared.evidence import EvidenceKind

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = NOON + timedelta(hours=11)
TERMS = RequestTerms()
WELL = Situation(
    has_key=True,
    is_silenced=False,
    is_reachable=True,
    is_battery=False,
    zone="Asia/Shanghai",
    episode="1-00000000000000ff:7",
)
ON_BATTERY = replace(WELL, is_battery=True, charge=80.0, charge_at=NOON - timedelta(hours=3))


@pytest.mark.parametrize(
    ("situation", "why"),
    [
        (WELL, None),
        (ON_BATTERY, None),
        (Situation(), NotNow.NO_KEY),
        (Situation(has_key=True), NotNow.SILENCED),
        (replace(WELL, is_silenced=True), NotNow.SILENCED),
        (replace(WELL, is_reachable=False), NotNow.UNREACHABLE),
        (replace(ON_BATTERY, charge=39.9), NotNow.LOW_BATTERY),
        (replace(ON_BATTERY, charge=None), NotNow.CHARGE_UNKNOWN),
        (replace(ON_BATTERY, charge_at=NOON - timedelta(hours=25)), NotNow.CHARGE_UNKNOWN),
        (replace(ON_BATTERY, charge_at=NOON + timedelta(days=9)), NotNow.CHARGE_UNKNOWN),
    ],
)
def test_when_nothing_is_asked(situation: Situation, why: NotNow | None) -> None:
    """Silence, an unknown device, a low battery or one that nobody read today: nothing is asked,
    and the reason is told."""
    assert not_now(situation, TERMS, now=NOON) is why
    assert bool(plan(["picture"], situation, TERMS, now=NOON)) is (why is None)
    assert not_now(situation, replace(TERMS, ask=False), now=NOON) is NotNow.SWITCHED_OFF


def test_the_filter_is_moved_for_its_own_faults_alone() -> None:
    """A test that an engineer names is asked of an agent where the fault has one to show."""
    asked = Story(state=LineState.NEED_INFO, named_gaps=("test", "picture"))
    picture, test = Item(name="picture", here=True), Item(name="test", here=False)
    assert gaps_of((picture,), asked) == ("picture",)
    assert gaps_of((picture, test), asked) == ("test", "picture")


def test_one_visit_for_all_that_is_due() -> None:
    """What one visit brings is one order, and wakes a camera once; what only people bring is
    none."""
    gaps = ["serial", "picture", "clip", "two_days", "test", "power"]
    picture, test = plan(gaps, WELL, TERMS, now=NOON)
    assert (picture.verb, picture.items) == (Verb.TAKE_PICTURE, ("picture", "clip", "two_days"))
    assert picture.kinds == (EvidenceKind.PICTURE, EvidenceKind.CLIP)
    assert (test.verb, test.items, test.kinds) == (Verb.TEST_IR_CUT, ("test",), ())
    (whole,) = plan(["picture", "transcript"], WELL, TERMS, now=NOON)
    assert (whole.verb, whole.items) == (Verb.PROBE_NOW, ("picture", "transcript"))
    assert whole.kinds == (EvidenceKind.PICTURE, EvidenceKind.TRANSCRIPT)


def test_nothing_is_filed_under_a_fault_that_is_over() -> None:
    """Without an open fault a picture would be no evidence; a test speaks for itself."""
    asks = plan(["picture", "test"], replace(WELL, episode=""), TERMS, now=NOON)
    assert [one.verb for one in asks] == [Verb.TEST_IR_CUT]


@pytest.mark.parametrize(
    ("past", "hours", "is_asked"),
    [
        (Past(count=1, last_at=NOON), 23.9, False),
        (Past(count=1, last_at=NOON), 24, True),
        (Past(count=1, last_at=NOON, last_outcome="refused"), 24 * 6, False),
        (Past(count=1, last_at=NOON, last_outcome="refused"), 24 * 7, True),
        (Past(count=3, last_at=NOON), 24 * 300, False),
    ],
)
def test_requests_are_bounded(past: Past, hours: float, is_asked: bool) -> None:
    """A day apart, a week after a refusal, three times in all."""
    situation = replace(WELL, past={"clip": past})
    asks = plan(["clip"], situation, TERMS, now=NOON + timedelta(hours=hours))
    assert bool(asks) is is_asked


def test_an_order_that_waits_is_not_given_twice() -> None:
    """Whoever gave it: a person's order for a picture is one too."""
    waiting = replace(WELL, waiting=frozenset({Verb.TAKE_PICTURE}))
    assert [one.verb for one in plan(["picture", "test"], waiting, TERMS, now=NOON)] == [
        Verb.TEST_IR_CUT
    ]


def test_light_and_days_have_their_time() -> None:
    """The night's picture is asked for at night and holds for two hours; another day's when a day
    has passed; where the zone is not known nobody knows when it is night."""
    by_day = replace(WELL, pictures_at=(NOON - timedelta(days=2),))
    assert plan(["night"], by_day, TERMS, now=NOON) == ()
    (ask,) = plan(["night"], by_day, TERMS, now=NIGHT)
    assert ask.valid_for == timedelta(hours=2)
    assert plan(["night"], replace(by_day, zone="UTC"), TERMS, now=NIGHT) == ()
    fresh = replace(WELL, pictures_at=(NOON - timedelta(hours=2),))
    assert plan(["two_days"], fresh, TERMS, now=NOON) == ()
    assert plan(["two_days"], fresh, TERMS, now=NOON + timedelta(hours=17))


@given(
    steps=st.lists(st.integers(1, 60), min_size=1, max_size=60),
    gaps=st.lists(st.sampled_from(sorted(WAYS)), min_size=1, unique=True),
)
def test_no_item_is_asked_for_twice_a_day(steps: list[int], gaps: list[str]) -> None:
    """Whenever the loop looks, and whatever is missing: a day between two, three in all."""
    log: list[LogEvent] = []
    now = NOON
    for hours in steps:
        now += timedelta(hours=hours)
        situation = replace(WELL, past=past_of(log, {}))
        log += [event(ASKED, now, ask.items) for ask in plan(gaps, situation, TERMS, now=now)]
    for name in gaps:
        times = [one.at for one in log if name in one.payload["items"]]  # type: ignore[operator]
        assert len(times) <= TERMS.most
        assert all(b - a >= TERMS.every for a, b in pairwise(times))


def test_what_the_factory_named_has_come_when_it_is_new() -> None:
    """What was here before it asked is not what it asked for."""
    story = replace(
        Story(), state=LineState.NEED_INFO, moved_at=NOON, named_gaps=("picture", "power")
    )
    later, before = NOON + timedelta(minutes=1), NOON - timedelta(days=1)
    items = [Item(name="picture", here=True)]
    assert arrived(items, {"picture": before, "clip": later}, story) == ()
    assert arrived(items, {"picture": later}, story) == ("picture",)
    assert arrived([], {"power": later}, story) == ("power",)
    gap = [Item(name="power", here=False)]  # it was measured: there is none
    assert arrived(gap, {"power": later}, story) == ()
    assert arrived(items, {"picture": later}, Story()) == ()


def test_an_arrival_is_told_once() -> None:
    """Only of what was asked for, and not again."""
    here = [Item(name="clip", here=True, at=NOON + timedelta(hours=1)), Item(name="x", here=True)]
    log = [event(ASKED, NOON, ("clip", "picture"))]
    assert fulfilled(here, log) == ("clip",)
    assert fulfilled(here, [*log, event(ARRIVED, NOON, ("clip",))]) == ()
    assert fulfilled(here, []) == ()


def test_the_policy_cannot_ask_more_often_than_daily() -> None:
    """Less than a day is refused; more rest is taken."""
    assert parse_policy("[evidence]\nevery_h = 48.0\nmost = 1\n").requests.every == timedelta(
        days=2
    )
    with pytest.raises(PolicyError, match="every_h"):
        parse_policy("[evidence]\nevery_h = 1.0\n")


def event(type_: str, at: datetime, items: tuple[str, ...]) -> LogEvent:
    """A request or an arrival."""
    payload = {"items": list(items), "command": "c-1"}
    return LogEvent(seq=1, at=at, actor="collector", role="system", type=type_, payload=payload)
