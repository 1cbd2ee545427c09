"""The registry import: what is new, changed, in conflict or refused, and nothing by surprise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.config import read_config
from collector.import_command import import_file
from collector.import_list import source_of, write_list
from collector.registry.read_list import List, read_list
from collector.store import registry, tables, units
from collector.store.registry import Comparison
from tests.collector.house import NOON, House

HEAD = "serial,model,product,batch,buyer,delivered_on,delivery_proof,onvif_serial,mac,uid\n"
GOOD = "SC24010001,SC-1,wifi,B-1,North,2025-01-01,slip 1,ONV-77,02-00-00-00-00-01,\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector's store."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def parse(content: bytes) -> List:
    """This file as checked rows."""
    return read_list(content)


def compare(house: House, text: str) -> Comparison:
    """What this file would do."""
    with house.engine.begin() as db:
        return registry.compare(db, parse(text.encode()), organisation_id="factory")


def write(house: House, text: str, *, plan: str = "") -> int:
    """Import this file; how many rows were written."""
    content = text.encode()
    read = parse(content)
    with house.engine.begin() as db:
        _, compared = write_list(
            db,
            read,
            source_of(content, read, actor="test", filename="list.csv"),
            organisation_id="factory",
            plan=plan,
            now=NOON,
        )
    return len(compared.changes)


def test_import_twice_is_import_once(house: House) -> None:
    """The second time every row is unchanged."""
    assert write(house, HEAD + GOOD) == 1
    assert write(house, HEAD + GOOD) == 0
    assert compare(house, HEAD + GOOD).unchanged == 1
    (unit,) = house.rows(tables.unit)
    assert (unit["delivered_on"], unit["product"]) == (date(2025, 1, 1), "wifi")
    assert {row["value"] for row in house.rows(tables.unit_alias)} == {
        "ONV-77",
        "02:00:00:00:00:01",
    }


def test_changed_row_says_what_changes(house: House) -> None:
    """Another batch is a change in words; an empty cell changes nothing."""
    write(house, HEAD + GOOD)
    compared = compare(house, HEAD + "SC24010001,SC-1,wifi,B-2,,,,,,\n")

    assert [one.what for one in compared.changed] == ["batch: B-1 → B-2"]
    write(house, HEAD + "SC24010001,SC-1,wifi,B-2,,,,,,\n")
    (unit,) = house.rows(tables.unit)
    assert (unit["batch"], unit["buyer"]) == ("B-2", "North")


def test_other_delivery_date_is_a_conflict(house: House) -> None:
    """The start of a warranty is never overwritten by a list."""
    write(house, HEAD + GOOD)
    moved = HEAD + GOOD.replace("2025-01-01", "2026-01-01")
    (problem,) = compare(house, moved).conflicts

    assert problem.why_en == "the registry says delivered 2025-01-01, the file 2026-01-01"
    assert write(house, moved) == 0
    assert house.rows(tables.unit)[0]["delivered_on"] == date(2025, 1, 1)


def test_one_serial_in_other_letters_is_one_device(house: House) -> None:
    """A second list in small letters delivers nothing a second time: it says how to write it;
    full-width letters are those of the label."""
    write(house, HEAD + GOOD)
    (problem,) = compare(house, HEAD + GOOD.lower()).conflicts

    assert problem.why_en.startswith("the registry has this device as SC24010001;")
    assert (
        compare(house, HEAD + GOOD.replace("SC2401", "\uff33\uff23\uff12\uff14\uff101")).unchanged
        == 1
    )
    (refused,) = parse((HEAD + GOOD + "sc24010001,SC-1,,,,,,,,\n").encode()).refused
    assert refused.why_en == "serial SC24010001 is already in row 2"


def test_alias_of_another_device_is_a_conflict(house: House) -> None:
    """One ONVIF serial does not name two devices."""
    write(house, HEAD + GOOD)
    compared = compare(house, HEAD + "SC24010002,SC-1,wifi,B-1,,2025-01-01,,ONV-77,,\n")

    assert [p.why_en for p in compared.conflicts] == ["an alias of this row belongs to SC24010001"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param("SC22,M,wifi,,,01/02/2025,,,,", "more than one way", id="ambiguous date"),
        pytest.param("SC22,M,wifi,,,20250102,,,,", "more than one way", id="short ISO"),
        pytest.param("SC22,M,wifi,,,2025-02-30,,,,", "there is no day", id="no such day"),
        pytest.param("=A1&B1,M,wifi,,,,,,,", "a formula", id="formula"),
        pytest.param("SC22,M,wifi,@SUM(1),,,,,,", "a formula", id="formula elsewhere"),
        pytest.param("1.23457E+17,M,wifi,,,,,,,", "spreadsheet destroyed", id="scientific"),
        pytest.param("1234567890123450,M,wifi,,,,,,,", "spreadsheet destroyed", id="16 digits"),
        pytest.param("00000000,M,wifi,,,,,,,", "no single device", id="all zeros"),
        pytest.param("SC22,,wifi,,,,,,,", "model: empty", id="no model"),
        pytest.param("SC22,M,toaster,,,,,,,", "not one of", id="product"),
        pytest.param("SC22,M,wifi,,,,,,00:00:00:00:00:00,", "no single device", id="no MAC"),
        pytest.param("SC24010001,M,wifi,,,,,,,", "already in row 2", id="serial twice"),
        pytest.param("SC22,M,wifi,,,,,ONV-77,,", "already in row 2", id="alias twice"),
        pytest.param(f"{'S1' * 40},M,wifi,,,,,,,", "too long", id="long"),
    ],
)
def test_refused_row_says_where_and_why(row: str, why: str) -> None:
    """The good row before it stays; the bad one is named with its number."""
    found = parse((HEAD + GOOD + row + "\n").encode())

    assert [r.serial for r in found.rows] == ["SC24010001"]
    ((number, text),) = [(p.row, p.why_en) for p in found.refused]
    assert number == 3
    assert why in text
    assert all(p.why_zh for p in found.refused)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\ufeffS/N;Model;Delivery date\nSC1001;M;2025-01-01\n".encode(), id="BOM"),
        pytest.param("序列号,型号,交付日期\nSC1001,M,2025-01-01\n".encode("gb18030"), id="GBK"),
        pytest.param(b"serial\tmodel\tdelivered_on\r\nSC1001\tM\t2025-01-01\r\n\r\n", id="tabs"),
    ],
)
def test_lists_as_spreadsheets_save_them(content: bytes) -> None:
    """Marks, semicolons, tabs, Chinese headers and encodings are read."""
    found = parse(content)

    assert [(r.serial, r.delivered_on) for r in found.rows] == [("SC1001", date(2025, 1, 1))]
    assert found.refused == ()


def test_file_without_serial_column_is_refused_whole() -> None:
    """A file of something else imports nothing and says which column it misses."""
    found = parse(b"name,model\nx,y\n")

    assert found.rows == ()
    assert "no column for serial" in found.refused[0].why_en


CONFIG = """
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
"""


def test_nothing_is_imported_before_it_is_confirmed(tmp_path: Path) -> None:
    """The dry run lists; the confirmed run writes the rows without errors."""
    (tmp_path / "c.toml").write_text(CONFIG)
    (tmp_path / "list.csv").write_text(HEAD + GOOD + "SC22,M,wifi,,,01/02/2025,,,,\n")
    config = read_config(tmp_path / "c.toml")

    def run(*, confirm: bool) -> tuple[bool, int, str]:
        done = import_file(
            config,
            tmp_path / "list.csv",
            confirm="" if confirm else None,
            organisation_id="",
            language="en",
        )
        return done.held_back, done.written, "\n".join(done.lines)

    held_back, written, text = run(confirm=False)
    assert (held_back, written) == (True, 0)
    assert "refused   row 3: SC22: delivered_on: '01/02/2025'" in text
    held_back, written, _ = run(confirm=True)
    assert (held_back, written) == (False, 1)
    _, _, text = run(confirm=False)
    assert text.startswith("0 new, 0 changed, 1 unchanged, 0 in conflict, 1 refused")


FULL = (
    "serial,model,maker,produced_on,delivered_on,delivery_proof,warranty_until,override_reason,"
    "blocked,replaces,lot.battery,lot.ir-cut,主板批次\n"
)


def test_unit_says_all_that_the_list_said(house: House) -> None:
    """Proof, override, block, chain and component lots are read and found by serial."""
    write(
        house,
        FULL + "SC24010001,SC-1,Southlight,2024-12-01,2025-01-01,CMR 7,2027-06-30,agreed by mail,,,"
        "BAT-9,IRC-2,MB-5\n"
        + "SC26010009,SC-1,Southlight,,2026-02-01,,,,stolen 2026-02-20,SC24010001,,,\n",
    )
    with house.engine.begin() as db:
        old, new = units.find(db, "SC24010001"), units.find(db, "SC26010009")

    assert old is not None
    assert new is not None
    assert (old.produced_on, old.delivered_by) == (date(2024, 12, 1), "proof")
    assert (old.warranty_until_override, old.override_reason) == (
        date(2027, 6, 30),
        "agreed by mail",
    )
    assert old.component_lots == {"IR-CUT": "IRC-2", "battery": "BAT-9", "mainboard": "MB-5"}
    assert (old.replaced_by, new.replaces, new.delivered_by) == (
        "SC26010009",
        "SC24010001",
        "shipment",
    )
    assert new.blocked == "stolen 2026-02-20"


@pytest.mark.parametrize(
    ("known", "now", "taken"),
    [
        pytest.param("estimate,", "shipment,", True, id="list over estimate"),
        pytest.param("shipment,", "proof,CMR 9", True, id="proof over list"),
        pytest.param("shipment,", "shipment,", False, id="list beside list"),
        pytest.param("proof,CMR 7", "shipment,", False, id="list over proof"),
        pytest.param("proof,CMR 7", "proof,CMR 9", False, id="proof beside proof"),
    ],
)
def test_better_founded_delivery_date_wins(house: House, known: str, now: str, taken: bool) -> None:
    """A proof beats the shipment list, that an estimate; among equals people must decide."""
    head = "serial,model,delivered_on,delivered_by,delivery_proof\n"
    write(house, f"{head}SC24010001,M,2025-01-01,{known}\n")
    compared = compare(house, f"{head}SC24010001,M,2025-02-02,{now}\n")

    assert (len(compared.changed), len(compared.conflicts)) == ((1, 0) if taken else (0, 1))


def test_unit_is_replaced_once(house: House) -> None:
    """Two devices sent for one, and a chain that bites its tail, are conflicts."""
    head = "serial,model,replaces\n"
    write(house, f"{head}SC24010001,M,\nSC24010002,M,SC24010001\n")
    compared = compare(house, f"{head}SC24010003,M,SC24010001\nSC24010001,M,SC24010002\n")

    assert [problem.why_en for problem in compared.conflicts] == [
        "SC24010001 has already been replaced by SC24010002",
        "SC24010001 itself has been replaced by SC24010002",
    ]
