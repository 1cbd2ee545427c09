"""Decides one due episode: facts from the store, the pure decision, its effects."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from collector import earn, outages, storms
from collector.claims.dead_device import UNREACHABLE
from collector.claims.decide import decide
from collector.claims.decision import Verdict
from collector.claims.facts import Facts, LossFacts, SiteFacts
from collector.claims.policy import Policy
from collector.claims.profiles import ProfileFacts, ProfileKey, tell_readings, weigh_votes
from collector.claims.storm import SILENT
from collector.claims.surroundings import EXPLAINED_BY_SITE
from collector.effects import carry_out
from collector.firmware_fix import fix_facts, mends
from collector.store import (
    due,
    first_seen,
    incidents,
    outlived,
    profile_rulings,
    siblings,
    silences,
    sites_lost,
    trust,
    twins,
    units,
)
from collector.store import storms as stored_storms
from collector.store.due import Case
from collector.unit_warranty import unit_facts
from shared.device import macs_of
from shared.profile import UNKNOWN
from shared.reading import Reading


def decide_episode(db: Connection, *, decision_id: int, policy: Policy, now: datetime) -> None:
    """Read the facts, decide, write the effects; the caller owns the transaction."""
    case = due.read(db, decision_id=decision_id)
    if case.incident_id is not None and case.cleared_at is not None:
        outlived.keep(db, decision_id=decision_id)
        return
    facts = facts_of(db, case)
    met = silences.met_by(
        db,
        position_id=case.position_id,
        site_id=case.site_id,
        code=case.code,
        since=case.onset_at,
        now=now,
    )
    loss = loss_of(db, case, policy=policy, now=now)
    dead = None
    if case.code == UNREACHABLE:
        dead = siblings.read(db, position_id=case.position_id, onset_at=case.onset_at, now=now)
    facts = replace(
        facts,
        silences=met,
        dead=dead,
        fix=fix_facts(db, case, policy=policy) if mends(case.code, policy) else None,
        site=replace(facts.site, loss=loss),
    )
    if (pair := earn.pair_of(db, case, policy)) is not None:
        told = earn.look_up(db, pair, decision_id=decision_id, policy=policy, now=now)
        facts = replace(facts, trust=told)
    decided = storms.brake(db, case, decide(facts, policy, now), policy=policy, now=now)
    carry_out(db, case, decided, repeat_within=policy.opening.repeat_within, now=now)
    is_watched = (Verdict.SHADOW, Verdict.CLAIM) if pair and pair.is_passive else (Verdict.SHADOW,)
    if pair is not None and decided.verdict in is_watched:
        trust.keep_verdict(
            db,
            decision_id=decision_id,
            organisation_id=case.organisation_id,
            pair=pair,
            position_id=case.position_id,
            site_id=case.site_id,
            now=now,
        )


def facts_of(db: Connection, case: Case) -> Facts:
    """What the pure part is told of a case."""
    note_en, note_zh = identity_note(case)
    return Facts(
        code=case.code,
        onset_at=case.onset_at,
        cleared_at=case.cleared_at,
        label_serial=case.label_serial,
        unit=unit_facts(db, case.label_serial),
        twins=twins.alive_elsewhere(
            db, label_serial=case.label_serial, position_id=case.position_id
        ),
        first_seen_at=first_seen.of_serial(db, case.label_serial),
        macs=macs_of(case.aliases),
        proof=case.proof,
        note_en=note_en,
        note_zh=note_zh,
        profile=profile_facts(db, case),
        site=SiteFacts(
            agent_silent_since=case.silent_since,
            agent_quiet_until=case.quiet_until,
            promised_within_s=case.promised_within_s,
            agent_clock_off=timedelta(seconds=case.clock_off_s or 0.0),
        ),
    )


def loss_of(db: Connection, case: Case, *, policy: Policy, now: datetime) -> LossFacts | None:
    """The outage that covers the position now; None when there is none.

    What has no incident yet is asked of the site itself: what is wrong meanwhile must not be
    decided as a fault of the device.
    """
    if case.silent_since is None and case.code not in EXPLAINED_BY_SITE:
        return None
    nodes = sites_lost.nodes_of(db, case.position_id)
    open_here = incidents.open_at(db, site_id=case.site_id)
    mine = [one for one in open_here if case.position_id in one.away]
    mine += [one for one in open_here if one.root in nodes]
    if mine:
        return LossFacts(
            incident_id=mine[0].id,
            began_at=mine[0].began_at,
            text_en=mine[0].text_en,
            text_zh=mine[0].text_zh,
        )
    if case.silent_since is not None and (storm := silent_storm_of(db, case)) is not None:
        return storm
    if due.unreachable_at(db, site_id=case.site_id) < policy.site_loss_min_devices:
        return None
    site = outages.read(db, case.site_id, policy=policy, now=now)
    for root in outages.tree_of(site, policy).roots():
        if str(root.node) in nodes:
            return LossFacts(incident_id=None, began_at=root.since)
    return None


def silent_storm_of(db: Connection, case: Case) -> LossFacts | None:
    """The storm of silent agents that this site is part of."""
    for one in stored_storms.list_open(db, code=SILENT):
        return LossFacts(
            incident_id=one.id, began_at=one.began_at, text_en=one.text_en, text_zh=one.text_zh
        )
    return None


def profile_facts(db: Connection, case: Case) -> ProfileFacts | None:
    """The profile that extracted what the fault rests on, and what engineers said of it.

    Of a fault whose opening event has not come nobody knows what it rests on: unknown is no proof.
    """
    status = case.profile_status or ("" if case.summary_en else UNKNOWN)
    if not status:
        return None
    known = units.find(db, case.label_serial) if case.label_serial else None
    key = ProfileKey(
        id=case.profile_id,
        hash=case.profile_hash,
        model=(known.model if known else "") or ("" if case.exchanged else case.model),
        firmware=case.firmware,
    )
    ruled = profile_rulings.newest_ruling(db, case.episode_id)
    return ProfileFacts(
        key=key,
        status=status,
        read=tell_readings(
            msgspec.json.decode(case.because_json, type=tuple[Reading, ...]),
            msgspec.json.decode(case.profile_names, type=tuple[str, ...]),
        ),
        record=weigh_votes(profile_rulings.votes(db, key).get(key, [])),
        ruled=ruled[0] if ruled else None,
    )


def identity_note(case: Case) -> tuple[str, str]:
    """What is odd about whose fault this is, in English and Chinese; two '' when nothing is."""
    if not case.exchanged:
        return case.serial_note_en, case.serial_note_zh
    return (
        "; ".join(
            filter(
                None,
                (
                    case.serial_note_en,
                    "the device has been exchanged since: this is about the earlier one",
                ),
            )
        ),
        "；".join(filter(None, (case.serial_note_zh, "设备已更换：此处指更换前的设备"))),
    )
