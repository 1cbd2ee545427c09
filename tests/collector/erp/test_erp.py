"""Claims into an ERP: the dry run is what is sent, a record is made once, and no key is shown."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote_plus

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from collector.erp.facts import FACTS, Fact
from collector.erp.fill import make
from collector.erp.show import show
from collector.erp.talk import ErpError, Server, send
from collector.erp.template import BUILT_IN, BadTemplateError, Template, names, read_template
from collector.pack.room import MadePack

KEY = "erp-SECRET-key"
PACK = MadePack(filename="PC-2026-000123-7.zip", content=b"PK a pack")
CLAIM: dict[str, Fact] = {
    **dict.fromkeys(FACTS),
    "reference": "PC-2026-000123-7",
    "serial": "SC25110042",
    "model": "SC-200",
    "buyer": "Fit & Son",
    "quantity": 1,
    "fault_en": "Filter sticks open",
    "description_en": 'pink by day, "since May"',
    "description_html": "<p>pink</p>",
    "submitted_on": "2026-05-04",
    "warranty_verdict": "in",
    "warranty_until": "2027-01-15",
    "pack_name": PACK.filename,
}


def template(name: str) -> Template:
    """One that comes along."""
    return read_template(BUILT_IN / f"{name}.toml")


def claim(name: str, **more: Fact) -> dict[str, Fact]:
    """The facts with the template's own defaults."""
    known = template(name).settings.items()
    return {**CLAIM, **{key: one.default or None for key, one in known}, **more}


@dataclass
class Got:
    """One request that came."""

    line: str
    authorization: str
    body: object
    form: dict[str, object] = field(default_factory=dict)


@dataclass
class FakeErp:
    """Answers by path as the real one would; remembers what came."""

    answers: dict[str, Callable[[], object]]
    got: list[Got] = field(default_factory=list)
    fails: dict[str, tuple[int, object]] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        """Any request."""
        form: dict[str, object] = {}
        body: object = None
        if request.content_type.startswith("multipart"):
            for name, value in (await request.post()).items():
                form[name] = value.file.read() if isinstance(value, web.FileField) else value
        elif request.can_read_body:
            body = await request.json()
        path = request.path.removeprefix("/json/2/").removeprefix("/api/")
        self.got.append(
            Got(
                line=f"{request.method} {request.path_qs}",
                authorization=request.headers.get("Authorization", ""),
                body=body,
                form=form,
            )
        )
        key = f"{request.method} {path}"
        if key in self.fails:
            status, said = self.fails[key]
            return web.json_response(said, status=status)
        return web.json_response(self.answers[key]())


def odoo() -> FakeErp:
    """One customer, product and operation; the serial is not known there."""
    made: list[int] = []
    packs: list[int] = []

    def create() -> object:
        made.append(41)
        return [41]

    def attach() -> object:
        packs.append(99)
        return [99]

    return FakeErp(
        {
            "POST res.partner/search_read": lambda: [{"id": 7}],
            "POST product.product/search_read": lambda: [{"id": 8}],
            "POST stock.lot/search_read": list,
            "POST rma.operation/search_read": lambda: [{"id": 3}],
            "POST rma/search_read": lambda: [{"id": 41}] if made else [],
            "POST rma/create": create,
            "POST ir.attachment/search_read": lambda: [{"id": one} for one in packs],
            "POST ir.attachment/create": attach,
        }
    )


def erpnext() -> FakeErp:
    """A customer and the serial with its item."""
    made: list[str] = []
    packs: list[str] = []

    def create() -> object:
        made.append("SER-WRN-2026-00001")
        return {"data": {"name": made[-1]}}

    def attach() -> object:
        packs.append("f1")
        return {"message": {"name": "f1"}}

    return FakeErp(
        {
            "GET resource/Customer": lambda: {"data": [{"name": "CUST-1"}]},
            "GET resource/Serial No": lambda: {
                "data": [{"name": "SC25110042", "item_code": "ITEM-9"}]
            },
            "GET resource/Warranty Claim": lambda: {"data": [{"name": one} for one in made]},
            "POST resource/Warranty Claim": create,
            "GET resource/File": lambda: {"data": [{"name": one} for one in packs]},
            "POST method/upload_file": attach,
        }
    )


