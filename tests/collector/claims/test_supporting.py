"""What a claim must and should hold: levels as data, and unknown is a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims import completeness, supporting
from collector.claims.completeness import Item, Level, count, is_complete, missing
from collector.claims.supporting import SHOULD, Around, check, is_day, is_night
from collector.web.voice import load_texts
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
SHANGHAI = "Asia/Shanghai"
CLAIMED = sorted(
    code
    for code, entry in CATALOGUE.items()
    if entry.outcome in (Outcome.CLAIMABLE, Outcome.FIRMWARE)
)
WHOLE = Around(
    zone=SHANGHAI,
    kinds_here=frozenset({"reference", "clip", "picture"}),
    pictures_at=(NOON, NOON + timedelta(hours=36)),
    clock_off_s=1.5,
    series_days={"battery_series": 14, "radio_series": 20, "temperature": 1},
    recorder_firmware="V4.2",
    has_tried=True,
    siblings=7,
    siblings_known=3,
    has_label_photo=True,
    batch="B-1",
)


def test_each_fault_that_is_claimed_has_its_row() -> None:
    """No code of the catalogue that a claim or firmware case can be about is forgotten, none is
    invented, and every item and what to do about it have words in both languages."""
    assert sorted(SHOULD) == CLAIMED
    names = {one.name for one in check(CLAIMED, WHOLE)}
    for code in CLAIMED:
        names |= {one.name for one in must(code)}
    for lang in ("en", "zh"):
        assert {f"{family}.{name}" for family in ("must", "gap") for name in names} <= {
            *load_texts(lang)
        }


@pytest.mark.parametrize("code", CLAIMED)
def test_nothing_is_here_that_nobody_knows(code: str) -> None:
    """Of a line around which nothing is known every item is a gap; of a whole one none is."""
    assert not any(one.here for one in check([code], replace(Around(), siblings=2)))
    assert all(one.here for one in check([code], WHOLE))
    assert not any(one.here for one in must(code))


def test_only_must_items_block() -> None:
    """A claim that lacks all that helps is complete; one that lacks a must item is not."""
    helps = Item(name="night", here=False, level=Level.SHOULD)
    here, gap = Item(name="serial", here=True), Item(name="picture", here=False)
    assert is_complete([here, helps])
    assert not is_complete([here, gap])
    assert missing([helps, here, gap]) == ("picture",)
    assert (count([here, gap, helps], Level.MUST).here, count([helps], Level.SHOULD).total) == (
        1,
        1,
    )


def test_a_moving_part_is_claimed_with_its_test() -> None:
    """A filter that is claimed needs the log of an active test, a lens cannot have one."""
    assert "test" in {one.name for one in must("ircut.stuck_open")}
    assert "test" not in {one.name for one in must("picture.blurred")}
    tested = must("ircut.stuck_open", kinds={"test"})
    assert next(one for one in tested if one.name == "test").here


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"zone": "UTC"}, "night"),  # what a site has whose zone nobody set
        ({"clock_off_s": None}, "night"),
        ({"clock_off_s": 3600.0}, "clock"),
        ({"pictures_at": (NOON, NOON + timedelta(hours=2))}, "two_days"),
        ({"pictures_at": (NOON, NOON + timedelta(days=1))}, "night"),
        ({"siblings_known": 0}, "control"),
    ],
)
def test_what_makes_a_gap(change: dict[str, object], gap: str) -> None:
    """A pair of light needs a zone and a right clock, two days are a day apart, and neighbours
    that are silent are no control."""
    found = check(["ir_led.dead"], replace(WHOLE, **change))  # type: ignore[arg-type]  # by name
    assert gap in {one.name for one in found if not one.here}


def test_thirteen_days_are_no_series() -> None:
    """A series is here with 14 days of good numbers."""
    short = replace(WHOLE, series_days={"battery_series": 13, "temperature": 1})
    (found,) = [o for o in check(["battery.capacity_lost"], short) if o.name == "battery_series"]
    assert not found.here


def test_what_cannot_be_had_is_not_asked_for() -> None:
    """No control where no other camera hangs, no label of a lot, nothing of an agent where none
    is, and what must be there is not named again."""
    alone = check(["ircut.stuck_open"], replace(WHOLE, is_alone=True))
    assert {one.name for one in alone} == {"label_photo", "peers"}
    lot = check([], replace(WHOLE, is_alone=True, is_lot=True))
    assert {one.name for one in lot} == {"peers"}
    single = check(["picture.noise"], replace(WHOLE, siblings=0), but={"reference"})
    assert not {"control", "reference"} & {one.name for one in single}


@given(st.integers(0, 24 * 365))
def test_no_hour_is_day_and_night(hours: int) -> None:
    """Day and night exclude each other, and without a zone no hour is either."""
    at = NOON + timedelta(hours=hours)
    assert not (is_day(at, SHANGHAI) and is_night(at, SHANGHAI))
    assert not is_day(at, "UTC")
    assert not is_night(at, "")


def must(code: str, kinds: set[str] | None = None) -> tuple[Item, ...]:
    """The must items of a line that lacks everything but these kinds."""
    return completeness.check(
        label_serial="",
        model="",
        firmware="",
        warranty_verdict="unknown_serial",
        codes=[code],
        kinds_here=kinds or set(),
        signatures=(),
    )


def test_the_levels_are_two() -> None:
    """A should item says that it is one."""
    assert {one.level for one in check(["ircut.reversed"], Around())} == {Level.SHOULD}
    assert {one.level for one in must("ircut.stuck_open")} == {Level.MUST}
    assert supporting.LEAST_DAYS == 14
