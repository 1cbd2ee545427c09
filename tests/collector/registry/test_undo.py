"""Imports are taken back row by row, and only where nothing rests on the row since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from collector.__main__ import main
from collector.config import read_config
from collector.import_command import import_file, list_imports, undo_number
from collector.import_list import PlanChangedError, source_of, undo_import, write_list
from collector.registry.read_list import read_list
from collector.store import imports, registry, tables
from collector.store.undo import Undo
from tests.collector.house import NOON, House
from tests.collector.store.test_registry import CONFIG

HEAD = "serial,model,batch,delivered_on,mac,lot.battery\n"
PARTS = "part_number,component,quantity,place\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector's store."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def write_in(db: Connection, text: str, *, plan: str = "") -> int:
    """Import this file; its number."""
    content = text.encode()
    read = read_list(content)
    number, _ = write_list(
        db,
        read,
        source_of(content, read, actor="test", filename="list.csv"),
        organisation_id="factory",
        plan=plan,
        now=NOON,
    )
    return number


def write(house: House, text: str, *, plan: str = "") -> int:
    """Import this file in a transaction of its own."""
    with house.engine.begin() as db:
        return write_in(db, text, plan=plan)


def undo_in(db: Connection, number: int) -> Undo:
    """Undo this import."""
    done = imports.find(db, number)
    assert done is not None
    return undo_import(db, done, actor="test", now=NOON)


def undo(house: House, number: int) -> Undo:
    """Undo this import in a transaction of its own."""
    with house.engine.begin() as db:
        return undo_in(db, number)


def registry_rows(db: Connection) -> list[list[dict[str, object]]]:
    """All that the registry says, but for when it was written."""
    found = []
    for table in (tables.unit, tables.unit_alias, tables.unit_lot):
        rows = db.execute(select(table).order_by(*table.primary_key)).mappings()
        found.append([{k: v for k, v in row.items() if k != "imported_at"} for row in rows])
    return found


ROW = st.tuples(
    st.sampled_from(["SC1001", "SC1002", "SC1003"]),
    st.sampled_from(["M1", "M2"]),
    st.sampled_from(["", "B1", "B2"]),
    st.sampled_from(["", "2025-01-01"]),
    st.sampled_from(["", "02:00:00:00:00:01", "02:00:00:00:00:02"]),
    st.sampled_from(["", "BAT-1", "BAT-2"]),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lists=st.lists(st.lists(ROW, min_size=1, max_size=3), min_size=1, max_size=4))
def test_undoing_the_last_imports_walks_back(
    house: House, lists: list[list[tuple[str, ...]]]
) -> None:
    """Whatever lists were imported: undone in turn from the last, each leaves what was before."""
    with house.engine.connect() as db:  # never committed: each example begins with nothing
        written = []
        for rows in lists:
            before = registry_rows(db)
            text = HEAD + "\n".join(",".join(row) for row in rows) + "\n"
            written.append((write_in(db, text), before))
        for number, before in reversed(written):
            assert undo_in(db, number).held == ()
            assert registry_rows(db) == before
        db.rollback()


def test_row_that_a_later_import_changed_is_held(house: House) -> None:
    """The other rows of the import go back, and the held one names the later import."""
    first = write(house, HEAD + "SC1001,M,B1,,,\nSC1002,M,B1,,,\n")
    second = write(house, HEAD + "SC1001,M,B2,,,\n")
    undone = undo(house, first)

    assert [step.key for step in undone.steps] == ["SC1002"]
    assert [(one.key, one.why_en) for one in undone.held] == [
        ("SC1001", f"import {second} changed it later")
    ]
    assert [(row["serial"], row["batch"]) for row in house.rows(tables.unit)] == [("SC1001", "B2")]
    assert undo(house, second).held == ()
    assert undo(house, first).held == ()
    assert house.count(tables.unit) == 0


def test_row_on_which_a_claim_rests_is_held(house: House) -> None:
    """A pre-claim that was judged by the row keeps it, and is named."""
    number = write(house, HEAD + "SC1001,M,B1,2025-01-01,,\n")
    with house.engine.begin() as db:
        db.execute(
            insert(tables.claim_case).values(
                id=1, organisation_id="north", number="PC-2026-000001", buyer="", opened_at=NOON
            )
        )
        db.execute(
            insert(tables.position).values(
                id=1, agent_id="agent-farm", device_id="gate", site_id="farm",
                organisation_id="north",
            )
        )  # fmt: skip
        db.execute(
            insert(tables.claim_line).values(
                id=1, case_id=1, organisation_id="north", site_id="farm", position_id=1,
                serial_key="SC1001", label_serial="SC1001", serial_source="registry",
                model="M", batch="B1", component="battery", state="draft",
                warranty_verdict="in", warranty_reason_en="", warranty_reason_zh="",
                opened_at=NOON,
            )
        )  # fmt: skip
    undone = undo(house, number)

    assert undone.steps == ()
    assert [one.why_en for one in undone.held] == ["pre-claim PC-2026-000001 rests on it"]
    assert house.count(tables.unit) == 1


def test_stock_goes_back_too(house: House) -> None:
    """A list of spare parts is an import like any other."""
    first = write(house, PARTS + "BAT-1,battery,40,Shenzhen\n")
    second = write(house, PARTS + "BAT-1,battery,12,Shenzhen\nIRC-1,IR-CUT,5,\n")
    assert undo(house, second).held == ()
    assert [(row["part_number"], row["quantity"]) for row in house.rows(tables.spare_part)] == [
        ("BAT-1", 40)
    ]
    undo(house, first)
    assert house.count(tables.spare_part) == 0


def test_only_what_was_shown_is_written(house: House) -> None:
    """When another list came between dry run and confirmation, nothing is written."""
    text = HEAD + "SC1001,M,B1,,,\n"
    with house.engine.begin() as db:
        plan = registry.compare(db, read_list(text.encode()), organisation_id="factory").plan
    write(house, HEAD + "SC1001,M,B7,,,\n")

    with pytest.raises(PlanChangedError) as refused:
        write(house, text, plan=plan)
    assert [one.what for one in refused.value.compared.changed] == ["batch: B7 → B1"]
    assert house.rows(tables.unit)[0]["batch"] == "B7"


def test_command_lists_and_undoes(tmp_path: Path) -> None:
    """Dry run, its plan, the import, the list of imports and the undo: all by the command."""
    (tmp_path / "c.toml").write_text(CONFIG)
    (tmp_path / "list.csv").write_text(HEAD + "SC1001,M,B1,,,\n")
    config = read_config(tmp_path / "c.toml")

    def run(confirm: str | None) -> str:
        done = import_file(
            config, tmp_path / "list.csv", confirm=confirm, organisation_id="", language="en"
        )
        return done.lines[-1]

    plan = run(None).split("--confirm ")[1].split()[0]
    assert "not what was shown" in run("0123456789abcdef")
    assert run(plan).startswith("1 rows written as import 1")
    assert "command line: list.csv, 1 rows, written" in list_imports(config, language="en").lines[0]
    assert "would be put back" in undo_number(config, 1, confirm=False, language="en").lines[-1]
    assert main(["export-rma", "-c", str(tmp_path / "c.toml"), str(tmp_path / "r.xlsx")]) == 0
    assert (tmp_path / "r.xlsx").read_bytes().startswith(b"PK")
    assert undo_number(config, 1, confirm=True, language="zh").lines[0] == "恢复  SC1001"
    assert "undone" in list_imports(config, language="en").lines[0]
