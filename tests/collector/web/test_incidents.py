"""The page of an incident: the tree with its root, its members, and a storm that is let go."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select, update

from collector.store import tables as t
from tests.collector.web.conftest import CSRF, NOW, Console, Signed


async def test_the_tree_shows_the_root_and_the_members_their_times(
    console: Console, signed: Signed
) -> None:
    """A gateway of the farm went with its two cameras: it is marked, each has since and until, in
    both languages; the merged part leads there and stands in no list."""
    with console.engine.begin() as db:
        db.execute(update(t.position).where(t.position.c.id.in_((9, 10))).values(gateway="gw-7"))
        db.execute(
            update(t.incident).values(
                root="gateway:gw-farm/gw-7", level="gateway", cause="gateway.lost"
            )
        )
        db.execute(
            update(t.incident_member)
            .where(t.incident_member.c.position_id == 9)
            .values(lost_at=NOW - timedelta(hours=3), back_at=NOW - timedelta(hours=1))
        )
        db.execute(
            insert(t.incident).values(
                id=2, organisation_id="fit", site_id="farm", cause="recorder.lost", text_en="part",
                text_zh="部分", opened_at=NOW, closed_at=NOW, root="recorder:x", level="recorder",
                merged_into=1,
            )
        )  # fmt: skip
        # one that was taken out of the configuration long ago hangs there no more
        template = dict(db.execute(select(t.position).where(t.position.c.id == 9)).one()._mapping)
        gone = {"id": 99, "device_id": "gone", "told_at": NOW - timedelta(days=9), "facts_seq": 1}
        db.execute(update(t.position).where(t.position.c.id.in_((9, 10))).values(told_at=NOW))
        db.execute(insert(t.position).values(**{**template, **gone}))
    client = await signed("integrator")
    text = await (await client.get("/incidents/1")).text()
    for word in (
        "Gateway",
        "gw-7",
        "the cause",
        "2 of 2 away",
        "</span> 19:02 Asia/Shanghai",
        "not seen back",
    ):
        assert word in text
    assert "网关失联" in await (await client.get("/incidents/1?lang=zh")).text()
    assert "/incidents/1" in await (await client.get("/incidents/2?lang=en")).text()
    listed = await (await client.get("/incidents")).text()
    assert "/incidents/1" in listed
    assert "/incidents/2" not in listed
    assert (await (await signed("stranger")).get("/incidents/1")).status == 404


async def test_a_storm_is_let_go_by_who_may(console: Console, signed: Signed) -> None:
    """An engineer lets the decisions go on, once; an integrator may not."""
    with console.engine.begin() as db:
        db.execute(
            insert(t.incident).values(
                id=2, organisation_id="factory", site_id="farm", cause="storm", text_en="many",
                text_zh="很多", opened_at=NOW, root="storm:picture.dirty", level="storm",
            )
        )  # fmt: skip
    assert (await (await signed("integrator")).get("/incidents/2")).status == 404
    engineer = await signed("engineer")
    assert "Several sites" in await (await engineer.get("/incidents/2")).text()
    path = "/incidents/2/release"
    assert (await (await signed("integrator")).post(path, data={"csrf": CSRF})).status == 403
    for _ in range(2):
        assert (await engineer.post(path, data={"csrf": CSRF})).status == 200
    with console.engine.connect() as db:
        closed = db.execute(select(t.incident.c.closed_at).where(t.incident.c.id == 2)).scalar_one()
        actions = list(db.execute(select(t.audit.c.action)).scalars())
    assert closed == NOW
    assert actions.count("storm.released") == 1


async def test_what_is_open_stands_first(console: Console, signed: Signed) -> None:
    """An outage that goes on is above 200 later ones that are over: it is on the first page."""
    with console.engine.begin() as db:
        db.execute(
            insert(t.incident),
            [
                {
                    "id": number, "organisation_id": "fit", "site_id": "quarry", "level": "gateway",
                    "cause": "gateway.lost", "root": f"gateway:{number}", "text_en": "over",
                    "text_zh": "结束", "opened_at": NOW, "closed_at": NOW,
                }
                for number in range(2, 210)
            ],
        )  # fmt: skip
    text = await (await (await signed("integrator")).get("/incidents")).text()
    assert 0 < text.find('"/incidents/1"') < text.find('"/incidents/209"')
    assert text.count("data-row") == 201
