"""Who a device is: label serial, aliases that may name it, and placeholders that never do."""

from __future__ import annotations

import enum
import re
import unicodedata
from typing import Annotated

import msgspec

from shared import placeholders
from shared.limits import Identifier, Text


class AliasKind(enum.Enum):
    """Where an alias comes from."""

    ONVIF_SERIAL = "onvif_serial"
    MAC = "mac"
    UID = "uid"


class Alias(msgspec.Struct, frozen=True, array_like=True):
    """One name that a device gives itself; normalised by :func:`alias_of`."""

    kind: AliasKind
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class SerialSource(enum.Enum):
    """How a label serial was obtained; part of every claim."""

    REGISTRY = "registry"
    CONFIGURATION = "configuration"
    LAST_KNOWN = "last_known"
    NONE = "none"


class DeviceFacts(msgspec.Struct, frozen=True, array_like=True):
    """What the agent knows of the device at a position when it reports.

    ``device_id`` names the position and is stable; ``label_serial`` is '' when the configuration
    names none: the collector then looks it up by the aliases.
    """

    device_id: Identifier
    label_serial: Annotated[str, msgspec.Meta(max_length=64)] = ""
    aliases: Annotated[tuple[Alias, ...], msgspec.Meta(max_length=8)] = ()
    manufacturer: Annotated[str, msgspec.Meta(max_length=80)] = ""
    model: Annotated[str, msgspec.Meta(max_length=80)] = ""
    firmware: Annotated[str, msgspec.Meta(max_length=80)] = ""
    hardware_id: Annotated[str, msgspec.Meta(max_length=80)] = ""
    name: Text = ""  # what people call the position: "Gate north"
    profile: Annotated[str, msgspec.Meta(max_length=64)] = ""  # firmware profile that matched
    login: Annotated[str, msgspec.Meta(max_length=240)] = ""  # see ``shared.login_fact``


def half_width(text: str) -> str:
    """Letters and digits as labels have them: Chinese keyboards and lists write SC1 as ＳＣ１."""
    return unicodedata.normalize("NFKC", text)


_COUNTING = "0123456789" * 4
_NO_SIGN = re.compile(r"[^0-9a-z/]+")


def is_placeholder(value: str, *, model: str = "") -> bool:
    """True when ``value`` names no single device: empty, one repeated sign, a default word.

    All zeros, all F, '123456789...', words such as 'none', and the model's own name ship in whole
    production lots; ``shared.placeholders`` lists the rest, each with where it was seen.
    """
    text = _NO_SIGN.sub("", value.casefold())
    if len(text) < 4 or text in placeholders.SERIALS:
        return True
    if model and text == _NO_SIGN.sub("", model.casefold()):
        return True
    if len(set(text)) == 1:
        return True
    return text.isdigit() and len(text) >= 6 and (text in _COUNTING or text in _COUNTING[1:])


def alias_of(kind: AliasKind, value: str) -> Alias | None:
    """Return the normalised alias, or None when the value is a placeholder or no MAC."""
    text = value.strip()
    if kind is AliasKind.MAC:
        digits = re.sub(r"[^0-9a-f]", "", text.casefold())
        if len(digits) != 12 or len(set(digits)) == 1:
            return None
        address = ":".join(digits[i : i + 2] for i in range(0, 12, 2))
        return None if placeholders.is_default_mac(address) else Alias(kind, address)
    if is_placeholder(text) or len(text) > 64:
        return None
    return Alias(kind, text)


def macs_of(named: tuple[Alias, ...]) -> tuple[str, ...]:
    """The network addresses among a device's names: lower case, with colons."""
    return tuple(alias.value for alias in named if alias.kind is AliasKind.MAC)


def is_identity(alias: Alias, *, model: str = "") -> bool:
    """False for an alias that an older agent or list kept although it names no single device."""
    if alias.kind is AliasKind.MAC:
        return alias_of(alias.kind, alias.value) is not None
    return not is_placeholder(alias.value, model=model)


class Product(enum.Enum):
    """Product lines of the factory's policy."""

    SOLAR_4G = "solar_4g"
    WIFI = "wifi"
    NVR_KIT = "nvr_kit"
    DOORBELL = "doorbell"
    MODULE = "module"
    OTHER = "other"


def is_exchanged(before: tuple[Alias, ...], named: tuple[Alias, ...]) -> bool:
    """True when another device answers at a position than the one known there.

    The serial decides; the MAC only where one side names no serial: a camera that moves from
    cable to radio shows another MAC and is still itself.
    """
    for kind in (AliasKind.ONVIF_SERIAL, AliasKind.MAC):
        old = {alias.value for alias in before if alias.kind is kind}
        new = {alias.value for alias in named if alias.kind is kind}
        if old and new:
            return old.isdisjoint(new)
    return False
