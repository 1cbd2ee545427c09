"""Who the devices are is said until it is receipted, and again whenever it may not be known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from agent.told_facts import ToldFacts
from shared.device import Alias, AliasKind, DeviceFacts
from shared.health import DeviceHealth, Standing
from shared.identity import Epoch, EventId
from shared.receipt import Receipt, Refused, SeqRange
from tests.agent.delivery.conftest import NOON

EPOCH = Epoch(1, 7)
GATE = DeviceHealth(
    DeviceFacts("gate", "SC1", (Alias(AliasKind.MAC, "02:00:00:00:00:01"),), firmware="1.4"),
    Standing.OK,
)
PUMP = DeviceHealth(DeviceFacts("pump", model="SC-4G"), Standing.FAULT)
NEWER = replace(GATE, device=replace(GATE.device, firmware="1.5"))


def receipt(*seqs: int, generation: str = "g-1", epoch: Epoch = EPOCH) -> Receipt:
    """A receipt for these rows."""
    return Receipt(epoch, generation, NOON, tuple(SeqRange(seq, seq) for seq in seqs))


def say(told: ToldFacts, seq: int, *devices: DeviceHealth) -> tuple[DeviceHealth, ...]:
    """What the message of this number says, sent."""
    said = told.left_out(devices, now=NOON)
    told.sent(EventId(EPOCH, seq), devices)
    return said


@pytest.fixture
def told() -> ToldFacts:
    """Gate and pump are told by row 1, and it is receipted."""
    told = ToldFacts()
    assert say(told, 1, GATE, PUMP) == (GATE, PUMP)
    assert not told.note(receipt(1))
    return told


def test_what_is_receipted_is_not_said_again(told: ToldFacts) -> None:
    """How they stand is said each time; of who they are, only position and serial."""
    gate, pump = say(told, 2, GATE, PUMP)

    assert gate == replace(GATE, device=DeviceFacts("gate", "SC1"))
    assert pump == replace(PUMP, device=DeviceFacts("pump"))


@pytest.mark.parametrize(
    "word",
    [
        pytest.param(receipt(2), id="another row"),
        pytest.param(receipt(1, epoch=Epoch(1, 8)), id="another epoch"),
        pytest.param(
            Receipt(EPOCH, "g-1", NOON, refused=(Refused(1, "unassigned"),)), id="refused"
        ),
    ],
)
def test_only_a_receipt_of_the_very_row_counts(word: Receipt) -> None:
    """A row that was refused, or is still on its way, told nothing."""
    told = ToldFacts()
    say(told, 1, GATE)
    told.note(word)

    assert say(told, 3, GATE) == (GATE,)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda told: told.forget(), id="a connection"),
        pytest.param(lambda told: told.note(receipt(9, generation="g-2")), id="a restored store"),
        pytest.param(
            lambda told: told.left_out((), now=NOON + timedelta(days=1)), id="another day"
        ),
        pytest.param(lambda told: told.saw(NEWER.device), id="another device was seen between"),
        pytest.param(lambda told: say(told, 2, NEWER, PUMP), id="another device was told between"),
    ],
)
def test_all_is_said_again(told: ToldFacts, happens: Callable[[ToldFacts], object]) -> None:
    """Whenever the collector may know less, or something else."""
    happens(told)

    assert say(told, 3, GATE)[0] == GATE


def test_a_restored_store_is_told_at_once(told: ToldFacts) -> None:
    """The caller learns of another generation once."""
    assert told.note(receipt(9, generation="g-2"))
    assert not told.note(receipt(10, generation="g-2"))


def test_a_late_receipt_does_not_bring_back_what_changed(told: ToldFacts) -> None:
    """A device was exchanged while the message about the former one was on its way."""
    told.forget()
    say(told, 2, GATE, PUMP)
    told.saw(NEWER.device)
    told.note(receipt(2))

    assert say(told, 3, GATE, PUMP) == (GATE, replace(PUMP, device=DeviceFacts("pump")))


def test_each_part_of_a_hub_waits_for_its_own_receipt() -> None:
    """Two messages of one moment speak of other devices; a receipt of one says nothing of them."""
    told = ToldFacts()
    say(told, 1, GATE)
    say(told, 2, PUMP)
    told.note(receipt(2))
    told.note(receipt(1))

    gate, pump = say(told, 3, GATE)[0], say(told, 4, PUMP)[0]
    assert gate.device == DeviceFacts("gate", "SC1")
    assert pump.device == DeviceFacts("pump")
