"""Claim lines by what people call them: an id, or the number of a case with one line."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.store.tables import claim_case, claim_line

_LARGEST = 2**31


class Found(NamedTuple):
    """A line and whose it is."""

    id: int
    organisation_id: str


class Judged(NamedTuple):
    """Which device at which position, and the verdict that stands."""

    serial: str
    position_id: int | None
    verdict: str
    organisation_id: str


def find(db: Connection, name: str) -> Found | None:
    """The line ``7``, ``PC-2026-000123`` or ``PC-2026-000123-7``; None when there is no one such.

    A number alone names no line of a case that has several.
    """
    number, _, last = name.rpartition("-")
    if name.isascii() and name.isdecimal():
        query = claim_line.c.id == min(int(name), _LARGEST - 1)
    elif number.count("-") == 2 and last.isascii() and last.isdecimal():
        query = (claim_case.c.number == number) & (claim_line.c.id == min(int(last), _LARGEST - 1))
    else:
        query = claim_case.c.number == name
    rows = db.execute(
        select(claim_line.c.id, claim_line.c.organisation_id)
        .join(claim_case, claim_case.c.id == claim_line.c.case_id)
        .where(query)
        .limit(2)
    ).all()
    return Found(rows[0].id, rows[0].organisation_id) if len(rows) == 1 else None


def judged(db: Connection, line_id: int) -> Judged:
    """What the warranty of a line was judged of; NoResultFound when there is no such line."""
    row = db.execute(
        select(
            claim_line.c.label_serial,
            claim_line.c.position_id,
            claim_line.c.warranty_verdict,
            claim_line.c.organisation_id,
        ).where(claim_line.c.id == line_id)
    ).one()
    return Judged(row.label_serial, row.position_id, row.warranty_verdict, row.organisation_id)