Serve: TypeAlias = Callable[[FakeErp], Awaitable[Server]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a fake; gives where it is."""
    servers: list[TestServer] = []

    async def start(fake: FakeErp) -> Server:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", fake.take)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return Server(url=f"http://127.0.0.1:{server.port}", key=KEY)

    yield start
    for server in servers:
        await server.close()


async def test_odoo_gets_one_rma_with_the_pack(serve: Serve) -> None:
    """By the bearer key; what Odoo does not know is left out; a second time nothing is made."""
    fake = odoo()
    server = await serve(fake)
    first = await send(template("odoo"), claim("odoo"), server=server, pack=PACK)
    count = len(fake.got)
    again = await send(template("odoo"), claim("odoo"), server=server, pack=PACK)

    assert (first.record, first.was_there, first.attach_failed) == ("41", False, "")
    assert (again.record, again.was_there) == ("41", True)
    lines = [got.line for got in fake.got]
    assert lines[count:] == [*lines[:5], lines[6]], "looked for, and nothing made"
    assert {got.authorization for got in fake.got} == {f"bearer {KEY}"}
    (create,) = (got.body for got in fake.got if got.line.endswith("/rma/create"))
    assert create == {
        "vals_list": [
            {
                "partner_id": 7,
                "product_id": 8,
                "operation_id": 3,
                "product_uom_qty": 1,
                "origin": "PC-2026-000123-7",
                "description": "<p>pink</p>",
            }
        ]
    }
    (attach,) = (got.body for got in fake.got if got.line.endswith("/ir.attachment/create"))
    assert isinstance(attach, dict)
    assert base64.b64decode(attach["vals_list"][0]["datas"]) == PACK.content
    assert attach["vals_list"][0]["res_id"] == 41


async def test_erpnext_gets_one_warranty_claim_with_the_pack(
    serve: Serve,
) -> None:
    """By token; serial and item by their own names, the pack as a private file of the record."""
    fake = erpnext()
    server = await serve(fake)
    made = await send(template("erpnext"), claim("erpnext"), server=server, pack=PACK)

    assert made.record == "SER-WRN-2026-00001"
    assert {got.authorization for got in fake.got} == {f"token {KEY}"}
    create, _, upload = fake.got[-3:]
    assert create.body == {
        "status": "Open",
        "complaint_date": "2026-05-04",
        "customer": "CUST-1",
        "serial_no": "SC25110042",
        "item_code": "ITEM-9",
        "warranty_amc_status": "Under Warranty",
        "warranty_expiry_date": "2027-01-15",
        "complaint": "[PC-2026-000123-7] SC25110042 SC-200: Filter sticks open."
        ' pink by day, "since May"',
    }
    assert upload.form == {
        "doctype": "Warranty Claim",
        "docname": "SER-WRN-2026-00001",
        "is_private": "1",
        "file": PACK.content,
    }


@pytest.mark.parametrize("verdict", ["unknown_serial", "grey_observed_in", "duplicate_serial"])
def test_unknown_is_never_under_warranty(verdict: str) -> None:
    """What is neither in nor out is left to the people there."""
    made = template("erpnext")
    body = make(made, made.create, claim("erpnext", warranty_verdict=verdict)).body

    assert body is not None
    assert "warranty_amc_status" not in json.loads(body)


async def test_nothing_is_guessed_and_nothing_is_made_by_halves(
    serve: Serve,
) -> None:
    """Two customers of one name, none, a server that refuses, or one whose answer does not say
    whether the record is there: the step and its words are told, without the key; a pack that is
    refused does not hide that the record is there."""
    fake = odoo()
    server = await serve(fake)
    good = fake.answers["POST res.partner/search_read"]
    for answer, why in (
        ([{"id": 1}, {"id": 2}], "several records fit"),
        ([], "there is no such record"),
    ):
        fake.answers["POST res.partner/search_read"] = partial(list, answer)
        with pytest.raises(ErpError, match=why) as found:
            await send(template("odoo"), claim("odoo"), server=server, pack=PACK)
        assert found.value.step == "partner"
    fake.answers["POST res.partner/search_read"] = good
    fake.fails["POST rma/create"] = (403, {"name": "x", "message": f"bad apikey {KEY}"})
    with pytest.raises(ErpError) as refused:
        await send(template("odoo"), claim("odoo"), server=server, pack=PACK)
    assert str(refused.value) == "create: HTTP 403 bad apikey ***"
    assert not any(got.line.endswith("attachment/create") for got in fake.got)

    fake.fails = {}
    looked = fake.answers["POST rma/search_read"]
    for odd in ({"records": [{"id": 41}]}, [{"name": "RMA/41"}], {}):
        fake.answers["POST rma/search_read"] = partial(lambda said: said, odd)
        with pytest.raises(ErpError, match="another form"):
            await send(template("odoo"), claim("odoo"), server=server, pack=PACK)
    assert not any(got.line.endswith("rma/create") for got in fake.got[-4:])
    fake.answers["POST rma/search_read"] = looked

    fake.fails = {"POST ir.attachment/create": (413, {"message": "too large"})}
    made = await send(template("odoo"), claim("odoo"), server=server, pack=PACK)
    assert (made.record, made.attach_failed) == ("41", "HTTP 413 too large")


ATTACH = {"odoo": "POST ir.attachment/create", "erpnext": "POST method/upload_file"}
LOOK = {"odoo": "POST ir.attachment/search_read", "erpnext": "GET resource/File"}
CREATE = {"odoo": "POST rma/create", "erpnext": "POST resource/Warranty Claim"}


def fake_of(name: str) -> FakeErp:
    """The one that speaks as this template's ERP."""
    return odoo() if name == "odoo" else erpnext()


def asked(fake: FakeErp, key: str) -> int:
    """How often this was asked, as ``METHOD path`` of the fake's answers."""
    method, path = key.split(" ", 1)
    wanted = path.replace(" ", "%20")
    return sum(
        one.line.startswith(method) and one.line.split("?")[0].endswith(wanted) for one in fake.got
    )


@pytest.mark.parametrize("name", names())
async def test_a_pack_that_failed_goes_with_the_next_run_once(name: str, serve: Serve) -> None:
    """The record is there without its pack: a second run brings it, a third finds both."""
    fake = fake_of(name)
    server = await serve(fake)
    fake.fails = {ATTACH[name]: (503, {"message": "busy"})}
    first = await send(template(name), claim(name), server=server, pack=PACK)
    assert (first.was_there, first.attached, first.attach_failed) == (False, False, "HTTP 503 busy")
    fake.fails = {}
    second = await send(template(name), claim(name), server=server, pack=PACK)
    third = await send(template(name), claim(name), server=server, pack=PACK)
    assert (second.was_there, second.attached, second.attach_failed) == (True, True, "")
    assert (third.was_there, third.attached, third.attach_failed) == (True, False, "")
    assert (asked(fake, CREATE[name]), asked(fake, ATTACH[name])) == (1, 2)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("late", ["create", "attach"])
async def test_what_was_done_although_its_answer_was_lost_is_not_done_again(
    name: str, late: str, serve: Serve
) -> None:
    """The ERP kept it, and then its answer was an error or of another form: the run says so, and
    the next one finds it."""
    fake = fake_of(name)
    server = await serve(fake)
    key = (CREATE if late == "create" else ATTACH)[name]
    done = fake.answers[key]

    def lose() -> object:
        done()
        return "gateway timeout" if late == "create" else {}

    fake.answers[key] = lose
    if late == "create":
        with pytest.raises(ErpError, match="names no record"):
            await send(template(name), claim(name), server=server, pack=PACK)
    else:
        await send(template(name), claim(name), server=server, pack=PACK)
    fake.answers[key] = done
    again = await send(template(name), claim(name), server=server, pack=PACK)
    assert (again.was_there, again.attach_failed) == (True, "")
    assert (asked(fake, CREATE[name]), asked(fake, ATTACH[name])) == (1, 1)


@pytest.mark.parametrize("name", names())
async def test_a_pack_that_may_be_there_is_not_sent(name: str, serve: Serve) -> None:
    """A look-up of another form, or one that is refused, says nothing: it is told, not guessed."""
    fake = fake_of(name)
    server = await serve(fake)
    looked = fake.answers[LOOK[name]]
    for odd in ({"files": []}, {"message": "moved"}):
        fake.answers[LOOK[name]] = partial(lambda said: said, odd)
        made = await send(template(name), claim(name), server=server, pack=PACK)
        assert "another form" in made.attach_failed
    fake.answers[LOOK[name]] = looked
    fake.fails = {LOOK[name]: (403, {"message": "not allowed"})}
    made = await send(template(name), claim(name), server=server, pack=PACK)
    assert made.attach_failed == "HTTP 403 not allowed"
    assert asked(fake, ATTACH[name]) == 0


@pytest.mark.parametrize("name", names())
async def test_the_dry_run_is_what_is_sent(name: str, serve: Serve) -> None:
    """Each request line, in order, with the bodies of the look-ups; the key is nowhere."""
    fake = fake_of(name)
    server = await serve(fake)
    made = template(name)
    lines = list(show(made, claim(name), url=server.url, pack_bytes=9, language="zh"))
    await send(made, claim(name), server=server, pack=PACK)

    shown = [line for line in lines if line.startswith(("GET ", "POST "))]
    sent = [got.line.replace(" /", f" {server.url}/") for got in fake.got]
    record = quote_plus("<来自步骤 4>" if name == "erpnext" else "")
    assert shown == [line.replace("SER-WRN-2026-00001", record) for line in sent]
    assert KEY not in "\n".join(lines)
    assert "Authorization: " + made.authorization.replace("{key}", "***") in lines


def test_what_nobody_can_look_up_is_left_out() -> None:
    """A claim without a serial asks for none."""
    made = template("erpnext")
    lines = list(
        show(made, claim("erpnext", serial=None), url="https://e", pack_bytes=None, language="en")
    )

    assert "# left out: nothing is known to look it up by" in lines
    assert not any("Serial%20No" in line for line in lines)
    assert "# no pack goes along" in lines


def test_a_template_that_cannot_work_names_its_place(tmp_path: Path) -> None:
    """An unknown field, a missing map, a missing key, and no TOML, in both languages."""
    good = (BUILT_IN / "erpnext.toml").read_text()
    path = tmp_path / "mine.toml"
    for text, place in (
        (good.replace('"{serial_no}"', '"{seral_no}"'), "create: nothing is called {seral_no}"),
        (good.replace("|warranty}", "|waranty}"), "no [maps.waranty]"),
        (good.replace('method = "GET"', 'methd = "GET"', 1), "methd"),
        (good.replace("[exists]", "[exists"), "mine.toml"),
        (good.replace('{ record = "data.name" }', '{ id = "data.name" }'), "'record'"),
    ):
        path.write_text(text)
        with pytest.raises(BadTemplateError) as found:
            read_template(path)
        assert place in found.value.words.en
        assert found.value.words.zh
