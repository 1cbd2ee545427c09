"""The handover report for a terminal."""

from __future__ import annotations

from agent.setup.handover import Handover, Sheet
from agent.setup.handover_sheet import can, cannot, checks, facts, heading, problems, word
from agent.show import width


def as_text(report: Handover, lang: str) -> str:
    """The whole report, a paragraph a device."""
    watched = sum(sheet.device is not None for sheet in report.sheets)
    accepted = sum(sheet.is_accepted for sheet in report.sheets)
    head = (
        f"{word('title', lang)} · {word('agent', lang)} {report.agent_id} · "
        f"{report.at:%Y-%m-%d %H:%M} UTC\n"
        f"{word('devices', lang)}: {len(report.sheets)}, {word('watched', lang)}: {watched}, "
        f"{word('accepted', lang)}: {accepted}, {word('open', lang)}: {report.open_count}"
    )
    if report.consent_by:
        head += f"\n{word('allowed by', lang)}: {report.consent_by}"
    sheets = (_sheet(sheet, lang) for sheet in report.sheets)
    return "\n\n".join((head, *sheets, word("full", lang)))


def _sheet(sheet: Sheet, lang: str) -> str:
    rows = [(word(key, lang), value or "-") for key, value in facts(sheet, lang)]
    rows += [(word("can", lang), can(sheet, lang)), (word("cannot", lang), cannot(sheet, lang))]
    rows += [(f"{word('checks', lang)}: {name}", f"{result}: {found}")
             for name, result, found in checks(sheet, lang)]  # fmt: skip
    broad = max(width(name) for name, _ in rows)
    lines = [heading(sheet, lang)]
    lines += [f"  {name}{' ' * (broad - width(name))}  {value}" for name, value in rows]
    for reason, remedy in problems(sheet, lang):
        lines += [f"  ! {reason}", f"    {remedy}"]
    return "\n".join(lines)
