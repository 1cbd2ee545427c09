"""Which outages there are now, and which incident tells each: looked at anew at every tick.

Nothing is remembered between two looks but what the store holds: whatever the order of events, a
restart or a clock that is set, the same state gives the same incidents.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector import storms
from collector.claims import outage_plan
from collector.claims.outage import Root, Tree
from collector.claims.outage_plan import Known, Plan
from collector.claims.outage_words import Cause, cause_of, describe, describe_flapping
from collector.claims.policy import Policy
from collector.end_incident import end_incident
from collector.store import agents, incidents, silences, sites_lost
from collector.store import storms as stored_storms
from collector.store.incidents import Telling
from collector.store.sites_lost import UNREACHABLE, SiteLost
from collector.store.storms import Storm

log = logging.getLogger(__name__)


def settle(db: Connection, *, policy: Policy, now: datetime) -> None:
    """Bring the incidents of every site of which something is lost up to date."""
    storm = storms.silent_storm(db, policy=policy, now=now)
    away = frozenset(stored_storms.away(db, incident_id=storm.id)) if storm else frozenset[int]()
    for site_id in sites_lost.troubled(db, min_devices=policy.site_loss_min_devices):
        site = read(db, site_id, policy=policy, now=now)
        if storm is None or not _is_of_storm(db, site, storm, away, policy=policy, now=now):
            _settle_site(db, site, policy=policy, now=now)
    storms.settle(db, silent=storm, policy=policy, now=now)


def _is_of_storm(
    db: Connection,
    site: SiteLost,
    storm: Storm,
    away: frozenset[int],
    *,
    policy: Policy,
    now: datetime,
) -> bool:
    """A site that fell silent with many others: part of that storm, with what it had open of it.

    One that fell silent long before or after them is an outage of its own.
    """
    members = {leaf.agent_id for leaf in site.leaves if leaf.position_id in away}
    silent = {
        agent.id: agent.heard_at
        for agent in site.agents
        if agent.is_silent
        and agent.heard_at is not None
        and (agent.id in members or storms.takes_silent(storm, agent.heard_at, policy))
    }
    if not silent:
        return False
    lost = {
        leaf.position_id: silent[leaf.agent_id] for leaf in site.leaves if leaf.agent_id in silent
    }
    incidents.add_members(db, lost, incident_id=storm.id, organisation_id=storm.organisation_id)
    for one in incidents.open_at(db, site_id=site.site_id):
        if one.away and one.away.isdisjoint(lost):
            continue  # another outage of the same site
        incidents.merge(db, incident_id=one.id, into=storm.id, now=now)
    return True


def read(db: Connection, site_id: str, *, policy: Policy, now: datetime) -> SiteLost:
    """The site as it stands; what people silenced there is not asked about."""
    found = sites_lost.read_site(
        db,
        site_id,
        promise=policy.promise,
        early=lambda promised_s: max(
            policy.due_after(UNREACHABLE, promised_s) - policy.site_loss_known_after(promised_s),
            timedelta(0),
        ),
        allowed=policy.silence_after,
        now=now,
    )
    return silences.without_silenced(db, found, code=UNREACHABLE, at=now)


def tree_of(site: SiteLost, policy: Policy) -> Tree:
    """The site's tree by the policy's terms."""
    slowest_s = max((agent.promise_s for agent in site.agents), default=None)
    return Tree(site.leaves, site.agents, terms=policy.loss_terms(slowest_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One site at one moment, with all that writing its incidents takes."""

    db: Connection
    site: SiteLost
    known: dict[int, Known]
    policy: Policy
    now: datetime

    def telling(self, root: Root) -> Telling:
        """What the incident of this root says."""
        count = len(self.site.agents)
        closed = None
        if len(root.silent) == 1:
            found = agents.find(self.db, root.silent[0])
            closed = found.quiet_until if found else None
        return Telling(
            cause=cause_of(root, agents=count).value,
            text=describe(root, agents=count, closed_until=closed),
        )


