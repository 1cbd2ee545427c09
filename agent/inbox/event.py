"""From a JSON event to readings: the device's own table, or canonical names as they stand; pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import jmespath

from agent.config_inbox import Mapped
from agent.inbox.item import EVENT_CAP_BYTES
from agent.probes.probe import good, invalid, unknown
from agent.push_names import NAMES, Named
from agent.radio.scale import on_scale
from shared.reading import Reading

_NOBODY_KNOWS: Final = frozenset({"", "-", "--", "n/a", "na", "none", "null", "unknown"})
_MOST: Final = 64
_DEEPEST: Final = 8
_TEXT_CHARS: Final = 200


class NotAnEventError(ValueError):
    """The bytes are no JSON object, or too many."""


def parse(body: bytes) -> Mapping[str, Any]:
    """The event; NotAnEventError for anything that is no bounded JSON object."""
    if len(body) > EVENT_CAP_BYTES:
        raise NotAnEventError("more than 64 KiB")
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotAnEventError("no JSON") from error
    if not isinstance(found, dict):
        raise NotAnEventError("no JSON object")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def read_event(
    event: Mapping[str, Any], values: Mapping[str, Mapped], *, at: datetime
) -> tuple[Reading, ...]:
    """Every value that the event gives; what it leaves out is no reading at all.

    An event tells what happened, not everything: a value that is absent says nothing, and one
    that the camera does not know ("--", null) is unknown, never 0.
    """
    if not values:
        return on_scale(_reading(name, value, at=at) for name, value in _canonical(event))
    readings = []
    for name, mapped in values.items():
        try:
            found = jmespath.search(mapped.path, event)
        except jmespath.exceptions.JMESPathError:
            found = None
        if found is not None:
            readings.append(_mapped(name, found, mapped, at=at))
    return on_scale(readings)


def _canonical(event: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values under canonical names, written flat ("battery.charge") or nested."""
    stack: list[tuple[str, Mapping[str, Any], int]] = [("", event, 0)]
    left = _MOST
    while stack:
        prefix, table, depth = stack.pop()
        for key, value in table.items():
            name = f"{prefix}{key}"
            if isinstance(value, dict):
                if depth < _DEEPEST:
                    stack.append((f"{name}.", value, depth + 1))
            elif name in NAMES and left:
                left -= 1
                yield name, value


def _mapped(name: str, found: object, mapped: Mapped, *, at: datetime) -> Reading:
    if any(_same(found, mark) for mark in mapped.unless):
        return unknown(name, at=at, unit=NAMES[name].unit, raw=_raw(found))
    if mapped.map:
        word = _word(found)
        if word not in mapped.map:
            return unknown(
                name, at=at, unit=NAMES[name].unit, raw=_raw(found), detail="not in the map"
            )
        found = mapped.map[word]
    return _reading(name, found, at=at, scale=mapped.scale)


def _reading(name: str, found: object, *, at: datetime, scale: float = 1.0) -> Reading:
    named = NAMES[name]
    if found is None or (isinstance(found, str) and found.strip().casefold() in _NOBODY_KNOWS):
        return unknown(name, at=at, unit=named.unit, raw=_raw(found))
    value = _typed(named, found, scale=scale)
    if value is None:
        return invalid(name, at=at, unit=named.unit, raw=_raw(found))
    return good(name, value, at=at, unit=named.unit)


def _typed(named: Named, found: object, *, scale: float) -> float | str | bool | None:
    """The value in its unit; None when it is of another kind or off its scale."""
    if named.kind == "flag":
        return found if isinstance(found, bool) else None
    if named.kind == "text":
        is_text = isinstance(found, str | int) and not isinstance(found, bool)
        return str(found)[:_TEXT_CHARS] if is_text else None
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        value = float(found) * scale
    except (ValueError, OverflowError):
        return None
    low, high = named.valid
    return value if math.isfinite(value) and low <= value <= high else None


def _word(found: object) -> str:
    """A raw value as TOML writes a key: true, 1, text."""
    return json.dumps(found) if isinstance(found, bool | int | float) else str(found)


def _same(found: object, mark: str | float | bool) -> bool:
    """Equal without True == 1."""
    return isinstance(found, bool) == isinstance(mark, bool) and found == mark


def _raw(found: object) -> str:
    return json.dumps(found, ensure_ascii=False)[:_TEXT_CHARS]
