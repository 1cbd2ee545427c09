"""What joins pre-claims and firmware cases: the same fault, or the same device."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from collector.store.firmware_cases import number_of
from collector.store.scope import Scope
from collector.store.tables import (
    claim_case,
    claim_line,
    finding,
    firmware_case,
    firmware_case_member,
)
from collector.store.views.words import Words, fault_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLink:
    """A firmware case as the page of a pre-claim names it."""

    id: int
    number: str
    state: str
    name: Words
    fixed_in: str
    is_cause: bool  # a fault of the line is on it: the mended version failed; else only the device


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLink:
    """A pre-claim as the page of a firmware case names it."""

    id: int
    number: str
    state: str


def cases_of_line(db: Connection, scope: Scope, line_id: int) -> tuple[CaseLink, ...]:
    """The firmware cases that a fault of the line, or its device, is on; oldest first."""
    member, case = firmware_case_member.c, firmware_case.c
    own = set(
        db.execute(
            select(member.firmware_case_id)
            .join(finding, finding.c.episode_id == member.episode_id)
            .where(finding.c.line_id == line_id)
        ).scalars()
    )
    of_device = (
        select(member.firmware_case_id)
        .join(claim_line, claim_line.c.serial_key == member.serial_key)
        .where(claim_line.c.id == line_id)
    )
    rows = db.execute(
        select(firmware_case)
        .where(scope.covers(case.organisation_id), case.id.in_(own) | case.id.in_(of_device))
        .order_by(case.id)
    )
    return tuple(
        CaseLink(
            id=row.id,
            number=number_of(row.id, row.opened_at),
            state=row.state,
            name=fault_name(row.code),
            fixed_in=row.fixed_in,
            is_cause=row.id in own,
        )
        for row in rows
    )


def lines_of_devices(
    db: Connection, scope: Scope, serial_keys: Iterable[str]
) -> dict[str, tuple[LineLink, ...]]:
    """The open pre-claims of these devices, oldest first.

    The slice is looked at afterwards: asked with the serials, SQLite reads every line of the slice
    instead of the few that the serials name.
    """
    rows = db.execute(
        select(
            claim_line.c.id,
            claim_line.c.organisation_id,
            claim_line.c.serial_key,
            claim_line.c.state,
            claim_case.c.number,
        )
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(
            claim_line.c.serial_key.in_(sorted(set(serial_keys))),
            claim_line.c.closed_at.is_(None),
        )
        .order_by(claim_line.c.id)
    )
    found: dict[str, tuple[LineLink, ...]] = {}
    for row in rows:
        if row.organisation_id not in scope.organisation_ids:
            continue
        link = LineLink(id=row.id, number=row.number, state=row.state)
        found[row.serial_key] = (*found.get(row.serial_key, ()), link)
    return found
