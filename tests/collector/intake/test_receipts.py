"""Receipts of a batch: every row is named, in as many receipts as the contract's limits want."""

from __future__ import annotations

from collector.intake.receipts import MAX_RANGES, MAX_REASON, MAX_REFUSED, Noted, receipts_for
from shared import wire
from shared.identity import Epoch, EventId
from tests.collector.house import EPOCH, NOON

OTHER = Epoch(2, 9)


def noted(seq: int, *, epoch: Epoch = EPOCH, refused: str = "") -> Noted:
    """One row of the farm."""
    return Noted(agent_id="agent-farm", identity=EventId(epoch, seq), refused=refused)


def test_every_row_is_named_once_however_many_there_are() -> None:
    """Rows with holes between, and refused ones, beyond the limits of one receipt."""
    stored = set(range(1, 2 * (2 * MAX_RANGES + 3), 2))
    refused = set(range(2, 2 * (2 * MAX_REFUSED + 3), 2))
    rows = [noted(seq) for seq in stored] + [noted(seq, refused="why") for seq in refused]
    made = receipts_for(rows, generation="g", now=NOON)
    told = [receipt for _, receipt in made]

    assert [one.seq for receipt in told for one in receipt.refused] == sorted(refused)
    assert [part.first for receipt in told for part in receipt.ranges] == sorted(stored)
    assert all(part.first == part.last for receipt in told for part in receipt.ranges)
    assert {agent_id for agent_id, _ in made} == {"agent-farm"}
    assert all(wire.decode_down(wire.encode(receipt)) == receipt for receipt in told)


def test_a_refused_row_is_never_told_as_stored() -> None:
    """Its neighbours are two ranges: the agent keeps the reason, and counts it as refused."""
    rows = [noted(1), noted(2, refused="x" * (2 * MAX_REASON)), noted(3)]
    ((_, receipt),) = receipts_for(rows, generation="g", now=NOON)

    assert [(part.first, part.last) for part in receipt.ranges] == [(1, 1), (3, 3)]
    assert [(one.seq, len(one.reason)) for one in receipt.refused] == [(2, MAX_REASON)]


def test_epochs_are_receipted_apart() -> None:
    """The same number in another life of the agent is another row."""
    rows = [noted(1), noted(1, epoch=OTHER), noted(2, epoch=OTHER)]
    made = receipts_for(rows, generation="g", now=NOON)

    assert [(receipt.epoch, receipt.ranges[0].last) for _, receipt in made] == [
        (EPOCH, 1),
        (OTHER, 2),
    ]
