"""The storm brake: what many sites say at once waits for one look; nothing of it is lost."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from collector.claims import storm as rules
from collector.claims.decision import Decision, Verdict
from collector.claims.outage import Level, Node, Root
from collector.claims.outage_words import Cause
from collector.claims.policy import Policy
from collector.claims.problem import Both
from collector.end_incident import end_incident
from collector.store import decisions, incidents, meta, storms
from collector.store.due import Case
from collector.store.incidents import Telling
from collector.store.scope import Scope
from collector.store.storms import Storm
from collector.store.views.words import fault_name

log = logging.getLogger(__name__)

# Begins the reason of a decision that waits for a storm.
STORM_EN = "waiting: a storm"
_OPENS = frozenset({Verdict.CLAIM, Verdict.TASK})
_SILENT = Both("agents silent", "代理无应答")


def brake(
    db: Connection, case: Case, decided: Decision, *, policy: Policy, now: datetime
) -> Decision:
    """The decision, or that it waits: a storm of its kind is open, or begins with it."""
    if decided.verdict not in _OPENS or storms.was_in_one(db, episode_id=case.episode_id):
        return decided
    found = next(iter(storms.list_open(db, code=case.code)), None)
    if found is None or not _takes(db, found, case, policy):
        terms = policy.storm
        hit = storms.hit_by(db, code=case.code, around=case.onset_at, window=terms.window)
        together = rules.most_at_once(
            {site: onset for site, (_, onset) in hit.items()}, terms.window
        )
        if case.site_id not in together or len(together) < terms.needed(storms.count_sites(db)):
            return decided
        if found is None:
            name = fault_name(case.code)
            owners = {site: hit[site] for site in together}
            found = _open(db, case.code, Both(name.en, name.zh), owners, policy=policy, now=now)
    storms.join(db, found, position_id=case.position_id, episode_id=case.episode_id, now=now)
    return Decision(
        verdict=Verdict.WAIT,
        reason_en=f"{STORM_EN}: {found.text_en}",
        reason_zh=f"等待：告警风暴：{found.text_zh}",
        look_again_at=now + policy.storm.hold,
    )


def _takes(db: Connection, storm: Storm, case: Case, policy: Policy) -> bool:
    """It waits there already, or began when the storm did: what comes days later is a fault of its
    own, unless there are enough of them again."""
    began_at = storm.began_at
    return case.position_id in storms.away(db, incident_id=storm.id) or (
        abs(case.onset_at - began_at) <= max(policy.storm.hold, policy.storm.window)
    )


def settle(db: Connection, *, silent: Storm | None, policy: Policy, now: datetime) -> None:
    """End the storms of faults of which nothing is left, or that nobody joined for long; note who
    of the ``silent`` ones speaks again."""
    if silent is not None:
        storms.note_speaking(db, incident_id=silent.id, now=now)
    for one in storms.list_open(db):
        if one.code == rules.SILENT:
            continue
        # Clocks may have been set: what is far away in either direction is long ago.
        is_calm = one.last_at is None or abs(now - one.last_at) >= policy.storm.hold
        if is_calm or not one.still_there:
            incidents.close(db, incident_id=one.id, now=now)
            _let_go(db, one.code, now=now)


def release(
    db: Connection, scope: Scope, *, incident_id: int, actor: str, policy: Policy, now: datetime
) -> bool:
    """Somebody looked: what waited, or was explained by it, is decided one by one. False when
    there is no such storm."""
    code = storms.release(db, scope, incident_id=incident_id, now=now)
    if code is None:
        return False
    if code == rules.SILENT:
        end_incident(db, incident_id, policy=policy, now=now)
    _let_go(db, code, now=now)
    detail = f"incident {incident_id}: {code}"
    meta.note(db, actor=actor, action="storm.released", detail=detail, now=now)
    return True


def silent_storm(db: Connection, *, policy: Policy, now: datetime) -> Storm | None:
    """The storm of agents that fell silent, opened when there are enough of them; None else.

    It ends when fewer than half of what makes one are left of its own sites: those are looked at
    one by one.
    """
    silent = storms.silent_sites(db)
    needed = policy.storm.needed(storms.count_sites(db))
    found = next(iter(storms.list_open(db, code=rules.SILENT)), None)
    if found is not None and 2 * len(_still_of(db, found, silent, policy)) >= needed:
        return found
    if found is not None:
        storms.note_speaking(db, incident_id=found.id, now=now)
        end_incident(db, found.id, policy=policy, now=now)
        return None
    together = rules.most_at_once(
        {site: heard for site, (_, heard) in silent.items()}, policy.storm.window
    )
    if len(together) < needed:
        return None
    owners = {site: silent[site] for site in together}
    return _open(db, rules.SILENT, _SILENT, owners, policy=policy, now=now)


def takes_silent(storm: Storm, heard_at: datetime, policy: Policy) -> bool:
    """Whether an agent that was last heard then fell silent with this storm."""
    return rules.takes(
        heard_at,
        began_at=storm.began_at,
        last_at=storm.last_at or storm.began_at,
        terms=policy.storm,
    )


def _still_of(
    db: Connection, storm: Storm, silent: Mapping[str, tuple[str, datetime]], policy: Policy
) -> list[str]:
    """The silent sites that are of this storm."""
    away = set(storms.away(db, incident_id=storm.id).values())
    return [
        site
        for site, (_, heard_at) in silent.items()
        if site in away or takes_silent(storm, heard_at, policy)
    ]


def _open(
    db: Connection,
    code: str,
    name: Both,
    hit: Mapping[str, tuple[str, datetime]],
    *,
    policy: Policy,
    now: datetime,
) -> Storm:
    first = min(hit, key=lambda site: hit[site][1])
    owner = rules.common_owner((owner for owner, _ in hit.values()), storms.parents(db))
    text = rules.describe(name, sites=len(hit), window=policy.storm.window)
    root = Root(
        node=Node(Level.STORM, code),
        since=hit[first][1],
        lost={},
        size=0,
        silent=(),
        is_settled=True,
    )
    incidents.open_(
        db,
        root,
        organisation_id=owner,
        site_id=first,
        telling=Telling(cause=Cause.STORM.value, text=text),
        now=now,
    )
    detail = f"{code} at {len(hit)} sites"
    meta.note(db, actor="collector", action="storm.opened", detail=detail, now=now)
    log.warning("storm: %s; decisions wait", detail)
    (found,) = storms.list_open(db, code=code)
    return found


def _let_go(db: Connection, code: str, *, now: datetime) -> None:
    decisions.hasten(db, code=code, reason_en=STORM_EN, due_at=now)
