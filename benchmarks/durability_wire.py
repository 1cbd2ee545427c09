"""Bytes on the wire of one day: telemetry in batches over mutual TLS, receipts and all.

The agent's own reporter, outbox and dispatcher send a made-up day to Debian's Mosquitto; the
collector's own subscriber stores it and sends the receipts. The kernel counts what the agent's
socket sent and received, segments included (TCP_INFO); the day's hours do not pass, its batches do.
"""

from __future__ import annotations

import asyncio
import functools
import json
import random
import socket
import ssl
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from agent.config import load_config
from agent.delivery import reading_store
from agent.delivery.database import open_file
from agent.delivery.dispatcher import Dispatcher
from agent.delivery.outbox import Outbox
from agent.delivery.publisher import Broker
from agent.reports import Reporter
from agent.standing import Stand, Standings
from benchmarks.crowd import MOSQUITTO
from benchmarks.day_of_readings import EVERY, FIELDS, walk
from benchmarks.figure import Bound, Figure, Measurement, Size
from collector.claims.policy import DEFAULT
from collector.intake.evidence_files import EvidenceFiles
from collector.intake.room import Room
from collector.intake.subscriber import Subscriber
from collector.settings import AgentEntry, BrokerSettings, OrganisationEntry, SiteEntry
from collector.store.assignments import assign
from collector.store.engine import open_engine, sqlite_url
from collector.store.migrate import migrate
from shared.device import DeviceFacts
from shared.reading import Quality, Reading
from simulator.demo.processes import Processes, free_port, wait_for_port
from tests.collector.certificates import Authority

AGENT: Final = "gateway-0001"
DAY_S: Final = 86_400
KEEPALIVE_S: Final = 1200  # on a metered uplink
HEALTH_EVERY_S: Final = 3600
MIDNIGHT: Final = datetime(2026, 3, 1, tzinfo=UTC)
_SETTLE_S: Final = 0.6
_WAIT_S: Final = 20.0
_HEAD_BYTES: Final = 40  # of IPv4 and TCP, each segment
_LOOPBACK_SEGMENT: Final = 1400  # what a mobile link carries; loopback's own are 64 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Bytes of one day on the agent's link, both directions, TCP and IP headers included."""

    cameras: int
    telemetry: float  # batches and their receipts
    health: float  # a health message an hour and its receipts
    keepalive: float
    connect: float  # one connection with mutual TLS, subscriptions and presence
    json: float  # the same readings as one JSON message every five minutes, no receipts
    messages: int

    @property
    def whole(self) -> float:
        """Everything that a quiet day costs."""
        return self.telemetry + self.health + self.keepalive + self.connect
