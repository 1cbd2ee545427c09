"""Takes a claim pack of another collector: an integrator's claims arrive at the factory's.

The pack must be of a collector that is known (``[[partners]]``) and hold. Its faults are reports by
that partner; serial and warranty are judged anew by what this collector knows. It is one
transaction, and the same pack given twice is one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from collector import keep_brought, report_claim
from collector.claims.clock_terms import ClockTerms
from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.claims.policy import Policy
from collector.claims.problem import Both
from collector.claims.report import Report, Via
from collector.claims.report_check import RefusedReportError
from collector.claims.warranty import WarrantyVerdict
from collector.intake.evidence_files import EvidenceFiles
from collector.pack import as_reports
from collector.pack.check import CLAIM, Pack, PackError, open_pack
from collector.pack.claim import Claim
from collector.report_claim import How, KeyReusedError, Reported, Reporter
from collector.review import move_line
from collector.settings import PartnerEntry
from collector.store import cases, lines, packs
from collector.store.scope import Role, scope_of
from collector.unit_warranty import judge_serial, tell_warranty
from shared.catalogue_entry import Component

IMPORTED: Final = "pack_imported"


class Taken(enum.Enum):
    """What came of a pack."""

    OPENED = "opened"
    ATTACHED = "attached"  # to the line that was open for this serial
    RENEWED = "renewed"  # a later state of a line that came before
    KNOWN = "known"  # this pack, or a later one of the line, came before


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Where the claim is now; ``held_by`` is why it was not submitted here, None when it was."""

    how: Taken
    line_id: int
    claim: Claim
    held_by: Both | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dock:
    """Where packs arrive."""

    evidence_dir: Path
    packs_dir: Path
    policy: Policy


def receive(
    engine: Engine, content: bytes, partner: PartnerEntry, *, dock: Dock, now: datetime
) -> Received:
    """Verify the pack and take it.

    PackError when it does not hold, is of another collector or was never submitted;
    RefusedReportError when nothing in it may become a claim here.
    """
    pack = open_pack(content, trusted={partner.fingerprint})
    _check(pack.claim)
    _keep_files(pack, content, dock)
    for attempt in (1, 2):
        try:
            with engine.begin() as db:
                return _take(db, pack, partner, dock=dock, now=now)
        except IntegrityError:  # the same pack by two hands at once: the second finds the first
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


def _check(claim: Claim) -> None:
    """What a pack must be to be a claim here; pictures leave a site with a submission only."""
    if claim.submitted_at is None or not claim.is_whole:
        raise PackError(CLAIM, "not_submitted")
    if claim.unit.also_called:
        raise PackError(
            CLAIM,
            "other_serial",
            found=", ".join(claim.unit.also_called),
            claimed=claim.unit.serial,
        )


def _keep_files(pack: Pack, content: bytes, dock: Dock) -> None:
    """Bytes first: what no row names afterwards does no harm."""
    kept = EvidenceFiles(dock.packs_dir)
    if not kept.is_complete(pack.sha256):
        kept.write(sha256=pack.sha256, offset=0, content=content)
        kept.finish(sha256=pack.sha256, size=len(content))
    kept.sync()
    keep_brought.put(dock.evidence_dir, as_reports.files_of(pack))


def _take(
    db: Connection, pack: Pack, partner: PartnerEntry, *, dock: Dock, now: datetime
) -> Received:
    policy = dock.policy
    claim = pack.claim
    known = packs.find_import(
        db, partner=partner.name, their_number=claim.number, their_line=claim.line
    )
    if known is not None:
        before = _serial_of(dock, known.sha256)
        if before is not None and before != claim.unit.serial:
            raise PackError(CLAIM, "other_serial", found=claim.unit.serial, claimed=before)
        if known.sha256 == pack.sha256 or claim.as_of <= known.as_of:
            return Received(how=Taken.KNOWN, line_id=known.line_id, claim=claim)
    by = Reporter(
        name=partner.name,
        scope=scope_of(db, organisation_id=partner.organisation_id, role=Role.INTEGRATOR),
    )
    reported = _report(db, claim, partner, by=by, policy=policy, now=now)
    line_id = known.line_id if known else reported.line_id
    _note(db, pack, partner, line_id, now=now)
    _remember(db, pack, partner, line_id, is_new=known is None, now=now)
    if known is not None:
        return Received(how=Taken.RENEWED, line_id=line_id, claim=claim)
    if reported.how is How.ATTACHED:
        return Received(how=Taken.ATTACHED, line_id=line_id, claim=claim)
    _judge(db, claim, line_id, policy=policy, now=now)
    held_by = _submit(db, claim, line_id, partner, terms=policy.clocks, now=now)
    return Received(how=Taken.OPENED, line_id=line_id, claim=claim, held_by=held_by)


