"""Reads by programs: cases and units by cursor, nothing sent twice, and a document that is true."""

from __future__ import annotations

import inspect
import re

from sqlalchemy import select

from collector.store import tables as t
from collector.web.api import described
from collector.web.api.openapi import PAGED
from collector.web.routes import ROUTES
from tests.collector.web.conftest import Browser, Console, Signed

API = [route for route in ROUTES if route.api and route.path.startswith("/api/")]


async def every(client: Browser, path: str) -> list[dict[str, object]]:
    """All items of a list, a few a page."""
    found: list[dict[str, object]] = []
    cursor = ""
    while True:
        page = await (await client.get(f"{path}?limit=6{cursor}")).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def test_cases_and_units_come_page_by_page(console: Console, signed: Signed) -> None:
    """Each once, in order, within the slice; each leads to its own answer with claims in it."""
    client = await signed("engineer")
    cases = await every(client, "/api/v1/cases")
    numbers = [str(case["number"]) for case in cases]
    assert len(numbers) > 1
    assert len(set(numbers)) == len(numbers)
    assert [case["id"] for case in cases] == sorted((c["id"] for c in cases), reverse=True)  # type: ignore[type-var]
    one = await (await client.get(f"/api/v1/cases/{cases[-1]['id']}")).json()
    assert [line["number"] for line in one["lines"]] == [numbers[-1]] * int(str(cases[-1]["lines"]))

    units = await every(client, "/api/v1/units")
    serials = [str(unit["serial"]) for unit in units]
    assert serials == sorted(set(serials))
    claimed = one["lines"][0]["serial"]
    unit = await (await client.get(f"/api/v1/units/{claimed}")).json()
    assert numbers[-1] in [claim["number"] for claim in unit["preclaims"]]

    stranger = await signed("stranger")
    theirs = {str(case["number"]) for case in await every(stranger, "/api/v1/cases")}
    assert theirs < set(numbers)
    assert (await stranger.get("/api/v1/units/none")).status == 404
    assert (await client.get("/api/v1/units?limit=0")).status == 422


async def test_the_log_is_a_feed(console: Console, signed: Signed) -> None:
    """Each entry of the slice once, oldest first, with what a webhook would say of it; who goes on
    behind the last gets what is new and nothing twice."""
    client = await signed("engineer")
    found = await every(client, "/api/v1/claim-events")
    numbers = [int(str(entry["sequence"])) for entry in found]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == len(_events(console))
    assert {"preclaim", "fields", "state", "serial"} <= found[0].keys()
    last = await (await client.get(f"/api/v1/claim-events?cursor={numbers[-1]}")).json()
    assert last == {"items": [], "next_cursor": None}
    stranger = await every(await signed("stranger"), "/api/v1/claim-events")
    assert {entry["preclaim"] for entry in stranger} < {entry["preclaim"] for entry in found}


def _events(console: Console) -> list[object]:
    with console.engine.connect() as db:
        return list(db.execute(select(t.claim_event.c.seq)).scalars())


async def test_what_is_known_is_not_sent_again(console: Console, signed: Signed) -> None:
    """304 for the tag that still holds, also among others and weak; another question has another
    tag; pages for people and problems have none."""
    client = await signed("engineer")
    first = await client.get("/api/v1/cases")
    tag = first.headers["ETag"]
    for given in (tag, f'"other", W/{tag}', "*"):
        again = await client.get("/api/v1/cases", headers={"If-None-Match": given})
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == tag
    other = await client.get("/api/v1/cases?limit=1", headers={"If-None-Match": tag})
    assert other.status == 200
    assert other.headers["ETag"] != tag
    assert "ETag" not in (await client.get("/api/v1/cases/999999")).headers
    assert "ETag" not in (await client.get("/preclaims")).headers


async def test_an_answer_is_admitted_by_its_signature_alone(
    console: Console, signed: Signed
) -> None:
    """Nobody signs in for it; what no partner has signed is a problem in the caller's language."""
    client = await console.client()
    refused = await client.post("/api/v1/answers", data=b"{}", headers={"Accept-Language": "zh"})
    assert refused.status == 422
    assert "不是索赔答复" in (await refused.json())["detail"]


async def test_the_document_names_every_path(console: Console, signed: Signed) -> None:
    """What is served is OpenAPI 3.1 with each route once; every operation says what it does."""
    client = await signed("integrator")
    told = await (await client.get("/api/v1/openapi.json")).json()
    assert told["openapi"].startswith("3.1")
    named = {(method.upper(), path) for path, ops in told["paths"].items() for method in ops}
    assert len(named) == len(API)
    for path, operations in told["paths"].items():
        for operation in operations.values():
            assert operation["summary"].endswith("."), path
            inside = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))
    body = told["paths"]["/api/v1/preclaims"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    wish = told["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert set(wish["required"]) == {"code", "description"}
    assert {"serial", "lot", "quantity", "since", "tried"} <= set(wish["properties"])


def test_the_document_knows_what_handlers_read() -> None:
    """Each query parameter that a handler reads is in the document, and no route is named that is
    not there."""
    assert set(described.QUERIES) <= {route.path for route in API}
    assert set(described.BODIES) <= {(route.method, route.path) for route in API}
    for route in API:
        source = inspect.getsource(route.page)
        read = set(re.findall(r'asked\("(\w+)"', source))
        if "read_cursor(" in source or "read_limit(" in source:
            read |= set(PAGED)
        if route.method == "GET" or read:
            assert read <= set(described.QUERIES.get(route.path, ())), route.path
    for route in API:
        wants = "Idempotency-Key" in described.HEADERS.get((route.method, route.path), {})
        source = inspect.getsource(route.page)
        assert wants == ("headers.get(KEY" in source or "read_key(" in source), route.path
