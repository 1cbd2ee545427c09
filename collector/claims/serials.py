"""Which label serial a device carries, and how we know. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from shared.device import Alias, SerialSource, is_placeholder


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSerial:
    """A label serial ('' when none is certain) and where it came from.

    ``doubted`` is the configured serial that does not belong to the device that hangs here now;
    it stays in doubt until the configuration names another one or the registry knows the device.
    """

    value: str
    source: SerialSource
    note_en: str = ""
    note_zh: str = ""
    doubted: str = ""


def resolve(
    *,
    registry: frozenset[str],
    configured: str,
    last_known: str,
    known_aliases: tuple[Alias, ...],
    aliases: tuple[Alias, ...],
    doubted: str = "",
    contradicted: bool = False,
) -> LabelSerial:
    """The registry through an alias, else the configuration, else the last known identity.

    ``registry`` holds the serials to which the device's aliases lead. Two of them contradict each
    other and prove nothing. Another ONVIF serial at the same position is another device: neither
    the last known serial nor a configuration that has not been changed since speaks for it.
    ``contradicted``: the registry knows the configured serial under other aliases than these.
    """
    stated = "" if is_placeholder(configured) else configured
    if len(registry) == 1:
        (serial,) = registry
        return _registered(serial, stated)
    exchanged = swapped(known_aliases, aliases)
    if stated and (contradicted or stated == doubted or (exchanged and stated == last_known)):
        return _doubtful(stated)
    if stated:
        return LabelSerial(value=stated, source=SerialSource.CONFIGURATION)
    if last_known and not exchanged:
        return LabelSerial(value=last_known, source=SerialSource.LAST_KNOWN)
    return LabelSerial(value="", source=SerialSource.NONE)


def _registered(serial: str, stated: str) -> LabelSerial:
    if stated and stated != serial:
        return LabelSerial(
            value=serial,
            source=SerialSource.REGISTRY,
            note_en=f"the agent's configuration says {stated}, the registry {serial}",
            note_zh=f"代理配置为 {stated}，登记表为 {serial}",
        )
    return LabelSerial(value=serial, source=SerialSource.REGISTRY)


def _doubtful(stated: str) -> LabelSerial:
    return LabelSerial(
        value="",
        source=SerialSource.NONE,
        note_en=f"the device that hangs here is not the one configured as {stated}: it names itself"
        " otherwise; correct its label serial in the agent's configuration",
        note_zh=f"此处设备并非配置中的 {stated}：其自报标识不同；请在代理配置中更正标签序列号",
        doubted=stated,
    )


def swapped(before: tuple[Alias, ...], now: tuple[Alias, ...]) -> bool:
    """True when a name of a known kind has changed and no name has stayed.

    A device that keeps its MAC and changes its ONVIF serial got new firmware; it is the same one.
    """
    known = {alias.kind: alias.value for alias in before}
    shared = [alias for alias in now if alias.kind in known]
    return bool(shared) and all(known[alias.kind] != alias.value for alias in shared)


def serial_key(
    *, label_serial: str, position_id: int, exchanged_for: tuple[Alias, ...] = ()
) -> str:
    """What a claim line is unique by: the serial, or the position where there is none.

    ``exchanged_for`` are the names of a device that has left its position since: it shares no
    line with the one that hangs there now.
    """
    if label_serial:
        return label_serial
    return ":".join(("position", str(position_id), *(a.value for a in exchanged_for[:1])))
