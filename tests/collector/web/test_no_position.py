"""A pre-claim of a device that no agent ever saw, on every page and job that shows pre-claims."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from collector import look_for_news, suggest_origin, tend
from collector.claims.policy import DEFAULT
from collector.roles import Role
from collector.store import cases, claim_windows
from collector.store import tables as t
from collector.store.cases import NewLine
from collector.store.scope import scope_of
from collector.store.views import trends
from tests.collector.web.conftest import NOW, Console, Signed


def open_by_hand(console: Console) -> int:
    """A line without position and site, with a reported fault."""
    with console.engine.begin() as db:
        line_id = cases.open_line(
            db,
            NewLine(
                organisation_id="fit",
                site_id=None,
                position_id=None,
                serial_key="SL26000120",
                label_serial="SL26000120",
                serial_source="report",
                model="SL-BULLET-5",
                batch="LOT-2026-09",
                buyer="North Trading",
                component="camera",
                warranty_verdict="in",
                warranty_until=None,
                warranty_reason_en="",
                warranty_reason_zh="",
                via="page",
                reporter="integrator",
            ),
            now=NOW,
        )
        report = db.execute(
            insert(t.claim_report)
            .values(
                organisation_id="fit",
                line_id=line_id,
                code="reported.other",
                onset_on=(NOW - timedelta(days=3)).date(),
                description="no picture since the storm",
                reporter="integrator",
                via="page",
                at=NOW,
                key="k",
                digest="d",
            )
            .returning(t.claim_report.c.id)
        ).scalar_one()
        db.execute(
            insert(t.finding).values(
                line_id=line_id, organisation_id="fit", code="reported.other", report_id=report
            )
        )
        cases.append_event(
            db,
            line_id=line_id,
            organisation_id="fit",
            actor="integrator",
            role="integrator",
            type_="opened",
            payload={},
            now=NOW,
        )
    return line_id


async def test_pages_show_a_line_without_a_position(console: Console, signed: Signed) -> None:
    """List, file, first page and API name it by its serial, and a person's day is its onset."""
    line = open_by_hand(console)
    client = await signed("integrator")
    for path in ("/", "/preclaims", f"/preclaims/{line}", f"/preclaims/{line}?lang=zh"):
        answer = await client.get(path)
        assert answer.status == 200, path
        assert "SL26000120" in await answer.text()
    told = await (await client.get(f"/api/v1/preclaims/{line}")).json()

    assert (told["position"], told["site"], told["via"]) == (None, None, "page")
    assert told["onset_at"].startswith((NOW - timedelta(days=3)).date().isoformat())


async def test_jobs_pass_over_a_line_without_a_position(console: Console) -> None:
    """Tending, news, origins, windows and trends live with it; it never clears by itself."""
    line = open_by_hand(console)
    with console.engine.begin() as db:
        tend.tend(db, policy=DEFAULT, now=NOW + timedelta(days=60))
        assert line not in suggest_origin.due(db, policy=DEFAULT, now=NOW)
        assert look_for_news.look_for_news(db, settled=timedelta(0), now=NOW) > 0
        assert all(position is not None for position in claim_windows.first_days(db))
        state = cases.state_of(db, line)
        counted = {
            row.name: row.pending
            for row in trends.list_trends(
                db, scope_of(db, organisation_id="factory", role=Role.ADMIN), trends.Grouping.BATCH
            )
        }

    assert state is not None and state[0].value in ("draft", "ready")
    assert counted["LOT-2026-09"] >= 1
