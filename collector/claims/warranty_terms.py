"""How the factory reads a warranty: what of ``[warranty]`` is not a number of months. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collector.claims.toml_reader import TomlReader

_OUI: Final = re.compile(r"^[0-9a-f]{2}(:[0-9a-f]{2}){2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class WarrantyTerms:
    """``[warranty]`` of the policy file beside its months.

    Sources of the usual values: claims and warranty, section 10; a replacement carries the rest of
    the original warranty or 90 days, whichever is longer (section 2, Reolink); six months between
    production and delivery are the longest that Dahua believes (section 2).
    """

    zone: str = "Asia/Shanghai"
    start_cap_months: int = 0  # the start is at most so long after production; 0: no cap
    replacement: timedelta = timedelta(days=90)
    serial_dates: tuple[re.Pattern[str], ...] = ()  # with groups year and month, or year and week
    delivered_within_months: int = 6  # of production, where only that is known
    our_serials: tuple[re.Pattern[str], ...] = ()  # () : any may be ours
    our_ouis: frozenset[str] = frozenset()  # first three bytes of our MACs; none: any may be ours


def read_warranty_terms(table: TomlReader, *, zone: str) -> WarrantyTerms:
    """Read what ``[warranty]`` says beside its months; what is wrong is noted in ``table``."""
    usual = WarrantyTerms()
    return WarrantyTerms(
        zone=zone,
        start_cap_months=table.whole("start_cap_months", 0, at_least=0, at_most=60),
        replacement=timedelta(
            days=table.whole("replacement_days", usual.replacement.days, at_least=0, at_most=3660)
        ),
        serial_dates=_patterns(table, "serial_dates", groups=True),
        delivered_within_months=table.whole(
            "delivered_within_months", usual.delivered_within_months, at_least=0, at_most=60
        ),
        our_serials=_patterns(table, "our_serials", groups=False),
        our_ouis=_ouis(table),
    )


def _patterns(table: TomlReader, key: str, *, groups: bool) -> tuple[re.Pattern[str], ...]:
    found: list[re.Pattern[str]] = []
    for text in table.texts(key):
        try:
            pattern = re.compile(text, re.IGNORECASE | re.ASCII)
        except re.error as error:
            table.wrong(key, "no_pattern", found=text, why=error)
            continue
        named = pattern.groupindex.keys()
        if groups and not any({"year", part} <= named for part in ("month", "week")):
            table.wrong(key, "no_date_groups", found=text)
            continue
        found.append(pattern)
    return tuple(found)


def _ouis(table: TomlReader) -> frozenset[str]:
    found = [text.strip().casefold().replace("-", ":") for text in table.texts("our_ouis")]
    for text in found:
        if not _OUI.match(text):
            table.wrong("our_ouis", "no_oui", found=text)
    return frozenset(found)


def produced_within(serial: str, terms: WarrantyTerms) -> tuple[date, date] | None:
    """First and last day on which a device with this serial may have been made; None when the
    serial tells no date. Two digits of a year are of this century."""
    for pattern in terms.serial_dates:
        if (met := pattern.fullmatch(serial.strip())) is None:
            continue
        said = met.groupdict()
        year = int(said["year"])
        year += 2000 if year < 100 else 0
        try:
            return _month(year, int(said["month"])) if "month" in said else _week(year, said)
        except ValueError:
            continue  # month 13: not that kind of serial
    return None


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _week(year: int, said: dict[str, str]) -> tuple[date, date]:
    first = date.fromisocalendar(year, int(said["week"]), 1)
    return first, first + timedelta(days=6)
