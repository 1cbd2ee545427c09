"""Which services a device offers, where, and what each can do."""

from __future__ import annotations

from lxml import etree

from simulator.onvif.names import DEVICE, EVENTS, IMAGING, MEDIA, MEDIA2, PATHS, tag
from simulator.onvif.subscriptions import PLACES
from simulator.state import DeviceState


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
    wanted = request.findtext(f"{{{DEVICE}}}IncludeCapability", "false").strip() in ("true", "1")
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
