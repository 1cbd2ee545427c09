"""Policy files, label serials, the lifecycle table and the hash chain."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from collector.claims.chain import Entry, first_break, hash_of
from collector.claims.lifecycle import (
    MOVES,
    OPEN,
    Actor,
    IllegalMoveError,
    LineState,
    check,
    moves_for,
)
from collector.claims.policy import DEFAULT
from collector.claims.read_policy import PolicyError, parse_policy
from collector.claims.serials import LabelSerial, resolve, serial_key
from shared.device import Alias, AliasKind, SerialSource

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ONE = (Alias(AliasKind.ONVIF_SERIAL, "ONV-1"),)
OTHER = (Alias(AliasKind.ONVIF_SERIAL, "ONV-2"),)


def test_empty_policy_is_the_factorys() -> None:
    """A file that says nothing promises what the factory publishes."""
    assert parse_policy("") == DEFAULT
    assert (DEFAULT.months, DEFAULT.passive_opens_drafts) == (24, False)


def test_roll_ups_cover_the_longest_warranty() -> None:
    """By themselves with 90 days more; a file that says less is refused with what it needs."""
    assert parse_policy("").hours_kept == DEFAULT.hours_kept >= timedelta(days=731)
    longer = parse_policy("[warranty.component_months]\nbattery = 36\n")
    assert longer.hours_kept == timedelta(days=1096 + 90)
    assert parse_policy("[telemetry]\nhours_days = 731\n").hours_kept == timedelta(days=731)
    with pytest.raises(PolicyError) as refused:
        parse_policy("[warranty]\nmonths = 36\n[telemetry]\nhours_days = 731\n")
    (problem,) = refused.value.problems
    assert "731 days are shorter than the longest warranty (36 months)" in problem.line("en")
    assert "use at least 1096" in problem.line("en")
    assert "731 天短于最长保修期（36 个月）" in problem.line("zh")


def test_policy_problems_come_all_at_once() -> None:
    """Three mistakes, three problems, each with its key."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(
            'colour = 1\n[warranty]\nmonths = 0\nzone = "Mars/Base"\n'
            '[hold_s]\n"no.such" = 1\n[site_loss]\nshare = "much"\n'
        )
    assert {p.key for p in caught.value.problems} == {
        "colour",
        "warranty.months",
        "warranty.zone",
        "hold_s.no.such",
        "site_loss.share",
    }


def test_decision_is_not_due_before_site_loss_is_known() -> None:
    """A short hold waits for 2.5 health intervals and a minute; a long hold is long enough."""
    assert DEFAULT.due_after("login.wrong_password", 3600) == timedelta(hours=2.5, minutes=1)
    assert DEFAULT.due_after("login.wrong_password", 300) == timedelta(hours=1)
    impatient = dataclasses.replace(DEFAULT, site_loss_wait=False, hold_s={"*": 2.0})
    assert impatient.due_after("picture.blurred", 3600) == timedelta(seconds=2)


def test_a_promise_for_ever_is_not_believed() -> None:
    """An agent cannot buy silence by promising its next word in thirty years."""
    assert DEFAULT.silence_after(1e9) == timedelta(days=2.5)


@pytest.mark.parametrize(
    ("facts", "value", "source"),
    [
        pytest.param({"registry": {"R"}}, "R", SerialSource.REGISTRY, id="alias"),
        pytest.param(
            {"registry": {"R"}, "configured": "C0001"}, "R", SerialSource.REGISTRY, id="both"
        ),
        pytest.param(
            {"registry": {"R", "Q"}, "configured": "C0001"},
            "C0001",
            SerialSource.CONFIGURATION,
            id="two aliases that contradict prove nothing",
        ),
        pytest.param(
            {"configured": "000000", "last_known": "L"},
            "L",
            SerialSource.LAST_KNOWN,
            id="a placeholder is no serial",
        ),
        pytest.param(
            {"last_known": "L", "aliases": OTHER}, "", SerialSource.NONE, id="another device"
        ),
        pytest.param({}, "", SerialSource.NONE, id="nothing"),
    ],
)
def test_label_serial(facts: dict[str, object], value: str, source: SerialSource) -> None:
    """Registry, then configuration, then the last known identity, then none."""
    found = resolve(
        registry=frozenset(facts.get("registry", set())),  # type: ignore[call-overload]
        configured=str(facts.get("configured", "")),
        last_known=str(facts.get("last_known", "")),
        known_aliases=ONE,
        aliases=facts.get("aliases", ONE),  # type: ignore[arg-type]
    )
    assert isinstance(found, LabelSerial)
    assert (found.value, found.source) == (value, source)


def test_line_without_serial_is_keyed_by_position() -> None:
    """Two positions without serials do not share a line."""
    assert serial_key(label_serial="", position_id=7) == "position:7"


def test_every_state_is_reached_and_left() -> None:
    """No state is out of reach from draft; every open one has a way out."""
    reached = {LineState.DRAFT}
    for _ in LineState:
        reached |= {move.target for move in MOVES if move.sources & reached}

    assert reached == set(LineState)
    assert all(any(state in move.sources for move in MOVES) for state in OPEN)


def test_nobody_acts_above_their_role() -> None:
    """An integrator does not approve, an engineer does not submit, an admin is not the system."""
    for source, target, actor in (
        (LineState.IN_REVIEW, LineState.APPROVED, Actor.INTEGRATOR),
        (LineState.READY, LineState.SUBMITTED, Actor.ENGINEER),
        (LineState.DRAFT, LineState.AUTO_CLEARED, Actor.ADMIN),
    ):
        with pytest.raises(IllegalMoveError):
            check(source=source, target=target, actor=actor, reason="because")


def test_rejecting_needs_a_reason() -> None:
    """Every dismissal carries a reason."""
    with pytest.raises(IllegalMoveError, match="needs a reason"):
        check(
            source=LineState.IN_REVIEW, target=LineState.REJECTED, actor=Actor.ENGINEER, reason=" "
        )


def test_moves_on_offer_are_moves_allowed() -> None:
    """What a page offers, the table accepts."""
    for state in LineState:
        for actor in Actor:
            for move in moves_for(source=state, actor=actor):
                assert check(source=state, target=move.target, actor=actor, reason="x") == move


def chain(length: int) -> list[tuple[Entry, str, str]]:
    """A chain of events."""
    made: list[tuple[Entry, str, str]] = []
    before = ""
    for number in range(length):
        entry = Entry(
            line_id=1,
            at=NOON + timedelta(hours=number),
            actor="a",
            role="r",
            type="t",
            payload_json=f'{{"n":{number}}}',
        )
        made.append((entry, before, hash_of(entry, before)))
        before = made[-1][2]
    return made


def test_changed_event_breaks_the_chain() -> None:
    """A changed payload and a missing event are both seen, where they are."""
    whole = chain(4)
    assert first_break(whole) is None
    assert first_break([*whole[:1], *whole[2:]]) == 1
    changed = dataclasses.replace(whole[2][0], actor="somebody else")
    assert first_break([*whole[:2], (changed, *whole[2][1:]), whole[3]]) == 2
