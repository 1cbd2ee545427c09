"""The mark of an unproven profile on pages and API, and an engineer's word by form."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from collector.store import tables as t
from tests.collector.web.conftest import CSRF, Console, Signed

PATH = "/preclaims/1/faults/1/profile"


@pytest.fixture(autouse=True)
def unproven(console: Console) -> None:
    """The seeded draft rests on readings of a documented profile."""
    with console.engine.begin() as db:
        db.execute(
            t.episode.update()
            .where(t.episode.c.id == 1)
            .values(
                profile_id="reolink.battery",
                profile_hash="0a1b2c3d4e5f",
                profile_status="documented",
                profile_names='["picture.luma_mean"]',
            )
        )


def said(console: Console) -> list[tuple[str, str, str]]:
    """What engineers said."""
    with console.engine.connect() as db:
        rows = db.execute(select(t.profile_ruling).order_by(t.profile_ruling.c.id))
        return [(row.ruling, row.note, row.actor) for row in rows]


async def test_the_draft_is_marked_in_both_languages(console: Console, signed: Signed) -> None:
    """List, page, completeness and API say that the profile is unproven."""
    client = await signed("engineer")
    page = await (await client.get("/preclaims/1")).text()
    chinese = await (await client.get("/preclaims/1?lang=zh")).text()
    whole = await (await client.get("/api/v1/preclaims/1")).json()
    listed = (await (await client.get("/api/v1/preclaims")).json())["items"]

    assert "Profile unproven" in page
    assert "an engineer&#39;s confirmation of what" in page
    assert "reolink.battery" in page
    assert "描述文件未经验证" in chinese
    assert "Profile unproven" in await (await client.get("/preclaims?lang=en")).text()
    assert (whole["profile_unproven"], whole["must"]["profile"]) == (True, False)
    assert whole["findings"][0]["profile"] == {
        "id": "reolink.battery",
        "hash": "0a1b2c3d4e5f",
        "status": "documented",
        "readings": ["picture.luma_mean"],
        "standing": "unproven",
        "rulings": [],
    }
    assert [one["id"] for one in listed if one["profile_unproven"]] == [1]


async def test_an_engineer_confirms_by_form(console: Console, signed: Signed) -> None:
    """The word is kept once with its author, and shows on page, table and API."""
    client = await signed("engineer")
    data = {"csrf": CSRF, "said": "right", "note": "<b>same in the app</b>"}
    answer = await client.post(PATH, data=data)
    page = await answer.text()
    await client.post(PATH, data=data)
    table = await (await client.get("/trust")).text()
    told = (await (await client.get("/api/v1/profiles")).json())["items"]

    assert answer.status == 200
    assert said(console) == [("right", "<b>same in the app</b>", "engineer")]
    assert "Readings confirmed" in page
    assert "&lt;b&gt;same" in page
    assert "<b>same" not in page
    assert 'id="profiles"' in table
    assert [(one["id"], one["devices_right"], one["engineers"]) for one in told] == [
        ("reolink.battery", 1, 1)
    ]
    whole = await (await client.get("/api/v1/preclaims/1")).json()
    assert (whole["profile_unproven"], whole["must"]["profile"]) == (False, True)


async def test_wrong_readings_end_the_draft(console: Console, signed: Signed) -> None:
    """The draft is withdrawn with the engineer's note, which the page shows."""
    client = await signed("engineer")
    answer = await client.post(
        PATH, data={"csrf": CSRF, "said": "wrong", "note": "the gauge is in volts"}
    )
    page = await answer.text()
    with console.engine.connect() as db:
        state = db.execute(select(t.claim_line.c.state).where(t.claim_line.c.id == 1)).scalar_one()
    assert state == "withdrawn"
    assert "Readings found wrong" in page
    assert "the gauge is in volts" in page


async def test_a_note_is_asked_for(console: Console, signed: Signed) -> None:
    """Without one nothing is kept, and the page says what is missing."""
    client = await signed("engineer")
    answer = await client.post(PATH, data={"csrf": CSRF, "said": "right", "note": " "})
    assert answer.status == 422
    assert "Say how the readings were checked" in await answer.text()
    assert said(console) == []


@pytest.mark.parametrize(
    ("who", "path", "data", "status"),
    [
        ("integrator", PATH, {"csrf": CSRF, "said": "right", "note": "x"}, 403),
        ("distributor", PATH, {"csrf": CSRF, "said": "right", "note": "x"}, 403),
        ("stranger", PATH, {"csrf": CSRF, "said": "right", "note": "x"}, 403),
        ("engineer", PATH, {"said": "right", "note": "x"}, 403),
        ("engineer", PATH, {"csrf": "other", "said": "right", "note": "x"}, 403),
        ("engineer", PATH, {"csrf": CSRF, "said": "perhaps", "note": "x"}, 422),
        ("engineer", PATH, {"csrf": CSRF, "note": "x"}, 422),
        (
            "engineer",
            "/preclaims/1/faults/2/profile",
            {"csrf": CSRF, "said": "right", "note": "x"},
            404,
        ),
        (
            "engineer",
            "/preclaims/2/faults/2/profile",
            {"csrf": CSRF, "said": "right", "note": "x"},
            404,
        ),
        (
            "engineer",
            "/preclaims/99/faults/1/profile",
            {"csrf": CSRF, "said": "right", "note": "x"},
            404,
        ),
    ],
)
async def test_who_may_not_confirm(
    console: Console, signed: Signed, who: str, path: str, data: dict[str, str], status: int
) -> None:
    """Only an engineer's own form confirms, only a finding of the line, only an unproven one."""
    client = await signed(who)
    answer = await client.post(path, data=data)
    assert answer.status == status
    assert said(console) == []


async def test_nobody_submits_it_by_form(console: Console, signed: Signed) -> None:
    """The step is not on offer, and a form that asks for it all the same is refused with why."""
    client = await signed("integrator")
    page = await (await client.get("/preclaims/1")).text()
    answer = await client.post("/preclaims/1/act", data={"csrf": CSRF, "action": "ready"})
    with console.engine.connect() as db:
        state = db.execute(select(t.claim_line.c.state).where(t.claim_line.c.id == 1)).scalar_one()

    assert 'value="ready"' not in page
    assert "Engineers of the factory confirm the readings" in page
    assert 'name="said"' not in page
    assert answer.status == 409
    assert "an engineer must confirm them first" in await answer.text()
    assert state == "draft"


async def test_profiles_of_others_are_not_shown(signed: Signed) -> None:
    """A stranger sees no profile of another organisation's findings."""
    stranger = await signed("stranger")
    assert (await (await stranger.get("/api/v1/profiles")).json())["items"] == []
    assert "reolink.battery" not in await (await stranger.get("/trust")).text()


async def test_the_module_code_stands_beside_the_fault(console: Console, signed: Signed) -> None:
    """What a repair would order is on the page in both languages, and in the API."""
    with console.engine.begin() as db:
        db.execute(t.episode.update().where(t.episode.c.id == 1).values(module_code="CX-BAT-52"))
    client = await signed("engineer")
    whole = await (await client.get("/api/v1/preclaims/1")).json()

    assert whole["findings"][0]["module_code"] == "CX-BAT-52"
    for lang, word in (("en", "Module code"), ("zh", "模块代码")):
        page = await (await client.get(f"/preclaims/1?lang={lang}")).text()
        assert f"<dt>{word}</dt><dd><code>CX-BAT-52</code></dd>" in page
