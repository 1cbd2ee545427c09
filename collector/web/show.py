"""How values look on a page: ages, moments in a site's zone, sizes, readings."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup, escape

from collector.web.voice import Voice

_DATE: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def age(voice: Voice, moment: datetime | None, now: datetime) -> str:
    """'3 h ago' or 'in 3 h'; 'never' for None."""
    if moment is None:
        return voice.t("time.never")
    passed = now - moment
    if abs(passed) < timedelta(seconds=45):
        return voice.t("time.now")
    return voice.t("time.in" if passed < timedelta(0) else "time.ago", span=span(voice, passed))


def span(voice: Voice, length: timedelta) -> str:
    """A length of time in its largest sensible unit."""
    seconds = abs(length.total_seconds())
    if seconds < 5400:
        return voice.t("time.minutes", n=max(1, round(seconds / 60)))
    if seconds < 48 * 3600:
        return voice.t("time.hours", n=round(seconds / 3600))
    return voice.t("time.days", n=round(seconds / 86_400))


def clock(moment: datetime | None, zone: str = "UTC") -> str:
    """'2026-11-23 14:02 Asia/Shanghai'; '' for None, UTC when the zone is not known here."""
    if moment is None:
        return ""
    try:
        local = moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local, zone = moment, "UTC"
    return f"{local:%Y-%m-%d %H:%M} {zone}"


def dates(text: str) -> Markup:
    """The text with its dates kept whole: browsers end lines at hyphens."""
    whole = _DATE.sub(r'<span class="date">\g<0></span>', str(escape(text)))
    return Markup(whole)  # nothing but our own span was added after the escape


def day(value: date | None) -> str:
    """'2026-11-23'; '–' for None."""
    return "–" if value is None else value.isoformat()


def size(count: int) -> str:
    """Bytes for people: 512 B, 12 kB, 3.4 MB, 1.2 GB."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    if count < 1_000_000_000:
        return f"{count / 1_000_000:.1f} MB"
    return f"{count / 1_000_000_000:.1f} GB"


def share(value: float) -> str:
    """A share as percent with a sensible number of digits."""
    percent = value * 100
    return (
        f"{percent:.0f} %"
        if percent in (0, 100)
        else f"{percent:.2g} %"
        if percent < 10
        else f"{percent:.0f} %"
    )


def value(voice: Voice, found: object, unit: str) -> str:
    """A reading's value with its unit; booleans in words, None as a dash."""
    if found is None:
        return "–"
    if isinstance(found, bool):
        return voice.t("value.yes" if found else "value.no")
    if unit == "B" and isinstance(found, int | float):  # a profile's counters are decimals
        return size(round(found))
    text = f"{found:.6g}" if isinstance(found, float) else str(found)
    return f"{text} {unit}".strip()
