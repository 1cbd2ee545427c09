"""The replies of one healthy camera in two dialects: the simulator's, and zeep's own.

What the simulator sends is read by zeep in strict mode against the official WSDL, and written
anew by zeep: the same facts with other prefixes, other order of namespaces and no habits of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree
from zeep import Client, Settings
from zeep.helpers import serialize_object

from agent.camera.onvif.envelope import envelope, security_header
from agent.camera.port import Credentials
from simulator.camera import SimulatedCamera
from simulator.onvif.endpoint import answer_soap
from simulator.onvif.names import DEVICE, IMAGING, MEDIA, MEDIA2
from simulator.spec import CameraSpec, Kind
from tests.simulator.oracle import _FILES, _document

_STREAM_SETUP: Final = (
    '<StreamSetup><Stream xmlns="http://www.onvif.org/ver10/schema">RTP-Unicast</Stream>'
    '<Transport xmlns="http://www.onvif.org/ver10/schema"><Protocol>RTSP</Protocol></Transport>'
    "</StreamSetup>"
)
_PROFILE: Final = "<ProfileToken>Profile_1</ProfileToken>"
_SOURCE: Final = "<VideoSourceToken>VideoSource_1</VideoSourceToken>"
# By the name under which cuts.py asks them: WSDL, namespace, operation, arguments.
OPERATIONS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "GetSystemDateAndTime": ("device", DEVICE, "GetSystemDateAndTime", ""),
    "GetDeviceInformation": ("device", DEVICE, "GetDeviceInformation", ""),
    "GetNetworkInterfaces": ("device", DEVICE, "GetNetworkInterfaces", ""),
    "GetSystemLog": ("device", DEVICE, "GetSystemLog", "<LogType>System</LogType>"),
    "GetServices": (
        "device", DEVICE, "GetServices", "<IncludeCapability>false</IncludeCapability>",
    ),
    "GetCapabilities": ("device", DEVICE, "GetCapabilities", "<Category>All</Category>"),
    "GetProfiles": ("media", MEDIA, "GetProfiles", ""),
    "GetVideoSources": ("media", MEDIA, "GetVideoSources", ""),
    "GetStreamUri": ("media", MEDIA, "GetStreamUri", _STREAM_SETUP + _PROFILE),
    "GetSnapshotUri": ("media", MEDIA, "GetSnapshotUri", _PROFILE),
    "GetImagingSettings": ("imaging", IMAGING, "GetImagingSettings", _SOURCE),
    "GetOptions": ("imaging", IMAGING, "GetOptions", _SOURCE),
    "Media2.GetProfiles": ("", MEDIA2, "GetProfiles", "<Type>All</Type>"),
    "Media2.GetStreamUri": ("", MEDIA2, "GetStreamUri", f"<Protocol>RTSP</Protocol>{_PROFILE}"),
    "Media2.GetSnapshotUri": ("", MEDIA2, "GetSnapshotUri", _PROFILE),
}  # fmt: skip
_STRICT: Final = Settings(strict=True, xml_huge_tree=False)


async def simulator_replies() -> dict[str, bytes]:
    """The bodies of all replies, by the names of ``OPERATIONS``."""
    spec = CameraSpec(
        serial="SN-2401-0001", kind=Kind.SOLAR_4G, password="Cut-Pass-1", width=320, height=192
    )
    async with SimulatedCamera(spec) as camera:
        return {name: await _ask(camera, *asked[1:]) for name, asked in OPERATIONS.items()}


async def _ask(camera: SimulatedCamera, space: str, operation: str, arguments: str) -> bytes:
    body = f'<{operation} xmlns="{space}">{arguments}</{operation}>'
    login = Credentials(user=camera.spec.user, password=camera.spec.password)
    signed = envelope(body, security=security_header(login, device_now=datetime.now(UTC)))
    reply = await answer_soap(camera.state, signed, authorization=None, uri="/onvif/device_service")
    if reply.status != 200:
        raise RuntimeError(f"the simulator answers {operation} with {reply.status}")
    return reply.body


def zeep_replies(simulated: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same facts as zeep writes them; ValueError when strict zeep cannot read one."""
    return {
        name: _rewritten(asked[0], asked[2], simulated[name])
        for name, asked in OPERATIONS.items()
        if asked[0]
    }


def _rewritten(wsdl: str, operation: str, reply: bytes) -> bytes:
    file, binding = _FILES[wsdl]
    client: Any = Client(_document(file), settings=_STRICT)
    output = client.wsdl.bindings[binding].get(operation).output
    read = output.deserialize(etree.fromstring(reply))
    names = [name for name, _ in output.body.type.elements]
    plain = serialize_object(read, dict)
    fields = plain if len(names) > 1 else {names[0]: plain}
    written = output.serialize(**fields).content
    return bytes(etree.tostring(written, xml_declaration=True, encoding="UTF-8"))
