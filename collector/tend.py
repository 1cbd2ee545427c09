"""Tends lines that nobody has submitted: their warranty is judged again when more is known, they
are ready when nothing is missing, and cleared when the fault has been gone for long."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims import completeness
from collector.claims.lifecycle import Actor, LineState
from collector.claims.policy import Policy
from collector.claims.warranty import SETTLED, Warranty, WarrantyVerdict
from collector.line_items import items_of
from collector.review import move_line
from collector.store import stories, twins, unsubmitted
from collector.store.unsubmitted import OpenLine
from collector.unit_warranty import freeze, judge_serial, tell_warranty
from shared.catalogue_entry import Component

MOST_AT_ONCE: Final = 500
ABSENT_FOR_HOLDS: Final = 2  # claims and warranty, section 8, row 3
DUPLICATE: Final = WarrantyVerdict.DUPLICATE_SERIAL
_SETTLED: Final = frozenset(verdict.value for verdict in SETTLED)
UNPROVEN: Final = "profile unproven · 描述文件未经验证"
KNOWN: Final = frozenset({"ok", "fault"})  # silence is never recovery


def tend(db: Connection, *, policy: Policy, now: datetime, after: int = 0) -> int:
    """Look at the next lines in draft or ready beyond an id; the last of them, 0 at the end.

    A slice at each look: with 100,000 claims the thousands of drafts would take seconds each time.
    """
    lines = unsubmitted.slice_after(db, after, limit=MOST_AT_ONCE)
    shared = twins.shared_serials(db)
    for line in unsubmitted.read(db, lines):
        _tend_one(db, line, policy=policy, is_shared=line.label_serial in shared, now=now)
    return lines[-1] if len(lines) == MOST_AT_ONCE else 0


def _tend_one(
    db: Connection, line: OpenLine, *, policy: Policy, is_shared: bool, now: datetime
) -> bool:
    if _is_gone(db, line, policy=policy, now=now):
        _move(db, line, LineState.AUTO_CLEARED, policy=policy, now=now)
        return True
    if _freeze(db, line, now=now):
        return True
    may_change = not _is_settled(line) or line.registry_changed
    if (may_change or is_shared) and _judge_again(db, line, policy=policy, now=now):
        return True
    if line.state is LineState.READY and line.carried.is_unproven:
        _move(db, line, LineState.DRAFT, policy=policy, reason=UNPROVEN, now=now)
        return True
    if line.state is LineState.DRAFT and completeness.is_complete(items_of(line)):
        _move(db, line, LineState.READY, policy=policy, now=now)
        return True
    return False


def _is_gone(db: Connection, line: OpenLine, *, policy: Policy, now: datetime) -> bool:
    """Every fault of the line has been absent for twice its hold, and the device speaks."""
    if line.cleared_at is None or line.position_id is None or line.standing not in KNOWN:
        return False
    hold = max(policy.hold_of(code) for code in line.codes)
    return now - line.cleared_at >= ABSENT_FOR_HOLDS * hold and not unsubmitted.has_open_episode(
        db, position_id=line.position_id, codes=line.codes
    )


def _judge_again(db: Connection, line: OpenLine, *, policy: Policy, now: datetime) -> bool:
    """What was not known may be by now: a list was imported, a serial turned up twice.

    A verdict that rests on a date of the registry stands until that says otherwise; a serial that
    is alive at two positions freezes the line, whatever the date.
    """
    judged = _judge(db, line, policy)
    if _is_settled(line) and not line.registry_changed and judged.verdict is not DUPLICATE:
        return False
    if not unsubmitted.set_warranty(db, line_id=line.id, judged=judged):
        return False
    tell_warranty(db, line.id, line.organisation_id, judged, now=now)
    return True


def _freeze(db: Connection, line: OpenLine, *, now: datetime) -> bool:
    """Nobody submits a line while its serial is alive at two places; afterwards it goes on.

    What an engineer found out and thawed stays so: the other device is the wrong one.
    """
    is_twin = line.warranty_verdict == DUPLICATE.value
    if line.frozen_by not in ("", DUPLICATE.value) or is_twin is bool(line.frozen_by):
        return False
    if is_twin and DUPLICATE.value in stories.story_of(db, line.id).corrected:
        return False
    freeze(db, line.id, line.organisation_id, is_twin=is_twin, now=now)
    return True


def _is_settled(line: OpenLine) -> bool:
    return line.subject != "unit" or line.warranty_verdict in _SETTLED


def _judge(db: Connection, line: OpenLine, policy: Policy) -> Warranty:
    if line.position_id is None and twins.hangs_elsewhere(
        db, label_serial=line.label_serial, organisation_id=line.organisation_id
    ):
        return twins.OF_OTHERS
    return judge_serial(
        db,
        line.label_serial,
        position_id=line.position_id,
        component=Component(line.component),
        onset_at=line.onset_at,
        policy=policy,
        macs=line.macs,
    )


def _move(
    db: Connection,
    line: OpenLine,
    target: LineState,
    *,
    policy: Policy,
    reason: str = "",
    now: datetime,
) -> None:
    move_line(
        db,
        line_id=line.id,
        target=target,
        actor="collector",
        role=Actor.SYSTEM,
        reason=reason,
        now=now,
        terms=policy.clocks,
    )
