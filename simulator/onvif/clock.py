"""The clock of a device over ONVIF: read by anybody, set as a write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lxml import etree

from simulator.onvif.names import DEVICE, SCHEMA, SoapFault, tag
from simulator.state import DeviceState

_D, _T = f"{{{DEVICE}}}", f"{{{SCHEMA}}}"


def answer_clock(state: DeviceState, _request: etree._Element) -> str:
    """GetSystemDateAndTime."""
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
        "<tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        "<tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime>{_date_time(state.device_now())}</tt:UTCDateTime>"
        f"<tt:LocalDateTime>{_date_time(state.device_now())}</tt:LocalDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def _date_time(at: datetime) -> str:
    return (
        f"<tt:Time>{tag('tt:Hour', at.hour)}{tag('tt:Minute', at.minute)}"
        f"{tag('tt:Second', at.second)}</tt:Time>"
        f"<tt:Date>{tag('tt:Year', at.year)}{tag('tt:Month', at.month)}"
        f"{tag('tt:Day', at.day)}</tt:Date>"
    )


def set_clock(state: DeviceState, request: etree._Element) -> str:
    """SetSystemDateAndTime: Manual sets the stated time, NTP the right one."""
    kind = request.findtext(f"{_D}DateTimeType", "Manual")
    if kind == "NTP":
        state.clock_offset = timedelta(0)
    else:
        stated = request.find(f"{_D}UTCDateTime")
        state.clock_offset = _read_date_time(stated) - state.clock().astimezone(UTC)
    state.note_write("SetSystemDateAndTime", kind)
    return "<tds:SetSystemDateAndTimeResponse/>"


def _read_date_time(stated: etree._Element | None) -> datetime:
    names = ("Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second")
    wrong = SoapFault(("ter:InvalidArgVal", "ter:InvalidDateTime"), "Invalid date or time")
    if stated is None:
        raise wrong
    paths = ["/".join(f"{_T}{step}" for step in name.split("/")) for name in names]
    try:
        year, month, day, hour, minute, second = (int(stated.findtext(p, "")) for p in paths)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise wrong from error
