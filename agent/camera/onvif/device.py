"""The device service: clock, identity, network, system log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from agent.camera.onvif.parse import all_text, child, children, text, unparsable, whole
from agent.camera.onvif.services import DEVICE, device_url
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import CameraError, Cause, DeviceClock, DeviceInformation

_MAX_INTERFACES = 32
_LOG_CAP_CHARS = 200_000


async def read_clock(soap: SoapClient, *, clock: Callable[[], datetime]) -> DeviceClock:
    """Ask the time without credentials, and let later logins be signed in that time.

    The offset is taken at the middle of the exchange. ``device_at`` is None when the device
    names no UTC time (the field is optional).
    """
    before = clock()
    response = await soap.call(
        device_url(soap),
        "GetSystemDateAndTime",
        f'<GetSystemDateAndTime xmlns="{DEVICE}"/>',
        login=False,
    )
    after = clock()
    stated = child(response, "SystemDateAndTime")
    device_at = _utc(child(stated, "UTCDateTime"))
    soap.clock_asked = True
    offset = None if device_at is None else device_at - (before + (after - before) / 2)
    if offset is not None:
        soap.offset, soap.clock_known = offset, True
    return DeviceClock(
        device_at=device_at,
        offset=offset,
        zone=text(stated, "TimeZone", "TZ"),
        source=text(stated, "DateTimeType"),
    )


def _utc(stated: etree._Element | None) -> datetime | None:
    if stated is None:
        return None
    date = [whole(stated, "Date", name) for name in ("Year", "Month", "Day")]
    time = [whole(stated, "Time", name) for name in ("Hour", "Minute", "Second")]
    known = [part for part in (*date, *time) if part is not None]
    if len(known) < 6:
        return None
    year, month, day, hour, minute, second = known
    try:
        # Second 60 is a leap second in the schema; a clock that shows it is not broken.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise unparsable(f"the device states a time that does not exist: {known}"[:120]) from error


async def read_information(soap: SoapClient) -> DeviceInformation:
    """GetDeviceInformation; the serial is the maker's own and may differ from the label."""
    response = await soap.call(
        device_url(soap), "GetDeviceInformation", f'<GetDeviceInformation xmlns="{DEVICE}"/>'
    )
    return DeviceInformation(
        manufacturer=text(response, "Manufacturer"),
        model=text(response, "Model"),
        firmware=text(response, "FirmwareVersion"),
        serial=text(response, "SerialNumber"),
        hardware_id=text(response, "HardwareId"),
    )


async def read_mac_addresses(soap: SoapClient) -> tuple[str, ...]:
    """Hardware addresses of all interfaces in lower case with colons; empty when none named."""
    try:
        response = await soap.call(
            device_url(soap),
            "GetNetworkInterfaces",
            f'<GetNetworkInterfaces xmlns="{DEVICE}"/>',
            may_be_empty=True,
        )
    except CameraError as error:
        if error.cause is Cause.ONVIF_UNSUPPORTED:
            return ()
        raise
    interfaces = children(response, "NetworkInterfaces")[:_MAX_INTERFACES]
    named = [text(interface, "Info", "HwAddress") for interface in interfaces]
    return tuple(dict.fromkeys(_mac(address) for address in named if address))


def _mac(address: str) -> str:
    digits = "".join(c for c in address.lower() if c in "0123456789abcdef")
    if len(digits) != 12:
        return address.strip().lower()
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


async def read_system_log(soap: SoapClient) -> str:
    """GetSystemLog(System) as text; ONVIF_MISSING for the empty success that firmware gives."""
    response = await soap.call(
        device_url(soap),
        "GetSystemLog",
        f'<GetSystemLog xmlns="{DEVICE}"><LogType>System</LogType></GetSystemLog>',
    )
    log = child(response, "SystemLog", "String")
    said = "" if log is None else all_text(log).strip()
    if not said:
        raise CameraError(Cause.ONVIF_MISSING, "the device answers with no log text")
    return said[-_LOG_CAP_CHARS:]
