"""Where to look: one address, several, a range or a network, as people write them; pure."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

MOST: Final = 1024
"""Addresses of one entry: a /22; more is a mistake of the prefix, and a scan of strangers."""
_SPLIT: Final = re.compile(r"[\s,;，；]+")
_RANGE: Final = re.compile(r"((?:\d{1,3}\.){3})(\d{1,3})-((?:\d{1,3}\.){3})?(\d{1,3})")
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.%a-z]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")


class BadAddressError(ValueError):
    """``part`` is no address; ``too_many`` when it is, and names more than MOST."""

    def __init__(self, part: str, *, too_many: bool = False) -> None:
        super().__init__(part)
        self.part = part
        self.too_many = too_many


def read_addresses(text: str) -> tuple[tuple[str, ...], bool]:
    """All addresses, without doubles, and whether a range was among them.

    ``192.168.1.20``, ``192.168.1.20:8080``, ``192.168.1.20-40``, ``192.168.1.0/24``,
    ``gate.example``, ``[2001:db8::2]:80``; several with spaces or commas. BadAddressError names
    the part that is none of these.
    """
    found: dict[str, None] = {}
    has_range = False
    for part in filter(None, _SPLIT.split(text.strip())):
        several = _network(part) or _range(part)
        has_range = has_range or several is not None
        for one in several if several is not None else (_single(part),):
            found.setdefault(one)
        if len(found) > MOST:
            raise BadAddressError(part, too_many=True)
    return tuple(found), has_range


def _network(part: str) -> tuple[str, ...] | None:
    if "/" not in part:
        return None
    try:
        network = ipaddress.ip_network(part, strict=False)
    except ValueError as error:
        raise BadAddressError(part) from error
    if network.num_addresses > MOST:
        raise BadAddressError(part, too_many=True)
    return tuple(str(one) for one in network.hosts())


def _range(part: str) -> tuple[str, ...] | None:
    found = _RANGE.fullmatch(part)
    if found is None:
        return None
    head, first, other, last = found.groups()
    try:
        low = ipaddress.IPv4Address(f"{head}{first}")
        high = ipaddress.IPv4Address(f"{other or head}{last}")
    except ValueError as error:
        raise BadAddressError(part) from error
    if high < low:
        raise BadAddressError(part)
    if int(high) - int(low) >= MOST:
        raise BadAddressError(part, too_many=True)
    return tuple(str(low + step) for step in range(int(high) - int(low) + 1))


def _single(part: str) -> str:
    found = _HOST.fullmatch(part)
    if found is None or (found[2] and not 1 <= int(found[2][1:]) <= 65_535):
        raise BadAddressError(part)
    if re.fullmatch(r"[\d.]+", found[1]):
        try:
            ipaddress.IPv4Address(found[1])
        except ValueError as error:
            raise BadAddressError(part) from error
    return part
