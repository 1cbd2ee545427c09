"""A serial that was sent for another: known to the registry, once, and taken back on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.store import imports, replacements, spare_parts, tables, units
from collector.store.replacements import TakenError
from tests.collector.house import NOON, House
from tests.collector.registry.test_undo import PARTS, undo, write


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector's store with one delivered unit."""
    made = House(tmp_path)
    made.register("SC24010001", delivered_on=date(2025, 1, 1))
    yield made
    made.engine.dispose()


def note(house: House, old: str, new: str) -> None:
    """A factory engineer sends one for the other."""
    with house.engine.begin() as db:
        replacements.note(
            db,
            old=old,
            new=new,
            model="SC-1",
            organisation_id="factory",
            sent_on=date(2026, 3, 1),
            actor="engineer",
            reason="PC-2026-000001 fulfilled",
            now=NOON,
        )


def test_replacement_is_known_and_goes_back(house: House) -> None:
    """The new serial carries model and buyer of the old one, and undo takes it away."""
    note(house, "SC24010001", "SC26030009")
    note(house, "SC24010001", "SC26030009")  # told twice
    with house.engine.begin() as db:
        new, old = units.find(db, "SC26030009"), units.find(db, "SC24010001")
        assert len(imports.newest(db)) == 1
    assert new is not None
    assert old is not None
    assert (new.model, new.buyer, new.batch, new.replaces) == ("SC-1", "North", "", "SC24010001")
    assert (new.delivered_on, new.delivered_by) == (date(2026, 3, 1), "shipment")
    assert old.replaced_by == "SC26030009"

    undo(house, 1)
    assert [row["serial"] for row in house.rows(tables.unit)] == ["SC24010001"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("SC24010001", "SC26030010", id="a second one for the same"),
        pytest.param("SC24010002", "SC26030009", id="sent for another before"),
        pytest.param("SC26030009", "SC24010001", id="back into the chain"),
        pytest.param("SC24010001", "SC24010001", id="itself"),
    ],
)
def test_serial_stands_in_one_chain(house: House, old: str, new: str) -> None:
    """A wrong scan is refused: no device replaces two, and none is replaced twice."""
    note(house, "SC24010001", "SC26030009")
    with pytest.raises(TakenError):
        note(house, old, new)


def test_parts_that_fit_are_found_by_model_and_component(house: House) -> None:
    """The most in stock first, one that is out of stock says so, other models' parts are out."""
    write(
        house,
        PARTS.strip() + ",models\nBAT-1,battery,3,Shenzhen,SC-1\nBAT-2,battery,40,Hamburg,*\n"
        'BAT-3,battery,0,,"sc-1, SC-2"\nBAT-4,battery,9,,SC-9\nIRC-1,ir-cut,9,,*\n',
    )
    with house.engine.begin() as db:
        found = spare_parts.fitting(db, "SC-1", "battery")

    assert [(part.part_number, part.quantity) for part in found] == [
        ("BAT-2", 40),
        ("BAT-1", 3),
        ("BAT-3", 0),
    ]
    assert spare_parts.in_stock(found) == 43
