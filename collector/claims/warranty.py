"""Warranty: calendar months from delivery, last day inclusive in the factory's zone. Pure.

Source: claims and warranty, section 10 (PRC Civil Code, articles 201 and 202): the day of delivery
is not counted, the corresponding day of the last month is the last day, else that month's last.

What the delivery rests on, in this order: a last day that was agreed to; the date of the registry
(proof of delivery before shipment list); what the serial says of the production, which is only an
estimate; the first sight of an agent, which proves that it was not delivered later. A date of the
registry after the fault itself is a wrong one and covers nothing.
"""

from __future__ import annotations

import calendar
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from collector.claims import warranty_words as words
from collector.claims.problem import Both
from collector.claims.unit_facts import Original, SeenFacts, UnitFacts
from collector.claims.warranty_terms import WarrantyTerms, produced_within


class WarrantyVerdict(enum.Enum):
    """What the warranty of one device is worth; only IN is valid, unknown never is."""

    IN = "in"
    OUT = "out"
    UNKNOWN_SERIAL = "unknown_serial"
    GREY_OBSERVED_IN = "grey_observed_in"
    GREY_ESTIMATED = "grey_estimated"
    GREY_REPLACEMENT = "grey_replacement"
    NOT_OURS = "not_ours"
    DUPLICATE_SERIAL = "duplicate_serial"
    BLOCKED = "stolen/blocked"


V = WarrantyVerdict  # a short name for what follows
NOT_OWED: Final = frozenset({V.OUT, V.NOT_OURS, V.BLOCKED})
"""Nothing opens by itself with these; a person may still claim, with the reason."""
SETTLED: Final = frozenset({V.IN, V.OUT, V.GREY_OBSERVED_IN})
"""These rest on a date that the registry states; the others may be judged otherwise later."""
ESTIMATE: Final = "estimate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warranty:
    """The verdict, the last covered day where one is known, and why."""

    verdict: WarrantyVerdict
    until: date | None
    reason_en: str
    reason_zh: str


def last_covered_day(delivered_on: date, months: int) -> date:
    """The last day inside the warranty; a month that is too short ends it on its own last day."""
    index = delivered_on.year * 12 + delivered_on.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(delivered_on.day, calendar.monthrange(year, month)[1]))


def judge(
    unit: UnitFacts | None, seen: SeenFacts, *, months: int, terms: WarrantyTerms
) -> Warranty:
    """Judge at the onset by collector time, on the factory's calendar; ``unit`` None: the
    registry does not know the serial."""
    if seen.twins:
        return duplicate(seen.twins)
    if unit is None:
        return _unregistered(seen, months=months, terms=terms)
    return _registered(unit, seen, months=months, terms=terms)


def _registered(unit: UnitFacts, seen: SeenFacts, *, months: int, terms: WarrantyTerms) -> Warranty:
    if unit.blocked:
        return _say(V.BLOCKED, None, words.blocked(unit.blocked))
    if unit.until_override is not None:
        return _agreed(unit, seen, terms)
    if unit.original is not None:
        return _replacement(unit, unit.original, seen, months=months, terms=terms)
    if unit.delivered_on is None or unit.delivered_by == ESTIMATE:
        return _estimated(unit, seen, months=months, terms=terms)
    return _plain(unit, unit.delivered_on, seen, months=months, terms=terms)


def at_submission(found: WarrantyVerdict, until: date | None, *, today: date) -> Warranty | None:
    """What becomes of a verdict when its line is submitted on this day at the factory; None when
    it stays. Seen inside and submitted after the end is grey: both days are told."""
    if found is not V.IN or until is None or today <= until:
        return None
    return _say(V.GREY_OBSERVED_IN, until, words.observed_in(until, today))


def duplicate(twins: Sequence[str]) -> Warranty:
    """The verdict for a serial that is alive at several positions."""
    return _say(V.DUPLICATE_SERIAL, None, words.duplicate(twins))


def _plain(
    unit: UnitFacts, delivered_on: date, seen: SeenFacts, *, months: int, terms: WarrantyTerms
) -> Warranty:
    start = delivered_on
    if terms.start_cap_months and unit.produced_on is not None:
        start = min(start, last_covered_day(unit.produced_on, terms.start_cap_months))
    until, day = last_covered_day(start, months), _day(seen, terms)
    covered = day <= until
    if covered and day < delivered_on:
        return _say(V.UNKNOWN_SERIAL, None, words.delivered_after(delivered_on, day))
    why = words.delivered(
        covered=covered,
        on=delivered_on,
        counted_from=start,
        months=months,
        until=until,
        day=day,
        zone=terms.zone,
        proof=unit.delivered_by,
    )
    return _say(V.IN if covered else V.OUT, until, why)


