"""Tends lines that nobody has submitted: frozen when their serial is alive twice, ready when
nothing is missing, cleared when the fault has been gone for long."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims import completeness, warranty
from collector.claims.lifecycle import Actor, LineState
from collector.claims.policy import Policy
from collector.claims.warranty import WarrantyVerdict
from collector.review import move_line
from collector.store import cases, twins, unsubmitted
from collector.store.unsubmitted import OpenLine

ABSENT_FOR_HOLDS: Final = 2  # claims and warranty, section 8, row 3
KNOWN: Final = frozenset({"ok", "fault"})  # silence is never recovery


def tend(db: Connection, *, policy: Policy, now: datetime) -> int:
    """Look at every line in draft or ready; how many were changed."""
    return sum(_tend_one(db, line, policy=policy, now=now) for line in unsubmitted.read(db))


def _tend_one(db: Connection, line: OpenLine, *, policy: Policy, now: datetime) -> bool:
    if _is_gone(db, line, policy=policy, now=now):
        _move(db, line, LineState.AUTO_CLEARED, now=now)
        return True
    if _freeze_duplicate(db, line, now=now):
        return True
    if line.state is LineState.DRAFT and completeness.is_complete(_items_of(line)):
        _move(db, line, LineState.READY, now=now)
        return True
    return False


def _is_gone(db: Connection, line: OpenLine, *, policy: Policy, now: datetime) -> bool:
    """Every fault of the line has been absent for twice its hold, and the device speaks."""
    if line.cleared_at is None or line.standing not in KNOWN:
        return False
    hold = max(policy.hold_of(code) for code in line.codes)
    return now - line.cleared_at >= ABSENT_FOR_HOLDS * hold and not unsubmitted.has_open_episode(
        db, position_id=line.position_id, codes=line.codes
    )


def _freeze_duplicate(db: Connection, line: OpenLine, *, now: datetime) -> bool:
    if line.warranty_verdict == WarrantyVerdict.DUPLICATE_SERIAL.value:
        return False
    others = twins.alive_elsewhere(db, label_serial=line.label_serial, position_id=line.position_id)
    if not others:
        return False
    judged = warranty.duplicate(others)
    unsubmitted.set_warranty(db, line_id=line.id, judged=judged)
    cases.append_event(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        actor="collector",
        role=Actor.SYSTEM.value,
        type_="warranty_changed",
        payload={
            "warranty": judged.verdict.value,
            "reason_en": judged.reason_en,
            "reason_zh": judged.reason_zh,
        },
        now=now,
    )
    return True


def _items_of(line: OpenLine) -> tuple[completeness.Item, ...]:
    return completeness.check(
        label_serial=line.label_serial,
        model=line.model,
        firmware=line.firmware,
        warranty_verdict=line.warranty_verdict,
        codes=line.codes,
        kinds_here=line.kinds_here,
        signatures=line.signatures,
    )


def _move(db: Connection, line: OpenLine, target: LineState, *, now: datetime) -> None:
    move_line(
        db,
        line_id=line.id,
        target=target,
        actor="collector",
        role=Actor.SYSTEM,
        reason="",
        now=now,
    )
