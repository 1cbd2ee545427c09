"""The confusion of truths and names, as text and as a drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from benchmarks.energy.score import Claim, Scored, SiteScore
from simulator.solar.truth import Truth

_NOTHING: Final = "nothing"
_CELL, _LEFT, _TOP = 34, 170, 170


def months_in(sites: Sequence[SiteScore]) -> list[Scored]:
    """Every camera-month."""
    return [month for site in sites for month in site.months]


def claims_in(sites: Sequence[SiteScore]) -> list[Claim]:
    """Every claim."""
    return [claim for site in sites for claim in site.claims]


def write_table(sites: Sequence[SiteScore]) -> str:
    """A row a truth: months, those asked for, named, and what stood instead or beside."""
    lines = [
        f"{len(sites)} sites, {len(months_in(sites))} camera-months,"
        f" {sum(site.visits for site in sites)} visits,"
        f" {sum(site.cpu_s for site in sites):.0f} CPU-s",
        "",
        f"{'truth':18s} {'months':>6s} {'asked':>6s} {'named':>6s} {'untrue':>6s}"
        "  what stood (of the months asked; of all months for quiet truths)",
    ]
    for truth in Truth:
        own = [one for one in months_in(sites) if one.truth == truth.value]
        if not own:
            continue
        asked = [one for one in own if one.asked or one.hidden]
        stood = Counter(code for one in asked or own for code in one.codes or (_NOTHING,))
        told = ", ".join(f"{code} {count}" for code, count in stood.most_common())
        lines.append(
            f"{truth.value:18s} {len(own):6d} {len(asked):6d}"
            f" {sum(one.named for one in asked):6d} {sum(bool(one.wrong) for one in own):6d}"
            f"  {told}"
        )
    lines += ["", *_claims(claims_in(sites))]
    return "\n".join(lines) + "\n"


def _claims(claims: Sequence[Claim]) -> list[str]:
    wrong = [one for one in claims if not one.right]
    lines = [f"{len(claims)} claims, {len(wrong)} wrong"]
    for one in wrong:
        excuse = "from an excuse" if one.excused else "wrong"
        truths = ", ".join(one.truths) or "healthy"
        lines.append(
            f"  {excuse}: {one.device_id} {one.code} opened {one.opened}"
            f" (truth: {truths}): {one.summary}"
        )
    return lines


def write_failures(sites: Sequence[SiteScore]) -> str:
    """A line for each camera-month that is not correct, for those who make the rules."""
    lines = []
    for site in sites:
        for one in site.months:
            if one.correct:
                continue
            why = f"untrue: {', '.join(one.wrong)}" if one.wrong else "not named"
            lines.append(
                f"seed {site.seed:4d} {one.device_id:14s} month {one.month + 1}"
                f" {one.truth:18s} plain {one.plain_days:3.0f} d  {site.kinds[one.device_id]:16s}"
                f" {why}; stood: {', '.join(one.codes) or _NOTHING}"
            )
    return "\n".join(lines) + "\n" if lines else "every camera-month is correct\n"


def draw_table(path: Path, sites: Sequence[SiteScore]) -> None:
    """An SVG: truths down, codes across; the darker, the larger the share of the months."""
    months = months_in(sites)
    shown = [one for one in months if one.asked or one.truth not in _asked_truths(months)]
    truths = [one.value for one in Truth if any(month.truth == one.value for month in shown)]
    codes = sorted({code for month in shown for code in month.codes})
    columns = [_NOTHING, *codes]
    parts = []
    for x, code in enumerate(columns):
        left = _LEFT + x * _CELL + 20
        parts.append(
            f'<text transform="translate({left},{_TOP - 8}) rotate(-50)">{escape(code)}</text>'
        )
    for y, truth in enumerate(truths):
        own = [month for month in shown if month.truth == truth]
        top = _TOP + y * _CELL
        parts.append(
            f'<text x="{_LEFT - 8}" y="{top + 21}" text-anchor="end">'
            f"{escape(truth)} ({len(own)})</text>"
        )
        for x, code in enumerate(columns):
            hits = sum(code in (month.codes or (_NOTHING,)) for month in own)
            parts.append(_cell(x, top, hits / len(own), hits))
    width, height = _LEFT + len(columns) * _CELL + 140, _TOP + len(truths) * _CELL + 20
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>'
        '<text x="10" y="16" font-size="13">What stood (across) in camera-months of each truth'
        f" (down; how many)</text>{''.join(parts)}</svg>",
        encoding="utf-8",
    )


def _asked_truths(months: Sequence[Scored]) -> frozenset[str]:
    return frozenset(month.truth for month in months if month.asked)


def _cell(x: int, top: int, share: float, hits: int) -> str:
    left = _LEFT + x * _CELL
    box = (
        f'<rect x="{left}" y="{top}" width="{_CELL - 2}" height="{_CELL - 2}"'
        f' fill="#1f4e79" fill-opacity="{0.04 + 0.96 * share:.2f}"/>'
    )
    if not hits:
        return box
    ink = "#fff" if share > 0.5 else "#222"
    middle = left + _CELL / 2 - 1
    return f'{box}<text x="{middle}" y="{top + 20}" text-anchor="middle" fill="{ink}">{hits}</text>'
