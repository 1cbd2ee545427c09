"""Sources that are a block of VE.Direct text: what Victron charge controllers say each second.

19200 baud; lines ``\\r\\nKEY\\tVALUE``, the last one ``Checksum``, whose one byte makes the sum of
all bytes of the block 0 modulo 256. Lines of the HEX protocol (``:...\\n``) may stand between.
``request = { wanted = ["V"] }``
"""

from __future__ import annotations

import re
from typing import Final

from agent.camera.profiles.keys import Key, Keys, Shape
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach
from agent.camera.profiles.transports.serial_line import converse

REQUEST: Final[Keys] = {
    "wanted": Key(shape=Shape.TEXTS, what="keys to wait for; V when absent"),
    "baud": Key(shape=Shape.WHOLE, what="bits per second; 19200 when absent", low=300),
}
_BAUD: Final = 19200
_TIMEOUT_S: Final = 5.0
_HEX: Final = re.compile(rb":[0-9A-Fa-f]{2,}\n")
_END: Final = b"\r\nChecksum\t"


def check_request(table: Table) -> None:
    """Refuse what no VE.Direct request has."""
    table.read(REQUEST)


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Listen until whole blocks have said what is wanted; nothing is sent."""
    wanted = {str(key) for key in source.request.get("wanted", ["V"])}

    def has_all(received: bytes) -> bool:
        return wanted <= values(received).keys()

    reach.door.transcript.tally.begin_request(0)
    received = await converse(
        reach.target,
        baud=int(source.request.get("baud", _BAUD)),
        send=b"",
        until=has_all,
        timeout_s=source.timeout_s or _TIMEOUT_S,
    )
    reach.door.transcript.tally.bytes_received += len(received)
    lines = (f"{key}\t{value}\n" for key, value in values(received).items())
    return Fetched(body="".join(lines).encode(), detail=f"{len(received)} bytes heard")


def values(received: bytes) -> dict[str, str]:
    """What the good blocks say; the latest word of each key."""
    found = {}
    for block in blocks(received):
        for line in block.decode("utf-8", "replace").split("\r\n"):
            key, tab, value = line.partition("\t")
            if tab:
                found[key] = value.strip()
    return found


def blocks(received: bytes) -> list[bytes]:
    """The blocks whose sum is right, without their checksum lines; the first may be cut off.

    One byte checks little: 1 damaged block in 256 passes it, which is why profiles give ranges.
    """
    text = _HEX.sub(b"", received)
    found = []
    at = 0
    while (end := text.find(_END, at)) >= 0 and end + len(_END) < len(text):
        stop = end + len(_END) + 1
        block = text[at:stop]
        if sum(block) % 256 == 0:
            found.append(text[at:end].strip(b"\r\n"))
        at = stop
    return found
