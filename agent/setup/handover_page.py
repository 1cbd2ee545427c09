"""The handover report as one HTML file: pictures inside, no script, for phone, screen and paper."""

from __future__ import annotations

import base64
from html import escape
from typing import Final

from agent.setup.handover import Handover, Sheet
from agent.setup.handover_sheet import can, cannot, checks, facts, heading, problems, word

_STYLE: Final = """\
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --bad: #9a3412;
  --wash: #f6f8fa; --good: #14532d }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC",
  "Microsoft YaHei", sans-serif; color: var(--ink); background: #fff; margin: 0 auto;
  max-width: 62rem; padding: 1rem }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .2rem 0 .8rem }
h2 { font-size: 1.15rem; margin: 0 0 .6rem; overflow-wrap: anywhere }
.sum { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; color: var(--soft); margin: 0 0 1rem }
.sum b { color: var(--ink) }
section { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 0 0 1rem;
  break-inside: avoid }
.two { display: grid; grid-template-columns: minmax(0, 20rem) minmax(0, 1fr); gap: 1rem }
img { display: block; width: 100%; height: auto; border-radius: 4px; background: var(--wash) }
.none { display: grid; place-items: center; aspect-ratio: 16 / 9; color: var(--soft);
  background: var(--wash); border-radius: 4px }
dl { display: grid; grid-template-columns: minmax(8rem, 12rem) minmax(0, 1fr); margin: 0;
  gap: .15rem .8rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
ul { margin: .6rem 0 0; padding: 0; list-style: none }
li.todo { border-left: 4px solid var(--bad); background: var(--wash); padding: .4rem .7rem;
  margin: .4rem 0 0; overflow-wrap: anywhere }
li.todo b { color: var(--bad); display: block }
.checks { font-size: .9rem; color: var(--soft); margin: .6rem 0 0 }
.checks span { display: inline-block; margin-right: .9rem }
.sign { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem; margin: 3rem 0 1rem }
.sign div { border-top: 1px solid var(--ink); padding-top: .3rem; color: var(--soft) }
.note { color: var(--soft); font-size: .9rem }
@media (max-width: 40rem) {
  .two { grid-template-columns: minmax(0, 1fr) }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0 }
  dd { margin: 0 0 .4rem }
  section { padding: .8rem }
}
@media print { body { max-width: none; padding: 0; font-size: 11pt }
  .two { grid-template-columns: 6cm minmax(0, 1fr) } }
"""


def as_page(report: Handover, lang: str) -> str:
    """The page; everything that a device or a person said is escaped, and nothing is loaded."""
    watched = sum(sheet.device is not None for sheet in report.sheets)
    accepted = sum(sheet.is_accepted for sheet in report.sheets)
    counts = (
        ("agent", report.agent_id),
        ("made", f"{report.at:%Y-%m-%d %H:%M} UTC"),
        ("devices", str(len(report.sheets))),
        ("watched", str(watched)),
        ("accepted", str(accepted)),
        ("open", str(report.open_count)),
        *((("allowed by", report.consent_by),) if report.consent_by else ()),
    )
    summed = "".join(f"<span>{_word(k, lang)} <b>{escape(value)}</b></span>" for k, value in counts)
    sheets = "\n".join(_section(sheet, lang) for sheet in report.sheets)
    signs = "".join(f"<div>{_word(k, lang)}</div>" for k in ("signature", "signature owner"))
    title = f"{word('title', lang)} · {report.agent_id}"
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:;'
        " style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{_word("title", lang)}</h1>\n<p class="sum">{summed}</p>\n{sheets}\n'
        f'<p class="note">{_word("estimate", lang)} {_word("full", lang)}</p>\n'
        f'<div class="sign">{signs}</div>\n'
        "</body>\n</html>\n"
    )


def _word(key: str, lang: str) -> str:
    return escape(word(key, lang))


def _section(sheet: Sheet, lang: str) -> str:
    rows = [(word(key, lang), value or "-") for key, value in facts(sheet, lang)]
    rows += [(word("can", lang), can(sheet, lang)), (word("cannot", lang), cannot(sheet, lang))]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    judged = "".join(
        f'<span title="{escape(found)}">{escape(name)}: {escape(result)}</span>'
        for name, result, found in checks(sheet, lang)
    )
    todo = "".join(
        f'<li class="todo"><b>{escape(reason)}</b>{escape(remedy)}</li>'
        for reason, remedy in problems(sheet, lang)
    )
    return (
        f"<section>\n<h2>{escape(heading(sheet, lang))}</h2>\n"
        f'<div class="two"><div>{_picture(sheet, lang)}'
        f"{f'<p class=checks>{judged}</p>' if judged else ''}</div>\n<div><dl>{listed}</dl>"
        f"{f'<ul>{todo}</ul>' if todo else ''}</div></div>\n</section>"
    )


def _picture(sheet: Sheet, lang: str) -> str:
    if not sheet.jpeg:
        return f'<div class="none">{_word("no picture", lang)}</div>'
    content = base64.b64encode(sheet.jpeg).decode()
    name = escape(sheet.planned.name)
    return f'<img alt="{name}" src="data:image/jpeg;base64,{content}">'
