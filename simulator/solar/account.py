"""The truth about each camera and month: reckoned from what happened, not from what was planned.

A panel half under dirt that still fills the battery is nobody's matter, and a healthy camera in a
dark December has one. So the books of each month say what mattered, and for how many days it was
plain: what a person who knew everything would say about that camera.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.solar.books import Days, books_of
from simulator.solar.grid import STEPS_A_DAY
from simulator.solar.past import Past
from simulator.solar.radio import EDGE_DBM
from simulator.solar.said import stuck_at
from simulator.solar.site import Site
from simulator.solar.truth import PANEL_SIDE, SEASONAL, Matter, Truth

MONTH_DAYS: Final = 30
IN_NEED: Final = 0.4
"""Daily low of the charge under which a battery is in need: no reserve for a dull week."""
EASY: Final = 0.75
"""Daily low above which nothing is the matter with its energy."""
_NEARLY = 0.9  # of a month's steps; a battery that moves on more days than that is told by it
_CARRIES = 0.95  # share of the use from which on the panel carries the camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One camera-month. ``plain_days``: for how long ``truth`` had been plain at its end.

    ``also``: what was the matter to some degree; naming it is not wrong, and not asked for.
    """

    device_id: str
    index: int
    start: datetime
    end: datetime
    truth: Truth
    plain_days: float
    also: frozenset[Truth]


def months_of(site: Site) -> Iterator[Month]:
    """Every camera-month of the site, cameras and months in order."""
    for past in site.pasts.values():
        books = books_of(past)
        for index in range(site.grid.days // MONTH_DAYS):
            yield _month(site, past, books, index)


def _month(site: Site, past: Past, books: Days, index: int) -> Month:
    days = slice(index * MONTH_DAYS, (index + 1) * MONTH_DAYS)
    end = site.grid.start + timedelta(days=days.stop)
    truth, plain = _season(books, days)
    also = _season_partly(books, days)
    planned = next((one for one in past.camera.matters if one.onset < end), None)
    if planned is not None and planned.truth not in SEASONAL:
        own = _plain_days(site, past, books, planned=planned, days=days)
        if own > 0 or truth is Truth.HEALTHY:
            also |= {truth}
            truth, plain = planned.truth, own
        else:
            also |= {planned.truth}
    return Month(
        device_id=past.camera.device_id,
        index=index,
        start=site.grid.start + timedelta(days=days.start),
        end=end,
        truth=truth,
        plain_days=plain,
        also=also - {truth, Truth.HEALTHY},
    )


def _season(books: Days, days: slice) -> tuple[Truth, float]:
    """What the season did to a battery in need, and the longest run of such days so far."""
    runs = _runs(books.low[: days.stop] < IN_NEED)
    last = days.start + int(np.argmax(runs[days.start :]))
    longest = int(runs[last])
    if longest == 0:
        return Truth.HEALTHY, 0.0
    # The days that brought it there count with those on which it shows.
    span = slice(max(0, last + 1 - longest - 10), last + 1)
    reason = _main_reason(books, span)
    return reason, 0.0 if reason is Truth.HEALTHY else float(longest)


def _main_reason(books: Days, span: slice) -> Truth:
    """The largest of what cold, snow and the low sun kept back; HEALTHY when it was none."""
    dark = max(0.0, float(books.used[span].sum() - books.clean[span].sum()))
    kept = {
        Truth.COLD: float(books.locked[span].sum()),
        Truth.SNOW: float(books.snow[span].sum()),
        Truth.LOW_SUN: dark,
    }
    most = max(kept, key=lambda truth: kept[truth])
    return most if kept[most] > 0.1 * float(books.used[span].sum()) else Truth.HEALTHY


def _season_partly(books: Days, days: slice) -> frozenset[Truth]:
    """Seasonal matters that had some part in a battery that was not at ease this month."""
    span = slice(max(0, days.start - 7), days.stop)
    if books.low[span].min() > EASY:
        return frozenset()
    part = 0.15 * float(books.used[span].sum())
    dark = books.clean[span] < 1.1 * books.used[span]
    found = set()
    if books.locked[span].sum() > part:
        found.add(Truth.COLD)
    if books.snow[span].sum() > part:
        found.add(Truth.SNOW)
    if dark.sum() >= 5:
        found.add(Truth.LOW_SUN)
    return frozenset(found)


def _plain_days(site: Site, past: Past, books: Days, *, planned: Matter, days: slice) -> float:
    """For how many days the planned truth has been plain at the month's end; 0 when it is not."""
    truth = planned.truth
    began = (planned.onset - site.grid.start) / timedelta(days=1) + _grows_for(planned)
    stood = float(max(0.0, days.stop - began))
    if truth is Truth.PLAN_USED_UP:
        steps = slice(days.start * STEPS_A_DAY, days.stop * STEPS_A_DAY)
        used_up = past.traffic.bytes_month[steps] >= past.traffic.plan_bytes
        return float(used_up.sum() / STEPS_A_DAY)
    if not _shows(past, planned, days=days):
        return 0.0
    if truth not in (*PANEL_SIDE, Truth.OVER_USE) or stood == 0:
        return stood
    span = slice(max(int(np.ceil(began)), days.start), days.stop)
    if truth is not Truth.OVER_USE:
        would = books.clean[span] - books.snow[span] - books.locked[span]
        if would.sum() < 1.1 * books.usual[span].sum():
            return 0.0  # the season alone would have done it
    is_carried = books.given[span].sum() > _CARRIES * books.used[span].sum()
    charges = truth is not Truth.CHARGER_DEAD
    if charges and is_carried and np.median(books.low[span]) > IN_NEED:
        return 0.0  # the panel still carries the camera
    return stood


def _shows(past: Past, planned: Matter, *, days: slice) -> bool:
    """Whether anything is to be seen of it: a camera's own place may be better than its site's."""
    if planned.truth is Truth.WEAK_CELL:
        steps = slice(days.start * STEPS_A_DAY, days.stop * STEPS_A_DAY)
        return bool(np.median(past.signal.rsrp_dbm[steps]) < EDGE_DBM)
    return planned.truth is not Truth.GAUGE_STUCK or not _shows_the_truth(past, planned, days=days)


def _shows_the_truth(past: Past, stuck: Matter, *, days: slice) -> bool:
    """Whether a sound gauge would have shown about the same: stuck at 100, on a full battery.

    Nobody could tell, and nothing is the matter until the battery moves.
    """
    since = max(days.start * STEPS_A_DAY, past.grid.step_at(stuck.onset))
    sound = past.percent[since : days.stop * STEPS_A_DAY]
    off = np.abs(sound - stuck_at(past, stuck))
    return bool(sound.size) and float(np.mean(off <= max(1, past.camera.gauge.step))) > _NEARLY


def _grows_for(planned: Matter) -> float:
    """Days from its onset until it is all there."""
    if planned.truth is Truth.DIRTY:
        return 1 + 9 * planned.variant
    if planned.truth is Truth.ANTENNA_CORRODING:
        return 16.0  # of the 20 in which it corrodes
    if planned.truth is Truth.BATTERY_WORN:
        return 2.0 if planned.variant < 0.5 else 12.0
    return 0.0


def _runs(true: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each day, how many days on end it has been true; one exception in a week is forgiven."""
    run = missed = 0
    runs = []
    for one in true.tolist():
        missed = max(0, missed - 1) if one else missed + 7
        run = run + 1 if missed <= 7 and (one or run) else 0
        missed = missed if run else 0
        runs.append(run if one else 0)
    return np.array(runs)
