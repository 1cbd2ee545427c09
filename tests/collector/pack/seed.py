"""Claims as agents make them: real messages, signed manifests, pictures and weeks of readings."""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw

from collector.pack.claim import Maker
from collector.pack.facts import PackFacts
from collector.pack.gather import Desk, gather
from collector.pack.seal import fingerprint
from shared import signing, wire
from shared.device import DeviceFacts
from shared.evidence import EvidenceItem, EvidenceKind, Manifest, SignedManifest
from shared.health import DeviceReadings, Telemetry
from shared.reading import Quality, Reading
from tests.collector.house import AGENT_KEY, NOON, House, chunks, device, fault, frame_of, health

PACK_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
SERIAL = "SC24010001"
CHUNK = 40_000


@dataclass(frozen=True, slots=True)
class Made:
    """A file of evidence."""

    name: str
    kind: EvidenceKind
    content: bytes
    at: datetime = NOON


def draw_yard(*, magenta: bool, width: int = 1280, height: int = 720) -> bytes:
    """A picture of a yard as JPEG."""
    picture = Image.new("RGB", (width, height), (150, 185, 225))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height // 2, width, height), fill=(92, 118, 70))
    draw.rectangle((width // 5, height // 4, width // 2, height * 3 // 4), fill=(168, 150, 132))
    for number in range(12):
        draw.line((0, height // 2 + number * 30, width, height // 2 + number * 24), (70, 90, 60), 3)
    if magenta:
        picture = Image.blend(picture, Image.new("RGB", picture.size, (235, 60, 220)), 0.42)
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=85)
    return held.getvalue()


def transcript() -> bytes:
    """What a camera was asked and answered."""
    lines = [
        {"asked": "GetDeviceInformation", "status": 200, "reply": "<SerialNumber>O-7</...>"},
        {"asked": "SetImagingSettings", "status": 200, "reply": "<IrCutFilter>ON</IrCutFilter>"},
        {"asked": "GetSnapshotUri", "status": 200, "reply": "=HYPERLINK(1)"},
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


PICTURE = Made("picture.jpg", EvidenceKind.PICTURE, draw_yard(magenta=True))
REFERENCE = Made(
    "reference.jpg", EvidenceKind.REFERENCE, draw_yard(magenta=False), NOON - timedelta(days=9)
)
TRANSCRIPT = Made("transcript.jsonl", EvidenceKind.TRANSCRIPT, transcript())


def manifest_over(
    files: Sequence[Made], *, code: str, serial: str = SERIAL, key: Ed25519PrivateKey = AGENT_KEY
) -> SignedManifest:
    """A manifest over these files, signed."""
    items = tuple(
        EvidenceItem(
            sha256=hashlib.sha256(one.content).hexdigest(),
            size=len(one.content),
            kind=one.kind,
            media_type="image/jpeg" if one.name.endswith("jpg") else "application/jsonl",
            name=one.name,
            taken_at=one.at,
        )
        for one in files
    )
    body = wire.encode(
        Manifest(
            agent_id="agent-farm",
            device_id="gate",
            label_serial=serial,
            code=code,
            episode=None,
            made_at=NOON,
            agent_version="0.1.0",
            profile="generic",
            items=items,
        )
    )
    return SignedManifest(
        body,
        signing.sign(key, signing.MANIFEST, body),
        signing.key_id(key.public_key()),
    )


def camera(device_id: str = "gate", serial: str = SERIAL) -> DeviceFacts:
    """A camera with its label serial."""
    return device(device_id, label_serial=serial, name=f"Camera {device_id}")


def open_line(
    house: House, *, code: str = "ircut.stuck_open", files: Sequence[Made] = (), start: int = 10
) -> int:
    """A fault with its evidence becomes a draft; the id of its line."""
    house.register(SERIAL, delivered_on=date(2025, 6, 2))
    siblings = [camera(f"cam-{number}", f"SC2401010{number}") for number in range(1, 8)]
    house.take(frame_of(health(camera(), *siblings, at=NOON), seq=1))
    manifest = manifest_over(files, code=code) if files else None
    house.take(frame_of(fault(code, of=camera(), manifest=manifest), seq=start))
    number = start
    for one in files:
        for chunk in chunks(one.content, size=CHUNK):
            number += 1
            house.take(frame_of(chunk, seq=number))
    house.pass_time(3)
    house.take(frame_of(health(camera(), *siblings, at=house.now), seq=number + 1))
    house.tick()
    return 1


def take_weeks(house: House, *, seq: int = 5000) -> None:
    """Three weeks of a battery that stops to charge: hourly charge, voltage and panel."""
    readings = []
    for hour in range(21 * 24):
        at = NOON - timedelta(days=20, hours=23) + timedelta(hours=hour)
        sun = max(0.0, math.sin((hour % 24 - 6) / 12 * math.pi))
        fallen = max(0.0, hour - 9 * 24) * 0.19
        charge = max(4.0, 78 + 14 * sun - fallen)
        bad = hour % 97 == 0
        readings += [
            Reading(
                "battery.charge",
                None if bad else round(charge, 1),
                "%",
                at,
                Quality.UNKNOWN if bad else Quality.GOOD,
            ),
            Reading("solar.power", round(6.2 * sun, 2), "W", at, Quality.GOOD),
            Reading("battery.voltage", round(3.2 + charge / 100, 3), "V", at, Quality.GOOD),
        ]
    for first in range(0, len(readings), 120):
        part = tuple(readings[first : first + 120])
        message = Telemetry(sent_at=NOON, devices=(DeviceReadings("gate", part),))
        house.take(frame_of(message, seq=seq + first))


def desk_of(house: House) -> Desk:
    """Where this house makes its packs."""
    return Desk(
        evidence_dir=house.path.parent / "evidence",
        policy=house.policy,
        made_by=Maker(
            name="Farm collector",
            fingerprint=fingerprint(PACK_KEY.public_key()),
            url="https://rma.example.com",
        ),
    )


def facts_of(house: House, line: int = 1, *, is_whole: bool = True) -> PackFacts:
    """The facts of a line of the farm."""
    with house.engine.begin() as db:
        found = gather(db, line, organisation_id="north", desk=desk_of(house), is_whole=is_whole)
    assert found is not None
    return found
