"""The handover report: nothing that a device says becomes markup, and it fits phone and desk."""

from __future__ import annotations

import asyncio
import re
import shutil
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Final

import pytest

from agent.camera.port import Credentials, DeviceInformation
from agent.config_file import load_config
from agent.setup.entry import Consent, Entry, Offer
from agent.setup.examine import Examined, Login
from agent.setup.handover import Handover, hand_over
from agent.setup.handover_page import as_page
from agent.setup.handover_text import as_text
from agent.setup.plan import Change, Open, Planned
from shared.device import Alias, AliasKind
from tests.agent.pictures import coded, view

CHROMIUM: Final = shutil.which("chromium")
AT: Final = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
HOSTILE: Final = '<img src=x onerror="alert(1)">\x1b[31m"\'&'
PASSWORD: Final = "s3cret-of-the-gate"
CONFIG: Final = """
[agent]
id = "agent-north"
[[devices]]
id = "gate"
name = "Gate north 北门"
address = "192.0.2.10"
power = "battery"
link = "metered"
[[devices]]
id = "yard"
address = "192.0.2.11"
"""


def planned(device_id: str, name: str, *, login: Login, maker: str = "Maker") -> Planned:
    """One device of the report."""
    offer = Offer(credentials=Credentials(user="admin", password=PASSWORD))
    information = DeviceInformation(
        manufacturer=maker,
        model="SC-4G-" + "20" * 12,
        firmware="1.4.2",
        serial="SN-2401-0001",
        hardware_id="HW",
    )
    seen = Examined(
        address="192.0.2.10",
        entry=Entry(addresses=("192.0.2.10",), site="quay", offers=(offer,)),
        is_there=True,
        login=login,
        offer=offer if login is Login.ACCEPTED else None,
        information=information if login is Login.ACCEPTED else None,
        aliases=(Alias(AliasKind.MAC, "02:00:00:00:00:01"),),
        has_stream=True,
        vendor_values=("battery.charge",),
    )
    todo = (Open(key="login_refused", values={"id": device_id, "address": "192.0.2.11"}),)
    return Planned(
        seen=seen,
        device_id=device_id,
        name=name,
        change=Change.NEW,
        consent=Consent(wake_ups=True),
        open=() if login is Login.ACCEPTED else todo,
    )


@pytest.fixture(name="report")
def a_report(tmp_path: Path) -> Handover:
    """A camera that is well, with a picture and a hostile name, and one that refuses."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    sheets = (
        planned("gate", "Gate north 北门", login=Login.ACCEPTED, maker=HOSTILE),
        planned("yard", "yard", login=Login.REFUSED),
    )
    return hand_over(
        sheets,
        load_config(path),
        {},
        pictures={"gate": coded(view())},
        at=AT,
        config_name="agent.toml",
        consent_by="Li Wei",
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_says_what_a_person_needs(report: Handover, lang: str) -> None:
    """Serial, budget, what can be told and what not, consent, what is open and its remedy."""
    text, page = as_text(report, lang), as_page(report, lang)
    for wanted in ("SN-2401-0001", "02:00:00:00:00:01", "1.4.2", "240 mAh", "Li Wei", "quay"):
        assert wanted in text
        assert wanted in page
    assert "preclaim-agent device password yard" in text
    assert report.open_count == 1
    words = {"en": ("battery and panel", "pictures"), "zh": ("电池与太阳能板", "电池唤醒")}
    assert words[lang][0] in text
    assert re.search(r"[\u4e00-\u9fff]", as_text(report, "zh"))


def test_what_a_device_says_is_no_markup_and_no_escape(report: Handover) -> None:
    """A hostile maker's name is text on the page and printable on the terminal."""
    page, text = as_page(report, "en"), as_text(report, "en")
    assert "<img src=x" not in page
    assert escape('<img src=x onerror="alert(1)">') in page
    assert "\x1b" not in text + page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")  # nothing is loaded from anywhere


def test_no_password_is_in_the_report(report: Handover) -> None:
    """The user's name is, the password never."""
    for lang in ("en", "zh"):
        assert PASSWORD not in as_text(report, lang) + as_page(report, lang) + repr(report)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("width_px", [360, 390, 1280])
async def test_the_page_fits(report: Handover, tmp_path: Path, width_px: int) -> None:
    """At phone and desk width nothing sticks out to the side, and the picture is drawn."""
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe id="f" style="width:{width_px}px;height:900px;border:0"'
        f' srcdoc="{escape(as_page(report, "zh"))}"></iframe>'
        "<script>f.onload = () => { const d = f.contentDocument; const i = d.images[0];"
        " document.title = [d.documentElement.scrollWidth, d.documentElement.clientWidth,"
        " i.naturalWidth].join(' ') }</script>",
        encoding="utf-8",
    )
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu"),
        *("--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}"),
        *("--virtual-time-budget=5000", "--dump-dom", frame.as_uri()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    found = re.search(r"<title>(\d+) (\d+) (\d+)</title>", out.decode())
    assert found is not None
    wide, room, picture = map(int, found.groups())
    assert wide <= room
    assert picture == 640