def _settle_site(db: Connection, site: SiteLost, *, policy: Policy, now: datetime) -> None:
    tree = tree_of(site, policy)
    terms = policy.outages
    lately = max(terms.reopen, policy.site_loss_known_after(_slowest_s(site)))
    known = sites_lost.incidents_at(db, site.site_id, lately=lately, now=now)
    lost = frozenset(leaf.position_id for leaf in site.leaves if tree.is_lost(leaf.position_id))
    for one in known:
        if one.is_open and (back := one.away - lost):
            incidents.note_back(db, back, incident_id=one.id, now=now)
    planned = outage_plan.plan(
        tree.roots(),
        [_with_returns(one, lost=lost, now=now) for one in known],
        still_lost=lost,
        terms=outage_plan.Terms(
            min_devices=policy.site_loss_min_devices,
            recovery=terms.recovery,
            calm=terms.flapping_within,
        ),
        now=now,
    )
    look = _Look(db=db, site=site, known={one.id: one for one in known}, policy=policy, now=now)
    _write(look, planned)


def _with_returns(one: Known, *, lost: frozenset[int], now: datetime) -> Known:
    """The incident after what was just noted: who is back is back since now."""
    if not one.is_open or not one.away - lost:
        return one
    return outage_plan.returned(one, away=one.away & lost, now=now)


def _slowest_s(site: SiteLost) -> float | None:
    return max((agent.promise_s for agent in site.agents), default=None)


def _write(look: _Look, planned: Plan) -> None:
    db, now = look.db, look.now
    for merged, into in planned.merge:
        incidents.merge(db, incident_id=merged, into=into, now=now)
    for incident_id in planned.close:
        end_incident(db, incident_id, policy=look.policy, now=now)
        log.warning("incident %d closed at %s", incident_id, look.site.site_id)
    for incident_id, root in planned.follow:
        _follow(look, incident_id, root)
    for incident_id, root in planned.add:
        _add(look, incident_id, root)
    for incident_id, root in planned.reopen:
        incidents.reopen(db, incident_id=incident_id)
        incidents.note_loss(db, incident_id=incident_id, now=now)
        _follow(look, incident_id, root, is_again=True)
        _look_for_flapping(look, incident_id, root)
    for root in planned.open:
        _open(look, root)


def _add(look: _Look, incident_id: int, root: Root) -> None:
    incidents.add_members(
        look.db,
        root.lost,
        incident_id=incident_id,
        organisation_id=look.site.organisation_id,
    )


def _follow(look: _Look, incident_id: int, root: Root, *, is_again: bool = False) -> None:
    """The incident is of this root now; one that flaps keeps what it says."""
    known = look.known[incident_id]
    begins_again = known.is_open and bool(known.members) and not known.away
    _add(look, incident_id, root)
    if begins_again:
        incidents.note_loss(look.db, incident_id=incident_id, now=look.now)
    telling = look.telling(root)
    is_other = known.root != str(root.node) or known.cause != telling.cause
    if not known.is_flapping and (is_other or is_again):
        incidents.restate(look.db, root, incident_id=incident_id, telling=telling)
    if begins_again:
        _look_for_flapping(look, incident_id, root)


def _open(look: _Look, root: Root) -> None:
    db, site = look.db, look.site
    quiet = silences.covering(db, position_id=None, site_id=site.site_id, code="", at=look.now)
    if quiet is not None:
        return  # judged at its end, if it is lost then
    incident_id = incidents.open_(
        db,
        root,
        organisation_id=site.organisation_id,
        site_id=site.site_id,
        telling=look.telling(root),
        now=look.now,
    )
    log.warning("incident %d opened at %s: %s", incident_id, site.site_id, root.node)
    _look_for_flapping(look, incident_id, root)


def _look_for_flapping(look: _Look, incident_id: int, root: Root) -> None:
    """A cause that was lost too often of late becomes one incident until it is calm."""
    known = look.known.get(incident_id)
    if known is not None and known.is_flapping:
        return
    terms = look.policy.outages
    times = incidents.losses_since(
        look.db,
        site_id=look.site.site_id,
        root=str(root.node),
        since=look.now - terms.flapping_within,
    )
    if times <= terms.flapping_losses:
        return
    text = describe_flapping(
        look.telling(root).text,
        times=times,
        hours=terms.flapping_within.total_seconds() / 3600,
    )
    incidents.flap(
        look.db,
        incident_id=incident_id,
        telling=Telling(cause=Cause.FLAPPING.value, text=text),
    )
