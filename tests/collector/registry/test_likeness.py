"""What makes a delivered unit a candidate for a position."""

from __future__ import annotations

import pytest

from collector.registry.likeness import Delivered, Seen, reasons, weight
from shared.device import Alias, AliasKind

UNIT = Delivered(
    serial="SL26000150",
    model="SL-BULLET-5",
    buyer="North Trading",
    batch="LOT-7",
    aliases=(Alias(AliasKind.MAC, "9c:8e:cd:00:00:10"),),
)


def seen(value: str, kind: AliasKind = AliasKind.ONVIF_SERIAL) -> Seen:
    """A device of an unknown model that calls itself so."""
    return Seen(
        aliases=(Alias(kind, value),), label="", model="", buyers=frozenset(), batches=frozenset()
    )


@pytest.mark.parametrize(
    ("one", "key"),
    [
        pytest.param(seen("SL-BULLET-520260101SL26000150"), "contains", id="model and serial"),
        pytest.param(seen("sl26000150"), "contains", id="other case"),
        pytest.param(seen("SL26OOO15O"), "alike", id="O for 0"),
        pytest.param(seen("SL26000151"), "neighbour", id="the next of the lot"),
        pytest.param(seen("9c:8e:cd:00:00:11", AliasKind.MAC), "neighbour", id="the next MAC"),
        pytest.param(seen("QX99123477"), "", id="another maker's"),
        pytest.param(seen("26"), "", id="too short to mean anything"),
    ],
)
def test_name_speaks_for_a_unit(one: Seen, key: str) -> None:
    """Each way in which a name resembles a serial has its own reason."""
    assert [reason.key for reason in reasons(one, UNIT)] == ([key] if key else [])


def test_neighbour_weighs_less_than_the_unit_itself() -> None:
    """Serials of one lot differ in a sign: closeness, model, buyer and batch together stay behind
    a name that holds the serial."""
    near = Seen(
        aliases=(Alias(AliasKind.ONVIF_SERIAL, "SL26000151"),),
        label="",
        model="SL BULLET 5",
        buyers=frozenset({"north trading"}),
        batches=frozenset({"LOT-7"}),
    )
    found = reasons(near, UNIT)

    assert [reason.key for reason in found] == ["neighbour", "model", "buyer", "batch"]
    assert weight(found) < weight(reasons(seen("SL26000150"), UNIT))
