"""What a person must tell for a report to be taken, and what makes two reports the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from collector.claims.brought import FileKind, WrongFileError, recognise
from collector.claims.report import OTHER, Report, Subject, Tried, digest_of, tidy
from collector.claims.report_check import check
from collector.claims.report_items import Told
from collector.claims.report_items import check as items_of
from tests.collector.claims.test_photo import JPEG, PHONE, PLACE

TODAY = date(2026, 3, 1)
SAID = Report(
    organisation_id="north",
    serial="SC25110042",
    code="ircut.stuck_open",
    description="pink picture by day since the storm",
)
LOT = replace(SAID, subject=Subject.MODULE_LOT, serial="", lot="IC-7", model="IR-CUT", quantity=12)


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        pytest.param(SAID, [], id="a device"),
        pytest.param(replace(SAID, code=OTHER), [], id="a fault without a name"),
        pytest.param(replace(SAID, description="白天画面发粉"), [], id="six Chinese signs"),
        pytest.param(LOT, [], id="a lot of modules"),
        pytest.param(replace(SAID, serial="00000000"), ["serial"], id="placeholder"),
        pytest.param(replace(SAID, serial="SC-1", model="SC-1"), ["serial"], id="model's name"),
        pytest.param(replace(SAID, quantity=2), ["quantity"], id="two of one serial"),
        pytest.param(replace(SAID, code="nonsense"), ["code"], id="unknown fault"),
        pytest.param(replace(SAID, description="broken"), ["description"], id="says nothing"),
        pytest.param(replace(SAID, onset_on=date(2026, 3, 2)), ["onset_on"], id="tomorrow"),
        pytest.param(replace(LOT, lot="", quantity=0), ["lot", "quantity"], id="no lot, no piece"),
        pytest.param(replace(LOT, model=""), ["model"], id="which module"),
    ],
)
def test_report_is_taken_or_says_what_is_wrong(said: Report, fields: list[str]) -> None:
    """Each thing that is wrong is named by its field, in both languages."""
    found = check(tidy(said), today=TODAY)

    assert [one.field for one in found] == fields
    assert all(one.text.en and any("\u4e00" <= s <= "\u9fff" for s in one.text.zh) for one in found)


@pytest.mark.parametrize(
    ("code", "tried", "is_taken"),
    [
        ("picture.dirty", (), False),
        ("picture.moved", (), False),
        ("cellular.apn_wrong", (), False),
        ("device.unreachable", (), False),
        ("login.firmware_refuses_method", (), False),
        ("login.firmware_refuses_method", (Tried.NEWEST_FIRMWARE,), True),
        ("battery.capacity_lost", (), True),
    ],
)
def test_what_never_is_a_claim_is_none_by_hand(
    code: str, tried: tuple[Tried, ...], is_taken: bool
) -> None:
    """The policy's never holds for people too, and they are told 'not applicable, because'; a
    fault of firmware is taken once the newest one is installed."""
    found = check(replace(SAID, code=code, tried=tried), today=TODAY)

    assert (not found) is is_taken
    assert is_taken or found[0].text.en.startswith("not applicable, because")


def test_blanks_and_order_make_no_other_report() -> None:
    """Fingers and spreadsheets add blanks; another word makes another report."""
    typed = replace(
        SAID,
        serial=" SC25110042 ",
        description="pink  picture by day since the storm\n",
        tried=(Tried.CLEANED, Tried.RESTARTED),
    )
    same = replace(SAID, tried=(Tried.RESTARTED, Tried.CLEANED))

    assert digest_of(tidy(typed)) == digest_of(tidy(same))
    assert digest_of(tidy(SAID)) != digest_of(tidy(same))


def test_file_is_known_by_its_bytes() -> None:
    """A photo loses its place, a name its path, and what only claims to be one is refused."""
    kept = recognise(PHONE, name="C:\\DCIM\\..\\IMG 1.jpg")

    assert (kept.kind, kept.media_type, kept.name) == (FileKind.PHOTO, "image/jpeg", "IMG 1.jpg")
    assert PLACE in PHONE and PLACE not in kept.content
    assert recognise(JPEG, name="a", is_label=True).kind is FileKind.LABEL
    video = recognise(b"\0\0\0\x18ftypmp42" + bytes(99), name="a.txt")
    assert (video.kind, video.media_type) == (FileKind.VIDEO, "video/mp4")
    assert recognise(b"%PDF-1.7 ...", name="a").kind is FileKind.DOCUMENT
    for content in (b"<html>", b"\0\0\0\x18ftypheic", b"GIF89a", b"", b"\x1a\x45\xdf\xa3matroska"):
        with pytest.raises(WrongFileError):
            recognise(content, name="x")
    with pytest.raises(WrongFileError, match="size"):
        recognise(b"%PDF-" + bytes(10 * 1024 * 1024), name="x")


def test_what_only_people_tell_needs_no_signature() -> None:
    """No agent signs there: serial, model, delivery, description, image and what was tried."""
    told = Told(has_description=True, has_tried=True, file_kinds=frozenset({"video"}))
    items = items_of(
        subject="unit", serial="S", batch="", model="M", warranty_verdict="in", told=told
    )
    lacking = items_of(
        subject="module_lot", serial="", batch="", model="", warranty_verdict="unknown_serial",
        told=Told(file_kinds=frozenset({"document"})),
    )  # fmt: skip

    assert all(item.here for item in items)
    assert [item.name for item in lacking if not item.here] == [
        "lot", "model", "delivery", "description", "image", "tried",
    ]  # fmt: skip
