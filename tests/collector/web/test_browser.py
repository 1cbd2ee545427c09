"""Pages in headless Chromium: nothing is blocked, the polled rows arrive."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from sqlalchemy import select

from collector.act import Wish
from collector.roles import Role
from collector.store import accounts, stories
from collector.store import tables as t
from collector.web.application import create
from collector.web.visitor import SESSION_COOKIE
from tests.collector.web.chromium import browser
from tests.collector.web.conftest import NOW, Console
from tests.collector.web.evidence_seed import CLIP, DRAWN, FAULT, REFERENCE, WHOLE, put
from tests.collector.web.test_review import do_all, open_case
from tests.collector.web.test_trend import charges, tell

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


async def dump(url: str, profile: Path) -> tuple[str, str]:
    """The document after scripts have run, and the browser's log."""
    process = await asyncio.create_subprocess_exec(
        CHROMIUM or "",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--enable-logging=stderr",
        f"--user-data-dir={profile}",
        "--virtual-time-budget=7000",
        "--dump-dom",
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, log = await process.communicate()
    return out.decode(), log.decode()


def signed_in(
    console: Console, name: str, evidence_dir: Path
) -> tuple[web.Application, list[tuple[str, str | None]]]:
    """The application for a browser on the command line, which has no cookies: the first answer
    gives it one. Beside it what it asks for, with the Range header."""
    token, asked = "browser", []
    with console.engine.begin() as db:
        person = accounts.find_person(db, name)
        assert person is not None
        accounts.add_session(
            db,
            token=token,
            person_id=person.id,
            csrf="x",
            now=NOW,
            expires_at=NOW + timedelta(days=1),
        )

    @web.middleware
    async def sign_in(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked.append((request.path, request.headers.get("Range")))
        if SESSION_COOKIE in request.cookies or request.path.startswith("/static"):
            return await handler(request)
        answer = web.Response(status=303, headers={"Location": request.path_qs})
        answer.set_cookie(SESSION_COOKIE, token)
        return answer

    app = create(engine=console.engine, evidence_dir=evidence_dir, now=lambda: NOW)
    app.middlewares.insert(0, sign_in)
    return app, asked


async def test_login_page_breaks_no_policy(console: Console, tmp_path: Path) -> None:
    """The browser loads style sheets and scripts and reports no violation of the policy."""
    document, log = await dump(str(console.server.make_url("/login")), tmp_path / "profile")

    assert 'name="password"' in document
    assert "Content Security Policy" not in log
    assert "Uncaught" not in log


async def test_first_page_polls_its_rows(console: Console, tmp_path: Path) -> None:
    """The browser asks for the rows again after five seconds, and the policy lets it."""
    app, asked = signed_in(console, "integrator", tmp_path)
    async with TestServer(app) as server:
        document, log = await dump(str(server.make_url("/")), tmp_path / "profile")

    assert ("/today/rows", None) in asked
    assert "Weighbridge" in document
    assert "Content Security Policy" not in log
    assert "Uncaught" not in log


async def test_pictures_and_clip_of_a_fault_are_loaded(console: Console, tmp_path: Path) -> None:
    """The policy lets the browser load both pictures, the map, and the clip by ranges."""
    put(console, WHOLE)
    app, asked = signed_in(console, "engineer", console.evidence_dir)
    async with TestServer(app) as server:
        _, log = await dump(str(server.make_url("/preclaims/1")), tmp_path / "profile")

    assert {f"/evidence/{file.sha256}" for file in (FAULT, REFERENCE, DRAWN)} <= {
        path for path, _ in asked
    }
    assert (f"/evidence/{CLIP.sha256}", "bytes=0-") in asked
    assert "Content Security Policy" not in log


async def test_setup_page_offers_the_root_organisation(console: Console, tmp_path: Path) -> None:
    """A fresh collector's one-time link opens a usable form in a browser."""
    with console.engine.begin() as db:
        db.exec_driver_sql("DELETE FROM person")
        accounts.add_setup_link(db, token="fresh", expires_at=NOW.replace(year=2027))
    url = str(console.server.make_url("/setup/fresh?lang=zh"))
    document, log = await dump(url, tmp_path / "profile")

    assert "Southlight Works" in document
    assert "首位管理员" in document
    assert "Content Security Policy" not in log


async def test_strips_are_drawn(console: Console, tmp_path: Path) -> None:
    """uPlot draws the numbers of the API under the policy, which lets nothing inline run."""
    tell(console, *charges())
    app, asked = signed_in(console, "integrator", tmp_path)
    async with TestServer(app) as server:
        url = str(server.make_url("/devices/2?span=7d"))
        document, log = await dump(url, tmp_path / "profile")

    assert ("/api/v1/devices/2/strips", None) in asked
    assert document.count("<canvas") == 1
    assert "Battery charge (%)" in document
    assert "Content Security Policy" not in log
    assert "Uncaught" not in log


async def test_an_engineer_judges_by_keyboard(console: Console, tmp_path: Path) -> None:
    """A key opens a form and sends nothing; what is typed there approves the claim. No page of
    the review is wider than the window, on a desk or a phone."""
    one, two = open_case(console, ["SL26000121", "SL26000122"])
    do_all(console, [one], Wish(action="take"), role=Role.FACTORY_ENGINEER)
    with console.engine.begin() as db:
        person = accounts.find_person(db, "engineer")
        assert person is not None
        until = NOW + timedelta(hours=1)
        accounts.add_session(
            db, token="keys", person_id=person.id, csrf="x", now=NOW, expires_at=until
        )
        case = db.execute(
            select(t.claim_line.c.case_id).where(t.claim_line.c.id == one)
        ).scalar_one()
    root = str(console.server.make_url("/")).rstrip("/")
    cookie = (SESSION_COOKIE, "keys")
    async with asyncio.timeout(60), browser(tmp_path / "p", cookie=cookie, url=root) as tab:
        pages = (
            "/review",
            f"/cases/{case}",
            f"/preclaims/act?action=approve&line={one}&line={two}",
            f"/preclaims/{one}",
        )
        for width in (390, 1280):
            for place in pages:
                await tab.open(f"{root}{place}", width=width)
                wide = await tab.run("document.documentElement.scrollWidth")
                assert isinstance(wide, int)
                assert wide <= width, f"{place} is {wide} wide at {width}"
        await tab.press("a")
        await tab.until("document.querySelector('details[data-key=a]').open")
        assert await tab.run("document.activeElement.name") == "path"
        with console.engine.begin() as db:
            assert stories.story_of(db, one).state.value == "in_review"
        await tab.run(
            "document.querySelector('details[data-key=a] textarea').value = 'seen';"
            "document.querySelector('details[data-key=a] form').requestSubmit()"
        )
        await tab.until("location.search == '?done=approve'")
        await tab.until("document.body.innerText.includes('RMA-2026-')")
        assert tab.log == []
    with console.engine.begin() as db:
        assert stories.story_of(db, one).path == "parts"
