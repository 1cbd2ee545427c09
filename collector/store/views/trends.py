"""Failed of delivered: by model, by batch; and of what reports, by firmware."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Column, Connection, func, select

from collector.claims.report import Subject
from collector.store.scope import Scope
from collector.store.tables import claim_line, position, unit

# Confirmed by an engineer; withdrawn, rejected, merged and self-cleared lines count nowhere.
CONFIRMED: Final = frozenset(
    {"approved", "awaiting_return", "received", "resolving", "fulfilled", "resolved", "closed"}
)
PENDING: Final = frozenset({"draft", "ready", "submitted", "in_review", "need_info"})


class Grouping(enum.Enum):
    """What the units are counted by."""

    MODEL = "model"
    BATCH = "batch"
    FIRMWARE = "firmware"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Counts of one group; ``delivered`` is what the registry knows, or what reports by firmware.

    Each serial counts once, and as confirmed when one of its lines is, whoever reported it.
    """

    name: str
    delivered: int
    reporting: int
    confirmed: int
    pending: int

    @property
    def silent(self) -> int:
        """Delivered units that nobody hears: they may be well or dead."""
        return max(0, self.delivered - self.reporting)


def list_trends(db: Connection, scope: Scope, grouping: Grouping) -> tuple[Trend, ...]:
    """The groups of the slice, those with most failures first."""
    if grouping is Grouping.FIRMWARE:
        found = _by_firmware(db, scope)
    else:
        found = _by_delivery(db, scope, unit.c[grouping.value])
    return tuple(sorted(found, key=lambda t: (-(t.confirmed + t.pending), t.name)))


def count_undated(db: Connection, scope: Scope) -> int:
    """Devices whose serial the registry does not know with a delivery date."""
    dated = select(unit.c.serial).where(unit.c.delivered_on.is_not(None))
    return db.execute(
        select(func.count())
        .select_from(position)
        .where(
            scope.covers(position.c.organisation_id),
            position.c.label_serial.not_in(dated),
        )
    ).scalar_one()


def _serials(db: Connection, scope: Scope, states: frozenset[str]) -> set[str]:
    rows = db.execute(
        select(claim_line.c.label_serial).where(
            scope.covers(claim_line.c.organisation_id),
            claim_line.c.state.in_(sorted(states)),
            claim_line.c.label_serial != "",
        )
    )
    return set(rows.scalars())


def _pieces(db: Connection, scope: Scope, states: frozenset[str]) -> dict[str, int]:
    """Failed pieces of lots of modules that were reported by number, by lot."""
    rows = db.execute(
        select(claim_line.c.batch, func.sum(claim_line.c.quantity).label("pieces"))
        .where(
            scope.covers(claim_line.c.organisation_id),
            claim_line.c.state.in_(sorted(states)),
            claim_line.c.subject == Subject.MODULE_LOT.value,
        )
        .group_by(claim_line.c.batch)
    )
    return {row.batch: int(row.pieces) for row in rows}


def _with_pieces(trend: Trend, *, confirmed: int, pending: int) -> Trend:
    """With the pieces of a lot that people counted.

    A piece that also failed by its serial is one of these, as far as can be told: the larger
    number holds, and neither is added to the other.
    """
    failed = min(max(trend.confirmed, confirmed), trend.delivered)
    waiting = min(max(trend.pending, pending), trend.delivered - failed)
    return replace(trend, confirmed=failed, pending=waiting)


def _by_delivery(db: Connection, scope: Scope, column: Column[str]) -> list[Trend]:
    confirmed = _serials(db, scope, CONFIRMED)
    pending = _serials(db, scope, PENDING) - confirmed
    reporting = set(
        db.execute(
            select(position.c.label_serial).where(
                scope.covers(position.c.organisation_id), position.c.standing != "unknown"
            )
        ).scalars()
    )
    groups: dict[str, list[str]] = {}
    # The registry is mostly the factory's: others count those of its units that hang at their
    # sites, which leaves out what they were delivered and never saw.
    at_sites = select(position.c.label_serial).where(scope.covers(position.c.organisation_id))
    rows = db.execute(
        select(column, unit.c.serial).where(
            scope.covers(unit.c.organisation_id) | unit.c.serial.in_(at_sites),
            unit.c.delivered_on.is_not(None),
        )
    )
    for name, serial in rows:
        groups.setdefault(name, []).append(serial)
    found = [
        Trend(
            name=name,
            delivered=len(serials),
            reporting=len(reporting.intersection(serials)),
            confirmed=len(confirmed.intersection(serials)),
            pending=len(pending.intersection(serials)),
        )
        for name, serials in groups.items()
        if name
    ]
    if column is not unit.c.batch:
        return found
    lots = (_pieces(db, scope, CONFIRMED), _pieces(db, scope, PENDING))
    return [
        _with_pieces(one, confirmed=lots[0].get(one.name, 0), pending=lots[1].get(one.name, 0))
        for one in found
    ]


def _by_firmware(db: Connection, scope: Scope) -> list[Trend]:
    """By firmware the base is the positions that report one; deliveries do not name firmware."""
    lines: dict[int, set[str]] = {}
    for row in db.execute(
        select(claim_line.c.position_id, claim_line.c.state).where(
            scope.covers(claim_line.c.organisation_id), claim_line.c.position_id.is_not(None)
        )
    ):
        lines.setdefault(row.position_id, set()).add(row.state)
    groups: dict[str, list[tuple[int, str]]] = {}
    for seen in db.execute(
        select(position.c.id, position.c.model, position.c.firmware, position.c.standing).where(
            scope.covers(position.c.organisation_id), position.c.firmware != ""
        )
    ):
        name = f"{seen.model} · {seen.firmware}" if seen.model else seen.firmware
        groups.setdefault(name, []).append((seen.id, seen.standing))
    found = []
    for name, members in groups.items():
        confirmed = {i for i, _ in members if lines.get(i, set()) & CONFIRMED}
        pending = {i for i, _ in members if lines.get(i, set()) & PENDING} - confirmed
        found.append(
            Trend(
                name=name,
                delivered=len(members),
                reporting=sum(standing != "unknown" for _, standing in members),
                confirmed=len(confirmed),
                pending=len(pending),
            )
        )
    return found
