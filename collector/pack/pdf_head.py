"""The head of a claim's PDF: the serial, what the device is, the warranty, the defect in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from collector.pack import pdf_words as w
from collector.pack import telling
from collector.pack.claim import Both, Claim, Fault
from collector.pack.pdf_style import AMBER, GREEN, HALF, QUIET, RED, RULE, WIDTH, Style

_LONGEST: Final = (900, 420)  # of a text on paper, in English and Chinese
_LONGEST_DEFECT: Final = (1600, 700)  # of its description, which a reader needs whole
_MOST_FAULTS: Final = 3
_SAID: Final = 900  # signs of what a person wrote


def head(claim: Claim, style: Style) -> list[Flowable]:
    """Everything above the pictures."""
    return [
        _title(claim, style),
        Spacer(1, 2 * mm),
        _device(claim, style),
        Spacer(1, 2 * mm),
        _warranty(claim, style),
        Spacer(1, 2 * mm),
        *_defect(claim, style),
    ]


def at(moment: datetime | None) -> str:
    """'2026-11-23 14:02'; all times of the document are UTC, which it says once."""
    return "–" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def side_by_side(left: object, right: object, *, padding: float = 2) -> Table:
    """Two columns: English left, Chinese right."""
    return Table(
        [[left, right]],
        colWidths=[HALF, HALF],
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), padding),
            ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
        ],
    )


def both(
    words: Both | w.Pair,
    style: Style,
    *,
    size: float = 8,
    longest: tuple[int, int] = _LONGEST,
) -> Table:
    """A text in both languages, cut to what paper has room for."""
    cut = [
        text if len(text) <= most else text[:most] + (w.CUT.zh if number else w.CUT.en)
        for number, (text, most) in enumerate(zip((words.en, words.zh), longest, strict=True))
    ]
    return side_by_side(
        style.text(cut[0], size=size), style.text(cut[1], size=size, chinese=True), padding=1
    )


def _title(claim: Claim, style: Style) -> Table:
    serial = claim.unit.serial
    left = [
        style.text(f"{w.TITLE.en} {w.TITLE.zh} · {claim.number}", size=10, color=QUIET),
        style.text(f"{w.SERIAL.en} {w.SERIAL.zh}", size=8, color=QUIET),
        style.text(serial or f"{w.NO_SERIAL.en} {w.NO_SERIAL.zh}", size=20),
    ]
    if serial and serial.isascii() and len(serial) <= 32:
        left += [
            Spacer(1, 1 * mm),
            createBarcodeDrawing(
                "Code128", value=serial, barHeight=9 * mm, barWidth=0.33 * mm, humanReadable=False
            ),
        ]
    code = (
        createBarcodeDrawing("QR", value=serial, width=30 * mm, height=30 * mm, barLevel="M")
        if serial and serial.isascii()
        else ""
    )
    return _boxless([[left, code]], [WIDTH - 32 * mm, 32 * mm])


def _boxless(rows: list[list[Any]], widths: list[float]) -> Table:
    return Table(
        rows,
        colWidths=widths,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ],
    )


def _device(claim: Claim, style: Style) -> Table:
    unit, place = claim.unit, claim.place
    rows: list[tuple[str, str]] = [
        ("obtained", _named("serial_source", unit.serial_source)),
        ("model", unit.model),
        ("batch", unit.batch),
        ("component", _named("component", unit.component)),
        ("firmware", unit.firmware),
        ("recorder", unit.recorder_firmware),
        ("buyer", claim.buyer),
        ("delivered", f"{claim.delivery.on or '–'}"),
        ("proof", claim.delivery.proof),
        ("place", f"{place.site} · {place.position}" if place else ""),
        ("state", _named("line_state", claim.state)),
        ("opened", at(claim.opened_at)),
    ]
    if unit.quantity != 1:
        rows.append(("quantity", str(unit.quantity)))
    cells = [
        (
            style.text(f"{w.LABELS[key].en} {w.LABELS[key].zh}", size=7, color=QUIET),
            style.text(value or "–", size=8, chinese=not value.isascii()),
        )
        for key, value in rows
    ]
    half = -(-len(cells) // 2)
    right = [*cells[half:], *([("", "")] * (half - len(cells[half:])))]
    label, value = 38 * mm, HALF - 38 * mm
    return Table(
        [[*left, *other] for left, other in zip(cells[:half], right, strict=True)],
        colWidths=[label, value, label, value],
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ],
    )


def _named(family: str, value: str) -> str:
    words = telling.named(family, value)
    return words.en if words.en == words.zh else f"{words.en} {words.zh}"


def _warranty(claim: Claim, style: Style) -> Table:
    verdict = claim.warranty.verdict
    color = {"in": GREEN, "out": RED}.get(verdict, AMBER)
    until = claim.warranty.until
    head = f"{w.WARRANTY.en} {w.WARRANTY.zh}: {_named('warranty', verdict)}"
    if until:
        told = w.UNTIL.told(day=until.isoformat())
        head += f" · {told.en} {told.zh}"
    return Table(
        [[style.text(head, size=10, color=color)], [both(claim.warranty.reason, style)]],
        colWidths=[WIDTH],
        style=[
            ("LINEBEFORE", (0, 0), (0, -1), 3, color),
            ("LEFTPADDING", (0, 0), (-1, -1), 8),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ],
    )


def _defect(claim: Claim, style: Style) -> list[Flowable]:
    names = list(dict.fromkeys((one.name.en, one.name.zh) for one in claim.faults))
    title = ", ".join(en for en, _ in names), "、".join(zh for _, zh in names)
    parts: list[Flowable] = [
        style.heading(
            f"{w.DEFECT.en}: {title[0]}" if names else w.DEFECT.en,
            f"{w.DEFECT.zh}：{title[1]}" if names else w.DEFECT.zh,
        ),
        both(claim.description, style, longest=_LONGEST_DEFECT),
    ]
    for fault in claim.faults[:_MOST_FAULTS]:
        if fault.by == "person":
            said = (
                fault.summary.en
                if len(fault.summary.en) <= _SAID
                else (fault.summary.en[:_SAID] + w.CUT.zh + w.CUT.en)
            )
            parts.append(style.text(f"{w.IN_WORDS.en} {w.IN_WORDS.zh}: {said}", chinese=True))
        parts.append(both(_times(fault), style, size=7))
    if claim.agent_clock_off_s is not None:
        parts.append(both(w.CLOCK_OFF.told(off=claim.agent_clock_off_s), style, size=7))
    return parts


def _times(fault: Fault) -> w.Pair:
    if fault.by == "person":
        return w.Pair(
            f"{fault.code}: {fault.onset_at:%Y-%m-%d}, {w.BY_PERSON.en}",
            f"{fault.code}：{fault.onset_at:%Y-%m-%d}，{w.BY_PERSON.zh}",
        )
    end = w.CLEARED.told(at=at(fault.cleared_at)) if fault.cleared_at else w.STANDS
    told = [
        template.format(
            code=fault.code,
            onset=at(fault.onset_at),
            agent=at(fault.agent_onset_at),
            count=fault.observations,
            end=word,
        )
        for template, word in zip(w.FAULT_TIMES, end, strict=True)
    ]
    return w.Pair(*told)
