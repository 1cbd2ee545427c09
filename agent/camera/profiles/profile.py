"""What a firmware profile says; frozen facts, and nothing in them is compiled before its use."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.camera.profiles.firmware import Firmware, FirmwareRange
from agent.camera.profiles.names import UNITS, Kind
from agent.camera.profiles.transport_kind import TransportKind

Scalar = str | float | bool


class Status(enum.Enum):
    """How well a profile is said to be proven; see ``Profile.proven`` for what counts."""

    DOCUMENTED = "documented"  # from manuals and public code
    FIXTURE_TESTED = "fixture-tested"  # reads an independent recording of a real device correctly
    DEVICE_TESTED = "device-tested"  # was tried on a device before us


class Format(enum.Enum):
    """How an answer is written, and so how ``path`` of a metric is read."""

    JSON = "json"  # path: JMESPath
    XML = "xml"  # path: XPath 1.0 over local names
    KV = "kv"  # key=value or KEY<tab>value, a line each; path: the key
    TEXT = "text"  # no path: the regex finds it
    REGISTERS = "registers"  # path: address:type, like "0x3110:s16"


class Refusal(enum.Enum):
    """What an error code of a device means."""

    REFUSED = "auth.refused"  # user or password is wrong
    LOCKED = "auth.locked"
    EXPIRED = "auth.expired"  # the token, not the password
    BUSY = "auth.busy"  # no free session: nothing is wrong with the password
    FORBIDDEN = "auth.forbidden"  # this user may not
    UNSUPPORTED = "unsupported"  # this device has no such interface
    FAILED = "failed"


class SessionKind(enum.Enum):
    """How a login that outlives one request is kept."""

    LOGIN_TOKEN = "login_token"  # a token in the answer, sent as query parameter or header
    HILINK = "hilink"  # a cookie and a token from SesTokInfo
    DVRIP = "dvrip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which devices the profile is for; patterns are searched, '' fits all."""

    manufacturer: str = ""
    model: str = ""
    hardware: str = ""
    hint: str = ""  # searched in the model when the device names no manufacturer; '': it must
    firmware: Firmware = field(default_factory=Firmware)
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What the scheduler must know before it asks; polling has emptied solar cameras."""

    battery_powered: bool = False
    min_poll_interval_s: int = 0
    safe_while_asleep: tuple[str, ...] = ()  # sources that do not wake a sleeping camera
    wake_grace_s: float = 0.0  # after a wake-up commands fail for so long
    awake_ma: float | None = None  # from its battery; None: the product's default
    wake_s: float | None = None  # awake besides a visit; None: the product's default


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What an answer must say to count as one."""

    path: str  # in the source's format
    equals: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A source is asked only when a metric of an earlier source has this value."""

    metric: str
    equals: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A login shared by several sources; closed at the end of each reading."""

    name: str
    kind: SessionKind
    request: Mapping[str, Any] = field(
        default_factory=dict
    )  # as a source's; {user} and {password} are filled in
    format: Format = Format.JSON
    token: str = ""  # path of the token in the answer
    lease: str = ""  # path of its seconds, or the seconds
    send_query: str = ""  # name of the query parameter that carries the token
    send_header: tuple[str, str] | None = None  # name, and value with {token}
    logout: Mapping[str, Any] = field(default_factory=dict)
    error_path: str = ""
    errors: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One question to the device, and how its answer is read."""

    name: str
    transport: TransportKind
    request: Mapping[str, Any]  # keys as the transport's ``check_request`` allows
    format: Format
    session: str = ""  # '': none
    auth: tuple[str, ...] = ("digest",)  # HTTP: "digest", "basic" (over TLS alone), "none", "url"
    expect: Expect | None = None
    error_path: str = ""  # where an error code stands
    errors: Mapping[str, Refusal] = field(default_factory=dict)  # code to meaning
    only_if: Gate | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One value: extract, regex, unless, type, map, scale and offset, valid; in this order."""

    name: str  # canonical, or ``cap.*`` for a gate: those never leave the reading
    source: str
    path: str = ""
    regex: str = ""  # one group, or the whole match
    unless: tuple[Scalar, ...] = ()  # raw values that mean "nobody knows"
    type: Kind = "number"  # what the device gives; ``map`` makes of it what the name wants
    map: Mapping[str, Scalar] = field(default_factory=dict)  # anything else is unknown
    scale: float = 1.0
    offset: float = 0.0
    valid: tuple[float, float] | None = None  # in the canonical unit
    optional: bool = False  # its absence is no news
    redact: Literal["", "hash", "drop"] = ""

    @property
    def unit(self) -> str:
        """The canonical unit; '' for a gate."""
        return UNITS.get(self.name, "")

    @property
    def is_gate(self) -> bool:
        """Whether it only opens or shuts sources."""
        return self.name.startswith("cap.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIssue:
    """What is known to go wrong with some firmware; told beside a finding, never instead."""

    id: str
    firmware: FirmwareRange  # empty: all
    symptom: str
    cause: str
    action: str
    cause_zh: str
    action_zh: str
    part: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A firmware profile, checked; see ``firmware_profiles/README.md`` for the file format."""

    id: str
    title: str = ""
    title_zh: str = ""
    status: Status = Status.DOCUMENTED
    extends: str = ""
    references: tuple[str, ...] = ()
    login_note: str = ""
    login_note_zh: str = ""
    match: Match = field(default_factory=Match)
    power: Power = field(default_factory=Power)
    rtsp_paths: tuple[str, ...] = ()  # in the order in which they are worth trying
    http_port: int | None = None  # of the vendor interface; None: as the device's address says
    http_tls: bool | None = None
    sessions: Mapping[str, Session] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)  # in the order of asking
    metrics: tuple[Metric, ...] = ()
    known_issues: tuple[KnownIssue, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)  # component to the factory's module code
    packaged: bool = False  # came with the product: may run commands
    hash: str = ""  # of all it says, ``extends`` resolved; 12 hexadecimal digits

    @property
    def proven(self) -> Status:
        """How well it is proven, which is not what a file says of itself.

        The tests of the product hold its own profiles to recordings. Nobody has held an owner's
        file, or a changed copy of ours, to anything: an engineer's confirmation proves those.
        """
        return self.status if self.packaged else Status.DOCUMENTED
