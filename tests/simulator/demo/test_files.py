"""The demo's files are what the collector reads without a remark."""

from __future__ import annotations

from pathlib import Path

from collector.registry.read_list import read_list
from collector.registry.unit_row import DeliveredBy
from simulator.demo.cast import DEMO
from simulator.demo.files import Folder, write_registry


def test_the_delivery_list_claims_no_proof(tmp_path: Path) -> None:
    """It is a shipment list, and every date on it says so."""
    folder = Folder(root=tmp_path)
    write_registry(folder, DEMO)
    read = read_list(folder.registry.read_bytes())

    assert (read.refused, read.ignored) == ((), ())
    assert {row.delivered_by for row in read.rows} == {DeliveredBy.SHIPMENT}
