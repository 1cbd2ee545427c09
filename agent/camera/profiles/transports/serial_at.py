"""Sources that are an AT command of a modem on a serial port; reading commands only.

``request = { command = 'AT+QENG="servingcell"', baud = 115200 }``
"""

from __future__ import annotations

import re
from typing import Final

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.keys import Key, Keys, Shape, text
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach
from agent.camera.profiles.transports.serial_line import converse

REQUEST: Final[Keys] = {
    "command": text("an AT command that only reads", required=True),
    "baud": Key(shape=Shape.WHOLE, what="bits per second; 115200 when absent", low=300),
}
_BAUD: Final = 115200
_TIMEOUT_S: Final = 5.0
# Signal, cell, registration, SIM state, model and firmware; none of who the subscriber is
# (+CIMI, +CCID, +CGSN, +CNUM), and nothing that sets.
_COMMAND: Final = re.compile(
    r"AT(?:\+(?:CSQ|CESQ|QCSQ|QRSRP|QRSRQ|QSINR|QNWINFO|QCAINFO|QTEMP|CGMM|CGMR|CGMI)"
    r'|\+QENG="servingcell"|\+(?:CPIN|COPS|CREG|CGREG|CEREG|C5GREG)\?)'
)
_SIM_STATE: Final = "AT+CPIN?"
_END: Final = re.compile(rb"(?:^|\r|\n)(OK|ERROR|\+CM[ES] ERROR: ?[^\r\n]*)\r")


def check_request(table: Table) -> None:
    """Refuse any command that is not on the list."""
    command = table.read(REQUEST).get("command")
    if command is not None and _COMMAND.fullmatch(command) is None:
        table.complain("command", "profile_at_command", found=command[:60])


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Send the command; the lines before its OK."""
    command = str(source.request["command"])
    if _COMMAND.fullmatch(command) is None:
        raise CameraError(Cause.VENDOR_UNSUPPORTED, "this AT command is not on the list")
    tally = reach.door.transcript.tally
    tally.begin_request(len(command) + 1)
    whole = await converse(
        reach.target,
        baud=int(source.request.get("baud", _BAUD)),
        send=command.encode() + b"\r",
        until=lambda received: _END.search(received) is not None,
        timeout_s=source.timeout_s or _TIMEOUT_S,
    )
    tally.bytes_received += len(whole)
    return Fetched(body=_answer(command, whole), detail=f"{len(whole)} bytes")


def _answer(command: str, whole: bytes) -> bytes:
    """The answer without echo and end; CameraError when the modem says that it failed."""
    end = _END.search(whole)
    assert end is not None
    word = end.group(1).decode("ascii", "replace")
    if word == "ERROR":
        raise CameraError(Cause.VENDOR_UNSUPPORTED, f"the modem does not know {command}", raw=whole)
    if command == _SIM_STATE and word.startswith("+CME ERROR"):
        return word.encode()  # TS 27.007 9.2: "SIM not inserted" is the answer to this question
    if word != "OK":
        raise CameraError(Cause.VENDOR_REFUSED, f"the modem answers {word[:80]}", raw=whole)
    lines = [line.strip() for line in whole[: end.start(1)].splitlines()]
    return b"\n".join(line for line in lines if line and line != command.encode())
