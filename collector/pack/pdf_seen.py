"""What was seen: pictures side by side with times and hashes, and readings as strips."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from collector.pack import pdf_words as w
from collector.pack.claim import Claim, File
from collector.pack.facts import PackFacts, Sampled
from collector.pack.pdf_head import at, both, side_by_side
from collector.pack.pdf_pictures import choose, place
from collector.pack.pdf_plot import Strip, draw_strip, numbers_of
from collector.pack.pdf_style import QUIET, Style

_MOST_STRIPS: Final = 4
# What is looked at first for a family of faults; the rest follows as far as there is room.
_FIRST: Final = {
    "battery": ("battery.charge", "solar.power", "battery.voltage", "battery.temperature"),
    "solar": ("solar.power", "battery.charge", "solar.voltage", "battery.voltage"),
    "cellular": ("cellular.rsrp", "cellular.sinr", "cellular.rssi", "cellular.rsrq"),
    "wifi": ("wifi.rssi",),
}


def pictures(facts: PackFacts, style: Style) -> list[Flowable]:
    """Reference and fault, then up to two others; nothing but a line where there are none."""
    chosen = choose(facts.claim)
    parts: list[Flowable] = [Spacer(1, 2 * mm), style.heading(*w.PICTURES)]
    if not chosen:
        return [*parts, both(w.NO_PICTURES if facts.claim.is_whole else w.NOT_WHOLE, style)]
    cells = [_cell(one, facts, style) for one in chosen]
    rows = [
        side_by_side(cells[number], cells[number + 1] if number + 1 < len(cells) else "")
        for number in range(0, len(cells), 2)
    ]
    return [KeepTogether([*parts, rows[0]]), *rows[1:]]


def _cell(one: File, facts: PackFacts, style: Style) -> list[Flowable]:
    name = {"reference": w.REFERENCE, "picture": w.FAULT}.get(one.kind, w.PHOTO)
    shown = place(one, facts.contents)
    caption = f"{name.en} {name.zh} · {at(one.taken_at)}\nSHA-256 {one.sha256[:32]}…"
    if shown is None:
        return [style.text(f"{w.UNSHOWN.en} {w.UNSHOWN.zh} {one.path}\n{caption}", size=7)]
    return [shown, style.text(caption, size=7, color=QUIET)]


def series(facts: PackFacts, style: Style) -> list[Flowable]:
    """Up to four strips; those that say most of the fault first."""
    strips = _strips(facts)
    parts: list[Flowable] = [Spacer(1, 2 * mm), style.heading(*w.SERIES)]
    if not strips:
        return [*parts, both(w.NO_SERIES if facts.claim.is_whole else w.NOT_WHOLE, style)]
    drawn: list[Flowable] = [draw_strip(one, font=style.font.name) for one in strips]
    first = KeepTogether([*parts, drawn[0]])
    return [first, *drawn[1:], both(w.SERIES_NOTE, style, size=7)]


def _strips(facts: PackFacts) -> list[Strip]:
    found: dict[str, list[Sampled]] = defaultdict(list)
    for one in facts.series:
        found[one.name].append(one)
    names = [name for name in found if len(numbers_of(found[name])) > 1]
    first = [name for code in _families(facts.claim) for name in _FIRST.get(code, ())]
    names.sort(key=lambda name: (first.index(name) if name in first else len(first), name))
    moments = [one.at for one in facts.series]
    if not names:
        return []
    onset_at = onset_of(facts.claim)
    since, until = min(moments), max(*moments, onset_at + timedelta(hours=1))
    return [
        Strip(
            name=name,
            samples=tuple(found[name]),
            since=min(since, onset_at),
            until=until,
            onset_at=onset_at,
        )
        for name in names[:_MOST_STRIPS]
    ]


def onset_of(claim: Claim) -> datetime:
    """When the first fault began."""
    return min((one.onset_at for one in claim.faults), default=claim.opened_at)


def _families(claim: Claim) -> list[str]:
    return list(dict.fromkeys(one.code.partition(".")[0] for one in claim.faults))
