"""Reads everything that a pack is made of from the store and the evidence files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from collector.claims.policy import Policy
from collector.pack import around, claim, telling
from collector.pack.facts import PackFacts
from collector.pack.files import Files, collect, of_manifests, of_proofs
from collector.store import proofs, units
from collector.store.proofs import Proof
from collector.store.scope import Role, Scope, scope_of
from collector.store.units import Unit
from collector.store.views import claim_file, claims
from collector.store.views import origins as origin_view
from collector.store.views import pack as view
from collector.store.views.claim_file import EventRow, FindingRow, ManifestRow
from collector.store.views.claims import PreClaim
from collector.store.views.pack import SignedRow
from collector.web.pages.claims import answer_clock, must_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where packs are made: the evidence files, the terms, and who makes them."""

    evidence_dir: Path
    policy: Policy
    made_by: claim.Maker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the store says of a line, as one transaction sees it."""

    scope: Scope
    row: PreClaim
    findings: tuple[FindingRow, ...]
    manifests: tuple[ManifestRow, ...]
    signed: tuple[SignedRow, ...]
    events: tuple[EventRow, ...]
    brought: tuple[Proof, ...]
    unit: Unit | None


def gather(
    db: Connection, line: int, *, organisation_id: str, desk: Desk, is_whole: bool = True
) -> PackFacts | None:
    """The facts of a line, in the view of its own organisation; None when it has no such line.

    What was counted over other organisations is not in it, whoever asks: a pack travels on.
    Without ``is_whole`` the files and readings of the site stay where they are.
    """
    scope = scope_of(db, organisation_id=organisation_id, role=Role.INTEGRATOR)
    row = claims.find_preclaim(db, scope, line)
    if row is None:
        return None
    read = _Read(
        scope=scope,
        row=row,
        findings=claim_file.list_findings(db, scope, line),
        manifests=claim_file.list_manifests(db, scope, line),
        signed=view.list_signed(db, scope, line),
        events=claim_file.list_events(db, scope, line),
        brought=proofs.of_line(db, line),
        unit=units.find(db, row.serial) if row.serial else None,
    )
    statements = tuple(
        telling.statement(one, number) for number, one in enumerate(read.signed, start=1)
    )
    proven = {sha256 for one in statements if one.verdict == "verified" for sha256 in one.names}
    files = collect(
        (*of_manifests(read.manifests, proven=proven), *of_proofs(read.brought)),
        evidence_dir=desk.evidence_dir,
        is_shared=is_whole,
    )
    told = _tell(db, read, files, statements, desk=desk, is_whole=is_whole)
    series = (
        around.read_series(
            db, row.position_id, onset_at=row.onset_at or row.opened_at, until=told.as_of
        )
        if is_whole
        else ()
    )
    return PackFacts(
        claim=told,
        events=read.events,
        signed=read.signed if is_whole else (),
        series=series,
        contents=files.contents,
    )


def _tell(
    db: Connection,
    read: _Read,
    files: Files,
    statements: tuple[claim.Statement, ...],
    *,
    desk: Desk,
    is_whole: bool,
) -> claim.Claim:
    row, onset_at = read.row, read.row.onset_at or read.row.opened_at
    as_of = telling.newest(
        (
            *(one.at for one in read.events),
            *(one.received_at for one in read.signed),
            *(one.at for one in read.brought),
        ),
        otherwise=row.opened_at,
    )
    origin = origin_view.find_origin(db, read.scope, row.id, tells_fleet=False)
    submitted = answer_clock(read.events)
    siblings = view.list_siblings(db, read.scope, row.position_id, onset_at=onset_at)
    peers = view.list_peers(db, read.scope, row.id, model=row.model, batch=row.batch)
    named = {one.label_serial for one in statements} - {"", row.serial}
    return claim.Claim(
        number=row.number,
        line=row.id,
        state=row.state,
        as_of=as_of,
        made_by=desk.made_by,
        organisation=row.organisation_id,
        buyer=row.buyer,
        via="agent",
        opened_at=row.opened_at,
        submitted_at=submitted.submitted_at if submitted else None,
        unit=claim.Unit(
            serial=row.serial,
            serial_source=row.serial_source,
            model=row.model,
            product=read.unit.product if read.unit else "",
            batch=row.batch,
            component=row.component,
            firmware=row.firmware,
            recorder_firmware=next((f.recorder_firmware for f in read.findings), ""),
            also_called=tuple(sorted(named)),
        ),
        place=claim.Place(
            site=row.site_name,
            zone=row.zone,
            position=row.position_name,
            agent_id=row.agent_id,
            device_id=row.device_id,
        ),
        delivery=claim.Delivery(
            on=read.unit.delivered_on if read.unit else None,
            proof=read.unit.delivery_proof if read.unit else "",
            buyer=read.unit.buyer if read.unit else "",
        ),
        warranty=claim.Warranty(
            verdict=row.warranty_verdict,
            until=row.warranty_until,
            reason=telling.both(row.warranty_reason),
        ),
        clocks=(
            (
                claim.Clock(
                    kind="response",
                    cycle=1,
                    started_at=submitted.submitted_at,
                    due_at=submitted.due_at,
                ),
            )
            if submitted
            else ()
        ),
        faults=tuple(map(telling.fault, read.findings)),
        description=telling.described(read.findings),
        items=tuple(map(telling.item, must_items(row, read.manifests, read.brought))),
        checks=tuple(map(telling.check, read.brought)),
        control=around.control(siblings, codes=row.codes, onset_at=onset_at) if is_whole else None,
        peers=around.peers(peers),
        origin=telling.origin(origin) if origin else None,
        statements=statements if is_whole else (),
        files=files.files,
        left_out=files.left_out,
        agent_clock_off_s=view.agent_clock_off_s(db, row.agent_id),
        is_whole=is_whole,
    )
