"""Where the services of a device are: GetServices, falling back to GetCapabilities."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from agent.camera.address import pin_http, url_of
from agent.camera.onvif.parse import child, children, local_name, text
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import CameraError, Cause

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
IMAGING = "http://www.onvif.org/ver20/imaging/wsdl"
EVENTS = "http://www.onvif.org/ver10/events/wsdl"
DEVICE_PATH = "/onvif/device_service"

_CAPABILITIES = {"Device": DEVICE, "Media": MEDIA, "Imaging": IMAGING, "Events": EVENTS}
_FALL_BACK = (
    Cause.ONVIF_FAULT,
    Cause.ONVIF_UNSUPPORTED,
    Cause.ONVIF_MISSING,
    Cause.HTTP_STATUS,
    Cause.HTTP_NOT_XML,
)
_MAX_SERVICES = 64


async def find_services(soap: SoapClient) -> Mapping[str, str]:
    """Map service namespaces to URLs on the device itself.

    GetServices first: GetCapabilities misses deviceIO, recording and Media2. Remembered from
    pass to pass, until a service answers with no SOAP.
    """
    memory = soap.door.memory
    if memory.services is None:
        try:
            memory.services = await _from_services(soap)
        except CameraError as error:
            if error.cause not in _FALL_BACK:
                raise
            memory.services = await read_capabilities(soap)
    return memory.services


async def service_url(soap: SoapClient, namespace: str) -> str:
    """URL of a service; CameraError(ONVIF_UNSUPPORTED) when the device lists no such service."""
    url = (await find_services(soap)).get(namespace)
    if url is None:
        name = "/".join(namespace.rstrip("/").split("/")[-3:-1])
        raise CameraError(Cause.ONVIF_UNSUPPORTED, f"the device lists no service {name}")
    return url


def device_url(soap: SoapClient) -> str:
    """URL of the device service, which the standard fixes."""
    return url_of(soap.door.target, DEVICE_PATH)


async def _from_services(soap: SoapClient) -> dict[str, str]:
    response = await soap.call(
        device_url(soap),
        "GetServices",
        f'<GetServices xmlns="{DEVICE}"><IncludeCapability>false</IncludeCapability></GetServices>',
    )
    found: dict[str, str] = {}
    for service in children(response, "Service")[:_MAX_SERVICES]:
        namespace, address = text(service, "Namespace"), text(service, "XAddr")
        if namespace and address:
            _take(found, namespace, address, soap)
    if not found:
        raise CameraError(Cause.ONVIF_MISSING, "GetServices lists no service")
    return found


async def read_capabilities(soap: SoapClient) -> dict[str, str]:
    """Services by GetCapabilities, which older firmware has and which misses some of them."""
    response = await soap.call(
        device_url(soap),
        "GetCapabilities",
        f'<GetCapabilities xmlns="{DEVICE}"><Category>All</Category></GetCapabilities>',
    )
    found: dict[str, str] = {}
    for capability in _listed(child(response, "Capabilities")):
        namespace, address = _CAPABILITIES.get(local_name(capability)), text(capability, "XAddr")
        if namespace and address:
            _take(found, namespace, address, soap)
    if not found:
        raise CameraError(Cause.ONVIF_MISSING, "GetCapabilities lists no service")
    return found


def _listed(capabilities: etree._Element | None) -> list[etree._Element]:
    return [] if capabilities is None else list(capabilities)[:_MAX_SERVICES]


def _take(found: dict[str, str], namespace: str, address: str, soap: SoapClient) -> None:
    """Keep a service; one unusable address must not hide the others."""
    try:
        found[namespace] = pin_http(address, soap.door.target).url
    except CameraError:
        return
