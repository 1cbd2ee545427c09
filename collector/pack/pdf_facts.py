"""The rest of a claim's PDF: completeness, checks, control, clocks, origin, readings, history."""

from __future__ import annotations

import json
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from collector.claims.event_words import values_of
from collector.claims.problem import Both
from collector.claims.requests import ARRIVED, ASKED
from collector.pack import pdf_words as w
from collector.pack import telling
from collector.pack.claim import Claim, Clock, Item
from collector.pack.facts import PackFacts
from collector.pack.pdf_head import at, both
from collector.pack.pdf_style import RULE, WIDTH, Style
from collector.store.views.claim_file import EventRow

_MOST_NAMES: Final = 8
_MOST_REASONS: Final = 5
_MOST_EVENTS: Final = 12
_FIRST_EVENTS: Final = 3
_MOST_BECAUSE: Final = 8


def facts(facts: PackFacts, style: Style) -> list[Flowable]:
    """Everything below the pictures and readings."""
    claim = facts.claim
    return [
        *_section(w.Pair(*_complete(claim)), _gaps(claim), style),
        *_section(w.CHECKS, _checks(claim), style),
        *_section(w.CONTROL, _control(claim), style),
        *_section(w.CLOCKS, _clocks(claim), style),
        *_section(_origin_title(claim), _reasons(claim), style),
        *_section(w.BECAUSE, _because(claim), style),
        *_history(facts.events, style),
        Spacer(1, 2 * mm),
        both(w.UTC, style, size=7),
        both(_signed(claim), style, size=7),
    ]


def _section(title: w.Pair, lines: list[w.Pair], style: Style) -> list[Flowable]:
    if not lines:
        return []
    parts: list[Flowable] = [Spacer(1, 1.5 * mm), style.heading(*title)]
    rows: list[Flowable] = [both(one, style) for one in lines]
    return [KeepTogether([*parts, rows[0]]), *rows[1:]]


def _complete(claim: Claim) -> w.Pair:
    must, should = (_level(claim, level) for level in ("must", "should"))
    told = w.COMPLETE.told(here=sum(one.here for one in must), total=len(must))
    if not should:
        return told
    more = w.SUPPORTING.told(here=sum(one.here for one in should), total=len(should))
    return w.Pair(f"{told.en}{more.en}", f"{told.zh}{more.zh}")


def _level(claim: Claim, level: str) -> list[Item]:
    return [one for one in claim.items if one.level == level]


def _gaps(claim: Claim) -> list[w.Pair]:
    gaps = [one for one in _level(claim, "must") if not one.here]
    told = [_missing(w.MISSING, gaps)] if gaps else [w.NOTHING_MISSING]
    helps = [one for one in _level(claim, "should") if not one.here]
    told += [_missing(w.HELPS, helps)] if helps else []
    if claim.left_out:
        names = [(one.name, w.LEFT_WHY[one.why]) for one in claim.left_out]
        told.append(
            w.Pair(
                w.LEFT_OUT.en.format(names=_listed([f"{n} ({why.en})" for n, why in names], ", ")),
                w.LEFT_OUT.zh.format(names=_listed([f"{n}（{why.zh}）" for n, why in names], "、")),
            )
        )
    return told


def _missing(words: w.Pair, gaps: list[Item]) -> w.Pair:
    return w.Pair(
        words.en.format(names=_listed([one.words.en for one in gaps], ", ")),
        words.zh.format(names=_listed([one.words.zh for one in gaps], "、")),
    )


def _listed(names: list[str], comma: str) -> str:
    shown = comma.join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} … +{len(names) - _MOST_NAMES}"


def _checks(claim: Claim) -> list[w.Pair]:
    told = [
        w.Pair(
            f"{at(one.at)} {one.actor}: {one.words.en}", f"{at(one.at)} {one.actor}：{one.words.zh}"
        )
        for one in claim.checks[-_MOST_NAMES:]
    ]
    return told or [w.NO_CHECKS]


def _control(claim: Claim) -> list[w.Pair]:
    found, told = claim.control, []
    if found is not None and found.siblings:
        told.append(
            w.SIBLINGS.told(
                normal=found.normal,
                total=len(found.siblings),
                same=found.same_fault,
                other=found.other_fault,
                unknown=found.unknown,
            )
        )
    elif found is not None:
        told.append(w.NO_SIBLINGS)
    if claim.unit.batch:
        told.append(w.PEERS.told(count=len(claim.peers)))
    return told


def _clocks(claim: Claim) -> list[w.Pair]:
    told = [_clock(one) for one in claim.clocks]
    return told or [w.NOT_SUBMITTED]


