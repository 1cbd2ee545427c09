"""``claim.json``: the claim as data, and its JSON Schema. Fields are only ever added. Pure.

A reader that knows fewer fields than are there leaves them out; one that knows more finds their
defaults. So packs of older and newer collectors can be taken.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Final, Literal

import msgspec

from shared.limits import Sha256
from shared.moment import Moment

SCHEMA: Final = "urn:preclaim:claim-pack:1"

Line = Annotated[str, msgspec.Meta(max_length=400)]
Prose = Annotated[str, msgspec.Meta(max_length=20_000)]
Path = Annotated[str, msgspec.Meta(max_length=200)]


class Both(msgspec.Struct, frozen=True, kw_only=True):
    """One text in English and Chinese."""

    en: Prose
    zh: Prose


NOTHING: Final = Both(en="", zh="")


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """What is claimed: the label serial and how it was obtained, and what the registry says."""

    serial: Line
    serial_source: Line  # registry | config | device | none | person
    model: Line
    product: Line = ""
    batch: Line = ""
    component: Line = ""
    firmware: Line = ""
    recorder_firmware: Line = ""
    subject: Line = "unit"  # unit | module_lot
    quantity: int = 1
    also_called: tuple[Line, ...] = ()  # serials in agents' manifests that differ from ``serial``
    replaces: Line = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where it hangs; no coordinates."""

    site: Line
    zone: Line
    position: Line
    agent_id: Line
    device_id: Line


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """The registry's delivery date, and what proves it."""

    on: date | None
    proof: Line
    buyer: Line


class Warranty(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict with its reason; ``until`` is the last day covered."""

    verdict: Line
    until: date | None
    reason: Both


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One reading that opened a fault."""

    name: Line
    value: str | int | float | bool | None
    unit: Line
    quality: Line
    taken_at: Moment  # by the agent's clock
    detail: Line = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: an agent's episode, or what a person reported."""

    code: Line
    name: Both
    text: Both  # what the code means
    summary: Both
    onset_at: Moment  # by the collector's clock; of a report: the day that was named
    agent_onset_at: Moment | None  # by the agent's clock: evidence only
    cleared_at: Moment | None
    observations: int
    firmware: Line
    by: Line = "agent"  # agent | person
    proof: Line = ""
    because: tuple[Read, ...] = ()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the claim must or should hold."""

    name: Line
    level: Line  # must | should
    here: bool
    words: Both
    gap: Both = NOTHING  # of one that is not here: what to do about it


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was tried before, or found at the site."""

    at: Moment
    actor: Line
    words: Both
    sha256: Line = ""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One running or ended clock of the factory's policy."""

    kind: Line  # response | resolution
    cycle: int
    started_at: Moment
    due_at: Moment
    stopped_at: Moment | None = None
    is_breached: bool = False
    is_provisional: bool = False
    paused_days: int = 0
    pause: Line = ""  # why it is paused now


class Sibling(msgspec.Struct, frozen=True, kw_only=True):
    """Another camera of the site, as its agent last said."""

    position: Line
    model: Line
    standing: Line  # normal | same_fault | other_fault | unknown
    heard_at: Moment | None


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """The site's other cameras: a site-wide cause would show there."""

    normal: int
    same_fault: int
    other_fault: int
    unknown: int
    siblings: tuple[Sibling, ...]


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Another pre-claim of the same batch in the same organisation."""

    number: Line
    serial: Line
    codes: tuple[Line, ...]
    state: Line
    opened_at: Moment


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One signal for an origin, with its weights."""

    signal: Line
    name: Both
    words: Both
    weights: dict[str, float]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where the fault came from: suggested by signals, decided by an engineer."""

    suggested: Line
    decided: Line  # '': nobody has
    shares: dict[str, float]
    reasons: tuple[Reason, ...]
    not_known: int


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest that an agent signed, and what the collector found when it came."""

    file: Path
    agent_id: Line
    key_id: Line
    verdict: Line  # verified | bad_signature | unknown_key | unreadable | key_gone
    received_at: Moment
    label_serial: Line
    names: tuple[Sha256, ...]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file of evidence in the pack."""

    path: Path
    sha256: Sha256
    kind: Line
    media_type: Line
    taken_at: Moment
    by: Line  # agent | person | unverified
    name: Line = ""  # as the agent named it
    note: Line = ""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is known and not in the pack, and why."""

    name: Line
    kind: Line
    sha256: Sha256
    why: Line  # not_arrived | not_shared | too_long


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """The collector that made the pack."""

    name: Line
    fingerprint: Line  # SHA-256 of its public key
    url: Line = ""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is said of one line of a pre-claim."""

    schema: Literal["urn:preclaim:claim-pack:1"] = SCHEMA
    number: Line
    line: int
    state: Line
    as_of: Moment  # the newest fact in the pack; clocks are told as of then
    made_by: Maker
    organisation: Line
    buyer: Line
    via: Line
    opened_at: Moment
    submitted_at: Moment | None
    unit: Unit
    place: Place | None
    delivery: Delivery
    warranty: Warranty
    clocks: tuple[Clock, ...]
    faults: tuple[Fault, ...]
    description: Both
    items: tuple[Item, ...]
    checks: tuple[Check, ...]
    control: Control | None
    peers: tuple[Peer, ...]
    origin: Origin | None
    statements: tuple[Statement, ...]
    files: tuple[File, ...]
    left_out: tuple[LeftOut, ...]
    agent_clock_off_s: float | None = None  # the agent's clock beside the collector's
    unreadable_days: tuple[date, ...] = ()  # of which telemetry is damaged
    is_whole: bool = True  # False: without the files and readings of a site


class ClaimFileError(ValueError):
    """claim.json does not follow the schema; the message names the place."""


def write_claim(claim: Claim) -> bytes:
    """The file: two spaces of indentation, so that people can read it too."""
    return msgspec.json.format(msgspec.json.encode(claim), indent=2) + b"\n"


def read_claim(content: bytes) -> Claim:
    """The claim in the file; ClaimFileError when it does not follow the schema."""
    try:
        return msgspec.json.decode(content, type=Claim)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ClaimFileError(str(error)) from error


def write_schema() -> str:
    """The JSON Schema (2020-12) as it lies beside this file."""
    made = msgspec.json.schema(Claim)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **made}
    return json.dumps(whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
