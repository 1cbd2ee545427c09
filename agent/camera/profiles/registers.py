"""Values in 16-bit registers: ``0x3110:s16``, two words for 32 bits, single bits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_REGISTER: Final = re.compile(
    r"(0x[0-9A-Fa-f]{1,4}|\d{1,5}):(?:([us])(16|32le|32be)|bit(\d{1,2})|bits(\d{1,2})-(\d{1,2}))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Where a value stands; ``low`` and ``high`` are its bits, both included."""

    addresses: tuple[int, ...]  # the word of the low 16 bits first
    signed: bool
    low: int
    high: int


def parse_register(path: str) -> Register | None:
    """``address:type``; None when it is none. 32le has the low word first, 32be the high one."""
    found = _REGISTER.fullmatch(path)
    if found is None:
        return None
    address = int(found.group(1), 0)
    sign, width = found.group(2), found.group(3)
    if sign is None:
        low = int(found.group(4) or found.group(5))
        high = int(found.group(6) or low)
        if not low <= high <= 15:
            return None
        return Register(addresses=(address,), signed=False, low=low, high=high)
    words = {"16": (address,), "32le": (address, address + 1), "32be": (address + 1, address)}
    return Register(
        addresses=words[width], signed=sign == "s", low=0, high=16 * len(words[width]) - 1
    )


def read_register(registers: Mapping[int, int], path: str) -> int | bool | None:
    """The value; a single bit is a flag; None when the device did not answer all of its words."""
    register = parse_register(path)
    if register is None or any(address not in registers for address in register.addresses):
        return None
    value = sum((registers[a] & 0xFFFF) << (16 * n) for n, a in enumerate(register.addresses))
    width = register.high - register.low + 1
    value = (value >> register.low) & ((1 << width) - 1)
    if path.partition(":")[2].startswith("bit") and width == 1:
        return bool(value)
    return value - (1 << width) if register.signed and value >> (width - 1) else value
