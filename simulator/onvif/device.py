"""The device service: identity, network, users, system log."""

from __future__ import annotations

from urllib.parse import quote

from lxml import etree

from simulator.onvif.names import tag
from simulator.state import DeviceState


def answer_information(state: DeviceState, _request: etree._Element) -> str:
    """GetDeviceInformation."""
    spec = state.spec
    return (
        "<tds:GetDeviceInformationResponse>"
        f"{tag('tds:Manufacturer', spec.manufacturer)}{tag('tds:Model', spec.model)}"
        f"{tag('tds:FirmwareVersion', spec.firmware)}{tag('tds:SerialNumber', state.serial)}"
        f"{tag('tds:HardwareId', spec.hardware_id)}</tds:GetDeviceInformationResponse>"
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
