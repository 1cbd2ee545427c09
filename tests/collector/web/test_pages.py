"""What pages say: whose turn it is, what is unknown, both languages, headers, moves."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from collector.store import tables as t
from collector.store.gap_bound import MAX_GAPS
from collector.web.render import HERE, STATIC
from collector.web.routes import ROUTES
from collector.web.show import dates
from collector.web.voice import LANGUAGES, load_texts
from tests.collector.open_log import open_log
from tests.collector.web.conftest import CSRF, Console, Signed

PAGES = [
    route.path
    for route in ROUTES
    if route.method == "GET" and not route.api and "{" not in route.path
]


def test_both_catalogues_hold_the_same_keys() -> None:
    """Whatever is said in English is said in Chinese, with the same values put in."""
    english, chinese = load_texts("en"), load_texts("zh")
    blanks = re.compile(r"\{\w+\}")

    assert english.keys() == chinese.keys()
    for key in english:
        assert sorted(blanks.findall(english[key])) == sorted(blanks.findall(chinese[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_of_a_catalogue_stands_twice(language: str) -> None:
    """The later one would win without a word, whoever edits the first."""
    keys: list[str] = []
    json.loads(
        (HERE / "texts" / f"{language}.json").read_text("utf-8"),
        object_pairs_hook=lambda found: keys.extend(key for key, _ in found),
    )
    assert sorted(keys) == sorted(set(keys))


def test_every_text_of_the_templates_exists() -> None:
    """No template names a key that no catalogue has."""
    used = set()
    for path in (HERE / "templates").glob("*.html"):
        used |= set(re.findall(r'\bt\("([a-z_.]+[a-z])"[,)]', path.read_text("utf-8")))
    assert len(used) > 100
    assert used <= load_texts("en").keys()


def test_vendored_files_are_those_of_the_list() -> None:
    """Each vendored file has the SHA-256 that the list states."""
    folder = STATIC / "vendor"
    listed = dict(
        re.findall(
            r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (folder / "VENDORED.md").read_text(), re.M
        )
    )
    here = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "VENDORED.md"
    }
    assert here == listed


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_page_is_dressed_and_has_nothing_inline(signed: Signed, language: str) -> None:
    """Every page carries the headers, and no inline script, style or handler."""
    client = await signed("admin")
    for path in PAGES:
        answer = await client.get(path, params={"lang": language})
        text = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status == 200, path
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text
        ), path


async def test_language_follows_the_wish(signed: Signed) -> None:
    """The language asked for is used and kept; without a wish the browser's counts."""
    client = await signed()
    assert "登录" in await (await client.get("/login", headers={"Accept-Language": "zh-CN"})).text()
    assert "Sign in" in await (await client.get("/login")).text()
    assert "登录" in await (await client.get("/login?lang=zh")).text()
    assert "登录" in await (await client.get("/login")).text()


async def test_today_says_whose_turn_it_is(signed: Signed) -> None:
    """A draft is the integrator's turn, a submitted claim the factory's; each sees it so."""
    told = {}
    for name in ("integrator", "engineer"):
        answer = await (await signed(name)).get("/api/v1/overview")
        told[name] = (await answer.json())["counts"]

    assert told["integrator"] == {"act": 3, "wait": 3, "watch": 3}
    assert told["engineer"] == {"act": 3, "wait": 4, "watch": 3}


async def test_distributor_sees_counts_and_no_single_camera(signed: Signed) -> None:
    """On the first page a distributor sees sites with counts, not cameras."""
    text = await (await (await signed("distributor")).get("/")).text()
    assert "Quarry" in text
    assert "Crusher" not in text


async def test_unknown_is_never_drawn_as_ok(signed: Signed) -> None:
    """A device whose agent is silent is told as unknown, and its chip is not the green one."""
    text = await (await (await signed("integrator")).get("/devices/9")).text()
    assert "Its agent has been silent for 3 h" in text
    assert "chip unknown" in text
    heading = re.search(r"<h1>.*?</h1>", text, re.S)
    assert heading
    assert "chip ok" not in heading[0]


async def test_old_picture_is_grey_and_says_its_age(signed: Signed) -> None:
    """A picture of two days ago is marked as not live, with its age."""
    text = await (await (await signed("integrator")).get("/devices/2")).text()
    assert '<figure class="stale">' in text
    assert "not live" in text
    assert "2 d ago" in text


async def test_preclaim_shows_its_whole_file(signed: Signed) -> None:
    """Serial and its source, warranty and reason, completeness, signature, readings, history."""
    text = await (await (await signed("engineer")).get("/preclaims/1")).text()
    for part in ("SL26000002", "from the factory", "In warranty", "the last day counts",
                 "signed files here: 3 of 4", "Verified", "picture.<wbr>gmin",
                 "History is whole"):  # fmt: skip
        assert part in text, part


