"""The list of pre-claims: what a filter lets through, pages, choices, and how it is read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, event, insert

from collector.roles import Role
from collector.store import tables
from collector.store.engine import open_engine, reader
from collector.store.scope import Scope
from collector.store.views import claim_page, claims
from collector.store.views.claim_page import ClaimFilter
from collector.store.views.claims import list_choices, list_preclaims
from tests.stores import STORES

NOON: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
OWNERS: Final = ("north", "south", "west")
LINES: Final = 60
SCOPES: Final = (("north",), ("north", "west"), OWNERS, ())


@dataclass(frozen=True, kw_only=True)
class Line:
    """A pre-claim as the naive list knows it."""

    id: int
    owner: str
    state: str
    site: str
    model: str
    batch: str
    warranty: str
    is_open: bool
    due_at: datetime | None
    serial: str
    number: str
    name: str
    findings: frozenset[tuple[str, str]]  # code, whose finding

    @property
    def codes(self) -> set[str]:
        """The codes of its findings, whoever's they are."""
        return {code for code, _ in self.findings}


def lines_of(seed: int) -> tuple[Line, ...]:
    """Any lines; some hold a finding of another organisation, whose device it is by now."""
    any_of = random.Random(seed)
    return tuple(
        Line(
            id=number,
            owner=(owner := any_of.choice(OWNERS)),
            state=any_of.choice(("draft", "in_review", "closed")),
            site=f"{owner}-{any_of.randrange(2)}",
            model=any_of.choice(("", "SC-1", "SC-2")),
            batch=any_of.choice(("", "LOT-1", f"LOT-{owner}")),
            warranty=any_of.choice(("in", "out")),
            is_open=any_of.random() < 0.5,
            due_at=any_of.choice((None, NOON, NOON + timedelta(hours=any_of.randrange(9)))),
            serial=f"SC{any_of.randrange(1000):03d}x{number}",
            number=f"PC-2026-{number:06d}",
            name=any_of.choice(("Yard", "pc-2026 gate", "100 % door")),
            findings=frozenset(
                (any_of.choice(("lens", "battery", "rare")), any_of.choice((owner, *OWNERS)))
                for _ in range(any_of.randrange(3))
            ),
        )
        for number in range(1, LINES + 1)
    )


def write(db: Connection, lines: tuple[Line, ...]) -> None:
    """These lines as rows, with the least that they refer to."""
    owners = [{"id": one, "name": one, "kind": "integrator"} for one in OWNERS]
    db.execute(insert(tables.organisation), owners)
    for one in OWNERS:
        for site in (f"{one}-0", f"{one}-1"):
            db.execute(
                insert(tables.site).values(id=site, name=site, organisation_id=one, zone="UTC")
            )
        db.execute(
            insert(tables.agent).values(id=f"a-{one}", organisation_id=one, site_id=f"{one}-0")
        )
    for line in lines:
        write_line(db, line)


def write_line(db: Connection, line: Line) -> None:
    """One line with its case, position and findings."""
    own: dict[str, Any] = {"id": line.id, "organisation_id": line.owner}
    here = {"agent_id": f"a-{line.owner}", "site_id": line.site}
    db.execute(
        insert(tables.position).values(**own, **here, device_id=f"d{line.id}", name=line.name)
    )
    db.execute(
        insert(tables.claim_case).values(**own, number=line.number, buyer="B", opened_at=NOON)
    )
    db.execute(
        insert(tables.claim_line).values(
            **own, case_id=line.id, site_id=line.site, position_id=line.id,
            serial_key=line.serial, label_serial=line.serial, serial_source="registry",
            model=line.model, batch=line.batch, component="lens",
            warranty_verdict=line.warranty, warranty_reason_en="x", warranty_reason_zh="x",
            state=line.state, opened_at=NOON, closed_at=None if line.is_open else NOON,
            due_at=line.due_at,
        )
    )  # fmt: skip
    for seq, (code, owner) in enumerate(sorted(line.findings)):
        key = line.id * 10 + seq
        db.execute(
            insert(tables.episode).values(
                id=key, agent_id=f"a-{line.owner}", epoch="1", seq=key, position_id=line.id,
                organisation_id=owner, code=code, state="open", onset_at=NOON,
                agent_onset_at=NOON, opened_at=NOON, summary_en="x", summary_zh="x",
                because_json="[]", observations=3, label_serial=line.serial, firmware="1.0",
                recorder_firmware="",
            )
        )  # fmt: skip
        db.execute(
            insert(tables.finding).values(
                line_id=line.id, organisation_id=owner, code=code, episode_id=key
            )
        )


