"""The published JSON Schema of profile files, made from the tables that the reader is made from."""

from __future__ import annotations

from typing import Any, Final

from agent.camera.profiles import keys
from agent.camera.profiles.keys import Key, Keys, Shape
from agent.camera.profiles.names import UNITS
from agent.camera.profiles.transport import TRANSPORTS, request_keys
from agent.camera.profiles.transport_kind import TransportKind
from shared.catalogue_entry import Component

_SCALAR: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}
_SHAPES: Final[dict[Shape, dict[str, Any]]] = {
    Shape.TEXT: {"type": "string"},
    Shape.PATTERN: {"type": "string", "format": "regex"},
    Shape.NUMBER: {"type": "number"},
    Shape.WHOLE: {"type": "integer"},
    Shape.FLAG: {"type": "boolean"},
    Shape.TEXTS: {"type": "array", "items": {"type": "string"}},
    Shape.SCALAR: _SCALAR,
    Shape.SCALARS: {"type": "array", "items": _SCALAR, "minItems": 1},
    Shape.RANGE: {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    Shape.MAP: {"type": "object", "additionalProperties": _SCALAR},
    Shape.ANY: {},
}


def build_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one profile file."""
    root = _table(keys.ROOT)
    root["properties"]["schema"] = {"const": keys.SCHEMA, "description": "2"}
    metric = root["properties"]["metric"]["items"]
    metric["properties"]["name"] = {
        "description": keys.METRIC["name"].what,
        "anyOf": [{"enum": sorted(UNITS)}, {"pattern": r"^cap\..+"}],
    }
    source = root["properties"]["source"]["additionalProperties"]
    source["allOf"] = [_request_of(kind) for kind in TRANSPORTS]
    components = {"enum": sorted(one.value for one in Component)}
    root["properties"]["parts"]["propertyNames"] = components
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Preclaim firmware profile",
        "description": "Where a kind of device tells its battery, modem and settings; README.md",
        **root,
    }


def _request_of(kind: TransportKind) -> dict[str, Any]:
    request = request_keys(kind)
    shape = {"type": "object"} if request is None else _table(request)
    return {
        "if": {"properties": {"transport": {"const": kind.value}}},
        "then": {"properties": {"request": shape}},
    }


def _table(table: Keys) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "object",
        "properties": {name: _key(key) for name, key in table.items()},
        "additionalProperties": False,
    }
    required = [name for name, key in table.items() if key.required]
    # What another profile may bring by ``extends`` is not asked for here; the reader asks.
    return made | ({"required": required} if required else {})


def _key(key: Key) -> dict[str, Any]:
    made = _shape(key)
    if key.low is not None:
        made["minimum"] = key.low
    return made | {"description": key.what}


def _shape(key: Key) -> dict[str, Any]:
    if key.inner is not None:
        inner = _table(key.inner)
        if key.shape is Shape.TABLES:
            return {"type": "object", "additionalProperties": inner}
        return {"type": "array", "items": inner} if key.shape is Shape.LIST else inner
    words = {"enum": list(key.choices)}
    if key.choices and key.shape is Shape.TEXT:
        return words
    if key.choices and key.shape is Shape.TEXTS:
        return {"type": "array", "items": words}
    if key.choices and key.shape is Shape.MAP:
        return {"type": "object", "additionalProperties": words}
    return dict(_SHAPES.get(key.shape, {"type": "object"}))
