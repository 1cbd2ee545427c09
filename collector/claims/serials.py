"""Which label serial a device carries, and how we know. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from shared.device import Alias, SerialSource, is_placeholder


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSerial:
    """A label serial ('' when none is known) and where it came from."""

    value: str
    source: SerialSource
    note_en: str = ""
    note_zh: str = ""


def resolve(
    *,
    registry: frozenset[str],
    configured: str,
    last_known: str,
    known_aliases: tuple[Alias, ...],
    aliases: tuple[Alias, ...],
) -> LabelSerial:
    """The registry through an alias, else the configuration, else the last known identity.

    ``registry`` holds the serials to which the device's aliases lead. Two of them contradict each
    other and prove nothing. The last known serial holds only while no alias of the same kind has
    changed: another ONVIF serial at the same position is another device.
    """
    stated = "" if is_placeholder(configured) else configured
    if len(registry) == 1:
        (serial,) = registry
        if stated and stated != serial:
            return LabelSerial(
                value=serial,
                source=SerialSource.REGISTRY,
                note_en=f"the agent's configuration says {stated}, the registry {serial}",
                note_zh=f"代理配置为 {stated}，登记表为 {serial}",
            )
        return LabelSerial(value=serial, source=SerialSource.REGISTRY)
    if stated:
        return LabelSerial(value=stated, source=SerialSource.CONFIGURATION)
    if last_known and not swapped(known_aliases, aliases):
        return LabelSerial(value=last_known, source=SerialSource.LAST_KNOWN)
    return LabelSerial(value="", source=SerialSource.NONE)


def swapped(before: tuple[Alias, ...], now: tuple[Alias, ...]) -> bool:
    """True when an alias of a kind that was known has another value now."""
    known = {alias.kind: alias.value for alias in before}
    return any(known.get(alias.kind, alias.value) != alias.value for alias in now)


def serial_key(*, label_serial: str, position_id: int) -> str:
    """What a claim line is unique by: the serial, or the position where there is none."""
    return label_serial or f"position:{position_id}"
