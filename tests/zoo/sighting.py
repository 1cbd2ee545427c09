"""What the zoo's processes say to each other, as JSON."""

from __future__ import annotations

import msgspec


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """One animal to be visited."""

    name: str
    address: str
    rtsp_port: int | None  # what the operator wrote; None: as the device says
    is_heavy: bool
    tls: bool = False
    pin: str = ""  # of its certificate
    dvrip_port: int = 0
    second_opinion: bool = False  # asked through onvif-zeep too


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One reading."""

    name: str
    value: float | int | str | bool | None
    quality: str
    cause: str
    detail: str


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One probe at one animal."""

    animal: str
    probe: str
    seconds: float
    escaped: str  # the exception that no probe may raise; '' as it should be
    readings: list[Seen]
    login_attempts: int


class Tour(msgspec.Struct, frozen=True, kw_only=True):
    """All visits, and what they cost the visiting process."""

    sightings: list[Sighting]
    growth_mb: dict[str, float]  # by animal; "" is for all that were visited side by side
    child_mb: float  # highest resident size of a decoder child
    children_lost: int  # that a visit ended: died, or killed at a limit


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A tour, and what the watchman and the animals saw of it."""

    tour: Tour
    strangers: list[tuple[str, int]]
    foreign_bytes: int  # that came to hosts that nobody may speak to
    login_bytes: int  # of those connections that carried anything of the login
    shown: list[str]  # animals that were shown the password itself
    injected: list[str]  # animals whose header came back to them
    sees_all: bool  # every packet was looked at, not the listeners alone
