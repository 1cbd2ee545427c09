"""Malformed MQTT payloads against a running collector: everything sent is accounted for."""

from __future__ import annotations

import functools
import hashlib
import random
import re
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.crowd import mosquitto
from benchmarks.figure import Size
from shared import frame, topics, wire
from shared.command import CommandResult, Outcome
from shared.device import DeviceFacts
from shared.evidence import EvidenceChunk
from shared.fault import EpisodeSnapshot, FaultEvent, FaultKind, FaultState, OpenEpisode
from shared.frame import Lane
from shared.health import DeviceReadings, Health, Telemetry
from shared.identity import Epoch, EventId
from shared.reading import Quality, Reading
from simulator.demo.cast import DEMO
from simulator.demo.files import Folder, write_collector, write_policy
from simulator.demo.processes import Processes, free_port, wait_for_port
from simulator.demo.stage import make_token

SENT = {Size.SHORT: 10_000, Size.FULL: 100_000}
AGENT = "agent-orchard"
EPOCH = Epoch(1, 7)
SENT_AT = datetime(2026, 3, 1, tzinfo=UTC)  # fixed: a repeat is the same bytes, a duplicate
SETTLE_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What came of the payloads, by the collector's own count."""

    sent: int
    stored: int
    duplicate: int
    quarantined: int

    @property
    def unaccounted(self) -> int:
        """Sent and never heard of again, or counted twice."""
        return abs(self.sent - self.stored - self.duplicate - self.quarantined)


@dataclass(frozen=True, slots=True)
class Page:
    """The collector's address and a token for its metrics."""

    address: str
    token: str


def valid_frame(seq: int, *, lane: Lane = Lane.HEALTH, body: bytes = b"") -> bytes:
    """A frame that the collector accepts; a health message when no body is given."""
    if not body:
        message = Health(
            sent_at=SENT_AT, agent_version="0.1.0", next_within_s=300.0, uplink="wired"
        )
        body = wire.encode(message)
    return frame.pack(lane=lane, epoch=EPOCH, seq=seq, body=body)


def valid_frames() -> tuple[tuple[Lane, bytes], ...]:
    """A body of every message that travels upward and is stored, with its lane."""
    seen = DeviceFacts(device_id="orchard-gate")
    reading = Reading("battery.charge", 12.5, "%", SENT_AT, Quality.GOOD)
    episode = EventId(EPOCH, 1)
    fault = FaultEvent(
        kind=FaultKind.OPENED,
        code="picture.blurred",
        device=seen,
        episode=None,
        onset_at=SENT_AT,
        observed_at=SENT_AT,
        summary_en="blurred",
        summary_zh="模糊",
        because=(reading,),
    )
    open_episode = OpenEpisode(episode, "orchard-gate", fault.code, FaultState.OPEN, SENT_AT)
    content = b"x" * 400
    messages: tuple[wire.UpMessage, ...] = (
        fault,
        EpisodeSnapshot(SENT_AT, (open_episode,)),
        EvidenceChunk(hashlib.sha256(content).hexdigest(), 0, len(content), content),
        Health(sent_at=SENT_AT, agent_version="0.1.0", next_within_s=300.0, uplink="wired"),
        CommandResult("c-1", Outcome.DONE, SENT_AT),
        Telemetry(SENT_AT, (DeviceReadings("orchard-gate", (reading,)),)),
    )
    return tuple((wire.LANE_OF[type(message)], wire.encode(message)) for message in messages)


