"""Fault origin on the pre-claim page, an engineer's decision by form, and the table of both."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import insert, select, update

from collector import suggest_origin
from collector.claims.policy import DEFAULT
from collector.store import tables as t
from collector.web.origin_plot import draw_shares
from tests.collector.web.conftest import CSRF, NOW, Console, Signed


@pytest.fixture
def bumped(console: Console) -> Console:
    """The camera of pre-claim 1 was moved three hours before its fault, and that is suggested."""
    with console.engine.begin() as db:
        own = db.execute(
            select(t.episode)
            .join(t.finding, t.finding.c.episode_id == t.episode.c.id)
            .where(t.finding.c.line_id == 1)
        ).one()
        moved = {**own._mapping, "code": "picture.moved", "seq": 99_991}
        moved["id"] = 9_001  # the seed gives its rows ids of its own, which a sequence does not see
        db.execute(
            insert(t.episode).values(**{**moved, "onset_at": own.onset_at - timedelta(hours=3)})
        )
        db.execute(update(t.claim_line).where(t.claim_line.c.id == 1).values(state="draft"))
        suggest_origin.renew(db, 1, policy=DEFAULT, now=NOW)
    return console


def decisions(console: Console) -> list[tuple[str, str, str, str]]:
    """What was suggested and decided, why and by whom."""
    with console.engine.connect() as db:
        rows = db.execute(select(t.origin_decision).order_by(t.origin_decision.c.id))
        return [(row.suggested, row.decided, row.reason, row.actor) for row in rows]


async def test_page_shows_what_is_suggested_and_why(bumped: Console, signed: Signed) -> None:
    """Class, shares as a bar, each reason with its weight, what is not known, and who pays."""
    client = await signed("integrator")
    english = await (await client.get("/preclaims/1")).text()
    chinese = await (await client.get("/preclaims/1?lang=zh")).text()
    told = (await (await client.get("/api/v1/preclaims/1")).json())["origin"]

    for words in (
        "user · suggested",
        "Bump or scene shift",
        "user +2.2",
        "within 24 h before",
        "counts for nobody",
        "the customer, both ways",
        'class="origin-bar"',
    ):
        assert words in english, words
    for words in (
        "用户 · 建议",
        "碰撞或画面移位",
        "用户 +2.2",
        "不计入任何一方",
        "客户承担往返运费",
    ):
        assert words in chinese, words
    assert 'name="origin"' not in english  # engineers decide
    assert told["suggested"] == "user"
    assert told["decided"] is None
    assert sum(told["shares"].values()) == pytest.approx(1, abs=0.001)
    assert "bumped" in {one["signal"] for one in told["reasons"]}
    assert told["shipping_paid_by"] == "customer"  # fmt: skip


async def test_engineer_decides_otherwise_and_again(bumped: Console, signed: Signed) -> None:
    """The form keeps a decision with its reason; a second one holds, and the table counts it."""
    client = await signed("engineer")
    path = "/preclaims/1/origin"
    missing = await client.post(path, data={"csrf": CSRF, "origin": "factory", "reason": " "})
    kept = await client.post(path, data={"csrf": CSRF, "origin": "user", "reason": "<b>dent</b>"})
    document = await kept.text()
    again = await client.post(
        path, data={"csrf": CSRF, "origin": "factory", "reason": "glue of the filter"}
    )
    table = await (await client.get("/origins")).text()
    told = await (await client.get("/api/v1/origins")).json()

    assert missing.status == 422
    assert "Say why" in await missing.text()
    assert "&lt;b&gt;dent" in document
    assert "user · decided" in document
    assert "factory · decided" in await again.text()
    assert decisions(bumped) == [
        ("user", "user", "<b>dent</b>", "engineer"),
        ("user", "factory", "glue of the filter", "engineer"),
    ]
    assert told["items"] == [{"suggested": "user", "decided": "factory", "lines": 1}]
    assert (told["total"]["named"], told["total"]["agreed"]) == (1, 0)
    assert told["total"]["upper"] == pytest.approx(0.975)
    assert [one["name"] for one in told["by_month"]] == ["2026-11"]
    assert "0 of 1 named origins were decided as suggested" in table
    with bumped.engine.connect() as db:
        said = db.execute(
            select(t.claim_event.c.payload_json).where(t.claim_event.c.type == "origin_decided")
        ).scalars()
        assert [json.loads(one)["origin"] for one in said] == ["user", "factory"]


@pytest.mark.parametrize(
    ("who", "data", "status"),
    [
        ("integrator", {"csrf": CSRF, "origin": "factory", "reason": "x"}, 403),
        ("distributor", {"csrf": CSRF, "origin": "factory", "reason": "x"}, 403),
        ("stranger", {"csrf": CSRF, "origin": "factory", "reason": "x"}, 403),
        ("engineer", {"origin": "factory", "reason": "x"}, 403),
        ("engineer", {"csrf": CSRF, "origin": "sabotage", "reason": "x"}, 422),
    ],
)
async def test_who_may_not_decide(
    bumped: Console, signed: Signed, who: str, data: dict[str, str], status: int
) -> None:
    """Only an engineer's or administrator's own form decides, and only for a class that exists."""
    answer = await (await signed(who)).post("/preclaims/1/origin", data=data)

    assert answer.status == status
    assert decisions(bumped) == []


async def test_before_anything_was_suggested(console: Console, signed: Signed) -> None:
    """The page has no panel, the API says null, and a decision is answered with what to do."""
    client = await signed("admin")
    page = await (await client.get("/preclaims/1")).text()
    told = await (await client.get("/api/v1/preclaims/1")).json()
    early = await client.post(
        "/preclaims/1/origin", data={"csrf": CSRF, "origin": "user", "reason": "x"}
    )

    assert 'id="origin"' not in page
    assert told["origin"] is None
    assert early.status == 409
    assert "No decisions yet" in await (await client.get("/origins")).text()


def test_bar_escapes_its_words() -> None:
    """The bar's segments are as wide as their shares."""
    drawn = draw_shares([("user", 0.75, "<user>"), ("factory", 0.25, "f")], title='"a"')

    assert 'class="user" x="0.0" y="0" width="750.0"' in drawn
    assert "&lt;user&gt;" in drawn
    assert "&quot;a&quot;" in drawn


@pytest.mark.parametrize(("role", "sees"), [("integrator", False), ("engineer", True)])
async def test_numbers_of_other_organisations_are_for_the_factory(
    bumped: Console, signed: Signed, role: str, *, sees: bool
) -> None:
    """A reason that was counted over the fleet is named to everybody, with its numbers to few."""
    numbers = "lot B7 fails 3.2 times as often: 17 of 940 devices"
    with bumped.engine.begin() as db:
        kept = db.execute(select(t.origin_suggestion)).one()
        body = {
            **msgspec.json.decode(kept.body_json),
            "reasons": [
                {"signal": "lot_above_others", "en": numbers, "zh": numbers, "weights": {}}
            ],
        }
        db.execute(update(t.origin_suggestion).values(body_json=msgspec.json.encode(body).decode()))
    client = await signed(role)

    page = await (await client.get("/preclaims/1")).text()
    told = (await (await client.get("/api/v1/preclaims/1")).json())["origin"]["reasons"]

    assert "Lot against other lots" in page
    assert (numbers in page) is sees
    assert [one["signal"] for one in told] == ["lot_above_others"]
    assert (numbers in str(told)) is sees
