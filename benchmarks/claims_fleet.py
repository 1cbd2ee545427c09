"""A store with very many pre-claims, and how fast it lists them and opens another."""

from __future__ import annotations

import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, insert

from collector.claims.chain import Entry, hash_of
from collector.claims.decision import Decision, Verdict
from collector.claims.lifecycle import ENDED, LineState
from collector.claims.warranty import Warranty, WarrantyVerdict
from collector.effects import carry_out
from collector.settings import AgentEntry, OrganisationEntry, SiteEntry
from collector.store import due, tables
from collector.store.assignments import assign
from collector.store.engine import open_engine, sqlite_url
from collector.store.migrate import migrate
from collector.store.scope import Role, scope_of
from collector.store.views.claim_page import ClaimFilter
from collector.store.views.claims import list_choices, list_preclaims

NOW: Final = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
SITES: Final = 200
CODES: Final = (
    "battery.not_charging",
    "ir_cut.stuck_open",
    "cellular.weak",
    "mainboard.reboot_loop",
)
# A fleet after years: most claims are over, the rest stands at every desk.
STATES: Final = (
    *(LineState.CLOSED,) * 50, *(LineState.WITHDRAWN,) * 5, *(LineState.AUTO_CLEARED,) * 15,
    *(LineState.REJECTED,) * 5, *(LineState.DRAFT,) * 8, *(LineState.READY,) * 3,
    *(LineState.SUBMITTED,) * 2, *(LineState.IN_REVIEW,) * 3, *(LineState.NEED_INFO,) * 2,
    *(LineState.AWAITING_RETURN,) * 3, *(LineState.RESOLVING,) * 2, *(LineState.FULFILLED,) * 2,
)  # fmt: skip
_BATCH: Final = 2000


@dataclass(frozen=True, slots=True)
class Fleet:
    """The store, and how many lines it began with."""

    engine: Engine
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Medians of one way to ask: until the answer was there, and the processor's part of it."""

    ms: float
    cpu_ms: float  # the rest is other programs, on a busy machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What was measured."""

    lines: int
    list_ms: float
    list_cpu_ms: float
    slowest: str
    asked: int
    open_ms: float
    commit_ms: float  # of which the database waits for the disk
    opened: int
    by_way: dict[str, Asked]


def build(folder: Path, *, lines: int, state: LineState | None = None) -> Fleet:
    """Write the store straight: opening so many claims by events takes an hour.

    No ANALYZE: a collector runs none, and with statistics SQLite reads otherwise than at people's.
    """
    engine = open_engine(sqlite_url(folder))
    migrate(engine)
    with engine.begin() as db:
        assign(
            db,
            organisations=(
                OrganisationEntry(id="factory", name="F", kind="factory", parent_id=None),
                *(
                    OrganisationEntry(
                        id=f"int{n}", name=f"I {n}", kind="integrator", parent_id="factory"
                    )
                    for n in range(20)
                ),
            ),
            sites=tuple(
                SiteEntry(id=f"s{n}", name=f"Site {n}", organisation_id=f"int{n % 20}", zone="UTC")
                for n in range(SITES)
            ),
            agents=tuple(
                AgentEntry(
                    id=f"a{n}", organisation_id=f"int{n % 20}", site_id=f"s{n}", evidence_key=None
                )
                for n in range(SITES)
            ),
        )
        for table, rows in _rows(lines, state):
            for part in _parts(rows):
                db.execute(insert(table), part)
    return Fleet(engine, lines)