def _agreed(unit: UnitFacts, seen: SeenFacts, terms: WarrantyTerms) -> Warranty:
    until, day = unit.until_override, _day(seen, terms)
    assert until is not None  # the caller looked
    covered = day <= until
    why = words.agreed(covered=covered, until=until, day=day, reason=unit.override_reason)
    return _say(V.IN if covered else V.OUT, until, why)


def _replacement(
    unit: UnitFacts, first: Original, seen: SeenFacts, *, months: int, terms: WarrantyTerms
) -> Warranty:
    """The rest of the first device's warranty, or the days a replacement has of its own."""
    rest = first.until_override
    if rest is None and first.delivered_on is not None:
        rest = last_covered_day(first.delivered_on, months)
    own = unit.delivered_on + terms.replacement if unit.delivered_on else None
    day = _day(seen, terms)
    if rest is not None and day <= rest:
        return _say(V.IN, rest, words.rest_of(first.serial, rest, day))
    if own is not None and day <= own:
        return _say(
            V.GREY_REPLACEMENT, own, words.own_days(first.serial, own, terms.replacement.days, day)
        )
    ends = [end for end in (rest, own) if end is not None]
    if rest is None or not ends:
        return _say(V.UNKNOWN_SERIAL, None, words.chain_undated(first.serial))
    return _say(V.OUT, max(ends), words.chain_over(first.serial, max(ends), day))


def _estimated(unit: UnitFacts, seen: SeenFacts, *, months: int, terms: WarrantyTerms) -> Warranty:
    """The registry has no date that proves a delivery: what it was made on, or its serial, tells
    a window."""
    made = (unit.produced_on, unit.produced_on) if unit.produced_on else None
    window = made or produced_within(seen.serial, terms)
    if window is None and unit.delivered_on is not None:
        around = last_covered_day(unit.delivered_on, -terms.delivered_within_months)
        window = (around, unit.delivered_on)
    if window is None:
        return _by_first_sight(seen, months=months, terms=terms, unknown=words.UNDATED)
    return _in_window(window, seen, months=months, terms=terms)


def _unregistered(seen: SeenFacts, *, months: int, terms: WarrantyTerms) -> Warranty:
    """Not in the registry: what the serial says can speak against a claim, never for one."""
    if _is_foreign(seen, terms):
        return _say(V.NOT_OURS, None, words.NOT_OURS)
    window = produced_within(seen.serial, terms)
    judged = _in_window(window, seen, months=months, terms=terms) if window else None
    if judged is not None and judged.verdict is V.OUT:
        return judged
    return _by_first_sight(seen, months=months, terms=terms, unknown=words.NOT_REGISTERED)


def _in_window(
    window: tuple[date, date], seen: SeenFacts, *, months: int, terms: WarrantyTerms
) -> Warranty:
    """Delivered at the earliest when it was made, at the latest some months after."""
    latest = last_covered_day(window[1], terms.delivered_within_months)
    if seen.first_seen_at is not None:  # it cannot have been delivered after that
        latest = max(window[0], min(latest, _local(seen.first_seen_at, terms)))
    ends = last_covered_day(window[0], months), last_covered_day(latest, months)
    day = _day(seen, terms)
    verdict = V.IN if day <= ends[0] else V.OUT if day > ends[1] else V.GREY_ESTIMATED
    why = words.estimated(made=window, ends=ends, day=day)
    return _say(verdict, ends[0] if verdict is V.IN else ends[1], why)


def _by_first_sight(
    seen: SeenFacts, *, months: int, terms: WarrantyTerms, unknown: Both
) -> Warranty:
    """Agents saw it first on some day: it was delivered then or before."""
    if seen.first_seen_at is not None:
        first = _local(seen.first_seen_at, terms)
        end, day = last_covered_day(first, months), _day(seen, terms)
        if day > end:
            return _say(V.OUT, end, words.seen_too_early(first, end, day))
    return _say(V.UNKNOWN_SERIAL, None, unknown)


def _is_foreign(seen: SeenFacts, terms: WarrantyTerms) -> bool:
    """Its serial or its network card is another maker's, by what the policy calls ours."""
    if terms.our_serials and seen.serial:
        fits = any(pattern.fullmatch(seen.serial) for pattern in terms.our_serials)
        if not fits:
            return True
    if terms.our_ouis and seen.macs:
        return not any(mac[:8] in terms.our_ouis for mac in seen.macs)
    return False


def _day(seen: SeenFacts, terms: WarrantyTerms) -> date:
    return _local(seen.onset_at, terms)


def _local(moment: datetime, terms: WarrantyTerms) -> date:
    return moment.astimezone(ZoneInfo(terms.zone)).date()


def _say(verdict: WarrantyVerdict, until: date | None, why: Both) -> Warranty:
    return Warranty(verdict=verdict, until=until, reason_en=why.en, reason_zh=why.zh)
