"""Who the device says it is: serial, model, firmware, hardware, MAC."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, DeviceInformation
from agent.probes.failure import BROKEN, all_failed, failed
from agent.probes.probe import DEADLINE_S, Cost, Observation, Pass, Probe, good, missing, optional
from shared.device import is_placeholder
from shared.reading import Quality, Reading

_FROM_INFORMATION: Final = (
    "identity.serial",
    "identity.placeholder",
    "identity.manufacturer",
    "identity.model",
    "identity.firmware",
    "identity.hardware_id",
)
NAMES: Final = (*_FROM_INFORMATION, "identity.mac", "identity.replies")
_TEXT_CHARS = 80


async def read(camera: Camera, visit: Pass) -> Observation:
    """Read the device's own description; an empty serial is a fact, an absent one is missing.

    ``identity.placeholder`` is true when the serial names no single device (empty, all zeros).
    ``identity.replies`` is "whole" or "broken": a reply cut off inside the serial is no serial.
    """
    try:
        information = await visit.information(camera)
    except CameraError as error:
        replies = failed("identity.replies", error, at=visit.now)
        if error.cause in BROKEN:
            replies = Reading(
                "identity.replies",
                "broken",
                "",
                visit.now,
                Quality.GOOD,
                cause=error.cause.value,
                detail=error.detail[:300],
            )
        names = (*_FROM_INFORMATION, "identity.mac")
        return Observation(readings=(*all_failed(names, error, at=visit.now), replies))
    return Observation(
        readings=(
            *_describe(information, visit),
            await _read_mac(camera, visit),
            good("identity.replies", "whole", at=visit.now),
        )
    )


def _describe(information: DeviceInformation, visit: Pass) -> tuple[Reading, ...]:
    serial = information.serial
    placeholder = missing("identity.placeholder", at=visit.now, detail="no serial element")
    if serial is not None:
        names_nothing = is_placeholder(serial)
        detail = "the serial names no single device" if names_nothing else ""
        placeholder = good("identity.placeholder", names_nothing, at=visit.now, detail=detail)
    return (
        optional("identity.serial", _short(serial), at=visit.now),
        placeholder,
        optional("identity.manufacturer", _short(information.manufacturer), at=visit.now),
        optional("identity.model", _short(information.model), at=visit.now),
        optional("identity.firmware", _short(information.firmware), at=visit.now),
        optional("identity.hardware_id", _short(information.hardware_id), at=visit.now),
    )


def _short(text: str | None) -> str | None:
    return None if text is None else text.strip()[:_TEXT_CHARS]


async def _read_mac(camera: Camera, visit: Pass) -> Reading:
    try:
        addresses = await camera.mac_addresses()
    except CameraError as error:
        return failed("identity.mac", error, at=visit.now)
    if not addresses:
        return missing("identity.mac", at=visit.now)
    return good("identity.mac", ",".join(addresses[:4])[:200], at=visit.now)


PROBE = Probe(
    name="identity",
    every=timedelta(hours=6),
    cost=Cost(bytes=24_000, logins=2, wakeups=1, requests=6, awake_ms=2_000),
    read=read,
    deadline_s=DEADLINE_S,
    names=NAMES,
)