async def test_changed_history_is_told(console: Console, signed: Signed) -> None:
    """An event that somebody altered in the store shows as a broken chain."""
    with console.engine.begin() as db:
        open_log(db)
        db.execute(
            update(t.claim_event).where(t.claim_event.c.line_id == 1).values(actor="somebody")
        )
    text = await (await (await signed("engineer")).get("/preclaims/1")).text()
    assert "History was altered at entry" in text


async def test_moving_a_line_follows_the_table(console: Console, signed: Signed) -> None:
    """An integrator may mark a draft as ready, an engineer may not; the history grows by one. What
    must be there and is not needs words: the filter was never tested."""
    form = {"csrf": CSRF, "action": "ready", "reason": ""}
    lacking = await (await signed("integrator")).post("/preclaims/1/act", data=form)
    assert lacking.status == 409
    form["reason"] = "the owner allows no test"
    refused = await (await signed("engineer")).post("/preclaims/1/act", data=form)
    foreign = await (await signed("stranger")).post("/preclaims/1/act", data=form)
    moved = await (await signed("integrator")).post(
        "/preclaims/1/act", data=form, allow_redirects=False
    )
    with console.engine.connect() as db:
        state = db.execute(select(t.claim_line.c.state).where(t.claim_line.c.id == 1))
        events = db.execute(select(t.claim_event).where(t.claim_event.c.line_id == 1)).all()

        assert (refused.status, foreign.status, moved.status) == (409, 404, 303)
        assert state.scalar_one() == "ready"
        assert [event.actor for event in events] == ["collector", "integrator"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("warranty=out", ["PC-2026-000004"]),
        ("code=ir_led.dead", ["PC-2026-000002"]),
        ("site=depot", ["PC-2026-000003"]),
        ("q=SL26000002", ["PC-2026-000001"]),
        ("q=%25", []),
    ],
)
async def test_filters_are_the_url(signed: Signed, query: str, numbers: list[str]) -> None:
    """Each filter of the URL narrows the list; a percent sign is a sign, not a wildcard."""
    told = await (await (await signed("admin")).get(f"/api/v1/preclaims?{query}")).json()
    assert [item["number"] for item in told["items"]] == numbers


async def test_api_pages_by_cursor(signed: Signed) -> None:
    """Following the cursor gives every pre-claim once, newest first."""
    client = await signed("admin")
    seen: list[int] = []
    cursor: str | None = ""
    for _ in range(9):
        told = await (await client.get(f"/api/v1/preclaims?limit=3&cursor={cursor}")).json()
        seen += [item["id"] for item in told["items"]]
        cursor = told["next_cursor"]
        if cursor is None:
            break
    assert seen == [4, 3, 2, 1]
    assert cursor is None


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=-1", "cursor=9" + "9" * 30])
async def test_api_refuses_impossible_pages(signed: Signed, query: str) -> None:
    """A limit or cursor out of range is a problem document, not a crash."""
    answer = await (await signed("admin")).get(f"/api/v1/devices?{query}")
    assert answer.status == 422
    assert json.loads(await answer.text())["status"] == 422


async def test_preclaim_of_the_api_has_the_agreed_keys(signed: Signed) -> None:
    """Programs find serial, warranty, codes, evidence and times under their agreed names."""
    told = await (await (await signed("integrator")).get("/api/v1/preclaims/1")).json()
    agreed = (
        "id number state serial serial_source position site model codes warranty_verdict "
        "opened_at onset_at evidence url"
    )
    assert set(agreed.split()) <= told.keys()
    assert told["codes"] == ["ircut.stuck_open"]
    assert told["evidence"] == {"complete": 3, "total": 4}


async def test_trends_count_failed_of_delivered(signed: Signed) -> None:
    """The factory's base is what it delivered; an integrator's, what hangs at its sites."""
    told = {}
    for name in ("engineer", "integrator"):
        answer = await (await signed(name)).get("/api/v1/trends?by=batch")
        told[name] = (await answer.json())["items"][0]

    assert (told["engineer"]["delivered"], told["integrator"]["delivered"]) == (90, 9)
    assert (told["engineer"]["confirmed"], told["engineer"]["pending"]) == (1, 3)
    assert told["engineer"]["confirmed_lower"] < 1 / 90 < told["engineer"]["confirmed_upper"]
    assert not told["engineer"]["contract_breached"]


