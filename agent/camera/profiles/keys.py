"""Every key that a profile may use; the reader and the published JSON Schema are made from this."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agent.camera.profiles.profile import Format, Refusal, SessionKind, Status
from agent.camera.profiles.transport_kind import TransportKind

SCHEMA: Final = 2


class Shape(enum.Enum):
    """What a key holds."""

    TEXT = "text"
    PATTERN = "pattern"  # a regular expression
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"
    TEXTS = "texts"
    SCALAR = "scalar"
    SCALARS = "scalars"
    RANGE = "range"  # two numbers, the lower one first
    TABLE = "table"
    TABLES = "tables"  # of names of the author's own, like [source.NAME]
    LIST = "list"  # of tables, like [[metric]]
    MAP = "map"  # text to scalar
    ANY = "any"  # sent as it is, like a JSON body


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what it holds, and for people what it means."""

    shape: Shape
    what: str
    required: bool = False
    choices: tuple[str, ...] = ()
    inner: Mapping[str, Key] | None = None  # keys of a table
    low: float | None = None


Keys = Mapping[str, Key]


def text(what: str, *, required: bool = False, choices: tuple[str, ...] = ()) -> Key:
    """A key that holds a text."""
    return Key(shape=Shape.TEXT, what=what, required=required, choices=choices)


def _key(shape: Shape, what: str, *, required: bool = False, inner: Keys | None = None) -> Key:
    return Key(shape=shape, what=what, required=required, inner=inner)


def _words(kind: type[enum.Enum]) -> tuple[str, ...]:
    return tuple(str(one.value) for one in kind)


_ERRORS: Final = Key(
    shape=Shape.MAP,
    what="the device's own error codes and what they mean",
    choices=_words(Refusal),
)
_ERROR_PATH: Final = text("where an answer carries the device's own error code")
_REQUEST: Final = _key(Shape.ANY, "what is asked; its keys depend on the transport", required=True)