def _clock(clock: Clock) -> w.Pair:
    more = [
        *([w.STOPPED.told(at=at(clock.stopped_at))] if clock.stopped_at else []),
        *([w.PAUSED.told(days=clock.paused_days)] if clock.paused_days else []),
        *([w.BREACHED] if clock.is_breached else []),
        *([w.PROVISIONAL] if clock.is_provisional else []),
    ]
    kind = w.CLOCK_KINDS.get(clock.kind, w.Pair(clock.kind, clock.kind))
    start, due = at(clock.started_at), at(clock.due_at)
    return w.Pair(
        w.CLOCK.en.format(kind=kind.en, start=start, due=due, more="".join(m.en for m in more)),
        w.CLOCK.zh.format(kind=kind.zh, start=start, due=due, more="".join(m.zh for m in more)),
    )


def _origin_title(claim: Claim) -> w.Pair:
    origin = claim.origin
    if origin is None:
        return w.Pair(f"{w.ORIGIN.en}: {w.NO_ORIGIN.en}", f"{w.ORIGIN.zh}：{w.NO_ORIGIN.zh}")
    suggested, decided = (telling.named("origin", v) for v in (origin.suggested, origin.decided))
    if not origin.decided:
        said = w.Pair(
            w.SUGGESTED.en.format(name=suggested.en), w.SUGGESTED.zh.format(name=suggested.zh)
        )
    else:
        said = w.Pair(
            w.DECIDED.en.format(name=decided.en, suggested=suggested.en),
            w.DECIDED.zh.format(name=decided.zh, suggested=suggested.zh),
        )
    return w.Pair(f"{w.ORIGIN.en}: {said.en}", f"{w.ORIGIN.zh}：{said.zh}")


def _reasons(claim: Claim) -> list[w.Pair]:
    reasons = claim.origin.reasons[:_MOST_REASONS] if claim.origin else ()
    told = [
        w.Pair(f"{one.name.en}: {one.words.en}", f"{one.name.zh}：{one.words.zh}")
        for one in reasons
    ]
    return told or [w.NO_REASONS]


def _because(claim: Claim) -> list[w.Pair]:
    lines = [
        f"{one.name} {_value(one.value)} {one.unit} ({one.quality}, {at(one.taken_at)})"
        for fault in claim.faults
        for one in fault.because
    ][:_MOST_BECAUSE]
    half = -(-len(lines) // 2)
    return [w.Pair("\n".join(lines[:half]), "\n".join(lines[half:]) or "–")] if lines else []


def _value(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _history(events: tuple[EventRow, ...], style: Style) -> list[Flowable]:
    if not events:
        return []
    rows = list(map(_event, events))
    if len(rows) > _MOST_EVENTS:
        skipped = len(rows) - _MOST_EVENTS
        told = w.SKIPPED.told(count=skipped)
        last = rows[_FIRST_EVENTS + skipped :]
        rows = [*rows[:_FIRST_EVENTS], ("", f"{told.en} {told.zh}", "", ""), *last]
    widths = [26 * mm, 58 * mm, WIDTH - 104 * mm, 20 * mm]
    table = Table(
        [[style.text(cell, size=7, chinese=not cell.isascii()) for cell in row] for row in rows],
        colWidths=widths,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ],
    )
    return [Spacer(1, 1.5 * mm), style.heading(*w.LOG), table]


def _event(event: EventRow) -> tuple[str, str, str, str]:
    name = telling.named("event", event.type)
    what = name.en if name.en == name.zh else f"{name.en} {name.zh}"
    said = _payload(event)
    if event.type == "moved":
        state = telling.named("line_state", str(said.get("to", "")))
        what = f"→ {state.en} {state.zh}"
    reason = str(said.get("reason", ""))[:160]
    values = values_of(event.type, said)
    if event.type in (ASKED, ARRIVED):
        values = _items(said)
    shown = f"{values.en} / {values.zh}. " if values.en else ""
    who = f"{event.actor} ({event.role})"
    return at(event.at), what, f"{who} {shown}{reason}".strip(), event.hash[:12]


def _items(said: dict[str, object]) -> Both:
    """What was asked for, or came."""
    found = said.get("items")
    names = [telling.named("must", str(one)) for one in found] if isinstance(found, list) else []
    return Both(", ".join(name.en for name in names), "、".join(name.zh for name in names))


def _payload(event: EventRow) -> dict[str, object]:
    try:
        said = json.loads(event.payload)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _signed(claim: Claim) -> w.Pair:
    agents = sorted({one.agent_id for one in claim.statements if one.verdict == "verified"})
    if agents:
        return w.SIGNED.told(agents=", ".join(agents[:5]))
    return w.UNSIGNED if claim.is_whole else w.NOT_WHOLE