def expected(lines: tuple[Line, ...], scope: Scope, wanted: ClaimFilter) -> list[int]:
    """The list as anybody would write it down: every line is looked at, with every condition."""
    held = [
        line
        for line in lines
        if line.owner in scope.organisation_ids
        and (wanted.turn == "all" or line.is_open == (wanted.turn == "open"))
        and wanted.state in ("", line.state)
        and wanted.site in ("", line.site)
        and wanted.model in ("", line.model)
        and wanted.batch in ("", line.batch)
        and wanted.warranty in ("", line.warranty)
        and (not wanted.code or wanted.code in line.codes)
        and any(wanted.search.lower() in text.lower() for text in searched(line))
    ]
    if wanted.sort != "due":
        return sorted((line.id for line in held), reverse=True)
    return [id_ for _, id_ in sorted((line.due_at, line.id) for line in held if line.due_at)]


def searched(line: Line) -> tuple[str, ...]:
    """What a search looks into."""
    return line.serial, line.number, line.name


def filters(seed: int) -> Iterator[ClaimFilter]:
    """Any filters, without end."""
    any_of = random.Random(seed)

    def maybe(*values: str) -> str:
        return any_of.choice((*("",) * 7, *values))

    while True:
        yield ClaimFilter(
            turn=any_of.choice(("all", "open", "done")),
            state=maybe("draft", "closed", "none such"),
            site=maybe("north-0", "west-1"),
            model=maybe("SC-1"),
            batch=maybe("LOT-1", "LOT-west"),
            code=maybe("lens", "rare", "none such"),
            warranty=maybe("out"),
            search=maybe("sc0", "PC-2026-00001", "pc-2026", "P", "00002", "%", "YARD"),
            sort=any_of.choice(("", "", "due")),
        )


def scope_of(owners: tuple[str, ...]) -> Scope:
    """Who sees these organisations."""
    return Scope(organisation_ids=frozenset(owners), role=Role.INTEGRATOR)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty store."""
    made = open_engine(STORES.url(tmp_path))
    yield made
    made.dispose()


@pytest.mark.parametrize("few", [0, claim_page.FEW], ids=["common codes", "rare codes"])
@pytest.mark.parametrize("seed", range(2))
def test_the_list_is_what_the_filter_says(
    engine: Engine, seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any filter, slice and order: the same lines as by looking at each, whichever way codes are
    looked up, and page by page too."""
    monkeypatch.setattr(claim_page, "FEW", few)
    lines = lines_of(seed)
    with engine.begin() as db:
        write(db, lines)
    shown = 0
    with reader(engine) as db:
        for wanted in islice(filters(seed), 40):
            for scope in map(scope_of, SCOPES):
                want = expected(lines, scope, wanted)
                found = list_preclaims(db, scope, wanted)
                assert [one.id for one in found] == want, (wanted, scope)
                assert pages(db, scope, wanted, size=7) == want, (wanted, scope)
                shown += len(want)
    assert shown > 300, "filters that let nothing through prove nothing"


