"""The API as an OpenAPI 3.1 document, made of the table of routes: it cannot name what is not.

Paths, methods and roles are the routes' own, summaries the first sentence of their handlers,
bodies the very types that handlers decode. Only query parameters are listed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from collector.web.gate import Route
from shared.version import VERSION

PAGED: Final = ("cursor", "limit")
_PART: Final = re.compile(r"\{(\w+)(?::([^{}]*(?:\{[^{}]*\}[^{}]*)*))?\}")
_TEXT: Final = {"type": "string"}
_ABOUT: Final[Mapping[str, str]] = {
    "cursor": "where to go on: next_cursor of the answer before",
    "limit": "how many items, 1 to 500 (100)",
    "q": "text to look for",
    "turn": "open, done or all",
    "by": "batch, model or firmware",
    "since": "ISO 8601",
    "until": "ISO 8601",
}
_PROBLEM: Final = {
    "description": "RFC 9457 problem in the caller's language (Accept-Language)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": _TEXT,
                    "title": _TEXT,
                    "status": {"type": "integer"},
                    "detail": _TEXT,
                    "instance": _TEXT,
                },
            }
        }
    },
}
_PAGE: Final = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "next_cursor": {"type": ["string", "null"]},
    },
}


def write_openapi(
    routes: Iterable[Route],
    *,
    bodies: Mapping[tuple[str, str], type[msgspec.Struct]],
    queries: Mapping[str, tuple[str, ...]],
    headers: Mapping[tuple[str, str], Mapping[str, bool]],
    server: str,
) -> dict[str, object]:
    """The document; ``bodies`` and ``headers`` by method and route, ``queries`` by route."""
    schemas, components = msgspec.json.schema_components(
        tuple(dict.fromkeys(bodies.values())), ref_template="#/components/schemas/{name}"
    )
    by_type = dict(zip(dict.fromkeys(bodies.values()), schemas, strict=True))
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        if not (route.api and route.path.startswith("/api/")):
            continue
        path = _PART.sub(lambda m: f"{{{m[1]}}}", route.path)
        body = bodies.get((route.method, route.path))
        paths.setdefault(path, {})[route.method.lower()] = _operation(
            route,
            body=by_type[body] if body else None,
            query=queries.get(route.path, ()),
            headers=headers.get((route.method, route.path), {}),
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Preclaim",
            "version": VERSION,
            "description": "Times are ISO 8601 in UTC, units are in the names of keys. Reads carry"
            " an ETag and answer 304 to If-None-Match; new keys may appear at any time.",
        },
        "servers": [{"url": server or "/"}],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "preclaim-collector token --role ROLE --name NAME",
                }
            },
        },
    }


def _operation(
    route: Route,
    *,
    body: Mapping[str, Any] | None,
    query: tuple[str, ...],
    headers: Mapping[str, bool],
) -> dict[str, object]:
    made: dict[str, object] = {
        "operationId": f"{route.page.__name__}",
        "summary": _first_sentence(route.page.__doc__ or ""),
        "parameters": [*_in_path(route.path), *_in_query(query), *_in_header(headers)],
        "responses": {
            "200": {
                "description": "done",
                "content": {
                    "application/json": {
                        "schema": _PAGE if "cursor" in query else {"type": "object"}
                    }
                },
            },
            **({"304": {"description": "as named by If-None-Match"}} if _is_read(route) else {}),
            "default": _PROBLEM,
        },
        "x-roles": sorted(role.value for role in route.admits or ()),
    }
    if body is not None:
        made["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": dict(body)}},
        }
    return made


def _is_read(route: Route) -> bool:
    return route.method == "GET"


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    return re.split(r"(?<=[.])\s", flat, maxsplit=1)[0]


def _in_path(path: str) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer"} if pattern == r"\d+" else _TEXT,
        }
        for name, pattern in _PART.findall(path)
    ]


def _in_query(names: tuple[str, ...]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "in": "query",
            "schema": {"type": "integer"} if name == "limit" else _TEXT,
            **({"description": _ABOUT[name]} if name in _ABOUT else {}),
        }
        for name in names
    ]


def _in_header(names: Mapping[str, bool]) -> list[dict[str, object]]:
    return [
        {"name": name, "in": "header", "required": needed, "schema": _TEXT}
        for name, needed in names.items()
    ]
