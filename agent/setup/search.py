"""Which addresses to examine: those that were named, and those that answer WS-Discovery."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from agent.camera.onvif.discovery import discover
from agent.camera.port import Target
from agent.setup.entry import Consent, Entry, Offer
from agent.setup.examine import Examined, Tools, examine

_AT_ONCE: Final = 8
"""Devices examined side by side; each of them is asked by one connection at a time."""


async def search(
    entries: Sequence[Entry],
    tools: Tools,
    *,
    multicast: Entry | None = None,
    ask: Sequence[str] = (),
    seconds: float = 3.0,
    known: Mapping[str, Target] = MappingProxyType({}),
    consent: Consent | None = None,
) -> tuple[Examined, ...]:
    """Examine every address of the entries, and what answers a probe for ``multicast``'s entry.

    ``ask`` are addresses that the probe is also sent to. In the order of the entries; an address
    stands in the first of them alone; a recorder stands for each of its channels. Nobody at an
    address of a range is no finding. ``known`` are the devices of the configuration by address:
    they are reached as it says, and their logins, which were right before, are tried first.
    ``consent`` is everybody's whose entry has none (None: it will be asked): what is said to run
    on a battery and may not be woken is not called at all.
    """
    wanted: dict[str, Entry] = {}
    for entry in entries:
        for address in entry.addresses:
            wanted.setdefault(address, entry)
    if multicast is not None:
        found = await discover(seconds=seconds, multicast=not ask, addresses=ask)
        hosts = {address.partition(":")[0] for address in wanted}
        for one in found:
            if one.address not in wanted and one.address not in hosts:
                wanted.setdefault(one.address, replace(multicast, is_range=True))
    slots = asyncio.Semaphore(_AT_ONCE)

    async def look(address: str, entry: Entry) -> Examined:
        if address not in known and _must_sleep(entry, consent):
            return Examined(address=address, entry=entry, is_there=False)
        base = _reached(known.get(address), address, entry)
        own = base.credentials if base else None
        first = (Offer(credentials=own),) if own else ()
        more = tuple(one for one in entry.offers if one.credentials != own)
        offers = (*first, *more)
        async with slots:
            return await examine(address, replace(entry, offers=offers), tools, base=base)

    seen = await asyncio.gather(*(look(address, entry) for address, entry in wanted.items()))
    return tuple(part for one in _worth_telling(seen) for part in one.by_channel())


def _reached(known: Target | None, address: str, entry: Entry) -> Target | None:
    """How to reach it: as the file says, and by the entry's pins where the file has none."""
    if not entry.pins or (known is not None and (known.tls_fingerprints or known.tls_ca)):
        return known
    return replace(known or Target(address=address), tls=True, tls_fingerprints=entry.pins)


def _worth_telling(seen: Iterable[Examined]) -> Iterable[Examined]:
    return (one for one in seen if one.is_there or not one.entry.is_range)


def _must_sleep(entry: Entry, consent: Consent | None) -> bool:
    said = entry.consent or consent
    is_named = entry.power == "battery" and not entry.is_range
    return is_named and said is not None and not said.wake_ups