def _serial_of(dock: Dock, sha256: str) -> str | None:
    """The serial in a pack that was taken before; None when its file is gone."""
    try:
        content = EvidenceFiles(dock.packs_dir).path_of(sha256).read_bytes()
        return open_pack(content).claim.unit.serial
    except (OSError, PackError):
        return None


def _report(
    db: Connection,
    claim: Claim,
    partner: PartnerEntry,
    *,
    by: Reporter,
    policy: Policy,
    now: datetime,
) -> Reported:
    """Each fault as a report; those that open nothing here are passed over unless all do."""
    made: list[Reported] = []
    refused: list[RefusedReportError] = []
    for said in as_reports.reports_of(claim, organisation_id=partner.organisation_id):
        token = f"{claim.number}-{claim.line}-{said.code}"
        try:
            made.append(_one(db, said, by=by, token=token, policy=policy, now=now))
        except RefusedReportError as error:
            refused.append(error)
    if not made:
        raise refused[0] if refused else PackError(CLAIM, "no_fault")
    return next((one for one in made if one.how is How.OPENED), made[0])


def _one(
    db: Connection, said: Report, *, by: Reporter, token: str, policy: Policy, now: datetime
) -> Reported:
    """A fault that is known already says more in a later pack: its first words stay."""
    try:
        return report_claim.report(
            db, said, by=by, via=Via.PACK, token=token, policy=policy, now=now
        )
    except KeyReusedError:
        again = replace(said, description=said.description[:1900] + f" [{now:%Y-%m-%d}]")
        return report_claim.report(
            db,
            again,
            by=by,
            via=Via.PACK,
            token=f"{token}-{now:%Y%m%d%H%M%S}",
            policy=policy,
            now=now,
        )


def _note(
    db: Connection, pack: Pack, partner: PartnerEntry, line_id: int, *, now: datetime
) -> None:
    """The files and the pack in the line's history."""
    claim = pack.claim
    keep_brought.note(
        db,
        as_reports.files_of(pack),
        line_id=line_id,
        actor=partner.name,
        role=Actor.INTEGRATOR.value,
        words=f"{claim.number}-{claim.line}",
        now=now,
    )
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=partner.organisation_id,
        actor=partner.name,
        role=Actor.INTEGRATOR.value,
        type_=IMPORTED,
        payload={
            "partner": partner.name,
            "number": claim.number,
            "line": claim.line,
            "sha256": pack.sha256,
            "their_state": claim.state,
            "reason": f"{claim.made_by.name}: {claim.number}-{claim.line}, {claim.state}",
        },
        now=now,
    )


def _remember(
    db: Connection,
    pack: Pack,
    partner: PartnerEntry,
    line_id: int,
    *,
    is_new: bool,
    now: datetime,
) -> None:
    claim = pack.claim
    if is_new:
        packs.add_import(
            db,
            line_id=line_id,
            organisation_id=partner.organisation_id,
            partner=partner.name,
            their_number=claim.number,
            their_line=claim.line,
            sha256=pack.sha256,
            as_of=claim.as_of,
            now=now,
        )
        return
    packs.renew_import(
        db,
        partner=partner.name,
        their_number=claim.number,
        their_line=claim.line,
        sha256=pack.sha256,
        as_of=claim.as_of,
        now=now,
    )


def _judge(db: Connection, claim: Claim, line_id: int, *, policy: Policy, now: datetime) -> None:
    """The warranty at the onset that an agent has signed, else at the submission; by our registry.

    A pack that took a week to arrive must not lose a claim its warranty.
    """
    known = lines.judged(db, line_id)
    if not known.serial or known.verdict == WarrantyVerdict.DUPLICATE_SERIAL.value:
        return
    component = as_reports.component_of(claim)
    judged = judge_serial(
        db,
        known.serial,
        position_id=known.position_id,
        component=Component(component),
        onset_at=min(as_reports.judged_at(claim), now),
        policy=policy,
    )
    cases.rest_on(db, line_id=line_id, component=component, judged=judged)
    if judged.verdict.value != known.verdict:
        tell_warranty(db, line_id, known.organisation_id, judged, now=now)


def _submit(
    db: Connection,
    claim: Claim,
    line_id: int,
    partner: PartnerEntry,
    *,
    terms: ClockTerms,
    now: datetime,
) -> Both | None:
    """Submitted there is submitted here, as far as our own guards let it; else why not."""
    when = f"{claim.submitted_at:%Y-%m-%d %H:%M} UTC"
    for target in (LineState.READY, LineState.SUBMITTED):
        try:
            with db.begin_nested():
                move_line(
                    db,
                    line_id=line_id,
                    target=target,
                    actor=partner.name,
                    role=Actor.INTEGRATOR,
                    reason=f"{claim.number}-{claim.line}: {when}",
                    now=now,
                    terms=terms,
                )
        except IllegalMoveError as error:
            return Both(error.line("en"), error.line("zh"))
    return None
