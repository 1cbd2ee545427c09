"""Tends firmware cases as time goes on: clocks, steps of their own, and devices that were updated.

A device whose fault outlives its update is decided anew: on the mended version it is a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import ClockTerms
from collector.claims.firmware_case import CaseStory
from collector.claims.firmware_device import Device, Stands, is_over, is_verified, stand
from collector.claims.lifecycle import Actor, LineState
from collector.claims.policy import Policy
from collector.claims.refusal import IllegalMoveError
from collector.claims.snapshot import calendar_name
from collector.factory_calendar import calendar_of
from collector.firmware_fix import fix_facts
from collector.firmware_steps import COLLECTOR, act, renew
from collector.store import due, firmware_cases, firmware_clocks, firmware_devices
from collector.store import tend_firmware as store
from collector.store.firmware_cases import CaseRow
from collector.tell_firmware import tell_clocks

MOST_AT_ONCE: Final = 50
RENEWED_EVERY: Final = timedelta(hours=6)  # a paused clock's due day moves on once a day


@dataclass(frozen=True, slots=True)
class Reached:
    """Where the next slices begin; 0 is from the beginning."""

    case_id: int = 0
    decision_id: int = 0


def tend_firmware(
    db: Connection, *, policy: Policy, now: datetime, after: Reached = Reached()
) -> Reached:
    """Look at a slice of cases, and at a slice of devices that fail although a version is known."""
    _keep_clocks(db, terms=policy.clocks, now=now)
    cases = store.open_after(db, after.case_id, limit=MOST_AT_ONCE)
    for case_id in cases:
        _go_on(db, case_id, policy=policy, now=now)
    failing = store.failing_with_fix(db, after.decision_id, limit=MOST_AT_ONCE)
    for decision_id in failing:
        _ask_again(db, decision_id, policy=policy, now=now)
    return Reached(
        case_id=cases[-1] if len(cases) == MOST_AT_ONCE else 0,
        decision_id=failing[-1] if len(failing) == MOST_AT_ONCE else 0,
    )


def _keep_clocks(db: Connection, *, terms: ClockTerms, now: datetime) -> None:
    """Tell what was reached, then count anew what was, or what runs by another calendar."""
    name = calendar_name(terms, calendar_of(terms))
    stale = firmware_clocks.stale(db, calendar=name, before=now - RENEWED_EVERY, limit=MOST_AT_ONCE)
    reached = firmware_clocks.reached(db, now=now, limit=MOST_AT_ONCE)
    for case_id in sorted({*reached, *stale}):
        row, story = firmware_cases.row_of(db, case_id), firmware_cases.story_of(db, case_id)
        if row is not None:
            tell_clocks(db, row, story, terms=terms, now=now)
            renew(db, case_id, story, terms=terms, now=now)


def _go_on(db: Connection, case_id: int, *, policy: Policy, now: datetime) -> None:
    """Take the step that is due by itself; a guard that refuses it leaves the case as it is."""
    row, story = firmware_cases.row_of(db, case_id), firmware_cases.story_of(db, case_id)
    if row is None:
        return
    action, verified = "", False
    match story.state:
        case LineState.DRAFT:
            devices = firmware_devices.of_case(db, case_id)
            if is_over(devices, after=policy.clocks.verified_after, now=now):
                action = "clear"
        case LineState.FULFILLED:
            verified = _is_verified(db, row, story, policy=policy, now=now)
            action = "verify" if verified else ""
        case LineState.RESOLVED:
            action = "close"
    if not action:
        return
    try:
        act(
            db,
            case_id=case_id,
            action=action,
            actor=COLLECTOR,
            role=Actor.SYSTEM,
            reason="",
            now=now,
            terms=policy.clocks,
            is_verified=verified,
        )
    except IllegalMoveError:
        return


def _is_verified(
    db: Connection, row: CaseRow, story: CaseStory, *, policy: Policy, now: datetime
) -> bool:
    """A version by the devices that run it; guidance by all of them."""
    fulfilled = story.line.fulfilled_at
    if fulfilled is None:
        return False
    if story.fix is None:
        well = now - fulfilled >= policy.clocks.verified_after
        devices = firmware_devices.of_case(db, row.id)
        return well and is_over(devices, after=policy.clocks.verified_after, now=now)
    stands: list[tuple[Device, Stands]] = []
    for one in firmware_devices.of_case(db, row.id):
        grace = policy.verified_after(row.code, one.promised_within_s)
        stands.append((one, stand(one, story.fix, grace=grace)))
    return is_verified(stands, since=fulfilled, after=policy.clocks.verified_after, now=now)


def _ask_again(db: Connection, decision_id: int, *, policy: Policy, now: datetime) -> None:
    """Decide anew what fails on a mended version by now."""
    fix = fix_facts(db, due.read(db, decision_id=decision_id), policy=policy)
    if fix is not None and fix.is_in and fix.is_seen:
        store.ask_again(db, decision_id, now=now)
