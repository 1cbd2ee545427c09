"""Sources that are asked by DVRIP, the protocol of XMeye cameras; TCP 34567.

``request = { message = 1610, name = "OPTUpData", body = { ... }, wanted = "Dev.ElectCapacity" }``
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

from agent.camera.address import Place, place_of
from agent.camera.port import CameraError, Cause
from agent.camera.profiles.dvrip.frame import PORT
from agent.camera.profiles.dvrip.session import DvripSession, Question
from agent.camera.profiles.dvrip.status import WAKING, RefusalError
from agent.camera.profiles.keys import Key, Keys, Shape, text
from agent.camera.profiles.profile import Source
from agent.camera.profiles.table import Table
from agent.camera.profiles.transport import Fetched, Reach

REQUEST: Final[Keys] = {
    "message": Key(shape=Shape.WHOLE, what="number of a message that only reads", required=True),
    "name": text("name of what is asked for", required=True),
    "wanted": text("key of the object that holds the answer; the name when absent"),
    "body": Key(shape=Shape.TABLE, what="what goes with the question"),
    "port": Key(shape=Shape.WHOLE, what="TCP port; 34567 when absent", low=1),
}
_TIMEOUT_S: Final = 10.0
_WAKE_STEP_S: Final = 1.5
_HELD: Final = "dvrip"
MESSAGES: Final = (1020, 1042, 1044, 1048, 1360, 1452, 1610)
"""What may be asked: none of these changes anything. 1020 information, 1042 and 1044
configuration, 1048 channel titles, 1360 abilities, 1452 time, 1610 live data."""


def check_request(table: Table) -> None:
    """Refuse what no DVRIP request has, and every message that could change something."""
    message = table.read(REQUEST).get("message")
    if message is not None and message not in MESSAGES:
        known = ", ".join(str(number) for number in MESSAGES)
        table.complain("message", "profile_dvrip_message", found=message, known=known)


async def fetch(source: Source, reach: Reach) -> Fetched:
    """Ask one question; the connection and its one login serve all sources of a reading."""
    question = _question(source)
    session = _session(source, reach)
    timeout_s = source.timeout_s or _TIMEOUT_S
    try:
        async with asyncio.timeout(timeout_s):
            body = await _ask(session, question, grace_s=reach.profile.power.wake_grace_s)
    except TimeoutError as error:
        raise CameraError(
            Cause.DEADLINE, f"no complete DVRIP reply within {timeout_s:g} s"
        ) from error
    return Fetched(body=body.strip(b"\x00\r\n "), detail=f"{len(body)} bytes")


async def _ask(session: DvripSession, question: Question, *, grace_s: float) -> bytes:
    """Ask, and again for as long as the camera may still be waking up."""
    while True:
        try:
            return await session.ask(question)
        except RefusalError as error:
            if error.code != WAKING or session.open_s + _WAKE_STEP_S > grace_s:
                raise
        await asyncio.sleep(_WAKE_STEP_S)


def _question(source: Source) -> Question:
    name = str(source.request["name"])
    return Question(
        message=int(source.request["message"]),
        name=name,
        wanted=str(source.request.get("wanted", name)),
        body=source.request.get("body", {}),
    )


def _session(source: Source, reach: Reach) -> DvripSession:
    held = reach.held.get(_HELD)
    if held is None:
        port = reach.target.vendor_port or int(source.request.get("port", PORT))
        held = reach.held[_HELD] = DvripSession(
            Place(host=place_of(reach.target).host, port=port),
            login=reach.door.login,
            tally=reach.door.transcript.tally,
        )
    return cast(DvripSession, held)