async def test_agents_tell_their_outbox(signed: Signed) -> None:
    """What waits in an agent's outbox is summed over its lanes; a silent agent is told silent."""
    told = await (await (await signed("integrator")).get("/api/v1/agents")).json()
    by_id = {item["id"]: item for item in told["items"]}

    assert by_id["nvr-quarry"]["outbox_rows"] == 17
    assert (by_id["gw-farm"]["standing"], by_id["nvr-quarry"]["standing"]) == ("silent", "ok")


async def test_agents_tell_their_data_plan(signed: Signed) -> None:
    """Beside its link stands what an agent has spent of its plan, and what waits because of it."""
    page = await (await (await signed("integrator")).get("/agents")).text()

    assert "92.0 MB of 100.0 MB this month: pictures and readings wait" in page


async def test_metrics_name_no_serial(signed: Signed) -> None:
    """Prometheus gets counts with bounded labels."""
    text = await (await (await signed("admin")).get("/metrics")).text()
    assert 'preclaim_devices{standing="unknown"} 3.0' in text
    assert "SL26" not in text


async def test_hostile_names_stay_text(console: Console, signed: Signed) -> None:
    """A camera whose name is markup is shown as text on pages and in the plot."""
    evil = "<script>alert(1)</script>"
    with console.engine.begin() as db:
        db.execute(update(t.position).values(name=evil, firmware=evil, model=evil))
        db.execute(update(t.unit).values(batch=evil))
    client = await signed("admin")
    for path in ("/", "/devices", "/devices/2", "/preclaims/1", "/trends", "/trends?by=firmware"):
        assert evil not in await (await client.get(path)).text(), path


def words_of(page: str) -> str:
    """What people read of a page, without its elements."""
    return re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize("path", ["/agents", "/devices/2", "/preclaims/1", "/preclaims/2"])
async def test_no_date_is_broken_over_two_lines(signed: Signed, path: str) -> None:
    """Every date in the text of a page stands in an element in which no line ends."""
    text = await (await (await signed("engineer")).get(path)).text()
    seen = re.sub(r"<[^>]*>", lambda tag: tag[0] if tag[0] == '<span class="date">' else "|", text)
    stands = re.findall(r"(.{0,19})\b\d{4}-\d\d-\d\d\b", seen)
    assert stands
    assert all(before.endswith('<span class="date">') for before in stands), stands
    assert re.search(r"\.date\b[^{}]*\{ white-space: nowrap", (STATIC / "app.css").read_text())


def test_text_around_dates_stays_text() -> None:
    """Keeping dates whole lets no markup of a camera or agent in."""
    assert dates("<b>2026-03-14</b>") == '&lt;b&gt;<span class="date">2026-03-14</span>&lt;/b&gt;'


@pytest.mark.parametrize("path", ["/agents", "/devices", "/preclaims", "/trends"])
async def test_cells_stay_together_on_phones(console: Console, signed: Signed, path: str) -> None:
    """A cell is a grid there: a date beside bare text would go under the column of names."""
    with console.engine.begin() as db:
        db.execute(update(t.agent).values(silent_since=None, quiet_until=console.now))
    text = await (await (await signed("admin")).get(path)).text()
    cells = re.findall(r"<td[^>]*data-name=[^>]*>(.*?)</td>", text, re.S)
    assert cells
    for cell in cells:
        assert not re.match(r'[^<]*<span class="date">', cell), cell


async def test_unknown_urls_answer_in_words(signed: Signed) -> None:
    """What no route knows is a page for people and a problem document for programs."""
    client = await signed()
    page, api = await client.get("/nowhere"), await client.get("/api/v1/nowhere")
    assert (page.status, api.status) == (404, 404)
    assert "Nothing here" in await page.text()
    assert api.headers["Content-Type"].startswith("application/problem+json")


def test_every_named_template_exists() -> None:
    """Every template that a page names lies in the folder."""
    named = set()
    for path in Path(HERE / "pages").glob("*.py"):
        named |= set(re.findall(r'"(\w+\.html)"', path.read_text("utf-8")))
    assert named <= {path.name for path in (HERE / "templates").iterdir()}


