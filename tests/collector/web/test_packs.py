"""The claim pack by a browser: who gets what of it, and the key by which it is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import FormData
from sqlalchemy import select, update

from collector.claims.lifecycle import Actor, LineState
from collector.pack.check import Pack, open_pack
from collector.pack.font_error import FontError
from collector.pack.room import PackRoom
from collector.store import tables as t
from tests.collector.house import House
from tests.collector.pack import needs
from tests.collector.pack.seed import PICTURE, REFERENCE, TRANSCRIPT, open_line
from tests.collector.pack.tamper import STRANGER, sealed
from tests.collector.pack.test_share import give, move
from tests.collector.web.conftest import CSRF, PACK_KEY, Console, Signed, make_room

pytestmark = needs.FONT


async def fetch(signed: Signed, who: str) -> Pack:
    """The pack of the first claim as this person gets it; it holds."""
    answer = await (await signed(who)).get("/preclaims/1/pack")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert 'filename="PC-' in answer.headers["Content-Disposition"]
    fingerprint = make_room(Path()).desk.made_by.fingerprint
    return open_pack(await answer.read(), trusted={fingerprint})


async def test_pictures_reach_a_distributor_with_the_submission(
    console: Console, signed: Signed
) -> None:
    """Who keeps the site has them at once; a distributor once the claim was submitted."""
    assert (await fetch(signed, "integrator")).claim.files
    before = await fetch(signed, "distributor")
    assert not before.claim.files
    assert not before.claim.is_whole
    with console.engine.begin() as db:
        db.execute(update(t.claim_line).where(t.claim_line.c.id == 1).values(state="submitted"))
    assert (await fetch(signed, "distributor")).claim.files


async def test_a_stranger_gets_none(signed: Signed) -> None:
    """A claim of another organisation does not exist; nor does one for nobody."""
    assert (await (await signed("stranger")).get("/preclaims/1/pack")).status == 404
    answer = await (await signed("")).get("/preclaims/1/pack", allow_redirects=False)
    assert answer.status == 303


async def test_the_key_is_published_to_everybody(signed: Signed) -> None:
    """Whoever holds a pack can compare its key with the collector's, without an account."""
    text = await (await (await signed("")).get("/pack-key")).text()
    assert make_room(Path()).desk.made_by.fingerprint in text
    assert "BEGIN PUBLIC KEY" in text
    assert PACK_KEY.private_bytes_raw().hex() not in text


async def test_a_missing_font_is_told(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a font the page says which package to install; no half PDF is given out."""

    def fail(*_: object, **__: object) -> None:
        raise FontError(Path("/fonts/none.ttc"), "is not there")

    monkeypatch.setattr(PackRoom, "make", fail)
    answer = await (await signed("integrator")).get("/preclaims/1/pack?lang=zh")
    assert answer.status == 503
    assert "fonts-wqy-microhei" in await answer.text()


async def test_the_factory_takes_packs_by_upload(
    console: Console, signed: Signed, tmp_path: Path
) -> None:
    """The key in the pack says whose it is; a stranger's pack, and what is none, come back with
    the reason; nobody but the factory's people may."""
    engineer = await signed("engineer")
    page = await (await engineer.get("/preclaims/import")).text()
    assert "shop-collector" in page
    assert (await (await signed("integrator")).get("/preclaims/import")).status == 403
    for content, why in ((b"no zip", "no whole ZIP"), (stranger_pack(), "none of [[partners]]")):
        answer = await engineer.post("/preclaims/import?lang=en", data=upload(content))
        assert answer.status == 422
        assert why in await answer.text()
    content = partner_pack(tmp_path)
    text = await (await engineer.post("/preclaims/import?lang=en", data=upload(content))).text()
    assert "a pre-claim was opened for SC24010001" in text
    text = await (await engineer.post("/preclaims/import?lang=zh", data=upload(content))).text()
    assert "无需处理" in text
    with console.engine.begin() as db:
        (line,) = db.execute(select(t.claim_line.c.id).where(t.claim_line.c.via == "pack")).all()
    assert "reference-" in await (await engineer.get(f"/preclaims/{line.id}")).text()


def upload(content: bytes) -> FormData:
    """The form as a browser sends it."""
    form = FormData({"csrf": CSRF})
    form.add_field("pack", content, filename="pack.zip", content_type="application/zip")
    return form


def partner_pack(folder: Path) -> bytes:
    """A submitted claim of the partner."""
    (folder / "sender").mkdir()
    house = House(folder / "sender")
    open_line(house, files=(REFERENCE, PICTURE, TRANSCRIPT))
    move(house, LineState.SUBMITTED, Actor.INTEGRATOR)
    content = give(house).content
    house.engine.dispose()
    return content


def stranger_pack() -> bytes:
    """A pack that says nothing, under a key that nobody knows."""
    return sealed({"claim.json": b"{}"}, STRANGER)
