"""Commands: an allow-list of verbs, signed by the collector, expiring, kept until answered."""

from __future__ import annotations

import enum
from typing import Annotated, Final

import msgspec

from shared.limits import Identifier, Text
from shared.moment import Moment


class Verb(enum.Enum):
    """Everything a collector may ask of an agent; nothing else exists."""

    PROBE_NOW = "probe_now"
    TAKE_PICTURE = "take_picture"
    FETCH_LOG = "fetch_log"
    NEW_EPOCH = "new_epoch"  # the agent's identity was seen with other content (a cloned card)
    SET_CONFIG = "set_config"  # arguments: "config" (TOML) and "base" (what it was made for)
    TEST_IR_CUT = "test_ir_cut"  # changes the filter mode for a moment, where the owner allows it


EPISODE: Final = "episode"
"""Argument of PROBE_NOW and TAKE_PICTURE: the opening identity of the fault that the files are for.
Agents that know no arguments do what the verb says."""
KINDS: Final = "kinds"
"""Argument beside it: kinds of files (``EvidenceKind`` values), separated by blanks."""
MAX_CONFIG_BYTES = 4096  # of an ordered configuration, in UTF-8


class Command(msgspec.Struct, frozen=True, array_like=True, tag="command"):
    """One order to one agent; carrying it out twice does what once does."""

    command_id: Identifier
    agent_id: Identifier
    verb: Verb
    device_id: Annotated[str, msgspec.Meta(max_length=64)]  # "" for the agent itself
    issued_at: Moment  # collector time
    not_after: Moment  # collector time
    arguments: Annotated[dict[str, str], msgspec.Meta(max_length=8)] = {}


class SignedCommand(msgspec.Struct, frozen=True, array_like=True, tag="signed_command"):
    """A command's exact bytes and the collector's Ed25519 signature over them."""

    body: Annotated[bytes, msgspec.Meta(max_length=8 * 1024)]
    signature: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
    key_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]


class Outcome(enum.Enum):
    """How a command ended; each ends it for good."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


class CommandResult(msgspec.Struct, frozen=True, array_like=True, tag="result"):
    """The agent's answer; travels on the health lane through the outbox."""

    command_id: Identifier
    outcome: Outcome
    finished_at: Moment
    detail: Text = ""
    report: Annotated[str, msgspec.Meta(max_length=4000)] = ""  # all of it, where detail is cut
    detail_zh: Annotated[str, msgspec.Meta(max_length=4000)] = ""  # all of it in Chinese
