"""Frames of newer, damaged and foreign senders: each ends as it was declared, for ever."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.intake.arrival import Arrival, Counts
from collector.store import tables
from collector.store.quarantine_share import Kind
from shared import signing, wire
from shared.evidence import SignedManifest
from shared.fault import EvidenceAdded
from shared.frame import FrameError, unpack
from tests.collector.house import AGENT_KEY, House, device, fault, frame_of, health, manifest_of

FOLDER = Path(__file__).parents[2] / "shared" / "corpus" / "beyond"
with (FOLDER / "outcomes.csv").open(encoding="utf-8", newline="") as table:
    ROWS = tuple(csv.DictReader(table))
UP = [row for row in ROWS if row["outcome"] in {"stored", "refused", "quarantined"}]
DOWN = [row for row in ROWS if row["outcome"] in {"read", "unread"}]


def arrival_of(row: dict[str, str]) -> Arrival:
    """The file as the broker would bring it."""
    return Arrival(row["topic"], (FOLDER / f"{row['name']}.bin").read_bytes())


def test_the_table_and_the_files_are_the_same() -> None:
    """No file is without a declared outcome, and every outcome has its file."""
    assert {row["name"] for row in ROWS} == {path.stem for path in FOLDER.glob("*.bin")}
    assert len(UP) + len(DOWN) == len(ROWS)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One collector that they all come to."""
    made = House(tmp_path_factory.mktemp("beyond"))
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("number", range(len(UP)), ids=lambda number: UP[number]["name"])
def test_each_ends_as_declared(house: House, number: int) -> None:
    """Stored, refused with a receipt or kept without one; rows beside it are stored as ever."""
    row, arrival = UP[number], arrival_of(UP[number])
    before, after = 10_000 + 3 * number, 10_002 + 3 * number
    done = house.take(
        frame_of(health(), seq=before),
        arrival,
        frame_of(fault(), seq=after),
    )

    is_stored = row["outcome"] == "stored"
    assert done.counts == Counts(stored=2 + is_stored, quarantined=1 - is_stored)
    seqs = {seq for _, told in done.receipts for r in told.ranges for seq in (r.first, r.last)}
    refused = [(told, refused) for _, told in done.receipts for refused in told.refused]
    kept = [
        str(found["reason"])
        for found in house.rows(tables.quarantine)
        if (found["payload"], found["topic"]) == (arrival.payload, arrival.topic)
    ]
    assert {before, after} < seqs if is_stored else {before, after} == seqs
    assert kept == ([] if is_stored else [row["reason"]])
    if row["outcome"] != "refused":
        assert refused == []
        return
    ((receipt, named),) = refused
    header = header_of(arrival.payload)
    assert (receipt.epoch, named.seq) == header
    assert named.reason.startswith(row["reason"])


def header_of(payload: bytes) -> tuple[object, int]:
    """Epoch and seq, also of what cannot be read further."""
    try:
        header = unpack(payload).header
    except FrameError as error:
        assert error.header is not None
        header = error.header
    return header.epoch, header.seq


def test_all_in_one_batch_and_again(tmp_path: Path) -> None:
    """Together they end as alone, and coming again they change nothing but the times seen."""
    house = House(tmp_path)
    arrivals = [arrival_of(row) for row in UP]
    stored = sum(row["outcome"] == "stored" for row in UP)
    first = house.take(*arrivals)
    rows = house.count(tables.frame), house.count(tables.episode), house.count(tables.quarantine)
    again = house.take(*arrivals)

    assert first.counts == Counts(stored=stored, quarantined=len(UP) - stored)
    assert again.counts == Counts(duplicate=stored, quarantined=len(UP) - stored)
    assert rows == (
        house.count(tables.frame),
        house.count(tables.episode),
        house.count(tables.quarantine),
    )
    assert {found["count"] for found in house.rows(tables.quarantine)} == {2}
    house.engine.dispose()


@pytest.mark.parametrize("row", DOWN, ids=lambda row: row["name"])
def test_an_agent_reads_or_drops_what_comes_down(row: dict[str, str]) -> None:
    """Receipts at their limits and longer ones are read; what is past them is dropped, by name."""
    try:
        message = wire.decode_down(unpack(arrival_of(row).payload).body)
        if isinstance(message, wire.SignedCommand):
            wire.decode_command(message.body)
    except (FrameError, wire.WireError) as error:
        assert (row["outcome"], bool(str(error))) == ("unread", True)
    else:
        assert row["outcome"] == "read"


def test_a_newer_agents_evidence_is_not_called_forged(tmp_path: Path) -> None:
    """A signature that holds over content from later is told apart from one that does not hold."""
    house = House(tmp_path)
    signed = manifest_of(b"picture")
    later = signed.body.replace(b"\xa7picture", b"\xa7hologra")
    manifests = (
        SignedManifest(later, signing.sign(AGENT_KEY, signing.MANIFEST, later), signed.key_id),
        SignedManifest(later, signed.signature, signed.key_id),
    )
    assert later != signed.body
    for seq, manifest in enumerate(manifests, start=1):
        house.take(frame_of(EvidenceAdded(device(), None, manifest), seq=seq))

    verdicts = [row["verdict"] for row in house.rows(tables.manifest)]
    assert verdicts == ["unreadable", "bad_signature"]
    house.engine.dispose()


def test_a_lane_from_later_is_worth_more_than_noise() -> None:
    """It was receipted and will not come again; noise does, or was nobody's."""
    worth = [Kind(agent_id="a", reason="frame.lane", lane=lane).worth for lane in (0, 9, 4, 1)]
    assert worth == [0, 1, 1, 4]