MATCH: Final[Keys] = {
    "manufacturer": _key(Shape.PATTERN, "searched in the manufacturer; '' fits all"),
    "model": _key(Shape.PATTERN, "searched in the model; '' fits all"),
    "hardware": _key(Shape.PATTERN, "searched in the hardware id; '' fits all"),
    "hint": _key(Shape.PATTERN, "searched in the model of a device that names no manufacturer"),
    "firmware_version": _key(Shape.PATTERN, "its groups are the parts of the version, in order"),
    "firmware_build": _key(Shape.PATTERN, "its group is the build date or number"),
    "firmware_range": _key(Shape.TEXTS, 'all must hold, like [">=5.7.13", "<6"]'),
    "priority": _key(Shape.WHOLE, "of several profiles that fit, the highest wins"),
}
POWER: Final[Keys] = {
    "battery_powered": _key(Shape.FLAG, "true when every device that fits runs on a battery"),
    "min_poll_interval_s": Key(
        shape=Shape.WHOLE, what="least seconds between two visits of such a device", low=0
    ),
    "safe_while_asleep": _key(Shape.TEXTS, "sources that do not wake a sleeping camera"),
    "wake_grace_s": Key(
        shape=Shape.NUMBER, what="seconds after a wake-up in which requests fail", low=0
    ),
    "awake_ma": Key(
        shape=Shape.NUMBER, what="current from its battery while it is awake, in mA", low=1
    ),
    "wake_s": Key(
        shape=Shape.NUMBER, what="seconds that a wake-up keeps it awake besides the visit", low=0
    ),
}
HTTP: Final[Keys] = {
    "port": Key(shape=Shape.WHOLE, what="port of the vendor interface", low=1),
    "tls": _key(Shape.FLAG, "whether the vendor interface is asked over TLS"),
}
SEND: Final[Keys] = {
    "query": text("name of the query parameter that carries the token"),
    "header": text("name of the header that carries the token"),
    "value": text("the header's value with {token}"),
}
SESSION: Final[Keys] = {
    "kind": text("how the login is kept", required=True, choices=_words(SessionKind)),
    "request": _key(Shape.ANY, "the login; {user} and {password} are filled in"),
    "format": text("how the answer is written", choices=_words(Format)),
    "token": text("path of the token in the answer"),
    "lease": text("path of the seconds for which it holds, or the seconds"),
    "send": _key(Shape.TABLE, "how requests carry the token", inner=SEND),
    "logout": _key(Shape.ANY, "the request that ends the session"),
    "error_path": _ERROR_PATH,
    "errors": _ERRORS,
}
EXPECT: Final[Keys] = {
    "path": text("path in the answer", required=True),
    "equals": _key(Shape.SCALARS, "what must stand there", required=True),
}
ONLY_IF: Final[Keys] = {
    "metric": text("metric of an earlier source", required=True),
    "equals": _key(Shape.SCALAR, "the value that opens the gate", required=True),
}
SOURCE: Final[Keys] = {
    "transport": text("how it is fetched", required=True, choices=_words(TransportKind)),
    "session": text("name of a [session.NAME]"),
    "auth": Key(
        shape=Shape.TEXTS,
        what="HTTP logins that may be used; basic and url over TLS alone",
        choices=("digest", "basic", "url", "none"),
    ),
    "request": _REQUEST,
    "format": text("how the answer is written", required=True, choices=_words(Format)),
    "expect": _key(Shape.TABLE, "what the answer must say to count as one", inner=EXPECT),
    "error_path": _ERROR_PATH,
    "errors": _ERRORS,
    "only_if": _key(Shape.TABLE, "asked only when this holds", inner=ONLY_IF),
    "timeout_s": Key(shape=Shape.NUMBER, what="seconds for the whole answer", low=0.1),
}
UNLESS: Final[Keys] = {
    "equals": _key(Shape.SCALARS, "raw values that mean that nobody knows", required=True)
}
METRIC: Final[Keys] = {
    "name": text("canonical name, or cap.NAME for a gate", required=True),
    "from": text("name of a [source.NAME]", required=True),
    "path": text("JMESPath, XPath, key or address:type, by the source's format"),
    "regex": _key(Shape.PATTERN, "what of the text counts: its group, or all of the match"),
    "unless": _key(Shape.TABLE, "sentinels: never a value, never 0 by guess", inner=UNLESS),
    "type": text("what the device gives", choices=("number", "text", "flag")),
    "map": _key(Shape.MAP, "raw to canonical value; anything else is unknown"),
    "scale": _key(Shape.NUMBER, "multiplies a number into the canonical unit"),
    "offset": _key(Shape.NUMBER, "added after scaling"),
    "valid": _key(Shape.RANGE, "in the canonical unit; outside is invalid"),
    "optional": _key(Shape.FLAG, "true when its absence is no news"),
    "redact": text("keep the value from evidence and wire", choices=("hash", "drop")),
}
KNOWN_ISSUE: Final[Keys] = {
    "id": text("unique within the profile", required=True),
    "firmware": _key(Shape.TEXTS, 'all must hold, like [">=5.7.13"]; absent: all firmware'),
    "symptom": text("the reading or cause by which it shows", required=True),
    "cause": text("what is behind it", required=True),
    "action": text("what to do about it", required=True),
    "cause_zh": text("the cause in Chinese", required=True),
    "action_zh": text("the action in Chinese", required=True),
    "part": text("the component, or 'firmware', or 'none'"),
    "reference": text("where it is told", required=True),
}
ROOT: Final[Keys] = {
    "schema": Key(shape=Shape.WHOLE, what="2", required=True, low=SCHEMA),
    "id": text("unique name", required=True),
    "title": text("one line for people"),
    "title_zh": text("the same in Chinese"),
    "status": text("how well it is proven", choices=_words(Status)),
    "abstract": _key(Shape.FLAG, "true: only for others to extend"),
    "extends": text("id of the profile whose keys this one inherits"),
    "references": _key(Shape.TEXTS, "where the facts come from"),
    "login": text("a note for people: which login this firmware wants"),
    "login_zh": text("the same in Chinese"),
    "rtsp_paths": _key(Shape.TEXTS, "stream paths, in the order in which they are worth trying"),
    "error_path": text("of all sessions and sources that name none"),
    "errors": _ERRORS,
    "match": _key(Shape.TABLE, "which devices it is for", inner=MATCH),
    "power": _key(Shape.TABLE, "what polling may cost", inner=POWER),
    "http": _key(Shape.TABLE, "where the vendor interface is", inner=HTTP),
    "session": _key(Shape.TABLES, "logins that sources share", inner=SESSION),
    "source": _key(Shape.TABLES, "questions, in the order of asking", inner=SOURCE),
    "metric": _key(Shape.LIST, "values", inner=METRIC),
    "known_issue": _key(Shape.LIST, "what is known to go wrong", inner=KNOWN_ISSUE),
    "parts": _key(Shape.MAP, "component to the factory's module code"),
}