def _parts(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while part := list(itertools.islice(rows, _BATCH)):
        yield part


def _rows(lines: int, state: LineState | None) -> Iterator[tuple[Table, Iterator[dict[str, Any]]]]:
    numbers = range(1, lines + 1)

    def org(n: int) -> str:
        return f"int{n % SITES % 20}"

    def state_of(n: int) -> LineState:
        return state or STATES[n * 37 % len(STATES)]

    def closed_at(n: int) -> datetime | None:
        return NOW - timedelta(hours=n % 9000) if state_of(n) in ENDED else None

    yield tables.position, (
        {
            "id": n, "agent_id": f"a{n % SITES}", "device_id": f"d{n}", "site_id": f"s{n % SITES}",
            "organisation_id": org(n), "name": f"Camera {n}", "label_serial": f"SC{n:08d}",
            "model": f"SC-{n % 30}", "firmware": f"1.{n % 7}",
        }
        for n in numbers
    )  # fmt: skip
    yield tables.episode, (
        {
            "id": n, "agent_id": f"a{n % SITES}", "epoch": "1", "seq": n, "position_id": n,
            "organisation_id": org(n), "code": CODES[n % 4], "state": "open",
            "onset_at": NOW - timedelta(hours=n % 9000), "agent_onset_at": NOW, "opened_at": NOW,
            "cleared_at": closed_at(n), "summary_en": "peak charge stays low", "summary_zh": "低",
            "because_json": "[]", "observations": 3, "label_serial": f"SC{n:08d}",
            "firmware": "1.0", "recorder_firmware": "4.2",
        }
        for n in numbers
    )  # fmt: skip
    yield tables.claim_case, (
        {
            "id": n, "number": f"PC-2026-{n:06d}", "organisation_id": org(n),
            "buyer": f"Buyer {n % 40}", "opened_at": NOW,
        }
        for n in numbers
    )  # fmt: skip
    yield tables.claim_line, (
        {
            "id": n, "case_id": n, "organisation_id": org(n), "site_id": f"s{n % SITES}",
            "position_id": n, "serial_key": f"SC{n:08d}", "label_serial": f"SC{n:08d}",
            "serial_source": "registry", "model": f"SC-{n % 30}", "batch": f"LOT-{n % 400}",
            "component": "battery", "warranty_verdict": ("in", "out", "unknown_serial")[n % 3],
            "warranty_until": None, "warranty_reason_en": "x", "warranty_reason_zh": "x",
            "state": state_of(n).value, "opened_at": NOW, "closed_at": closed_at(n),
            "due_at": NOW + timedelta(hours=n % 700)
            if state_of(n) in (LineState.SUBMITTED, LineState.IN_REVIEW, LineState.RESOLVING)
            else None,
        }
        for n in numbers
    )  # fmt: skip
    yield (
        tables.finding,
        (
            {"line_id": n, "organisation_id": org(n), "code": CODES[n % 4], "episode_id": n}
            for n in numbers
        ),
    )
    yield tables.claim_event, (_opened(n, org(n)) for n in numbers)
    yield tables.manifest, (
        {
            "id": n, "episode_id": n, "position_id": n, "organisation_id": org(n),
            "agent_id": f"a{n % SITES}", "code": CODES[n % 4], "body": b"", "signature": b"",
            "key_id": "k", "verdict": "verified", "received_at": NOW,
        }
        for n in numbers
    )  # fmt: skip
    yield tables.evidence_file, (
        {
            "sha256": f"{n:064x}", "organisation_id": org(n), "size": 1, "received_bytes": 1,
            "complete": n % 5 > 0,
        }
        for n in range(3, 2 * lines + 3)
    )  # fmt: skip
    yield tables.manifest_item, (
        {
            "manifest_id": n, "number": part, "organisation_id": org(n),
            "sha256": f"{2 * n + part:064x}", "kind": "picture", "media_type": "image/jpeg",
            "name": "fault.jpg", "size": 1, "taken_at": NOW, "note": "",
        }
        for n in numbers
        for part in (0, 1)
    )  # fmt: skip
    clocked = (LineState.SUBMITTED, LineState.IN_REVIEW, LineState.RESOLVING, LineState.NEED_INFO)
    yield tables.claim_clock, (
        {
            "line_id": n, "organisation_id": org(n), "kind": "resolution", "cycle": 0,
            "started_at": NOW, "due_at": NOW + timedelta(hours=n % 700), "calendar": "x",
            "renewed_at": NOW,
        }
        for n in numbers
        if state_of(n) in clocked
    )  # fmt: skip


def _opened(n: int, organisation: str) -> dict[str, Any]:
    payload = json.dumps({"serial": f"SC{n:08d}"})
    entry = Entry(
        line_id=n, at=NOW, actor="collector", role="system", type="opened", payload_json=payload
    )
    return {
        "seq": n, "line_id": n, "organisation_id": organisation, "at": NOW, "actor": "collector",
        "role": "system", "type": "opened", "payload_json": payload, "prev_hash": "",
        "hash": hash_of(entry, ""),
    }  # fmt: skip


WAYS: Final = {
    "open, newest first": ClaimFilter(turn="open"),
    "all": ClaimFilter(turn="all"),
    "done": ClaimFilter(turn="done"),
    "due first": ClaimFilter(turn="open", sort="due"),
    "state need_info": ClaimFilter(turn="open", state="need_info"),
    "state closed": ClaimFilter(turn="all", state="closed"),
    "site": ClaimFilter(turn="all", site="s7"),
    "model": ClaimFilter(turn="open", model="SC-3"),
    "batch": ClaimFilter(turn="all", batch="LOT-77"),
    "code": ClaimFilter(turn="open", code="cellular.weak"),
    "warranty": ClaimFilter(turn="open", warranty="out"),
    "search serial": ClaimFilter(turn="all", search="SC00004"),
    "search nothing": ClaimFilter(turn="all", search="nowhere at all"),
    "search number": ClaimFilter(turn="open", search="PC-2026-0000"),
}


def measure(fleet: Fleet) -> Pace:
    """Time the list page's reads for the factory and for one integrator, and openings."""
    by_way: dict[str, Asked] = {}
    with fleet.engine.connect() as db:
        factory = scope_of(db, organisation_id="factory", role=Role.FACTORY_ENGINEER)
        own = scope_of(db, organisation_id="int3", role=Role.INTEGRATOR)
        for name, wanted in WAYS.items():
            for who, scope in (("factory", factory), ("integrator", own)):

                def ask(wanted: ClaimFilter = wanted, scope: Any = scope) -> None:
                    list_preclaims(db, scope, wanted, limit=101)
                    list_choices(db, scope)

                by_way[f"{name}, {who}"] = _time(ask)
    slowest = max(by_way, key=lambda name: by_way[name].ms)
    opened = _open_some(fleet, 60)
    return Pace(
        lines=fleet.lines,
        list_ms=by_way[slowest].ms,
        list_cpu_ms=by_way[slowest].cpu_ms,
        slowest=slowest,
        asked=len(by_way),
        open_ms=statistics.median(work + commit for work, commit in opened),
        commit_ms=statistics.median(commit for _, commit in opened),
        opened=len(opened),
        by_way=by_way,
    )


def _time(ask: Callable[[], None], *, times: int = 5) -> Asked:
    found: list[tuple[float, float]] = []
    for _ in range(times):
        began, began_cpu = time.perf_counter(), time.process_time()
        ask()
        found.append((time.perf_counter() - began, time.process_time() - began_cpu))
    return Asked(
        ms=statistics.median(wall for wall, _ in found) * 1000,
        cpu_ms=statistics.median(cpu for _, cpu in found) * 1000,
    )


def _open_some(fleet: Fleet, count: int) -> list[tuple[float, float]]:
    """Faults of devices that have no claim yet: ms from the due decision, and of the commit."""
    found: list[tuple[float, float]] = []
    for n in range(fleet.lines + 1, fleet.lines + count + 1):
        with fleet.engine.begin() as db:
            _put_due(db, n)
        began = time.perf_counter()
        with fleet.engine.begin() as db:
            case = due.read(db, decision_id=n)
            decided = Decision(
                verdict=Verdict.CLAIM,
                reason_en="claimable",
                reason_zh="可索赔",
                warranty=Warranty(
                    verdict=WarrantyVerdict.IN, until=None, reason_en="x", reason_zh="x"
                ),
            )
            carry_out(db, case, decided, repeat_within=timedelta(days=90), now=NOW)
            worked = time.perf_counter()
        ended = time.perf_counter()
        found.append(((worked - began) * 1000, (ended - worked) * 1000))
    return found


def _put_due(db: Connection, n: int) -> None:
    owner = {"organisation_id": "int1"}
    db.execute(
        insert(tables.position).values(
            id=n, agent_id="a1", device_id=f"d{n}", site_id="s1", label_serial=f"SC{n:08d}",
            model="SC-1", firmware="1.0", **owner,
        )
    )  # fmt: skip
    db.execute(
        insert(tables.episode).values(
            id=n, agent_id="a1", epoch="1", seq=n, position_id=n, code=CODES[0], state="open",
            onset_at=NOW, agent_onset_at=NOW, opened_at=NOW, summary_en="x", summary_zh="x",
            because_json="[]", observations=3, label_serial=f"SC{n:08d}", firmware="1.0",
            recorder_firmware="4.2", **owner,
        )
    )  # fmt: skip
    db.execute(
        insert(tables.decision).values(
            id=n, episode_id=n, due_at=NOW, state="pending", **owner
        )
    )  # fmt: skip
