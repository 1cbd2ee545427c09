"""The trust table, a verdict's page, and ruling on it by form."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from collector.claims.lifecycle import Actor, LineState
from collector.review import move_line
from collector.stats.interval import Interval
from collector.store import tables as t
from collector.web.trust_plot import draw_precision
from tests.collector.web.conftest import CSRF, NOW, Console, Signed

NOTHING_FOUND = {"reason_code": "no_fault_found"}


def verdict_of(console: Console) -> int:
    """The number of the seeded verdict."""
    with console.engine.connect() as db:
        return int(db.execute(select(t.passive_verdict.c.decision_id)).scalar_one())


def rulings(console: Console) -> list[tuple[str, str, str]]:
    """What was said, why and by whom."""
    with console.engine.connect() as db:
        rows = db.execute(select(t.ruling).order_by(t.ruling.c.id))
        return [(row.ruling, row.reason, row.actor) for row in rows]


async def test_engineer_rules_with_one_click(console: Console, signed: Signed) -> None:
    """'Right' takes no words, is kept with its author, and shows on page, table, list and API."""
    client, number = await signed("engineer"), verdict_of(console)
    before = await (await client.get("/trust")).text()
    answer = await client.post(
        f"/verdicts/{number}/rule", data={"csrf": CSRF, "ruling": "right", "reason": ""}
    )
    document = await answer.text()
    told = (await (await client.get("/api/v1/trust")).json())["items"][0]

    assert f'href="/verdicts/{number}"' in before
    assert answer.status == 200
    assert "Ruled right" in document
    assert rulings(console) == [("right", "", "engineer")]
    assert (told["code"], told["model"]) == ("picture.blurred", "SL-BULLET-5")
    assert (told["standing"], told["right"], told["cameras"]) == ("shadow", 1, 1)
    assert told["lower"] == pytest.approx(0.025)
    assert 'class="precision short"' in await (await client.get("/trust")).text()
    assert "Ruled right" in await (await client.get("/dismissed?outcome=shadow")).text()


async def test_wrong_is_asked_for_its_reason(console: Console, signed: Signed) -> None:
    """A wrong verdict without a reason is not kept, and the page says what is missing."""
    client, number = await signed("engineer"), verdict_of(console)
    path = f"/verdicts/{number}/rule"
    refused = await client.post(path, data={"csrf": CSRF, "ruling": "wrong", "reason": "  "})
    document = await refused.text()
    kept = await client.post(path, data={"csrf": CSRF, "ruling": "wrong", "reason": "<b>web</b>"})
    shown = await kept.text()

    assert refused.status == 422
    assert "Say what is wrong" in document
    assert rulings(console) == [("wrong", "<b>web</b>", "engineer")]
    assert "&lt;b&gt;web" in shown
    assert "<b>web" not in shown


@pytest.mark.parametrize(
    ("who", "data", "status"),
    [
        ("integrator", {"csrf": CSRF, "ruling": "right"}, 403),
        ("distributor", {"csrf": CSRF, "ruling": "right"}, 403),
        ("engineer", {"ruling": "right"}, 403),
        ("engineer", {"csrf": "other", "ruling": "right"}, 403),
        ("engineer", {"csrf": CSRF, "ruling": "perhaps"}, 422),
        ("engineer", {"csrf": CSRF}, 422),
    ],
)
async def test_who_may_not_rule(
    console: Console, signed: Signed, who: str, data: dict[str, str], status: int
) -> None:
    """Only an engineer's or administrator's own form rules, and only with a ruling."""
    client = await signed(who)
    answer = await client.post(f"/verdicts/{verdict_of(console)}/rule", data=data)

    assert answer.status == status
    assert rulings(console) == []


async def test_verdict_of_others_does_not_exist(console: Console, signed: Signed) -> None:
    """A stranger sees neither the verdict nor its pair; a decision of another kind is none."""
    stranger, engineer = await signed("stranger"), await signed("engineer")
    number = verdict_of(console)

    assert (await stranger.get(f"/verdicts/{number}")).status == 404
    assert (await (await stranger.get("/api/v1/trust")).json())["items"] == []
    assert "SL-BULLET-5" not in await (await stranger.get("/trust")).text()
    assert (await engineer.get("/verdicts/99999")).status == 404
    assert (await engineer.post("/verdicts/99999/rule", data={"csrf": CSRF})).status == 404


async def test_integrator_reads_and_does_not_rule(console: Console, signed: Signed) -> None:
    """Whose camera it is sees the verdict and why nothing opened, without the buttons."""
    document = await (
        await (await signed("integrator")).get(f"/verdicts/{verdict_of(console)}")
    ).text()

    assert "Engineers of the factory rule on verdicts" in document
    assert 'name="ruling"' not in document


async def test_first_page_tells_lost_trust(console: Console, signed: Signed) -> None:
    """Changes of the last days are told in both languages, and the fault leads to its page."""
    client = await signed("engineer")
    document = await (await client.get("/")).text()
    chinese = await (await client.get("/?lang=zh")).text()

    assert "has earned trust" in document
    assert "has lost trust" in document
    assert "已失去信任" in chinese
    assert f'href="/verdicts/{verdict_of(console)}"' in document


def test_bar_shows_whether_it_holds() -> None:
    """The small plot is green only when the lower bound is at the mark, and escapes its words."""
    wide, narrow = Interval(lower=0.8, upper=1.0), Interval(lower=0.9, upper=1.0)
    assert 'class="precision short"' in draw_precision(
        share=1.0, interval=wide, asked=0.9, title="a"
    )
    held = draw_precision(share=1.0, interval=narrow, asked=0.9, title="<a>")
    assert 'class="precision holds"' in held
    assert "&lt;a&gt;" in held


async def test_what_was_dismissed_stands_with_its_reason(console: Console, signed: Signed) -> None:
    """A verdict ruled wrong and a claim rejected or withdrawn by a person, in both languages and
    by the API; another organisation sees none of it."""
    with console.engine.begin() as db:
        move_line(db, line_id=1, target=LineState.WITHDRAWN, actor="ivo", role=Actor.INTEGRATOR,
                  reason="it was the <lamp>", now=NOW)  # fmt: skip
        move_line(db, line_id=2, target=LineState.IN_REVIEW, actor="eva", role=Actor.ENGINEER,
                  reason="", now=NOW)  # fmt: skip
        move_line(db, line_id=2, target=LineState.REJECTED, actor="eva", role=Actor.ENGINEER,
                  reason="bench says fine", now=NOW, fields=NOTHING_FOUND)  # fmt: skip
    client, number = await signed("engineer"), verdict_of(console)
    await client.post(
        f"/verdicts/{number}/rule", data={"csrf": CSRF, "ruling": "wrong", "reason": "web"}
    )
    page = await (await client.get("/trust")).text()
    for words in ("it was the &lt;lamp&gt;", "no fault found", "bench says fine", "Ruled wrong"):
        assert words in page, words
    chinese = await (await client.get("/trust?lang=zh")).text()
    assert "未发现故障" in chinese
    told = (await (await client.get("/api/v1/trust")).json())["dismissals"]
    assert sorted(one["how"] for one in told) == ["rejected", "ruled_wrong", "withdrawn"]
    theirs = await (await (await signed("stranger")).get("/api/v1/trust")).json()
    assert theirs["dismissals"] == []
