"""Whose address a request comes from, when it may have come through a reverse proxy."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST_HOPS: Final = 10


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that the operator named; nobody else's X-Forwarded-For is believed."""

    networks: tuple[Network, ...]

    def client_of(self, remote: str, forwarded: Sequence[str]) -> str:
        """The address nearest to us that is no proxy of ours.

        ``forwarded`` are the values of X-Forwarded-For in order. They are read from the right:
        what stands further left was written by the client itself and proves nothing.
        """
        nearest = remote
        hops = [hop.strip() for value in forwarded for hop in value.split(",")]
        for hop in reversed(hops[-MOST_HOPS:]):
            if not self._trusts(nearest):
                return nearest
            try:
                nearest = str(ipaddress.ip_address(hop))
            except ValueError:
                return nearest
        return nearest

    def _trusts(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)


NO_PROXIES: Final = Proxies(())
