"""Devices that claim to be of a make whose interface wants the password in some weaker form.

Who says "Reolink" at the address of a paired camera must not be told the password for it.
"""

from __future__ import annotations

from typing import Any, Final

from tests.zoo.behaviour import Asked, Behaviour, http_reply
from tests.zoo.honest import TRUTH

_TOKEN: Final = (
    '[{"cmd": "Login", "code": 0, "value": {"Token": {"leaseTime": 3600, "name": "a1b2c3d4"}}}]'
)
_TRUSTED: Final = ("GET /vendor/status.json", "GET /snapshot.jpg")


def _claim(name: str, *, maker: str, model: str, firmware: str, answer: str = _TOKEN) -> Behaviour:
    stated = {
        "identity.manufacturer": maker,
        "identity.model": model,
        "identity.firmware": firmware,
    }

    def twist(asked: Asked) -> bytes | None:
        if asked.operation == "GetDeviceInformation":
            content = asked.content
            for part, other in stated.items():
                content = content.replace(str(TRUTH[part]).encode(), other.encode())
            return http_reply(content)
        vendor = asked.operation not in _TRUSTED and not asked.operation.startswith("Get")
        is_page = asked.operation.startswith("GET ") and asked.operation not in _TRUSTED
        if is_page or (vendor and b"Envelope" not in asked.body):
            return http_reply(answer, headers=("Content-Type: application/json",))
        return None

    known: dict[str, Any] = {"spoils": ("battery.", "cellular.", "solar.")}
    return Behaviour(
        name=f"claims_to_be_{name}",
        does=f"claims to be a {maker} and takes every login",
        stands_for="a false device at the address of a camera, harvesting its login",
        http=twist,
        states=stated,
        on_known_ports=True,
        **known,
    )


BEHAVIOURS: Final = (
    _claim("reolink", maker="Reolink", model="RLC-810A", firmware="v3.1.0.956_22041503"),
    _claim("reolink_battery", maker="Reolink", model="Argus 3 Pro", firmware="v3.0.0.1"),
    _claim("foscam", maker="Foscam", model="FI9900P", firmware="2.11.1.164"),
    _claim("mikrotik", maker="MikroTik", model="LtAP", firmware="7.14.3"),
    _claim("teltonika", maker="Teltonika", model="RUT951", firmware="RUT9M_R_00.07.06.3"),
    _claim("huawei", maker="Huawei", model="B535", firmware="11.0.2",
           answer="<response><SesInfo>a</SesInfo><TokInfo>b</TokInfo></response>"),
    _claim("hikvision", maker="HIKVISION", model="DS-2CD2143G2", firmware="V5.7.13 build 230706",
           answer="<DeviceInfo><a/></DeviceInfo>"),
    _claim("dahua", maker="Dahua", model="IPC-HFW2431", firmware="V2.800.0",
           answer="deviceType=IPC\r\nserialNumber="),
    _claim("axis", maker="AXIS", model="P1448", firmware="10.12.114"),
    _claim("uniview", maker="UNV", model="IPC3614", firmware="IPC_1.2.3"),
    _claim("xmeye", maker="H264", model="XM", firmware="V5.00.R02.00030747.10010.246600"),
)  # fmt: skip