def payloads(count: int, seed: int) -> Iterator[tuple[Lane, bytes]]:
    """Half mutations of valid frames (flips, cuts, growth, repeats), half from hypothesis."""
    dice = random.Random(seed)
    drawn = _drawn(count // 2, seed)
    frames = valid_frames()
    for number in range(count):
        lane, body = frames[number // 4 % len(frames)]
        if number % 2 and drawn:
            yield lane, drawn.pop()
            continue
        whole = valid_frame(1 + number // 4, lane=lane, body=body)
        yield lane, _mutated(whole, dice)


def _mutated(whole: bytes, dice: random.Random) -> bytes:
    """One of six fates; two of them leave the frame as it is, so that repeats are duplicates."""
    damaged = bytearray(whole)
    match dice.randrange(6):
        case 0:
            damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
        case 1:
            del damaged[dice.randrange(len(damaged)) :]
        case 2:
            damaged += dice.randbytes(dice.randrange(1, 64))
        case 3:
            damaged = _resealed_body(damaged, dice)
    return bytes(damaged)


def _resealed_body(whole: bytearray, dice: random.Random) -> bytearray:
    """A body with flipped bytes under a checksum that fits: only the decoder can refuse it."""
    body = bytearray(whole[frame.HEADER_BYTES :])
    for _ in range(dice.randrange(1, 4)):
        body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
    header = frame.unpack(bytes(whole)).header
    return bytearray(
        frame.pack(lane=Lane(header.lane), epoch=header.epoch, seq=header.seq, body=bytes(body))
    )


def _drawn(count: int, seed: int) -> list[bytes]:
    """Payloads that hypothesis draws: noise, and frames around drawn bodies."""
    found: list[bytes] = []
    framed = st.builds(
        lambda body, seq, lane: frame.pack(lane=lane, epoch=EPOCH, seq=seq, body=body),
        st.binary(max_size=300),
        st.integers(1, 2**40),
        st.sampled_from(Lane),
    )

    @hypothesis_seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(st.binary(max_size=400), framed))
    def draw(payload: bytes) -> None:
        found.append(payload)

    draw()
    return found


@functools.cache
def measure(size: Size) -> Accounts:
    """Start Mosquitto and a collector, send, and compare both sides of the account."""
    with tempfile.TemporaryDirectory(prefix="preclaim-malformed-") as name:
        folder = Folder(root=Path(name))
        web_port = free_port()
        with (
            Processes(folder.root / "logs") as processes,
            mosquitto(processes, folder.root) as broker_port,
        ):
            folder.keys.mkdir()
            for site in DEMO.sites:
                processes.run(["preclaim-agent", "keygen", str(folder.keys / f"agent-{site}.pem")])
            write_policy(folder)
            write_collector(
                folder, DEMO, broker_port=broker_port, web_port=web_port, embedded=False
            )
            token = make_token(processes, folder)
            processes.start(
                "collector", ["preclaim-collector", "serve", "-c", str(folder.collector)]
            )
            wait_for_port(web_port, timeout_s=60, processes=processes)
            page = f"http://127.0.0.1:{web_port}"
            sent = _send(broker_port, SENT[size])
            return _settle(Page(page, token), sent, processes)


def _send(port: int, count: int) -> int:
    """Publish with QoS 1 and wait until the broker has taken all; a valid frame comes last."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="malformed")
    client.max_inflight_messages_set(200)
    client.connect("127.0.0.1", port)
    client.loop_start()
    last = None
    sent = 0
    fresh = (Lane.HEALTH, valid_frame(2**41))
    for lane, payload in (*payloads(count - 1, seed=20260301), fresh):
        last = client.publish(topics.up(AGENT, lane), payload, qos=1)
        sent += 1
    if last is not None:
        last.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()
    return sent


def _settle(page: Page, sent: int, processes: Processes) -> Accounts:
    until = time.monotonic() + SETTLE_S
    while True:
        processes.check()
        accounts = _read(page, sent)
        if not accounts.unaccounted or time.monotonic() > until:
            if not (accounts.stored and accounts.duplicate and accounts.quarantined):
                raise RuntimeError(f"one of the three ends never happened: {accounts}")
            return accounts
        time.sleep(0.5)


def _read(page: Page, sent: int) -> Accounts:
    request = urllib.request.Request(f"{page.address}/metrics")
    request.add_header("Authorization", f"Bearer {page.token}")
    with urllib.request.urlopen(request, timeout=10) as reply:
        text = reply.read().decode()
    counts = {
        end: int(float(number))
        for end, number in re.findall(
            r'^preclaim_intake_payloads_total\{end="(\w+)"\} ([0-9.e+]+)$', text, re.MULTILINE
        )
    }
    return Accounts(
        sent=sent,
        stored=counts.get("stored", 0),
        duplicate=counts.get("duplicate", 0),
        quarantined=counts.get("quarantined", 0),
    )
