"""What a device once held on a cell and band, and by how much a day falls short of it. Pure.

RSRP differs by cell and band for reasons that are no fault of the device, so figures of two cells
are never held against each other. The baseline is the best two weeks that are known: neither a
break that lasts nor a plug that corrodes over a month becomes the new usual. That a season or the
operator takes from a whole site shows in the siblings' own drops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

from agent.radio.day import RadioDay

DAYS: Final = 14
"""Of a baseline: the claim rule's own 14-day median (vendor-interfaces, section 4)."""
LEAST_DAYS: Final = 7
"""Below it no baseline is spoken of: one windy week must not be the measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A baseline of RSRP on one cell and band."""

    rsrp_dbm: float
    days: int


def usual_before(days: Mapping[date, RadioDay], day: date, *, cell: str, band: str) -> Usual | None:
    """The best median of DAYS days in a row before ``day``; None with fewer than LEAST_DAYS.

    Days on other cells lie between them and do not count.
    """
    levels = [
        found.rsrp.median
        for at, one in sorted(days.items())
        if at < day and (found := one.on(cell, band)) is not None and found.rsrp is not None
    ]
    ends = range(LEAST_DAYS, len(levels) + 1)
    spans = [levels[max(0, end - DAYS) : end] for end in ends if end >= min(DAYS, len(levels))]
    if not spans:
        return None
    best = max(spans, key=median)
    return Usual(rsrp_dbm=median(best), days=len(best))


def drop_of(days: Mapping[date, RadioDay], day: date, *, cell: str, band: str) -> float | None:
    """By how many dB a day is below the usual of its cell and band; None where nobody can say."""
    usual = usual_before(days, day, cell=cell, band=band)
    own = days[day].on(cell, band) if day in days else None
    if usual is None or own is None or own.rsrp is None:
        return None
    return usual.rsrp_dbm - own.rsrp.median


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A device's day on its main cell, beside its own past and beside its siblings there."""

    cell: str
    band: str
    rsrp_dbm: float
    p10_dbm: float
    rsrq_db: float | None
    sinr_db: float | None
    usual: Usual | None
    own_drop_db: float | None
    siblings: int  # heard on the same cell and band that day
    siblings_dbm: float | None  # the median of theirs
    sibling_drop_db: float | None
    """What the siblings did not lose: own drop minus the median of theirs, where their usual is
    known; else how far it is below them."""
    is_elsewhere: bool  # its usual days were on other cells or bands

    @property
    def below_siblings_db(self) -> float | None:
        """Positive: weaker than they are."""
        return None if self.siblings_dbm is None else self.siblings_dbm - self.rsrp_dbm


def stand(
    days: Mapping[date, RadioDay], day: date, siblings: Iterable[Mapping[date, RadioDay]]
) -> Standing | None:
    """How a closed day stands; None for a day without a figure of RSRP."""
    today = days.get(day)
    main = today.main if today else None
    if main is None or main.rsrp is None:
        return None
    cell, band = main.cell, main.band
    # A device that names neither cell nor band may have moved: then nothing is comparable.
    is_named = bool(cell and band)
    usual = usual_before(days, day, cell=cell, band=band) if is_named else None
    own_drop = None if usual is None else usual.rsrp_dbm - main.rsrp.median
    levels: list[float] = []
    drops: list[float] = []
    for theirs in siblings if is_named else ():
        found = theirs[day].on(cell, band) if day in theirs else None
        if found is None or found.rsrp is None:
            continue
        levels.append(found.rsrp.median)
        drop = drop_of(theirs, day, cell=cell, band=band)
        if drop is not None:
            drops.append(drop)
    level = median(levels) if levels else None
    return Standing(
        cell=cell,
        band=band,
        rsrp_dbm=main.rsrp.median,
        p10_dbm=main.rsrp.p10,
        rsrq_db=main.rsrq.median if main.rsrq else None,
        sinr_db=main.sinr.median if main.sinr else None,
        usual=usual,
        own_drop_db=own_drop,
        siblings=len(levels),
        siblings_dbm=level,
        sibling_drop_db=_beside(main.rsrp.median, own_drop, level, drops),
        is_elsewhere=usual is None and _was_elsewhere(days, day, cell, band),
    )


def _beside(
    own_dbm: float, own_drop: float | None, level: float | None, drops: list[float]
) -> float | None:
    if own_drop is not None and drops:
        return own_drop - median(drops)
    return None if level is None else level - own_dbm


def _was_elsewhere(days: Mapping[date, RadioDay], day: date, cell: str, band: str) -> bool:
    """Whether enough earlier days were spent, mainly, on another cell or band."""
    others = [
        one.main
        for at, one in days.items()
        if at < day and one.main and (one.main.cell, one.main.band) != (cell, band)
    ]
    return len(others) >= LEAST_DAYS