async def test_a_bound_on_gaps_that_is_reached_is_told(signed: Signed, console: Console) -> None:
    """Behind so many gaps nothing is known to be whole, and page and API say from where on."""
    row = {"agent_id": "nvr-quarry", "epoch": "1-0000000000000007", "organisation_id": "fit"}
    seqs = range(2, 2 + 2 * MAX_GAPS, 2)
    with console.engine.begin() as db:
        db.execute(
            insert(t.seq_gap),
            [row | {"first": n, "last": n, "noticed_at": console.now} for n in seqs],
        )
        db.execute(insert(t.seq_mark).values(**row, checked_to=1001, checked_at=console.now))
    visitor = await signed("integrator")
    assert "rows from 1002 on" in await (await visitor.get("/agents?lang=en")).text()
    assert f"{MAX_GAPS - 20} more: preclaim-collector gaps" in (
        await (await visitor.get("/agents?lang=en")).text()
    )
    assert "自第 1002 行起尚未检查" in await (await visitor.get("/agents?lang=zh")).text()
    told = await (await visitor.get("/api/v1/agents")).json()
    (quarry,) = [one for one in told["items"] if one["id"] == "nvr-quarry"]
    assert quarry["not_looked_at"] == [{"epoch": row["epoch"], "first": 1002}]


async def test_missing_rows_and_remedies_are_on_the_agents_page(
    signed: Signed, console: Console
) -> None:
    """A gap says why, one without an explanation is a warning, a refused row says what to do."""
    row = {
        "agent_id": "nvr-quarry",
        "epoch": "1-0000000000000007",
        "organisation_id": "fit",
        "noticed_at": console.now - timedelta(days=2),
    }
    lost = {k: row[k] for k in ("agent_id", "epoch", "organisation_id")}
    with console.engine.begin() as db:
        db.execute(
            insert(t.seq_gap), [row | {"first": 3, "last": 4}, row | {"first": 9, "last": 59}]
        )
        db.execute(
            insert(t.seq_lost).values(
                **lost, first=3, last=4, lane=4, reason="evicted: no space", told_at=console.now
            )
        )
        db.execute(
            insert(t.quarantine_share).values(
                agent_id="nvr-quarry", reason="frame.checksum", lane=0, organisation_id="fit",
                rows=0, bytes=0, not_kept=321, not_kept_bytes=9, not_kept_at=console.now,
            )
        )  # fmt: skip
    visitor = await signed("integrator")
    text = await (await visitor.get("/agents?lang=en")).text()
    assert "evicted: no space" in text
    assert "51 rows are missing without an explanation" in text
    assert "321 more only counted" in text
    assert "begins a new epoch by itself" in text

    told = await (await visitor.get("/api/v1/agents")).json()
    (quarry,) = [one for one in told["items"] if one["id"] == "nvr-quarry"]
    assert quarry["missing_rows"] == {
        "lost": 2,
        "refused": 0,
        "quarantine": 0,
        "coming": 0,
        "unexplained": 51,
    }
    assert [(g["first"], g["why"]) for g in quarry["gaps"]] == [(3, "lost"), (9, "unexplained")]


async def test_the_agents_page_says_what_nobody_may_misread(
    signed: Signed, console: Console
) -> None:
    """A fault without room stays with its agent; one closed by its plan is unknown until then."""
    with console.engine.begin() as db:
        db.execute(
            insert(t.quarantine_share).values(
                agent_id="nvr-quarry", reason="wire.malformed", lane=1, organisation_id="fit",
                rows=0, bytes=0, not_kept=7, not_kept_bytes=9, not_kept_at=console.now,
            )
        )  # fmt: skip
        db.execute(
            update(t.agent)
            .where(t.agent.c.id == "nvr-quarry")
            .values(silent_since=None, quiet_until=datetime(2031, 4, 1, tzinfo=UTC))
        )
        db.execute(
            update(t.position)
            .where(t.position.c.agent_id == "nvr-quarry")
            .values(
                standing="unknown",
                standing_reason="the agent is closed at its data cap until 2031-04-01 00:00 UTC",
            )
        )
    visitor = await signed("integrator")
    english = words_of(await (await visitor.get("/agents?lang=en")).text())
    assert "closed at its data cap until 2031-04-01" in english
    assert "raise hard_cap_mb" in english
    assert "not before 2031-04-01 00:00 UTC" in english
    row = english[english.index("nvr-quarry") :]
    assert "in 3 min" not in row[: row.index("Configuration")]
    assert "the agent keeps them and sends them again" in english
    chinese = words_of(await (await visitor.get("/agents?lang=zh")).text())
    assert "停发至 2031-04-01" in chinese
    assert "2031-04-01 00:00 UTC 之前不会上报" in chinese
    assert "未予回执" in chinese
    told = await (await visitor.get("/api/v1/agents")).json()
    (quarry,) = [one for one in told["items"] if one["id"] == "nvr-quarry"]
    assert quarry["standing"] == "unknown"
    with console.engine.connect() as db:
        device = db.execute(
            select(t.position.c.id).where(t.position.c.agent_id == "nvr-quarry").limit(1)
        ).scalar_one()
    assert "流量达到上限停发至" in await (await visitor.get(f"/devices/{device}?lang=zh")).text()
