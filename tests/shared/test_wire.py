"""The contract on the wire: every version ever released decodes, and nothing else does."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import frame, wire
from shared.fault import FaultEvent
from shared.reading import Quality, Reading
from tests.shared import examples

CORPUS = sorted((Path(__file__).parent / "corpus").glob("v*/*.bin"))
KNOWN: dict[str, object] = {**examples.up_messages(), **examples.down_messages()}


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_released_byte_still_decodes(path: Path) -> None:
    """A frame written by any released version reads as the values it was written from."""
    read = frame.unpack(path.read_bytes())
    down = read.header.lane >= frame.Lane.RECEIPT
    message = wire.decode_down(read.body) if down else wire.decode_up(read.body, read.header.lane)

    assert (message, read.header.seq) == (KNOWN[path.stem], 7)


def test_the_corpus_is_complete() -> None:
    """Every message of the contract has its bytes in the corpus."""
    assert {path.stem for path in CORPUS} == set(KNOWN)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_second_reader_agrees(name: str) -> None:
    """The msgpack package reads the same bytes: an array whose head is the message's tag."""
    body = wire.encode(KNOWN[name])  # type: ignore[arg-type]  # the union of both directions
    plain = msgpack.unpackb(body, timestamp=3, strict_map_key=False)

    assert plain[0] == KNOWN[name].__struct_config__.tag  # type: ignore[attr-defined]
    if name == "fault":
        assert plain[5].astimezone(UTC) == examples.NOON
        assert plain[9][0][:3] == ["battery.charge", 12.5, "%"]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), 1e16, 2**60])
def test_what_is_no_number_does_not_leave(number: float) -> None:
    """NaN, the infinities and numbers off any scale are refused before they are sent."""
    reading = Reading("x", number, "", examples.NOON, Quality.GOOD)
    event = examples.up_messages()["telemetry"]
    (device,) = event.devices  # type: ignore[union-attr]
    bad = msgspec.structs.replace(
        event, devices=(msgspec.structs.replace(device, readings=(reading,)),)
    )
    with pytest.raises(wire.WireError, match=r"\$"):
        wire.encode(bad)


def test_what_a_newer_agent_appended_is_passed_over() -> None:
    """A message with one more field at its end reads as before."""
    body = wire.encode(examples.up_messages()["fault"])
    longer = msgpack.packb([*msgpack.unpackb(body, timestamp=0), "new"], datetime=True)

    message = wire.decode_up(longer, frame.Lane.FAULT)
    assert isinstance(message, FaultEvent)
    assert message.code == "picture.blurred"


def test_what_an_older_agent_left_out_takes_its_default() -> None:
    """A message without the optional fields at its end reads with their defaults."""
    parts = msgpack.unpackb(wire.encode(examples.up_messages()["fault"]), timestamp=0)
    message = wire.decode_up(msgpack.packb(parts[:9]), frame.Lane.FAULT)

    assert isinstance(message, FaultEvent)
    assert (message.because, message.manifest, message.observations) == ((), None, 0)


def test_a_message_on_the_wrong_lane_is_refused() -> None:
    """Telemetry that claims to be a fault is nobody's fault."""
    body = wire.encode(examples.up_messages()["telemetry"])
    with pytest.raises(wire.WireError, match="lane"):
        wire.decode_up(body, frame.Lane.FAULT)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Whatever arrives is a message or a WireError, never anything else."""
    try:
        wire.decode_up(body, frame.Lane.FAULT)
    except wire.WireError as error:
        assert str(error)


@given(st.sampled_from(sorted(examples.up_messages())), st.integers(0, 10**4), st.integers(1, 255))
def test_a_flipped_byte_never_crashes_the_reader(name: str, at: int, flip: int) -> None:
    """One damaged byte gives a message or a WireError."""
    message = examples.up_messages()[name]
    body = bytearray(wire.encode(message))
    body[at % len(body)] ^= flip
    try:
        again = wire.decode_up(bytes(body), wire.LANE_OF[type(message)])
    except wire.WireError as error:
        assert str(error)
    else:
        assert isinstance(again, type(message)) or again != message
