"""Sources that are SNMP objects of a router; read with pysnmp, in a process of its own.

``request = { version = "2c", get = { uptime = "1.3.6..0" }, walk = { rsrp = "1.3.6.." } }``
The answer is JSON: ``get`` gives one text a name, ``walk`` a list, for indexes differ by firmware.
SNMP v2c takes the password of the device as the community (without one: "public"), v3 takes user
and password for authentication (SHA) and privacy (AES).
"""

from __future__ import annotations

import re
from typing import Final

from agent.camera.address import place_of, resolve
from agent.camera.port import CameraError
from agent.camera.profiles.keys import Key, Keys, Shape, text
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach
from agent.camera.profiles.transports.python_child import ask_child

_OBJECT_BYTES: Final = 160  # a question, its answer and the row that ends a walk
_PORT: Final = 161
_TIMEOUT_S: Final = 12.0  # a probe has 14
_OID: Final = re.compile(r"\.?1\.3(?:\.\d{1,10}){1,60}")
REQUEST: Final[Keys] = {
    "version": text("2c when absent", choices=("2c", "3")),
    "get": Key(shape=Shape.MAP, what="name to object, for one text each"),
    "walk": Key(shape=Shape.MAP, what="name to column, for a list of texts each"),
    "port": Key(shape=Shape.WHOLE, what="UDP port; 161 when absent", low=1),
}
_CHILD: Final = "agent.camera.profiles.transports.snmp_child"


def check_request(table: Table) -> None:
    """Refuse what no SNMP request has; only reads can be written down."""
    content = table.read(REQUEST)
    for key in ("get", "walk"):
        for name, oid in content.get(key, {}).items():
            if _OID.fullmatch(str(oid)) is None:
                table.complain(f"{key}.{name}", "profile_oid", found=oid)


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Read the objects; a wrong community is silence, as SNMP has it."""
    request, target = source.request, reach.target
    version = str(request.get("version", "2c"))
    login, credentials = reach.door.login, target.credentials
    if version == "3":
        credentials = login.require_credentials()
        login.count_vendor_attempt()
    tally = reach.door.transcript.tally
    tally.begin_request(_OBJECT_BYTES * len(request.get("get", {}) | request.get("walk", {})))
    try:
        body = await ask_child(
            _CHILD,
            {
                "host": await resolve(place_of(target).host),
                "port": target.vendor_port or int(request.get("port", _PORT)),
                "version": version,
                "user": credentials.user if credentials else "",
                "secret": credentials.password if credentials else "public",
                "get": dict(request.get("get", {})),
                "walk": dict(request.get("walk", {})),
            },
            timeout_s=source.timeout_s or _TIMEOUT_S,
        )
    except CameraError as error:
        if version == "3":
            login.note_vendor_refusal(error.cause)
        raise
    tally.bytes_received += len(body)
    return Fetched(body=body, detail=f"{len(body)} bytes")
