"""What a flipped bit on a link without TLS can do: at worst a row comes again.

The checksum covers the frame, not the topic. CRC-32 (zlib's polynomial) finds every burst of up
to 32 bits and every pair of flipped bits at the length of a frame; of worse damage it misses one
in 2^32. Where that is too many, TLS is the answer.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from collector.intake.arrival import Arrival, Counts
from collector.store import tables
from shared import wire
from shared.frame import FrameError, Lane, pack, unpack
from shared.identity import Epoch
from shared.receipt import Receipt, SeqRange
from tests.collector.house import NOON, House, fault, frame_of

SEED = 20260301
RECEIPT = pack(
    lane=Lane.RECEIPT,
    epoch=Epoch(3, 2**62),
    seq=0,
    body=wire.encode(
        Receipt(Epoch(3, 2**62), "g-0123456789abcdef", NOON, (SeqRange(5, 9), SeqRange(11, 12)))
    ),
    compress=True,
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A collector with its store."""
    return House(tmp_path)


def flipped(whole: bytes, *bits: int) -> bytes:
    """With these bits the other way round."""
    damaged = bytearray(whole)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def can_be_read(payload: bytes) -> bool:
    """True when the frame would be acted upon."""
    try:
        unpack(payload)
    except FrameError:
        return False
    return True


def test_no_damaged_receipt_is_believed() -> None:
    """Any byte made any other, any two bits flipped: no row is dropped that never arrived."""
    assert can_be_read(RECEIPT)
    for place, byte in itertools.product(range(len(RECEIPT)), range(256)):
        if byte != RECEIPT[place]:
            assert not can_be_read(RECEIPT[:place] + bytes([byte]) + RECEIPT[place + 1 :])
    bits = range(8 * len(RECEIPT))
    dice = random.Random(SEED)
    assert not any(can_be_read(flipped(RECEIPT, *dice.sample(bits, 2))) for _ in range(50_000))


def test_no_damaged_fault_is_stored_or_receipted(house: House) -> None:
    """A fault with one flipped bit is set aside without a receipt; the whole one still enters."""
    whole = frame_of(fault(), seq=1)
    for bit in range(0, 8 * len(whole.payload), 3):
        done = house.take(Arrival(whole.topic, flipped(whole.payload, bit)))
        assert (done.counts, done.receipts) == (Counts(quarantined=1), ())

    assert house.take(whole).counts == Counts(stored=1)


def test_no_damaged_topic_costs_a_fault(house: House) -> None:
    """Whatever bit of the topic is flipped, no receipt tells the agent that its row is safe.

    The topic is outside the checksum: what it says against the frame is no reason to refuse the
    row for good.
    """
    whole = frame_of(fault(), seq=1)
    topic = whole.topic.encode()
    for bit in range(8 * len(topic)):
        try:
            damaged = flipped(topic, bit).decode()
        except UnicodeDecodeError:
            continue  # a broker or client drops the connection
        done = house.take(Arrival(damaged, whole.payload))
        assert done.counts == Counts(quarantined=1)
        assert "agent-farm" not in {agent for agent, _ in done.receipts}

    assert house.take(whole).counts == Counts(stored=1)
    assert house.count(tables.episode) == 1
