"""Fault origin for people: what stands at a pre-claim, and suggested beside decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from collector.claims.origin.fleet_words import withhold
from collector.claims.origin.kinds import Origin
from collector.claims.origin.table import BY_ID
from collector.stats.interval import Interval, exact_interval
from collector.store.origins import BEFORE_SUBMISSION, newest_ids, told
from collector.store.scope import Scope
from collector.store.tables import claim_line, origin_decision, origin_suggestion
from collector.store.views.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonRow:
    """A signal that was found, or (without weights) could not be looked at."""

    signal: str
    name: Words
    words: Words
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginDecisionRow:
    """What an engineer decided, beside what was suggested then."""

    suggested: str
    version: int
    decided: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginFile:
    """The suggestion of a line and what was decided; the newest decision, which holds, is first."""

    version: int
    origin: str
    code: str
    margin: float
    is_on_arrival: bool
    shares: tuple[tuple[str, float], ...]  # the largest first
    reasons: tuple[ReasonRow, ...]
    not_known: tuple[ReasonRow, ...]
    is_frozen: bool
    decisions: tuple[OriginDecisionRow, ...]

    @property
    def holds(self) -> OriginDecisionRow | None:
        """The decision that holds."""
        return self.decisions[0] if self.decisions else None

    @property
    def now(self) -> str:
        """What counts: what was decided, else what is suggested."""
        return self.holds.decided if self.holds else self.origin


def find_origin(db: Connection, scope: Scope, line: int, *, tells_fleet: bool) -> OriginFile | None:
    """What stands at this line; None outside the slice, or before anything was suggested.

    ``tells_fleet``: with the numbers that were counted over other organisations' devices.
    """
    row = db.execute(
        select(origin_suggestion, claim_line.c.state)
        .join(claim_line, claim_line.c.id == origin_suggestion.c.line_id)
        .where(
            scope.covers(origin_suggestion.c.organisation_id), origin_suggestion.c.line_id == line
        )
    ).one_or_none()
    if row is None:
        return None
    said: Mapping[str, Any] = told(row.body_json)
    if not tells_fleet:
        said = withhold(said)
    decisions = _decisions(db, line)
    shares = sorted(said.get("shares", {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return OriginFile(
        version=row.version,
        origin=row.origin,
        code=said.get("code", ""),
        margin=said.get("margin", 0.0),
        is_on_arrival=bool(said.get("on_arrival")),
        shares=tuple(shares),
        reasons=tuple(
            sorted(map(_reason, said.get("reasons", ())), key=lambda r: -sum(r.weights.values()))
        ),
        not_known=tuple(map(_reason, said.get("not_known", ()))),
        is_frozen=bool(decisions) or row.state not in BEFORE_SUBMISSION,
        decisions=decisions,
    )


def _decisions(db: Connection, line: int) -> tuple[OriginDecisionRow, ...]:
    rows = db.execute(
        select(origin_decision)
        .where(origin_decision.c.line_id == line)
        .order_by(origin_decision.c.id.desc())
    )
    return tuple(
        OriginDecisionRow(
            suggested=row.suggested,
            version=row.version,
            decided=row.decided,
            reason=row.reason,
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    )


def _reason(said: Mapping[str, Any]) -> ReasonRow:
    signal = BY_ID.get(said["signal"])
    name = Words(en=signal.name_en, zh=signal.name_zh) if signal else None
    return ReasonRow(
        signal=said["signal"],
        name=name or Words(en=said["signal"], zh=said["signal"]),
        words=Words(en=said["en"], zh=said["zh"]),
        weights=said.get("weights", {}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How suggestions of a group stand beside decisions; one line has one vote, its newest.

    The interval is of ``agreed`` among ``named``: what was left undetermined named nobody wrongly.
    """

    name: str
    decided: int
    named: int  # something was suggested
    agreed: int  # and just that was decided
    interval: Interval | None

    @property
    def left_open(self) -> int:
        """Decided lines for which nothing had been determined."""
        return self.decided - self.named

    @property
    def otherwise(self) -> int:
        """Lines of which the engineer decided otherwise than was suggested."""
        return self.named - self.agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginTable:
    """Counts suggested x decided, and the agreement in all, by model and by month."""

    cells: Mapping[tuple[str, str], int]  # (suggested, decided)
    waiting: int  # lines of the slice with a suggestion that nobody has decided
    total: Agreement
    by_model: tuple[Agreement, ...]
    by_month: tuple[Agreement, ...]


def read_table(db: Connection, scope: Scope) -> OriginTable:
    """The table over the slice; of each line the newest decision counts."""
    rows = db.execute(
        select(
            origin_decision.c.suggested,
            origin_decision.c.decided,
            origin_decision.c.at,
            claim_line.c.model,
        )
        .join(claim_line, claim_line.c.id == origin_decision.c.line_id)
        .where(
            scope.covers(origin_decision.c.organisation_id), origin_decision.c.id.in_(newest_ids())
        )
        .order_by(origin_decision.c.at)
    ).all()
    cells: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        cells[row.suggested, row.decided] += 1
    waiting = db.execute(
        select(func.count())
        .select_from(origin_suggestion)
        .join(claim_line, claim_line.c.id == origin_suggestion.c.line_id)
        .where(
            scope.covers(origin_suggestion.c.organisation_id),
            claim_line.c.closed_at.is_(None),
            origin_suggestion.c.line_id.not_in(select(origin_decision.c.line_id)),
        )
    ).scalar_one()
    by_model = _group(rows, lambda row: row.model)
    return OriginTable(
        cells=dict(cells),
        waiting=int(waiting),
        total=_agreement("", rows),
        by_model=tuple(sorted(by_model, key=lambda one: (-one.decided, one.name))),
        by_month=tuple(
            sorted(_group(rows, lambda row: f"{row.at:%Y-%m}"), key=lambda one: one.name)
        ),
    )


def _group(rows: Iterable[Any], name: Callable[[Any], str]) -> list[Agreement]:
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[name(row)].append(row)
    return [_agreement(key, members) for key, members in groups.items()]


def _agreement(name: str, rows: Iterable[Any]) -> Agreement:
    rows = list(rows)
    named = [row for row in rows if row.suggested != Origin.UNDETERMINED.value]
    agreed = sum(row.suggested == row.decided for row in named)
    return Agreement(
        name=name,
        decided=len(rows),
        named=len(named),
        agreed=agreed,
        interval=exact_interval(failed=agreed, delivered=len(named)) if named else None,
    )
