"""How long the factory has, and when a line goes on by itself: ``[clocks]`` of the policy. Pure.

Source of the values: the factory's published policy (48 hours, 30 working days) and claims and
warranty, sections 8 and 9. Section 18 says which of them are the factory's to choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collector.claims.answer import PATHS, Path
from collector.claims.toml_reader import TomlReader

_STARTS: Final = ("submission", "approval")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTerms:
    """The terms of both clocks and of the timed steps."""

    zone: str = "Asia/Shanghai"  # the factory's, that of [warranty]
    response: timedelta = timedelta(hours=48)
    response_working: bool = False  # count hours of working days alone
    resolution_days: int = 30
    resolution_from: str = "submission"  # or approval
    country: str = "CN"
    holidays: frozenset[date] = frozenset()  # the factory's own, beyond the country's
    workdays: frozenset[date] = frozenset()  # worked although the calendar says otherwise
    announced: frozenset[int] = frozenset()  # years whose make-up days are entered above
    notice_begins: int = 9  # hours of the receiver's day
    notice_ends: int = 18
    close_after: timedelta = timedelta(days=14)
    lapse_after: timedelta = timedelta(days=30)
    reminders: int = 2
    appeal_within: timedelta = timedelta(days=14)
    rma_valid: timedelta = timedelta(days=90)
    verified_after: timedelta = timedelta(days=7)
    return_within: timedelta = timedelta(days=25)  # of the old unit, after an advance replacement
    return_paths: frozenset[Path] = frozenset({Path.REPLACE_UNIT, Path.RETURN_REPAIR})
    auto_submit: frozenset[str] = frozenset()  # organisations whose ready lines go by themselves

    @property
    def remind_after(self) -> timedelta:
        """The time between two reminders, and between the last and the lapse."""
        return self.lapse_after / (self.reminders + 1)

    @property
    def signature(self) -> str:
        """What due dates depend on beside the calendar; changes when they must be made again."""
        hours = self.response / timedelta(hours=1)
        kind = "working h" if self.response_working else "h"
        return (
            f"{hours:g} {kind}, {self.resolution_days} d from {self.resolution_from}, {self.zone}"
        )


DEFAULT_TERMS: Final = ClockTerms()


def read_clock_terms(table: TomlReader, *, zone: str) -> ClockTerms:
    """Read ``[clocks]``; what it leaves out has the factory's published value."""
    usual = DEFAULT_TERMS
    begins, ends = _hours(table)
    return ClockTerms(
        zone=zone,
        response=timedelta(
            hours=table.number("response_h", 48.0, at_least=0.01, at_most=24.0 * 60)
        ),
        response_working=table.truth("response_working", usual.response_working),
        resolution_days=table.whole("resolution_days", 30, at_least=1, at_most=365),
        resolution_from=table.choice("resolution_from", usual.resolution_from, set(_STARTS)),
        country=table.text("country", usual.country),
        holidays=_dates(table, "holidays"),
        workdays=_dates(table, "workdays"),
        announced=_years(table),
        notice_begins=begins,
        notice_ends=ends,
        close_after=_days(table, "close_after_days", usual.close_after),
        lapse_after=_days(table, "lapse_after_days", usual.lapse_after),
        reminders=table.whole("reminders", usual.reminders, at_least=0, at_most=10),
        appeal_within=_days(table, "appeal_within_days", usual.appeal_within),
        rma_valid=_days(table, "rma_valid_days", usual.rma_valid),
        verified_after=_days(table, "verified_after_days", usual.verified_after),
        return_within=_days(table, "return_within_days", usual.return_within),
        return_paths=_paths(table, usual.return_paths),
        auto_submit=frozenset(table.texts("auto_submit")),
    )


def _days(table: TomlReader, key: str, usual: timedelta) -> timedelta:
    days = table.number(key, usual / timedelta(days=1), at_least=0.0, at_most=3660.0)
    return timedelta(days=days)


def _hours(table: TomlReader) -> tuple[int, int]:
    usual = DEFAULT_TERMS
    begins = table.whole("notice_begins", usual.notice_begins, at_least=0, at_most=23)
    ends = table.whole("notice_ends", usual.notice_ends, at_least=1, at_most=24)
    if begins >= ends:
        table.wrong("notice_ends", "out_of_range", found=ends, low=begins + 1, high=24)
        return usual.notice_begins, usual.notice_ends
    return begins, ends


def _dates(table: TomlReader, key: str) -> frozenset[date]:
    found: set[date] = set()
    for text in table.texts(key):
        try:
            found.add(date.fromisoformat(text))
        except ValueError:
            table.wrong(key, "no_date", found=text)
    return frozenset(found)


def _years(table: TomlReader) -> frozenset[int]:
    found: set[int] = set()
    for text in table.texts("announced"):
        if text.isdecimal() and len(text) == 4:
            found.add(int(text))
        else:
            table.wrong("announced", "no_year", found=text)
    return frozenset(found)


def _paths(table: TomlReader, usual: frozenset[Path]) -> frozenset[Path]:
    if not table.has("return_paths"):
        return usual
    return frozenset(PATHS[name] for name in table.choices("return_paths", set(PATHS)))
