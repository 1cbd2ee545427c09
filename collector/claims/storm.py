"""When many sites say the same at once it is looked at as one thing first. Pure.

A firmware or profile that went out, a broker whose certificate ended, a defect of our own: all look
like hundreds of faults. Dell SupportAssist pauses at ten alerts in an hour (user asks, section 1).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from collector.claims.problem import Both

SILENT: Final = "site.silent"  # the kind of storm in which agents fall silent


@dataclass(frozen=True, slots=True, kw_only=True)
class StormTerms:
    """How many sites at once are a storm, and how long decisions wait in one."""

    sites: int = 10
    share: float = 0.01  # of all sites, where that is more
    window: timedelta = timedelta(hours=1)
    hold: timedelta = timedelta(days=1)

    def needed(self, all_sites: int) -> int:
        """How many sites make a storm in a fleet of so many."""
        return max(self.sites, math.ceil(self.share * all_sites))


def most_at_once(moments: Mapping[str, datetime], window: timedelta) -> frozenset[str]:
    """The largest group of sites whose moments lie within one window; of equals the later."""
    ordered = sorted(moments, key=lambda site: moments[site])
    best: list[str] = []
    first = 0
    for last, site in enumerate(ordered):
        while moments[site] - moments[ordered[first]] > window:
            first += 1
        if last - first + 1 >= len(best):
            best = ordered[first : last + 1]
    return frozenset(best)


def takes(moment: datetime, *, began_at: datetime, last_at: datetime, terms: StormTerms) -> bool:
    """Whether what began at ``moment`` may belong to a storm whose latest member began at
    ``last_at``: within a window of it, and never later than the storm's own patience.

    Else a storm that lasts would swallow every later fault of its kind, and never end.
    """
    latest = min(last_at + terms.window, began_at + max(terms.hold, terms.window))
    return began_at - terms.window <= moment <= latest


def common_owner(owners: Iterable[str], parents: Mapping[str, str | None]) -> str:
    """The lowest organisation above all of these; the top of one of them when none is."""
    chains = [_above(owner, parents) for owner in sorted(set(owners))]
    shared = set(chains[0]).intersection(*chains[1:])
    return next((one for one in chains[0] if one in shared), chains[0][-1])


def _above(owner: str, parents: Mapping[str, str | None]) -> list[str]:
    chain: list[str] = []
    here: str | None = owner
    while here is not None and here not in chain:
        chain.append(here)
        here = parents.get(here)
    return chain


def describe(name: Both, *, sites: int, window: timedelta) -> Both:
    """What a storm says; ``name`` is what all of them say."""
    minutes = f"{window.total_seconds() / 60:g}"
    return Both(
        f"{name.en} at {sites} sites within {minutes} min: one cause is likelier than {sites} "
        "faults; decisions wait until somebody has looked",
        f"{minutes} 分钟内 {sites} 个现场同时出现“{name.zh}”：更可能是同一原因而非 {sites} 个故障；"
        "判定暂缓，等待人工查看",
    )
