"""The defect of one claim line in plain words: rows of the store as facts of the description."""

from __future__ import annotations

from datetime import UTC, datetime, time

from collector.claims.completeness import TEST
from collector.claims.description import DefectFacts, FaultFacts, Neighbours, describe
from collector.claims.field_proof import ProofKind
from collector.claims.problem import Both
from collector.claims.report import Subject
from collector.line_file import LineFile
from collector.store.reports import ReportRow
from collector.store.views.claim_file import FindingRow
from collector.store.views.words import fault_name, fault_text
from collector.whole_files import kind_of, whole_files
from shared.catalogue_entry import Proof


def describe_line(file: LineFile, *, tells_site: bool = True) -> Both:
    """The defect in plain words; without ``tells_site`` nothing of the site's other cameras."""
    row, control = file.row, file.control if tells_site else None
    whole = [one for manifest in file.manifests for one in whole_files(manifest)]
    shows = {one.sha256 for one in whole if one.kind == "picture"}
    brought = {one.sha256 for one in file.uploads if one.kind == "photo"}
    brought |= {one.sha256 or "" for one in file.proofs if one.kind is ProofKind.PHOTO}
    same = [one for one in file.peers if not set(one.codes).isdisjoint(row.codes)]
    return describe(
        DefectFacts(
            serial=row.serial,
            model=row.model,
            batch=row.batch,
            is_lot=row.subject == Subject.MODULE_LOT.value,
            quantity=row.quantity,
            delivered_on=file.delivered_on,
            recorder_firmware=file.recorder_firmware,
            faults=(*map(_found, file.findings), *map(_as_told, file.reports)),
            checks=file.checks,
            neighbours=Neighbours(
                normal=control.normal,
                same_fault=control.same_fault,
                other_fault=control.other_fault,
                unknown=control.unknown,
            )
            if control
            else None,
            peers=len(same),
            pictures=len(shows | brought),
            has_reference=any(one.kind == "reference" for one in whole),
            has_clip=any(one.kind == "clip" for one in whole)
            or any(one.kind == "video" for one in file.uploads),
            has_test=any(kind_of(one) == TEST for one in whole),
        )
    )


def _found(row: FindingRow) -> FaultFacts:
    episode = row.episode
    return FaultFacts(
        name=Both(episode.name.en, episode.name.zh),
        meaning=_meaning(row.code),
        summary=Both(episode.summary.en, episode.summary.zh),
        first_at=episode.onset_at,
        cleared_at=episode.cleared_at,
        observations=episode.observations,
        firmware=row.firmware,
        is_tested=row.proof == Proof.EXPERIMENT.value,
    )


def _as_told(row: ReportRow) -> FaultFacts:
    name = fault_name(row.code)
    return FaultFacts(
        name=Both(name.en, name.zh),
        meaning=_meaning(row.code),
        summary=Both("", ""),
        first_at=datetime.combine(row.onset_on, time(), UTC) if row.onset_on else row.at,
        cleared_at=None,
        observations=1,
        firmware="",
        is_reported=True,
    )


def _meaning(code: str) -> Both:
    words = fault_text(code)
    return Both(words.en, words.zh)
