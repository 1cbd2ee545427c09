"""Sources that are the output of a program of this machine: mmcli and uqmi, reading only.

Code execution, and so from packaged profiles alone, with every argument on a list. No shell.
``request = { argv = ["mmcli", "-m", "any", "--signal-get", "-J"] }``
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from agent.camera.port import CameraError, Cause
from agent.camera.profiles.keys import Key, Keys, Shape
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach
from agent.camera.profiles.transports.child import run
from agent.camera.profiles.transports.local import require_local

REQUEST: Final[Keys] = {
    "argv": Key(shape=Shape.TEXTS, what="mmcli or uqmi and its words", required=True)
}
_TIMEOUT_S: Final = 10.0
_PORT: Final = "{serial_port}"  # replaced by the device's own, like /dev/cdc-wdm0
_DEVICE_FILE: Final = re.compile(
    r"/dev/[A-Za-z0-9][A-Za-z0-9._-]{0,40}(?:/[A-Za-z0-9._-]{1,60}){0,2}"
)
_ALLOWED: Final[Mapping[str, re.Pattern[str]]] = {
    # Signal, state and identity of a modem; never --signal-setup, which would change a setting.
    "mmcli": re.compile(r"-m|any|\d{1,3}|--modem=(?:any|\d{1,3})|--signal-get|-J|--output-json"),
    "uqmi": re.compile(
        r"-d|-t|\d{1,5}|--get-signal-info|-s|--single|--get-serving-system|--get-data-status"
    ),
}


def is_allowed(argv: Sequence[str]) -> bool:
    """Whether every word of the command is on the list."""
    if not argv or argv[0] not in _ALLOWED:
        return False
    return all(word == _PORT or _ALLOWED[argv[0]].fullmatch(word) is not None for word in argv[1:])


def check_request(table: Table) -> None:
    """Refuse any command that is not on the list."""
    argv = table.read(REQUEST).get("argv")
    if argv is not None and not is_allowed(argv):
        table.complain("argv", "profile_command_words", found=" ".join(argv)[:120])


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Run the program and return what it wrote."""
    argv = [str(word) for word in source.request["argv"]]
    if not reach.packaged or not is_allowed(argv):
        raise CameraError(
            Cause.VENDOR_UNSUPPORTED,
            "commands are run for the product's own profiles alone, and only those on its list",
        )
    require_local(reach.target)
    filled = [_fill(word, reach.target.serial_port) for word in argv]
    reach.door.transcript.tally.begin_request(0)
    finished = await run(filled, timeout_s=source.timeout_s or _TIMEOUT_S)
    if finished.code != 0:
        raise CameraError(
            Cause.LOCAL_FAILED,
            f"'{argv[0]}' ends with code {finished.code}: {_first_line(finished.complaint)}",
            raw=finished.output,
        )
    return Fetched(body=finished.output, detail=f"exit code {finished.code}")


def _fill(word: str, serial_port: str) -> str:
    if word != _PORT:
        return word
    if _DEVICE_FILE.fullmatch(serial_port) is None or ".." in serial_port:
        raise CameraError(
            Cause.LOCAL_MISSING, 'name the modem\'s device: serial_port = "/dev/cdc-wdm0"'
        )
    return serial_port


def _first_line(complaint: str) -> str:
    lines = complaint.strip().splitlines()
    return lines[0][:200] if lines else "it says nothing"
