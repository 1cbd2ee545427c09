"""The ledger of claims: agreed numbers, fold and columns over random lives, the store's pace."""

from __future__ import annotations

import json
import random
import tempfile
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from benchmarks import claims_fleet
from benchmarks.figure import Bound, Figure, Measurement, Size
from collector import review
from collector.claims.clock_terms import DEFAULT_TERMS
from collector.claims.clocks import resolution
from collector.claims.lifecycle import Actor, LineState, moves_for
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import EMPTY, Cycle, Pause, PauseReason, Story, fold, step
from collector.claims.warranty import last_covered_day
from collector.factory_calendar import calendar_of
from collector.stats.contract import judge
from collector.stats.interval import exact_interval
from collector.store import stories, tables

VECTORS: Final = Path(__file__).parents[2] / "shared" / "vectors" / "claims-and-statistics.json"
_FIELDS: Final[dict[LineState, dict[str, object]]] = {
    LineState.NEED_INFO: {"missing": ["picture", "clip"]},
    LineState.APPROVED: {"path": "replace_unit", "origin": "factory", "rma_number": "RMA-1"},
    LineState.REJECTED: {"reason_code": "other"},
    LineState.RECEIVED: {"bench": "dead"},
    LineState.IN_REVIEW: {"bench": "no fault found", "brought": ["clip"]},
    LineState.FULFILLED: {"tracking": "SF1", "new_serial": "SC26010009"},
}


def measure_vectors(size: Size) -> Measurement:
    """Rows of the shared vectors that we count otherwise."""
    rows = json.loads(VECTORS.read_text("utf-8"))
    failed = [row for row in rows["sla_cn"] if not _agrees_on_due(row)]
    failed += [
        row
        for row in rows["warranty"]
        if last_covered_day(date.fromisoformat(row["delivery"]), row["months"]).isoformat()
        != row["last_covered_day"]
    ]
    failed += [row for row in rows["single_look"] if not _agrees_on_interval(row)]
    count = len(rows["sla_cn"]) + len(rows["warranty"]) + len(rows["single_look"])
    return Measurement(
        value=len(failed),
        made_by=f"{count} rows: due days, last covered days, exact intervals and contract rule",
    )


def _agrees_on_due(row: dict[str, Any]) -> bool:
    submitted = datetime.fromisoformat(row["submitted"]).astimezone(UTC)
    story = Story(
        submitted_at=submitted,
        cycles=(Cycle(started_at=submitted, because="submitted"),),
        pauses=tuple(
            Pause(
                began_at=datetime.fromisoformat(begins),
                ended_at=datetime.fromisoformat(ends),
                reason=PauseReason.NEED_INFO,
            )
            for begins, ends in row["pauses"]
        ),
    )
    found = resolution(
        story,
        terms=DEFAULT_TERMS,
        days=calendar_of(DEFAULT_TERMS),
        now=submitted + timedelta(days=365),
    )
    return (
        found is not None
        and found.due_on.isoformat() == row["due"]
        and found.is_provisional is row.get("provisional", False)
    )


def _agrees_on_interval(row: dict[str, Any]) -> bool:
    found = exact_interval(failed=row["k"], delivered=row["n"], confidence=0.95)
    low, high = row["cp95"]
    near = abs(found.lower - low) < 1e-9 and abs(found.upper - high) < 1e-9
    return near and judge(failed=row["k"], delivered=row["n"]).breached is row["contract_breach"]


def measure_fold(size: Size) -> Measurement:
    """Steps after which the columns, the fold and the story step by step say different things."""
    lines = 20 if size is Size.SHORT else 400
    chance = random.Random(20261126)
    differs = steps = 0
    with tempfile.TemporaryDirectory() as folder:
        fleet = claims_fleet.build(Path(folder), lines=lines, state=LineState.DRAFT)
        for line_id in range(1, lines + 1):
            now, story = claims_fleet.NOW, EMPTY
            for _ in range(25):
                now += timedelta(hours=chance.randrange(1, 200))
                _try_a_move(fleet, line_id, chance, now)
                with fleet.engine.begin() as db:
                    log = stories.log_of(db, line_id)
                    for event in (*log, *log[:2]):  # told again: nothing changes
                        story = step(story, event)
                    told = fold(log)
                    row = db.execute(
                        tables.claim_line.select().where(tables.claim_line.c.id == line_id)
                    ).one()
                stored = row._mapping
                columns = {k: v for k, v in stories.projection(told).items() if v is not None}
                differs += story != told or any(stored[k] != v for k, v in columns.items())
                steps += 1
        fleet.engine.dispose()
    return Measurement(value=differs, made_by=f"{steps} looks at {lines} lines moved at random")


def _try_a_move(
    fleet: claims_fleet.Fleet, line_id: int, chance: random.Random, now: datetime
) -> None:
    with fleet.engine.begin() as db:
        story = stories.story_of(db, line_id)
        choices = [(m, a) for a in Actor for m in moves_for(source=story.state, actor=a)]
        if not choices:
            return
        move, actor = chance.choice(choices)
        fields = {
            **_FIELDS.get(move.target, {}),
            **({"scanned_serial": f"SC{line_id:08d}"} if move.target is LineState.RECEIVED else {}),
        }
        try:
            review.move_line(
                db,
                line_id=line_id,
                target=move.target,
                actor="x",
                role=actor,
                reason="because",
                now=now,
                fields=fields,
            )
        except IllegalMoveError:
            return  # its guard said no; the next look finds it where it was


@cache
def _measured(size: Size) -> claims_fleet.Pace:
    lines = 10_000 if size is Size.SHORT else 100_000
    with tempfile.TemporaryDirectory() as folder:
        fleet = claims_fleet.build(Path(folder), lines=lines)
        found = claims_fleet.measure(fleet)
        fleet.engine.dispose()
        return found


def measure_list(size: Size) -> Measurement:
    """The slowest of the list page's ways to ask, all that it reads together; in ms."""
    found = _measured(size)
    return Measurement(
        value=round(found.list_ms, 1),
        made_by=f"{found.lines} claims, slowest of {found.asked}: {found.slowest}; SQLite,"
        f" {found.list_cpu_ms:.0f} ms of it the processor's",
    )


def measure_open(size: Size) -> Measurement:
    """From a due decision to the committed claim; median in ms."""
    found = _measured(size)
    return Measurement(
        value=round(found.open_ms, 2),
        made_by=f"{found.lines} claims, median of {found.opened}; SQLite, {found.commit_ms:.1f} ms"
        " of it its commit to this disk (synchronous FULL)",
    )


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="claims.vectors",
        what="rows of the shared claim vectors that come out otherwise",
        unit="rows",
        bound=Bound.AT_MOST,
        target=0,
        how="../shared/vectors/claims-and-statistics.json against the real functions",
        measure=measure_vectors,
    ),
    Figure(
        name="claims.fold_differs",
        what="looks at which fold, step-by-step story and columns of a line differ",
        unit="looks",
        bound=Bound.AT_MOST,
        target=0,
        how="random moves by random actors through review.move_line on a real store",
        measure=measure_fold,
    ),
    Figure(
        name="claims.list_ms",
        what="the pre-claim list as the page asks for it, at 100,000 claims",
        unit="ms",
        bound=Bound.AT_MOST,
        target=50,
        how="list with details and the filters' choices, every filter, sort and search; medians",
        measure=measure_list,
    ),
    Figure(
        name="claims.open_ms",
        what="opening a claim from an event at the store, at 100,000 claims",
        unit="ms",
        bound=Bound.AT_MOST,
        target=5,
        how="from the due decision to the committed line, finding and log",
        measure=measure_open,
    ),
)
