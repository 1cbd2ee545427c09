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
from collector.claims.decide import decide
from collector.claims.decision import Verdict
from collector.claims.facts import Facts, LossFacts, SiteFacts, UnitFacts
from collector.claims.outage import SITE, AgentState, Leaf, Tree
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
            loss=_loss(site, heard, now, silent_since=dark[0] if dark else None),
            agent_silent_since=dark[0] if dark else None,
        ),
    )


def _loss(
    site: Site, heard: Heard, now: datetime, *, silent_since: datetime | None
) -> LossFacts | None:
    """The site's outage as the collector's tree finds it, where there is one."""
    since = {
        one.device_id: one.opened_at
        for one in heard.episodes
        if one.code == "device.unreachable"
        and one.opened_at <= now
        and (one.cleared_at is None or one.cleared_at > now)
    }
    leaves = (
        Leaf(
            position_id=number,
            agent_id="agent",
            unreachable_since=since.get(camera.device_id),
        )
        for number, camera in enumerate(site.cameras)
    )
    agent = AgentState(
        id="agent",
        heard_at=silent_since or now,
        promise_s=POLICY.default_promise_s,
        is_silent=silent_since is not None,
    )
    roots = Tree(leaves, (agent,), terms=POLICY.loss_terms(None)).roots()
    began = [root.since for root in roots if root.node == SITE]
    return LossFacts(incident_id=1, began_at=began[0], text_en="lost") if began else None