def pages(db: Connection, scope: Scope, wanted: ClaimFilter, *, size: int) -> list[int]:
    """The whole list, a page at a time."""
    found: list[int] = []
    while page := list_preclaims(db, scope, wanted, before=found[-1] if found else 0, limit=size):
        found.extend(one.id for one in page)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_choices_are_what_the_slice_has(engine: Engine, seed: int) -> None:
    """Every filter offers each value of the slice's own rows, '' left out, and no other."""
    lines = lines_of(seed)
    with engine.begin() as db:
        write(db, lines)
    with reader(engine) as db:
        for scope in map(scope_of, SCOPES):
            own = [line for line in lines if line.owner in scope.organisation_ids]
            values = {
                "state": {line.state for line in own},
                "model": {line.model for line in own},
                "batch": {line.batch for line in own},
                "warranty": {line.warranty for line in own},
                "code": {
                    code
                    for line in lines
                    for code, owner in line.findings
                    if owner in scope.organisation_ids
                },
            }
            want = {name: tuple(sorted(found - {""})) for name, found in values.items()}
            assert list_choices(db, scope) == want


def test_a_pre_claim_outside_of_the_slice_is_not_given_by_its_id(engine: Engine) -> None:
    """Ids from a form name what the reader may see, in the order of the form."""
    lines = lines_of(0)
    with engine.begin() as db:
        write(db, lines)
    ids = [line.id for line in lines]
    north = scope_of(("north",))
    with reader(engine) as db:
        found = claims.by_ids(db, north, ids[::-1])
        assert [one.id for one in found] == [
            line.id for line in reversed(lines) if line.owner == "north"
        ]
        for line in lines:
            is_seen = claims.find_preclaim(db, north, line.id) is not None
            assert is_seen == (line.owner == "north")


def plans(engine: Engine, scope: Scope, wanted: ClaimFilter) -> dict[str, str]:
    """How SQLite, without statistics, reads what the page asks: the plan of each statement."""
    asked: list[tuple[str, Any]] = []

    def note(_db: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    found: dict[str, str] = {}
    with reader(engine) as db:
        db.exec_driver_sql("SELECT 1")
        event.listen(engine, "before_cursor_execute", note)
        list_preclaims(db, scope, wanted)
        list_choices(db, scope)
        event.remove(engine, "before_cursor_execute", note)
        assert not db.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE name LIKE 'sqlite_stat%'"
        ).all()
        for statement, values in asked:
            steps = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            found[statement] = " | ".join(step[3] for step in steps)
    return found


WAYS: Final = (
    ClaimFilter(),
    ClaimFilter(turn="open"),
    ClaimFilter(turn="done"),
    ClaimFilter(turn="open", code="lens"),
    ClaimFilter(sort="due"),
)


@pytest.mark.store("sqlite")
@pytest.mark.parametrize("wanted", WAYS, ids=repr)
def test_the_newest_page_is_walked_and_not_sorted(
    engine: Engine, wanted: ClaimFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one organisation's slice nor a wide one is gathered to find its newest or first due
    lines, and a common code is looked up line by line."""
    monkeypatch.setattr(claim_page, "FEW", 0)
    with engine.begin() as db:
        write(db, lines_of(0))
    for owners in (("north",), OWNERS):
        if wanted.sort == "due" and len(owners) == 1:
            continue  # one organisation's running clocks are few
        found = plans(engine, scope_of(owners), wanted)
        page = next(
            plan
            for statement, plan in found.items()
            if "LIMIT" in statement and "FROM claim_line" in statement
        )
        assert "TEMP B-TREE" not in page
        assert "ix_finding_code" not in page


@pytest.mark.store("sqlite")
@pytest.mark.parametrize("owners", [("north",), OWNERS], ids=["one", "several"])
def test_nothing_is_read_whole(engine: Engine, owners: tuple[str, ...]) -> None:
    """Details are read by the lines of the page, and choices by jumps through the column's own
    index: not by all that one organisation has, nor by every clock that runs."""
    with engine.begin() as db:
        write(db, lines_of(0))
    found = plans(engine, scope_of(owners), replace(WAYS[1], model="SC-1"))
    for statement, plan in found.items():
        if "LIMIT" in statement:
            continue  # the page itself
        assert "organisation_id (" not in plan, statement
        assert "ix_claim_clock_running" not in plan, statement
        assert "SCAN claim_" not in plan and "SCAN finding" not in plan, statement
    assert len(found) == 13, "the page, seven for its details, four columns of lines, the codes"
