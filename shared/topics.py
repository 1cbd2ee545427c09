"""MQTT topics of the contract; the shard is the first byte of SHA-256(agent_id), for ever."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shared.frame import Lane

ROOT = "preclaim/v1"
AGENT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


def shard_of(agent_id: str) -> str:
    """Two hex digits, 256 shards, so that any clustered broker can be split by topic."""
    return hashlib.sha256(agent_id.encode()).hexdigest()[:2]


def _topic(agent_id: str, *rest: str) -> str:
    if not AGENT_ID.match(agent_id):
        raise ValueError(f"not an agent id: {agent_id!r} (letters, digits, '.', '_', '-', max 64)")
    return "/".join((ROOT, shard_of(agent_id), agent_id, *rest))


def up(agent_id: str, lane: Lane) -> str:
    """Where the agent publishes rows of one lane."""
    return _topic(agent_id, "up", lane.name.lower())


def presence(agent_id: str) -> str:
    """The retained presence message and last will."""
    return _topic(agent_id, "up", "presence")


def down(agent_id: str) -> str:
    """What every topic for this agent begins with."""
    return _topic(agent_id, "down", "")


def receipt(agent_id: str) -> str:
    """Where the collector says what it has committed."""
    return _topic(agent_id, "down", "receipt")


def command(agent_id: str) -> str:
    """Where the collector sends signed commands."""
    return _topic(agent_id, "down", "command")


def all_up(shard: str = "+") -> str:
    """The collector's subscription filter, for one shard or all."""
    return f"{ROOT}/{shard}/+/up/+"


LONGEST: Final = 160
"""Characters; MQTT allows 65,535, and remembering such ones would let a stranger fill memory."""


@dataclass(frozen=True, slots=True)
class UpTopic:
    """A parsed upward topic."""

    agent_id: str
    leaf: str  # a lane's name or "presence"


def parse_up(topic: str) -> UpTopic | None:
    """Read an upward topic; None when it is not one, or its shard is not the agent's."""
    return _parse_short(topic) if len(topic) <= LONGEST else None


@lru_cache(maxsize=16_384)  # an agent sends thousands under one topic
def _parse_short(topic: str) -> UpTopic | None:
    parts = topic.split("/")
    if len(parts) != 6 or "/".join(parts[:2]) != ROOT or parts[4] != "up":
        return None
    _, _, shard, agent_id, _, leaf = parts
    if not AGENT_ID.match(agent_id) or shard != shard_of(agent_id):
        return None
    return UpTopic(agent_id, leaf)
