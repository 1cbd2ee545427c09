"""The device service: clock, identity, services, network, users, system log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from lxml import etree

from simulator.onvif.names import (
    DEVICE,
    EVENTS,
    IMAGING,
    MEDIA,
    MEDIA2,
    PATHS,
    SCHEMA,
    SoapFault,
    tag,
)
from simulator.onvif.subscriptions import PLACES
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


def answer_information(state: DeviceState, _request: etree._Element) -> str:
    """GetDeviceInformation."""
    spec = state.spec
    return (
        "<tds:GetDeviceInformationResponse>"
        f"{tag('tds:Manufacturer', spec.manufacturer)}{tag('tds:Model', spec.model)}"
        f"{tag('tds:FirmwareVersion', spec.firmware)}{tag('tds:SerialNumber', state.serial)}"
        f"{tag('tds:HardwareId', spec.hardware_id)}</tds:GetDeviceInformationResponse>"
    )


def _offered(state: DeviceState) -> dict[str, str]:
    spaces = [DEVICE, MEDIA, IMAGING, EVENTS] + ([MEDIA2] if state.spec.media2 else [])
    return {space: f"http://{state.host}{PATHS[space]}" for space in spaces}


_CAPABILITIES = {
    DEVICE: '<tds:Capabilities><tds:Network/><tds:Security UsernameToken="{wsse}"'
    ' HttpDigest="{digest}"/><tds:System SystemLogging="true"/></tds:Capabilities>',
    MEDIA: '<trt:Capabilities SnapshotUri="true"><trt:ProfileCapabilities'
    ' MaximumNumberOfProfiles="{channels}"/><trt:StreamingCapabilities RTPMulticast="false"'
    ' RTP_TCP="true" RTP_RTSP_TCP="true"/></trt:Capabilities>',
    MEDIA2: '<tr2:Capabilities SnapshotUri="true"><tr2:ProfileCapabilities'
    ' MaximumNumberOfProfiles="{channels}"/><tr2:StreamingCapabilities RTSPStreaming="true"'
    ' RTP_RTSP_TCP="true"/></tr2:Capabilities>',
    IMAGING: '<timg:Capabilities ImageStabilization="false"/>',
    EVENTS: '<tev:Capabilities WSSubscriptionPolicySupport="false" WSPullPointSupport="true"'
    ' MaxPullPoints="{places}" MaxNotificationProducers="{places}"/>',
}


def capabilities_of(state: DeviceState, space: str) -> str:
    """The Capabilities element of one service."""
    wsse = "wsse" in state.spec.logins
    digest = any(name.startswith("digest") for name in state.spec.logins)
    return _CAPABILITIES[space].format(
        wsse=str(wsse).lower(),
        digest=str(digest).lower(),
        channels=state.spec.channels,
        places=PLACES,
    )


def answer_services(state: DeviceState, request: etree._Element) -> str:
    """GetServices, with each service's capabilities when asked."""
    wanted = request.findtext(f"{_D}IncludeCapability", "false").strip() in ("true", "1")
    services = ""
    for space, address in _offered(state).items():
        inside = capabilities_of(state, space) if wanted else ""
        held = f"<tds:Capabilities>{inside}</tds:Capabilities>" if inside else ""
        services += (
            f"<tds:Service>{tag('tds:Namespace', space)}{tag('tds:XAddr', address)}{held}"
            "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version>"
            "</tds:Service>"
        )
    return f"<tds:GetServicesResponse>{services}</tds:GetServicesResponse>"


def answer_service_capabilities(state: DeviceState, request: etree._Element) -> str:
    """GetServiceCapabilities of the device, media, media2, imaging and event services."""
    name = etree.QName(request)
    prefix = {DEVICE: "tds", MEDIA: "trt", MEDIA2: "tr2", IMAGING: "timg", EVENTS: "tev"}[
        name.namespace or DEVICE
    ]
    inside = capabilities_of(state, name.namespace or DEVICE)
    answered = f"{prefix}:GetServiceCapabilitiesResponse"
    return f"<{answered}>{inside}</{answered}>"


def answer_capabilities(state: DeviceState, _request: etree._Element) -> str:
    """GetCapabilities: as in firmware, Media2 is not in it."""
    at = _offered(state)
    return (
        "<tds:GetCapabilitiesResponse><tds:Capabilities>"
        f"<tt:Device>{tag('tt:XAddr', at[DEVICE])}</tt:Device>"
        f"<tt:Events>{tag('tt:XAddr', at[EVENTS])}"
        "<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>"
        "<tt:WSPullPointSupport>true</tt:WSPullPointSupport>"
        "<tt:WSPausableSubscriptionManagerInterfaceSupport>false"
        "</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>"
        f"<tt:Imaging>{tag('tt:XAddr', at[IMAGING])}</tt:Imaging>"
        f"<tt:Media>{tag('tt:XAddr', at[MEDIA])}<tt:StreamingCapabilities>"
        "<tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP>"
        "<tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>"
        "</tds:Capabilities></tds:GetCapabilitiesResponse>"
    )


def scopes_of(state: DeviceState) -> tuple[str, ...]:
    """The scopes that GetScopes and discovery state."""
    spec, base = state.spec, "onvif://www.onvif.org"
    return (
        f"{base}/type/Network_Video_Transmitter",
        f"{base}/type/video_encoder",
        f"{base}/Profile/Streaming",
        f"{base}/name/{quote(spec.manufacturer, safe='')}",
        f"{base}/hardware/{quote(spec.model, safe='')}",
    )


def answer_scopes(state: DeviceState, _request: etree._Element) -> str:
    """GetScopes."""
    scopes = "".join(
        f"<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef>{tag('tt:ScopeItem', scope)}</tds:Scopes>"
        for scope in scopes_of(state)
    )
    return f"<tds:GetScopesResponse>{scopes}</tds:GetScopesResponse>"


def answer_hostname(state: DeviceState, _request: etree._Element) -> str:
    """GetHostname."""
    name = f"cam-{state.spec.mac.replace(':', '')}"
    return (
        "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
        f"{tag('tt:Name', name)}</tds:HostnameInformation></tds:GetHostnameResponse>"
    )


def answer_network(state: DeviceState, _request: etree._Element) -> str:
    """GetNetworkInterfaces."""
    return (
        '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0">'
        "<tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>eth0</tt:Name>"
        f"{tag('tt:HwAddress', state.spec.mac)}<tt:MTU>1500</tt:MTU></tt:Info>"
        "<tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual>"
        f"{tag('tt:Address', state.ports.host)}<tt:PrefixLength>8</tt:PrefixLength></tt:Manual>"
        "<tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4>"
        "</tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>"
    )


def answer_users(state: DeviceState, _request: etree._Element) -> str:
    """GetUsers: names and levels, never passwords."""
    return (
        f"<tds:GetUsersResponse><tds:User>{tag('tt:Username', state.spec.user)}"
        "<tt:UserLevel>Administrator</tt:UserLevel></tds:User></tds:GetUsersResponse>"
    )


def answer_system_log(state: DeviceState, _request: etree._Element) -> str:
    """GetSystemLog as a string."""
    lines = [f"{state.started_at.strftime('%Y-%m-%d %H:%M:%S')} system started"]
    text = "\n".join([*lines, *state.requests.log])
    return (
        f"<tds:GetSystemLogResponse><tds:SystemLog>{tag('tt:String', text)}</tds:SystemLog>"
        "</tds:GetSystemLogResponse>"
    )
