"""Addresses as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.setup.addresses import MOST, BadAddressError, read_addresses


@pytest.mark.parametrize(
    ("text", "count", "first", "is_range"),
    [
        ("192.168.1.20", 1, "192.168.1.20", False),
        ("192.168.1.20:8080, gate.example", 2, "192.168.1.20:8080", False),
        ("192.168.1.20-22", 3, "192.168.1.20", True),
        ("192.168.1.250-192.168.2.3", 10, "192.168.1.250", True),
        ("192.168.1.0/24", 254, "192.168.1.1", True),
        ("192.168.1.7/32", 1, "192.168.1.7", True),
        ("192.168.1.20 192.168.1.20；192.168.1.21", 2, "192.168.1.20", False),
        ("[2001:db8::2]:80", 1, "[2001:db8::2]:80", False),
        ("", 0, None, False),
    ],
)
def test_addresses_are_read(text: str, count: int, first: str | None, is_range: bool) -> None:
    """Single, several, range and network, without doubles; Chinese separators too."""
    found, has_range = read_addresses(text)
    assert len(found) == count
    assert next(iter(found), None) == first
    assert has_range is is_range


@pytest.mark.parametrize(
    "text",
    ["192.168.1.300", "192.168.1.20-10", "1.2.3", "http://gate/", "a b/24", "gate:0", "gate:70000"],
)
def test_what_is_no_address_is_named(text: str) -> None:
    """The very part that is wrong stands in the error, and it is not 'too many'."""
    with pytest.raises(BadAddressError) as caught:
        read_addresses(f"10.0.0.1 {text}")
    assert caught.value.part in text
    assert not caught.value.too_many


@pytest.mark.parametrize("text", ["10.0.0.0/8", "10.0.0.0-10.1.0.0", "10.0.0.0/22 10.1.0.0/24"])
def test_a_scan_of_strangers_is_refused(text: str) -> None:
    """A prefix that was mistyped does not make the agent knock at half the internet."""
    with pytest.raises(BadAddressError) as caught:
        read_addresses(text)
    assert caught.value.too_many


@given(st.text(max_size=40))
def test_any_text_is_addresses_or_an_error(text: str) -> None:
    """Nothing else comes of it, and never more than MOST addresses."""
    try:
        found, _ = read_addresses(text)
    except BadAddressError:
        return
    assert len(found) <= MOST
