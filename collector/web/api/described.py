"""What the API's document says beyond the routes: bodies and query parameters, and the document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from aiohttp import web

from collector.web.api import actions, firmware_actions, recipients, report, silences
from collector.web.api.openapi import PAGED, write_openapi
from collector.web.api.pages import answer
from collector.web.call import Call

_ONE: Final = rf"/api/v1/preclaims/{{id:\d+}}/actions/{{action:{actions.PATTERN}}}"
_FIRMWARE: Final = (
    rf"/api/v1/firmware-cases/{{id:\d+}}/actions/{{action:{firmware_actions.PATTERN}}}"
)
_MANY: Final = f"/api/v1/preclaims/actions/{{action:{actions.PATTERN}}}"
BODIES: Final[Mapping[tuple[str, str], type[msgspec.Struct]]] = {
    ("POST", "/api/v1/preclaims"): report.Wish,
    ("POST", _ONE): actions.Body,
    ("POST", _MANY): actions.Many,
    ("POST", _FIRMWARE): firmware_actions.FirmwareBody,
    ("POST", "/api/v1/silences"): silences.Wish,
    ("POST", "/api/v1/recipients"): recipients.Wish,
}
"""By method and route: the types that handlers decode."""

QUERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "/api/v1/devices": (*PAGED, "site", "standing", "model", "q"),
    r"/api/v1/devices/{id:\d+}/series": ("reading", "since", "until", "step"),
    r"/api/v1/devices/{id:\d+}/strips": ("span",),
    "/api/v1/preclaims": (
        *PAGED, "turn", "state", "site", "model", "batch", "code", "warranty", "q",
    ),
    r"/api/v1/preclaims/{id:\d+}/files": ("name", "label", "note"),
    "/api/v1/claim-events": PAGED,
    "/api/v1/cases": (*PAGED, "number", "buyer", "maker"),
    "/api/v1/units": (*PAGED, "q", "batch", "buyer", "model"),
    "/api/v1/decisions": (*PAGED, "outcome"),
    "/api/v1/silences": PAGED,
    "/api/v1/incidents": PAGED,
    "/api/v1/tasks": (*PAGED, "site", "owner", "kind", "state"),
    "/api/v1/firmware-cases": PAGED,
    "/api/v1/compatibility": ("q",),
    "/api/v1/trends": ("by",),
}  # fmt: skip
"""By route: what its handler reads of the URL."""


HEADERS: Final[Mapping[tuple[str, str], Mapping[str, bool]]] = {
    ("POST", "/api/v1/preclaims"): {"Idempotency-Key": True},
    ("POST", _ONE): {"Idempotency-Key": True, "If-Match": False},
    ("POST", _MANY): {"Idempotency-Key": True},
    ("POST", _FIRMWARE): {"Idempotency-Key": True, "If-Match": False},
    ("POST", "/api/v1/silences"): {"Idempotency-Key": False},
}
"""By method and route: headers that the handler looks at, and whether it needs them."""


async def show_openapi(call: Call) -> web.StreamResponse:
    """This document: every path of the API, OpenAPI 3.1."""
    from collector.web.routes import ROUTES  # noqa: PLC0415 routes know this page

    server = str(call.request.url.origin())
    return answer(
        write_openapi(ROUTES, bodies=BODIES, queries=QUERIES, headers=HEADERS, server=server)
    )
