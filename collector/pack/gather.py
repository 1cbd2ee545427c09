"""Reads everything that a pack is made of from the store and the evidence files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from collector import line_file
from collector.claims.policy import Policy
from collector.claims.snapshot import take_snapshots
from collector.factory_calendar import calendar_of
from collector.pack import around, telling
from collector.pack.claim import Maker
from collector.pack.facts import PackFacts
from collector.pack.files import collect, of_manifests, of_proofs, of_uploads
from collector.pack.tell_claim import Told, tell_claim
from collector.store import proofs, reports, stories, units
from collector.store.scope import Role, scope_of
from collector.store.views import claim_file, claims
from collector.store.views import origins as origin_view
from collector.store.views import pack as view


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where packs are made: the evidence files, the terms, and who makes them."""

    evidence_dir: Path
    policy: Policy
    made_by: Maker


def gather(
    db: Connection, line: int, *, organisation_id: str, desk: Desk, is_whole: bool = True
) -> PackFacts | None:
    """The facts of a line, in the view of its own organisation; None when it has no such line.

    What was counted over other organisations is not in it, whoever asks: a pack travels on.
    Without ``is_whole`` the files and readings of the site stay where they are.
    """
    told = _read(db, line, organisation_id=organisation_id)
    if told is None:
        return None
    proven = {
        sha256 for one in told.statements if one.verdict == "verified" for sha256 in one.names
    }
    files = collect(
        (
            *of_manifests(told.manifests, proven=proven),
            *of_proofs(told.proofs),
            *of_uploads(told.uploads),
        ),
        evidence_dir=desk.evidence_dir,
        is_shared=is_whole,
    )
    terms = desk.policy.clocks
    clocks = take_snapshots(told.story, terms=terms, days=calendar_of(terms), now=told.as_of)
    claim = tell_claim(
        told,
        files,
        clocks=tuple(map(telling.clock, clocks)),
        made_by=desk.made_by,
        is_whole=is_whole,
    )
    onset_at = told.row.onset_at or told.row.opened_at
    series = (
        around.read_series(db, told.row.position_id, onset_at=onset_at, until=claim.as_of)
        if is_whole
        else ()
    )
    return PackFacts(
        claim=claim,
        events=told.events,
        signed=told.signed if is_whole else (),
        series=series,
        contents=files.contents,
    )


def _read(db: Connection, line: int, *, organisation_id: str) -> Told | None:
    scope = scope_of(db, organisation_id=organisation_id, role=Role.INTEGRATOR)
    row = claims.find_preclaim(db, scope, line)
    if row is None:
        return None
    signed = view.list_signed(db, scope, line)
    events = claim_file.list_events(db, scope, line)
    brought = proofs.of_line(db, line)
    uploads = reports.files_of(db, scope, line)
    moments = (
        *(one.at for one in events),
        *(one.at for one in brought),
        *(one.at for one in uploads),
        *(one.received_at for one in signed),
    )
    as_of = max(moments, default=row.opened_at)
    onset_at = row.onset_at or row.opened_at
    return Told(
        row=row,
        as_of=as_of,
        story=stories.story_of(db, line),
        findings=claim_file.list_findings(db, scope, line),
        reports=reports.of_line(db, scope, line),
        manifests=claim_file.list_manifests(db, scope, line),
        signed=signed,
        events=events,
        proofs=brought,
        uploads=uploads,
        siblings=view.list_siblings(db, scope, row.position_id, onset_at=onset_at),
        peers=view.list_peers(db, scope, line, model=row.model, batch=row.batch),
        file=line_file.read(db, scope, row, now=as_of),
        unit=units.find(db, row.serial) if row.serial else None,
        origin=origin_view.find_origin(db, scope, line, tells_fleet=False),
        clock_off_s=view.agent_clock_off_s(db, row.agent_id) if row.position_id else None,
    )
