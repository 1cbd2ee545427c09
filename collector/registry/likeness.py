"""How much a delivered unit looks like what hangs at a position: reasons with weights. Pure.

A candidate is shown to a person, who reads the label and decides; nothing is linked by likeness.
Devices of one lot have serials that differ in a sign or two, so closeness alone speaks for the
lot, not for the unit: it weighs little.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.device import Alias

_SHORTEST: Final = 6  # signs; less is found in anything
_NO_SIGN: Final = re.compile(r"[^0-9a-z]+")
_ALIKE: Final = str.maketrans("oilbszg", "0118526")  # as read from a label or a dirty print
_NEAR: Final = 2  # signs


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What hangs at a position, in its own words."""

    aliases: tuple[Alias, ...]
    label: str  # the serial of the configuration; ''
    model: str
    buyers: frozenset[str]  # names and ids of the site's organisation and those above, small
    batches: frozenset[str]  # of the other devices of the site


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A unit that hangs nowhere yet."""

    serial: str
    model: str
    buyer: str
    batch: str
    aliases: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it may be this unit: a key of the texts, the kind of alias that says so, its weight."""

    key: str
    alias: str
    weight: int


def reasons(seen: Seen, unit: Delivered) -> tuple[Reason, ...]:
    """Everything that speaks for this unit; () when nothing does."""
    found: list[Reason] = []
    named = [(alias.kind.value, alias.value) for alias in seen.aliases]
    for kind, value in (*named, ("label", seen.label)):
        reason = _by_name(kind, value, unit)
        if reason is not None:
            found.append(reason)
    if seen.model and _plain(seen.model) == _plain(unit.model):
        found.append(Reason("model", "", 2))
    if unit.buyer and unit.buyer.casefold() in seen.buyers:
        found.append(Reason("buyer", "", 1))
    if unit.batch and unit.batch in seen.batches:
        found.append(Reason("batch", "", 1))
    return tuple(found)


def weight(found: Sequence[Reason]) -> int:
    """What the reasons come to."""
    return sum(reason.weight for reason in found)


def _by_name(kind: str, value: str, unit: Delivered) -> Reason | None:
    own, serial = _plain(value), _plain(unit.serial)
    if len(own) < _SHORTEST or len(serial) < _SHORTEST:
        return None
    if serial in own or own in serial:
        return Reason("contains", kind, 6)
    if serial.translate(_ALIKE) == own.translate(_ALIKE):
        return Reason("alike", kind, 5)
    known = [alias.value for alias in unit.aliases if alias.kind.value == kind]
    if any(_is_near(own, _plain(one)) for one in (unit.serial, *known)):
        return Reason("neighbour", kind, 1)
    return None


def _plain(text: str) -> str:
    return _NO_SIGN.sub("", text.casefold())


def _is_near(one: str, other: str) -> bool:
    """Same length, at most two signs other."""
    if len(one) != len(other) or one == other:
        return one == other
    return sum(a != b for a, b in zip(one, other, strict=True)) <= _NEAR
