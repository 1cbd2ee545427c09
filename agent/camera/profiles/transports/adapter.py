"""Sources that another project's library reads, when it is installed: Tapo cameras by pytapo.

``request = { adapter = "tapo", ask = { getDeviceInfo = { ... }, getConnectionType = { ... } } }``
The answer is one JSON object of method to result. The library is no part of the product.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from agent.camera.address import place_of, resolve
from agent.camera.port import CameraError
from agent.camera.profiles.keys import Key, Keys, Shape, text
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach
from agent.camera.profiles.transports.python_child import ask_child

_QUESTION_BYTES: Final = 800
_TIMEOUT_S: Final = 12.0  # a probe has 14
_CHILDREN: Final[Mapping[str, str]] = {"tapo": "agent.camera.profiles.transports.tapo_child"}
REQUEST: Final[Keys] = {
    "adapter": text("whose library", required=True, choices=tuple(_CHILDREN)),
    "ask": Key(shape=Shape.TABLE, what="method to its parameters", required=True),
}
_METHOD: Final = re.compile(r"get[A-Z][A-Za-z0-9]{2,60}")


def check_request(table: Table) -> None:
    """Refuse an adapter that nobody knows, and every method that does not begin with "get"."""
    for method in table.read(REQUEST).get("ask", {}):
        if _METHOD.fullmatch(str(method)) is None:
            table.complain("ask", "profile_adapter_method", found=method)


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Ask all methods by one login, in a process of its own."""
    name, login = str(source.request["adapter"]), reach.door.login
    credentials = login.require_credentials()
    ask = {key: value for key, value in source.request["ask"].items() if _METHOD.fullmatch(key)}
    tally = reach.door.transcript.tally
    for _ in ask:
        tally.begin_request(_QUESTION_BYTES)
    login.count_vendor_attempt()
    try:
        body = await ask_child(
            _CHILDREN[name],
            {
                "host": await resolve(place_of(reach.target).host),
                "port": reach.target.vendor_port,
                "user": credentials.user,
                "password": credentials.password,
                "ask": ask,
            },
            timeout_s=source.timeout_s or _TIMEOUT_S,
            path=os.environ.get("PYTHONPATH", ""),
        )
    except CameraError as error:
        login.note_vendor_refusal(error.cause)
        raise
    tally.bytes_received += len(body)
    return Fetched(body=body, detail=f"{len(body)} bytes")
