"""All animals of the zoo; a new one is added to its family, or its family here."""

from __future__ import annotations

from typing import Final

from tests.zoo import (
    addresses,
    codec,
    dvrip,
    http,
    imposters,
    login,
    pictures,
    rtp,
    rtsp,
    tls,
    udp,
    vendor,
    xml,
)
from tests.zoo.behaviour import Behaviour

HONEST: Final = Behaviour(
    name="honest", does="everything as it should", stands_for="a healthy camera"
)
BEHAVIOURS: Final[tuple[Behaviour, ...]] = (
    *xml.BEHAVIOURS,
    *http.BEHAVIOURS,
    *addresses.BEHAVIOURS,
    *login.BEHAVIOURS,
    *rtsp.BEHAVIOURS,
    *rtp.BEHAVIOURS,
    *udp.BEHAVIOURS,
    *pictures.BEHAVIOURS,
    *codec.BEHAVIOURS,
    *vendor.BEHAVIOURS,
    *tls.BEHAVIOURS,
    *dvrip.BEHAVIOURS,
    *imposters.BEHAVIOURS,
)


def named(name: str) -> Behaviour:
    """The behaviour of this name; ValueError when there is none."""
    found = next((one for one in (HONEST, *BEHAVIOURS) if one.name == name), None)
    if found is None:
        raise ValueError(f"the zoo has no '{name}': python -m tests.zoo lists them")
    return found
