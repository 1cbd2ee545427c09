"""The PDF by an independent reader: what it must say is there as text, in both languages."""

from __future__ import annotations

import re
import struct
import subprocess
from datetime import date
from pathlib import Path

import msgspec
import pytest

from collector.pack import archive
from collector.pack.claim import Check
from collector.pack.facts import PackFacts
from collector.pack.font_error import FontError
from collector.pack.pdf import draw_pdf
from collector.pack.pdf_font import load_font
from collector.pack.pdf_words import CLOCK_OFF
from collector.store import cases
from tests.collector.house import NOON, House
from tests.collector.pack import needs
from tests.collector.pack.conftest import text_of
from tests.collector.pack.seed import PICTURE, SERIAL, facts_of, open_line, take_weeks

pytestmark = needs.FONT


def with_claim(facts: PackFacts, **changes: object) -> PackFacts:
    """The facts with a claim that says something else."""
    import dataclasses  # noqa: PLC0415

    return dataclasses.replace(facts, claim=msgspec.structs.replace(facts.claim, **changes))


def pages_of(pdf: bytes) -> int:
    """How many pages poppler finds."""
    told = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout
    found = re.search(rb"Pages:\s+(\d+)", told)
    assert found is not None
    return int(found[1])


def test_it_says_what_a_claim_must(whole: bytes) -> None:
    """Serial, both languages, the verdict, times and hashes of the pictures, the fingerprints."""
    pdf = archive.read(whole)["claim.pdf"]
    text = text_of(pdf)
    for word in (
        SERIAL, "Serial number 序列号", "In warranty 保修期内", "2027-06-02",
        "IR-cut filter stuck open",
        "红外滤光片", "good reference 正常参考 · 2026-02-20 12:00", "7 of 7 siblings normal",
        "7 台中 7 台正常", "56475aa75463474c", "B-1", "North",
    ):  # fmt: skip
        assert word in text, word
    assert 1 <= pages_of(pdf) <= 3


def test_the_font_is_embedded(whole: bytes) -> None:
    """A reader without the font sees the same."""
    pdf = archive.read(whole)["claim.pdf"]
    told = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout
    used = [line.split() for line in told.decode().splitlines()[2:] if "Micro" in line]
    assert used
    assert all("yes" in line for line in used)


def test_long_words_are_cut_and_said_to_be(house: House) -> None:
    """However much people write, a claim stays two or three pages, and says where the rest is."""
    take_weeks(house)
    open_line(house, code="battery.not_charging", files=(PICTURE,))
    facts = facts_of(house)
    long = type(facts.claim.description)(
        en="It fails <b>every</b> night & day. " * 200, zh="每晚都会失效，白天正常。" * 400
    )
    pdf = draw_pdf(with_claim(facts, description=long), font=load_font())
    text = text_of(pdf)
    assert pages_of(pdf) <= 3
    assert "claim.json)" in text
    assert "（全文见" in text
    assert "<b>every</b> night & day" in text


def test_the_longest_fields_still_fit(house: House) -> None:
    """Whatever length the schema allows, a page is drawn and not refused."""
    open_line(house)
    facts = facts_of(house)
    unit, text = facts.claim.unit, "W摄" * 200
    (fault,) = facts.claim.faults
    words = type(facts.claim.description)(en=text * 10, zh=text * 10)
    by_hand = msgspec.structs.replace(fault, by="person", summary=words, name=words, text=words)
    longest = with_claim(
        facts,
        unit=msgspec.structs.replace(unit, serial="S" * 64, model=text, batch=text, firmware=text),
        buyer=text,
        faults=(by_hand,) * 5,
        checks=(Check(at=NOON, actor=text, words=words),) * 20,
    )
    assert pages_of(draw_pdf(longest, font=load_font())) < 12


@pytest.mark.parametrize(("off", "said"), [(-0.01, "+0.0 s"), (-2.4, "-2.4 s"), (3.0, "+3.0 s")])
def test_an_agents_clock_is_told_to_a_tenth(off: float, said: str) -> None:
    """What rounds to nothing is neither behind nor before."""
    assert f"clock was {said} beside" in CLOCK_OFF.told(off=off).en


def test_signs_that_the_font_lacks_are_told(house: House) -> None:
    """A letter without a glyph would vanish without a word: its code point stands there."""
    open_line(house)
    facts = facts_of(house)
    strange = msgspec.structs.replace(facts.claim.unit, batch="LOT-\N{PILE OF POO}-7", model="ไทย")
    text = text_of(draw_pdf(with_claim(facts, unit=strange), font=load_font()))
    assert "LOT-<U+1F4A9>-7" in text
    assert "<U+0E44>" in text


def test_a_claim_with_next_to_nothing(house: House) -> None:
    """Without pictures, readings, serial or agent there is still a claim, which says so."""
    open_line(house)
    facts = facts_of(house)
    bare = with_claim(
        facts,
        unit=msgspec.structs.replace(facts.claim.unit, serial=""),
        place=None,
        faults=(),
        control=None,
        statements=(),
    )
    text = text_of(draw_pdf(bare, font=load_font()))
    for word in ("not known 未知", "No picture in this pack.", "No agent speaks for this claim"):
        assert word in text


def test_font_without_latin_is_refused(tmp_path: Path) -> None:
    """A font that would drop letters without a word is refused, and so is one that is none."""
    with pytest.raises(FontError, match="is not there"):
        load_font(tmp_path / "missing.ttc")
    torn = tmp_path / "torn.ttf"
    torn.write_bytes(struct.pack(">IH", 0x00010000, 4) + bytes(40))
    with pytest.raises(FontError, match="is no TrueType font"):
        load_font(torn)


def test_dates_stay_whole(whole: bytes) -> None:
    """The last day covered stands in one piece."""
    assert str(date(2027, 6, 2)) in text_of(archive.read(whole)["claim.pdf"])


def test_a_correction_shows_both_values(house: House) -> None:
    """What stood there and what stands there now are in the log of the PDF, in both languages."""
    open_line(house)
    with house.engine.begin() as db:
        cases.append_event(
            db, line_id=1, organisation_id="north", actor="erin", role="factory_engineer",
            type_="corrected", now=house.now,
            payload={"field": "tracking", "old": "SF1", "new": "SF2", "reason": "misread"},
        )  # fmt: skip
    text = text_of(draw_pdf(facts_of(house), font=load_font()))
    flat = "".join(text.split())
    for words in ("thetrackingnumber:SF1→SF2/运单号：", "SF1→SF2.misread"):
        assert words in flat, words


def test_what_the_agent_was_asked_for_stands_in_the_log(house: House) -> None:
    """The request and each item by its name, in both languages."""
    open_line(house)
    with house.engine.begin() as db:
        cases.append_event(
            db, line_id=1, organisation_id="north", actor="collector", role="collector",
            type_="evidence_asked", now=house.now, payload={"items": ["clip", "test"]},
        )  # fmt: skip
    flat = "".join(text_of(draw_pdf(facts_of(house), font=load_font())).split())

    assert "clip,logofanactivetestofthepart/视频片段、" in flat
    assert "evidence_asked" not in flat
