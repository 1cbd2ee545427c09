"""Pages in headless Chromium: nothing is blocked, the polled rows arrive."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from collector.store import accounts
from tests.collector.web.conftest import NOW, Console

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


async def test_login_page_breaks_no_policy(console: Console, tmp_path: Path) -> None:
    """The browser loads style sheets and scripts and reports no violation of the policy."""
    document, log = await dump(str(console.server.make_url("/login")), tmp_path / "profile")

    assert 'name="password"' in document
    assert "Content Security Policy" not in log
    assert "Uncaught" not in log


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
