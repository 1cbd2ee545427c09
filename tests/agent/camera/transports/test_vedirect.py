"""VE.Direct text: only blocks whose sum is right are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.transport import TransportKind
from agent.camera.profiles.transports.vedirect import blocks, fetch, values
from tests.agent.camera.transports.conftest import reach_of, serial_device, source_of

FIELDS = {
    "PID": "0xA053",
    "FW": "161",
    "SER#": "HQ2132ABCDE",
    "V": "13120",
    "I": "-1500",
    "VPV": "17950",
    "PPV": "25",
    "CS": "3",
    "ERR": "0",
    "H20": "12",
}


def block(fields: dict[str, str]) -> bytes:
    """A block as the controller sends it, with the byte that makes its sum 0."""
    text = b"".join(f"\r\n{key}\t{value}".encode() for key, value in fields.items())
    text += b"\r\nChecksum\t"
    return text + bytes([-sum(text) % 256])


GOOD = block(FIELDS)


def test_reads_a_whole_block() -> None:
    """A block after the rest of the one before it gives each of its values."""
    assert values(GOOD[40:] + GOOD) == FIELDS


def test_later_block_wins() -> None:
    """Of two blocks the later one counts."""
    assert values(GOOD + block(FIELDS | {"V": "13090"}))["V"] == "13090"


def test_hex_lines_between_fields_are_passed_over() -> None:
    """Answers of the HEX protocol in the middle of a block change nothing."""
    at = GOOD.index(b"\r\nVPV")

    assert values(GOOD[:at] + b":A0002000148\n" + GOOD[at:]) == FIELDS


@given(st.integers(min_value=0, max_value=len(GOOD) - 1), st.integers(min_value=1, max_value=255))
def test_no_damaged_byte_is_believed(at: int, change: int) -> None:
    """One damaged byte anywhere in a block gives no values at all, unless it only hid the block."""
    damaged = GOOD[:at] + bytes([GOOD[at] ^ change]) + GOOD[at + 1 :]

    assert blocks(damaged) == []


@given(st.integers(min_value=0, max_value=len(GOOD) - 1))
def test_no_cut_block_is_believed(length: int) -> None:
    """A block that ends early is no block."""
    assert values(GOOD[:length]) == {}


async def test_listens_on_the_line() -> None:
    """The transport waits for whole blocks with what is wanted, and sends nothing."""
    pytest.importorskip("serial", reason="pyserial is not installed")
    heard: list[bytes] = []

    def controller(line: bytes) -> bytes:
        heard.append(line)
        return GOOD[30:] + GOOD + GOOD

    with serial_device(controller) as port:
        source = source_of(TransportKind.VEDIRECT, wanted=["V", "CS"], timeout_s=3.0)
        body = (await fetch(source, reach_of(serial_port=port))).body

        source = source_of(TransportKind.VEDIRECT, wanted=["SOC"], timeout_s=0.5)
        with pytest.raises(CameraError) as caught:
            await fetch(source, reach_of(serial_port=port))

    assert b"V\t13120\n" in body
    assert b"Checksum" not in body
    assert caught.value.cause is Cause.DEADLINE
    assert set(heard) == {b""}
