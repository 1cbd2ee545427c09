"""Who the device at a position is, from the configuration and what it said of itself; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.config import Device
from agent.diagnosis.cause_rules import CAUSE, CODES
from shared.device import Alias, AliasKind, DeviceFacts, alias_of, is_exchanged
from shared.login_fact import WORKS, LoginFact, read_login_fact
from shared.reading import Reading

# Names of the identity probe's readings.
MANUFACTURER: Final = "identity.manufacturer"
MODEL: Final = "identity.model"
FIRMWARE: Final = "identity.firmware"
HARDWARE: Final = "identity.hardware_id"
SERIAL: Final = "identity.serial"
MAC: Final = "identity.mac"
_MAX_ALIASES: Final = 8
ACCEPTED: Final = "login.accepted"
REFUSED: Final = "login.refused"
_OF_NO_FIRMWARE: Final = frozenset({"", "locked_out", "wrong_password", "md5_hash_kept"})
_OTHER_CODES: Final = {"wsse_refused": "login.firmware_refuses_method"}


def facts_of(
    device: Device, known: DeviceFacts | None, readings: Mapping[str, Reading]
) -> DeviceFacts:
    """Facts of a device: good readings of this pass first, then what was known before.

    When another device hangs there now, nothing of the earlier one is carried over: neither its
    aliases nor its model.
    """
    named = aliases_in(readings)
    before = known or DeviceFacts(device.device_id)
    if is_exchanged(before.aliases, named):
        before = DeviceFacts(device.device_id)
    kinds = {alias.kind for alias in named}
    kept = tuple(alias for alias in before.aliases if alias.kind not in kinds)
    return DeviceFacts(
        device_id=device.device_id,
        label_serial=device.label_serial,
        aliases=(*named, *kept)[:_MAX_ALIASES],
        manufacturer=_said(readings, MANUFACTURER, before.manufacturer),
        model=_said(readings, MODEL, before.model),
        firmware=_said(readings, FIRMWARE, before.firmware),
        hardware_id=_said(readings, HARDWARE, before.hardware_id),
        name=device.name,
        profile=device.profile or before.profile,
        login=_login(readings, before.login),
    )


def _login(readings: Mapping[str, Reading], before: str) -> str:
    """What lets in and what does not, once a pass has named it.

    A wrong password and a lock say nothing of firmware: what was known before stays.
    """
    cause = _stated(readings, CAUSE)
    if cause in _OF_NO_FIRMWARE:
        return before
    known = read_login_fact(before)
    fact = LoginFact(
        accepted=_stated(readings, ACCEPTED, known.accepted if known else "")[:80],
        refused=_stated(readings, REFUSED, known.refused if known else "")[:80],
        cause=CODES[cause][0] if cause in CODES else _OTHER_CODES.get(cause, WORKS),
    )
    return fact.write()


def _said(readings: Mapping[str, Reading], name: str, before: str) -> str:
    return _stated(readings, name, before)[:80]


def _stated(readings: Mapping[str, Reading], name: str, before: str = "") -> str:
    reading = readings.get(name)
    if reading is None or not reading.good or not isinstance(reading.value, str):
        return before
    return reading.value


def aliases_in(readings: Mapping[str, Reading]) -> tuple[Alias, ...]:
    """Aliases named in this pass; placeholders such as all zeros are none."""
    return aliases_of(_stated(readings, SERIAL), _stated(readings, MAC))


def aliases_of(serial: str, macs: str) -> tuple[Alias, ...]:
    """The aliases in what a device states; several are separated by commas."""
    found: list[Alias] = []
    for kind, text in ((AliasKind.ONVIF_SERIAL, serial), (AliasKind.MAC, macs)):
        for part in text.split(","):
            alias = alias_of(kind, part)
            if alias is not None and alias not in found:
                found.append(alias)
    return tuple(found[:_MAX_ALIASES])
