"""What is to be set up: addresses, whose logins to try there, and what people say of it; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.camera.port import Credentials
from agent.camera.tls import read_fingerprint
from agent.sun import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One login to try, and where its password came from; the password is never printed."""

    credentials: Credentials
    variable: str = ""  # environment variable that holds it: it is then kept nowhere else


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the owner allows; recorded with who said it."""

    ir_cut_test: bool = False
    wake_ups: bool = False  # of cameras on a battery
    pictures: bool = False  # may leave the site

    def words(self) -> tuple[str, ...]:
        """As a list writes them."""
        said = (("ir-cut", self.ir_cut_test), ("wake-ups", self.wake_ups))
        return tuple(name for name, is_given in (*said, ("pictures", self.pictures)) if is_given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One device, or all devices of a range."""

    addresses: tuple[str, ...]
    is_range: bool = False  # nobody need answer at each of its addresses
    site: str = ""  # '' the agent's own
    place: Site | None = None
    name: str = ""
    offers: tuple[Offer, ...] = field(default=(), repr=False)
    label_serial: str = ""
    power: str = ""  # mains, battery; '' as the device's firmware profile says
    link: str = ""  # wired, metered; '' as the agent's uplink
    consent: Consent | None = None  # None: as the flags or the person says
    row: int = 0  # of a sites file; 0: the command line
    pins: tuple[str, ...] = ()  # of its certificate: it is spoken to over HTTPS, and to no other


def read_pins(texts: Sequence[str]) -> tuple[str, ...]:
    """Fingerprints in our form; ValueError holds the one that is none."""
    pins = []
    for text in texts:
        pin = read_fingerprint(text)
        if pin is None:
            raise ValueError(text[:80])
        pins.append(pin)
    return tuple(pins)


def read_password(path: Path) -> str:
    """The first lines' end is not part of it; OSError, UnicodeDecodeError."""
    return path.read_text(encoding="utf-8-sig").rstrip("\r\n")
