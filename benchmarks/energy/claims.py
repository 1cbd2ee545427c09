"""What the collector would make of each fault: the real decision, with passive drafts from day one.

An episode that stands at the end of a life is taken to stand on: its hold runs out, and it is
decided by how the site stood then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from benchmarks.energy.subject import Episode, Heard
from collector.claims.decide import Verdict, decide
from collector.claims.facts import Facts, SiteFacts, UnitFacts
from collector.claims.policy import Policy
from shared.device import Product
from simulator.solar.site import Loss, Site

POLICY: Final = replace(Policy(), passive_opens_drafts=True)
"""Holds and the rest as they come; the hardest case, for nothing has to earn trust first."""
_MOST_LOOKS: Final = 2_000
_WARRANTY: Final = timedelta(days=200)  # since delivery: nothing is saved by its expiry


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An episode and how it ended."""

    episode: Episode
    verdict: Verdict
    at: datetime
    reason: str


def decide_all(site: Site, heard: Heard) -> Iterator[Decided]:
    """Each episode in the order of opening."""
    for episode in heard.episodes:
        yield _decide(site, heard, episode)


def _decide(site: Site, heard: Heard, episode: Episode) -> Decided:
    now = episode.opened_at + POLICY.due_after(episode.code, None)
    for _ in range(_MOST_LOOKS):
        decision = decide(_facts(site, heard, episode, now), POLICY, now)
        if decision.verdict is not Verdict.WAIT or decision.look_again_at is None:
            break
        now = max(decision.look_again_at, now + timedelta(hours=1))
    return Decided(episode=episode, verdict=decision.verdict, at=now, reason=decision.reason_en)


def _facts(site: Site, heard: Heard, episode: Episode, now: datetime) -> Facts:
    cleared = episode.cleared_at
    dark = [one.start for one in site.outages if one.loss is Loss.POWER and one.holds(now)]
    return Facts(
        code=episode.code,
        onset_at=episode.onset_at,
        cleared_at=cleared if cleared is not None and cleared <= now else None,
        label_serial=f"LABEL-{episode.device_id}",
        unit=UnitFacts(
            model="SC-4G",
            product=Product.SOLAR_4G.value,
            batch="B1",
            delivered_on=(site.grid.start - _WARRANTY).date(),
        ),
        site=SiteFacts(
            devices=len(site.cameras),
            unreachable=_unreachable(heard, now),
            agent_silent_since=dark[0] if dark else None,
        ),
    )


def _unreachable(heard: Heard, now: datetime) -> int:
    return sum(
        one.code == "device.unreachable"
        and one.opened_at <= now
        and (one.cleared_at is None or one.cleared_at > now)
        for one in heard.episodes
    )
