"""``preclaim-sim push``: one sleeping camera that sends a picture and an event, again and again."""

from __future__ import annotations

import argparse
import asyncio
import ftplib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

from simulator.pusher import PushingCamera
from simulator.spec import CameraSpec, Kind

_OK = 200


class Refused(Exception):
    """The receiver did not take it, or the address cannot be sent to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where to, as whom, how often."""

    to: SplitResult
    user: str
    password: str
    every_s: float
    count: int
    faults: tuple[str, ...]


def plan_of(asked: argparse.Namespace) -> Plan:
    """The plan of a command line; OSError for a password file that cannot be read."""
    lines = asked.password_file.read_text().splitlines() if asked.password_file else []
    return Plan(
        to=urlsplit(asked.to),
        user=asked.user,
        password=lines[0] if lines else "",
        every_s=asked.every,
        count=asked.count,
        faults=tuple(asked.fault),
    )


async def run(plan: Plan) -> PushingCamera:
    """Send as planned; the camera with its counts. Refused or OSError when it is not taken."""
    spec = CameraSpec(serial="4G20-PUSH", kind=Kind.SOLAR_4G, faults=plan.faults)
    async with PushingCamera(spec) as camera:
        for turn in range(plan.count):
            if turn:
                await asyncio.sleep(plan.every_s)
            await _send(camera, plan, await camera.picture(), ".jpg")
            await _send(camera, plan, camera.event(), ".json")
    return camera


async def _send(camera: PushingCamera, plan: Plan, body: bytes, ending: str) -> None:
    host, port, to = plan.to.hostname or "", plan.to.port, plan.to
    name = f"{datetime.now(UTC):%Y%m%d%H%M%S}{ending}"
    if to.scheme in ("http", "https"):
        status = await camera.by_http(to.geturl(), body, user=plan.user, password=plan.password)
        if status != _OK:
            raise Refused(f"HTTP {status}")
    elif to.scheme == "ftp":
        try:
            await camera.by_ftp(
                host, port or 21, name, body, user=plan.user, password=plan.password
            )
        except ftplib.Error as error:
            raise Refused(str(error)) from error
    elif to.scheme == "mqtt":
        await camera.by_mqtt(host, port or 1883, to.path.lstrip("/"), body)
    else:
        raise Refused(f"{to.geturl()!r} is no http, ftp or mqtt address")
