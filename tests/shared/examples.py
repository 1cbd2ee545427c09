"""One example of every message of the contract, with fixed values: the source of the corpus."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import signing, wire
from shared.command import Command, CommandResult, Outcome, SignedCommand, Verb
from shared.device import Alias, AliasKind, DeviceFacts
from shared.evidence import (
    EvidenceChunk,
    EvidenceItem,
    EvidenceKind,
    Manifest,
    NotTaken,
    SignedManifest,
)
from shared.fault import (
    EpisodeSnapshot,
    EvidenceAdded,
    FaultEvent,
    FaultKind,
    FaultState,
    OpenEpisode,
)
from shared.fold import fold
from shared.health import (
    DataSpend,
    DeviceHealth,
    DeviceReadings,
    HangsOn,
    Health,
    LaneDepth,
    Lost,
    Presence,
    Standing,
    Telemetry,
)
from shared.identity import Epoch, EventId
from shared.profile import ProfileUsed
from shared.reading import Quality, Reading
from shared.receipt import Receipt, Refused, SeqRange

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EPOCH = Epoch(3, 0x0123456789ABCDEF)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE = DeviceFacts(
    device_id="gate-north",
    label_serial="SC24010001",
    aliases=(Alias(AliasKind.ONVIF_SERIAL, "O-77"), Alias(AliasKind.MAC, "02:00:00:00:00:01")),
    manufacturer="Camhi Example",
    model="SC-4G-20",
    firmware="1.4.2",
    hardware_id="HW-3",
    name="Gate north",
    profile="example-vendor",
)
READING = Reading("battery.charge", 12.5, "%", NOON, Quality.GOOD)
GAUGE = Reading(
    "battery.charge", None, "%", NOON, Quality.UNKNOWN, raw="255", detail="gauge not ready"
)
PICTURE = b"not really a picture"


ITEM = EvidenceItem(
    sha256=hashlib.sha256(PICTURE).hexdigest(),
    size=len(PICTURE),
    kind=EvidenceKind.PICTURE,
    media_type="image/jpeg",
    name="fault.jpg",
    taken_at=NOON,
)


class FirstManifest(msgspec.Struct, frozen=True, array_like=True, tag="manifest"):
    """A manifest as the first version wrote it: what was appended since is not in its bytes."""

    agent_id: str
    device_id: str
    label_serial: str
    code: str
    episode: EventId | None
    made_at: datetime
    agent_version: str
    profile: str
    items: tuple[EvidenceItem, ...]


FIRST_MANIFEST = FirstManifest(
    agent_id="agent-north",
    device_id="gate-north",
    label_serial="SC24010001",
    code="picture.blurred",
    episode=None,
    made_at=NOON,
    agent_version="0.1.0",
    profile="generic-onvif",
    items=(ITEM,),
)


def signed(body: bytes) -> SignedManifest:
    """Bytes signed with the fixed key; Ed25519 signatures are deterministic."""
    return SignedManifest(
        body, signing.sign(KEY, signing.MANIFEST, body), signing.key_id(KEY.public_key())
    )


def signed_manifest() -> SignedManifest:
    """A manifest of the first version."""
    return signed(msgspec.msgpack.encode(FIRST_MANIFEST))


def manifest_without_clip() -> SignedManifest:
    """A manifest that says why there is no clip."""
    why = NotTaken(EvidenceKind.CLIP, "packets of the stream were lost", "视频流丢包")
    plain = msgspec.structs.asdict(FIRST_MANIFEST)
    return signed(wire.encode(Manifest(**plain, not_taken=(why,))))


def signed_command(
    verb: Verb = Verb.PROBE_NOW, device_id: str = "gate-north", **arguments: str
) -> SignedCommand:
    """A command signed with the fixed key."""
    body = wire.encode(Command("c-1", "agent-north", verb, device_id, NOON, NOON, arguments))
    return SignedCommand(
        body, signing.sign(KEY, signing.COMMAND, body), signing.key_id(KEY.public_key())
    )


def up_messages() -> dict[str, wire.UpMessage]:
    """Every message that travels upward, by the name of its corpus file."""
    opened = FaultEvent(
        kind=FaultKind.OPENED,
        code="picture.blurred",
        device=DEVICE,
        episode=None,
        onset_at=NOON,
        observed_at=NOON,
        summary_en="sharpness 0.08 is below 0.15",
        summary_zh="清晰度 0.08 低于 0.15",
        because=(READING, GAUGE),
        manifest=signed_manifest(),
        observations=3,
        recorder_firmware="NVR 4.2.1",
    )
    return {
        "fault": opened,
        "fault_without_clip": msgspec.structs.replace(opened, manifest=manifest_without_clip()),
        "fault_profile": msgspec.structs.replace(
            opened,
            code="battery.not_charging",
            profile=ProfileUsed(
                "reolink.battery", "0a1b2c3d4e5f", "documented", ("battery.charge",)
            ),
        ),
        "fault_module": msgspec.structs.replace(
            opened, code="battery.not_charging", module_code="CX-BAT-52"
        ),
        "evidence_added": EvidenceAdded(DEVICE, EventId(EPOCH, 7), signed_manifest()),
        "snapshot": EpisodeSnapshot(
            NOON,
            (
                OpenEpisode(
                    EventId(EPOCH, 7), "gate-north", "picture.blurred", FaultState.OPEN, NOON
                ),
            ),
        ),
        "chunk": EvidenceChunk(hashlib.sha256(PICTURE).hexdigest(), 0, len(PICTURE), PICTURE),
        "health": Health(
            sent_at=NOON,
            agent_version="0.1.0",
            next_within_s=300.0,
            uplink="wired",
            host=(READING,),
            devices=(DeviceHealth(DEVICE, Standing.FAULT, NOON, ("picture.blurred",)),),
            outbox=(LaneDepth(1, 2, 400, NOON),),
            lost=(Lost(4, SeqRange(10, 12), "evicted: outbox over its limit"),),
        ),
        "health_data": Health(
            sent_at=NOON,
            agent_version="0.1.0",
            next_within_s=2_000_000.0,
            uplink="metered",
            data=DataSpend(99_000_000, 3_000_000, 100_000_000, 100_000_000, "farewell", NOON),
        ),
        "health_spent": Health(
            sent_at=NOON,
            agent_version="0.1.0",
            next_within_s=3600.0,
            uplink="metered",
            devices=(
                DeviceHealth(DEVICE, Standing.OK, NOON, (), "", 900_000, 5, 300, 40, 0, 149_000),
            ),
        ),
        "health_hangs_on": Health(
            sent_at=NOON,
            agent_version="0.1.0",
            next_within_s=300.0,
            uplink="wired",
            devices=(
                DeviceHealth(
                    DEVICE,
                    Standing.OK,
                    NOON,
                    hangs_on=HangsOn("pole-1", "East", "gw-1", "192.168.1.2", "mains", "called"),
                ),
            ),
        ),
        "health_words": Health(
            sent_at=NOON,
            agent_version="0.1.0",
            next_within_s=3600.0,
            uplink="metered",
            host=(Reading("host.cpu", 7.5, "%", NOON, Quality.GOOD),),
            devices=(DeviceHealth(DEVICE, Standing.OK, NOON),),
        ),
        "health_login": Health(
            sent_at=NOON,
            agent_version="0.1.0",
            next_within_s=300.0,
            uplink="wired",
            devices=(
                DeviceHealth(
                    msgspec.structs.replace(
                        DEVICE, login="digest-md5|wsse|login.firmware_refuses_method"
                    ),
                    Standing.FAULT,
                    NOON,
                ),
            ),
            recorder_firmware="NVR 4.2.1",
        ),
        "result": CommandResult("c-1", Outcome.DONE, NOON, "probed"),
        "result_report": CommandResult(
            "c-1", Outcome.REFUSED, NOON, "order: agent: may not", "order: agent: may not be set"
        ),
        "result_zh": CommandResult(
            "c-1", Outcome.FAILED, NOON, "no picture", detail_zh="未取得图片"
        ),
        "telemetry": Telemetry(NOON, (DeviceReadings("gate-north", (READING, GAUGE)),)),
        "columns": fold([("gate-north", READING), ("gate-north", GAUGE)], sent_at=NOON),
        "presence": Presence(True, EPOCH, NOON),
    }


def down_messages() -> dict[str, wire.DownMessage]:
    """Every message that travels downward."""
    return {
        "receipt": Receipt(
            EPOCH, "g-1", NOON, (SeqRange(1, 4), SeqRange(9, 9)), (Refused(6, "wire: $[1]"),), 2.5
        ),
        "command": signed_command(why="asked"),
        "set_config": signed_command(
            Verb.SET_CONFIG, "", config="[schedule]\nconcurrency = 2\n", base="0123456789abcdef"
        ),
    }
