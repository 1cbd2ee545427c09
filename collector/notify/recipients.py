"""Who at a maker gets the claims of a buyer: its account managers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody outside who is sent submitted claims; '' for maker or buyer means every one."""

    id: int
    organisation_id: str
    maker: str
    buyer: str
    name: str
    email: str
    language: str  # en | zh


def choose(known: Iterable[Recipient], *, maker: str, buyer: str) -> tuple[Recipient, ...]:
    """Who gets a claim: those named most closely, each address once.

    Who is named for the maker and the buyer stands before who is named for the maker alone, that
    one before who is named for the buyer alone, and this one before who gets everything.
    """
    fitting = [
        (_closeness(one), one)
        for one in known
        if _fits(one.maker, maker) and _fits(one.buyer, buyer)
    ]
    closest = max((rank for rank, _ in fitting), default=0)
    by_address = {one.email.casefold(): one for rank, one in reversed(fitting) if rank == closest}
    return tuple(sorted(by_address.values(), key=lambda one: one.id))


def _closeness(one: Recipient) -> int:
    return 2 * bool(one.maker) + bool(one.buyer)


def _fits(wanted: str, found: str) -> bool:
    return not wanted or wanted.strip().casefold() == found.strip().casefold()
