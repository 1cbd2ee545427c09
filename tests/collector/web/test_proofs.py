"""Power measured at the camera, and a photo: what a dead device's pre-claim needs from the site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import FormData
from sqlalchemy import select, update

from collector.claims.photo import LONGEST
from collector.store import proofs, unsubmitted
from collector.store import tables as t
from tests.collector.claims.test_photo import JPEG, PHONE, PLACE
from tests.collector.web.conftest import CSRF, NOW, Console, Signed

MEASURED = {"csrf": CSRF, "has_power": "yes", "volts": "12,1", "note": "at the PoE port"}


@pytest.fixture
def dead(console: Console) -> Console:
    """A console whose first pre-claim is about a dead device."""
    with console.engine.begin() as db:
        db.execute(update(t.finding).where(t.finding.c.line_id == 1).values(code="mainboard.dead"))
    return console


def with_photo(content: bytes) -> FormData:
    """The form as a phone sends it."""
    form = FormData({"csrf": CSRF})
    form.add_field("photo", content, filename="../IMG 1.jpg", content_type="image/jpeg")
    return form


async def test_who_goes_there_is_told_to_measure(dead: Console, signed: Signed) -> None:
    """The sheet of the visit asks for power, photo and a multimeter until they are here."""
    client = await signed("integrator")
    sheet = "/tasks/sheet/quarry?lang=en"
    before = await (await client.get(sheet)).text()
    await client.post("/preclaims/1/proof", data=MEASURED)
    await client.post("/preclaims/1/proof", data=with_photo(PHONE))
    after = await (await client.get(sheet)).text()

    for said in ("power measured at the camera", "a photo from the site", "multimeter"):
        assert said in before and said not in after


async def test_it_is_asked_for_kept_and_shown(dead: Console, signed: Signed) -> None:
    """Both items are missing until a person brought them; the photo is served without its place,
    to its slice only; both stand in the line's history."""
    client = await signed("integrator")
    page = await (await client.get("/preclaims/1")).text()
    assert "power measured at the camera" in page
    assert "现场证明" in await (await client.get("/preclaims/1?lang=zh")).text()
    path = "/preclaims/1/proof?lang=en"
    assert (await client.post(path, data=MEASURED)).status == 200
    assert (await client.post(path, data=with_photo(PHONE))).status == 200

    page = await (await client.get("/preclaims/1")).text()
    assert "power measured at the camera" not in page
    for word in ("12.1 V", "at the PoE port", "Proof from the site"):
        assert word in page
    with dead.engine.begin() as db:
        (line,) = [one for one in unsubmitted.read(db) if one.id == 1]
        (sha256,) = [one.sha256 for one in proofs.of_line(db, 1) if one.sha256]
        kinds = list(
            db.execute(select(t.claim_event.c.type).where(t.claim_event.c.line_id == 1)).scalars()
        )
    assert line.proven == {"power", "photo"}
    assert kinds.count("proof_added") == 2
    served = await client.get(f"/evidence/{sha256}")
    content = await served.read()
    assert content == JPEG
    assert PLACE not in content
    assert served.headers["Content-Type"] == "image/jpeg"
    assert (await (await signed("stranger")).get(f"/evidence/{sha256}")).status == 404


async def test_no_power_is_no_proof(dead: Console, signed: Signed) -> None:
    """The newest measurement holds: power was missing, so the board is not proven dead."""
    client = await signed("integrator")
    await client.post("/preclaims/1/proof", data=MEASURED)
    await client.post("/preclaims/1/proof", data={**MEASURED, "has_power": "no", "volts": "0"})
    assert "power measured at the camera" in await (await client.get("/preclaims/1")).text()
    with dead.engine.begin() as db:
        assert proofs.kinds_proven(proofs.of_line(db, 1)) == frozenset()


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({**MEASURED, "has_power": ""}, "say whether there is power"),
        ({**MEASURED, "volts": "nan"}, "from 0 to 1000"),
        ({**MEASURED, "volts": "12 V"}, "from 0 to 1000"),
        (b"<svg onload=alert(1)>", "no whole JPEG or PNG"),
        (b"\xff\xd8\xff" + bytes(LONGEST), "more than 8 MB"),
    ],
)
async def test_what_cannot_be_used_says_why(
    dead: Console, signed: Signed, form: dict[str, str] | bytes, why: str
) -> None:
    """Nothing is kept, and the page tells what to do."""
    client = await signed("integrator")
    data = with_photo(form) if isinstance(form, bytes) else form
    answer = await client.post("/preclaims/1/proof", data=data)
    assert answer.status == 422
    assert why in await answer.text()
    with dead.engine.begin() as db:
        assert proofs.of_line(db, 1) == ()


async def test_only_those_at_the_site_prove(dead: Console, signed: Signed) -> None:
    """A distributor may not, a stranger finds nothing, a closed line takes none; and a form
    elsewhere is as small as ever."""
    assert (
        await (await signed("distributor")).post("/preclaims/1/proof", data=MEASURED)
    ).status == 403
    assert (
        await (await signed("stranger")).post("/preclaims/1/proof", data=MEASURED)
    ).status == 404
    client = await signed("integrator")
    with dead.engine.begin() as db:
        db.execute(
            update(t.claim_line)
            .where(t.claim_line.c.id == 1)
            .values(state="withdrawn", closed_at=NOW - timedelta(hours=1))
        )
    assert (await client.post("/preclaims/1/proof", data=MEASURED)).status == 422
    big = {"csrf": CSRF, "reason": "x" * 100_000, "action": "withdraw"}
    assert (await client.post("/preclaims/1/act", data=big)).status == 413


async def test_what_was_tried_is_recorded(console: Console, signed: Signed) -> None:
    """A check stands in the line's log, on its page and in the API, in both languages, and fills
    the gap; one without an outcome is refused, and so is one of a stranger."""
    client = await signed("integrator")
    before = (await (await client.get("/api/v1/preclaims/1")).json())["completeness"]
    gaps = {one["name"]: one["do_zh"] for one in before["items"] if not one["here"]}
    assert "重启" in gaps["tried"]
    path, form = "/preclaims/1/act?lang=en", {"csrf": CSRF, "action": "check", "what": "restarted"}
    assert (await client.post(path, data={**form, "outcome": "hope"})).status == 409
    form |= {"outcome": "no_change", "reason": "twice, by the breaker"}
    assert (await (await signed("stranger")).post(path, data=form)).status == 404
    assert (await (await signed("integrator")).post(path, data=form)).status == 200

    client = await signed("integrator")
    page = await (await client.get("/preclaims/1?lang=en")).text()
    assert "restarted: the fault stayed (twice, by the breaker)" in page
    assert "Defect in plain words" in page
    assert "已重启：故障依旧" in await (await client.get("/preclaims/1?lang=zh")).text()
    told = await (await client.get("/api/v1/preclaims/1")).json()
    (check,) = told["checks"]
    assert (check["what"], check["outcome"], check["by"]) == (
        "restarted",
        "no_change",
        "integrator",
    )
    assert "restarted: the fault stayed" in told["description"]["en"]
    assert told["completeness"]["should"]["here"] == before["should"]["here"] + 1
    with console.engine.begin() as db:
        kinds = db.execute(select(t.claim_event.c.type).where(t.claim_event.c.line_id == 1))
        assert list(kinds.scalars())[-1] == "checked"
