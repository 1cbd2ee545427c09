"""A pack's claim as reports and files that people bring: what another collector takes. Pure."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from collector.claims.brought import Brought, FileKind
from collector.claims.report import (
    LONGEST_DESCRIPTION,
    OTHER,
    Report,
    Subject,
)
from collector.claims.report import component_of as part_of
from collector.pack.check import Pack
from collector.pack.claim import Claim, Fault
from shared.catalogue import CATALOGUE

_TYPES: Final = (
    (b"\xff\xd8\xff", "image/jpeg", FileKind.PHOTO),
    (b"\x89PNG\r\n\x1a\n", "image/png", FileKind.PHOTO),
    (b"%PDF-", "application/pdf", FileKind.DOCUMENT),
    (b"\x1aE\xdf\xa3", "video/webm", FileKind.VIDEO),
)


def reports_of(claim: Claim, *, organisation_id: str) -> tuple[Report, ...]:
    """One report for each code, the oldest onset first."""
    once: dict[str, Fault] = {}
    for one in sorted(claim.faults, key=lambda fault: fault.onset_at):
        once.setdefault(one.code if one.code in CATALOGUE else OTHER, one)
    is_lot = claim.unit.subject == Subject.MODULE_LOT.value
    return tuple(
        Report(
            organisation_id=organisation_id,
            code=code,
            description=_words(fault),
            subject=Subject.MODULE_LOT if is_lot else Subject.UNIT,
            serial="" if is_lot else claim.unit.serial,
            lot=claim.unit.batch if is_lot else "",
            quantity=claim.unit.quantity if is_lot else 1,
            model=claim.unit.model[:80],
            onset_on=fault.onset_at.date(),
        )
        for code, fault in once.items()
    )


def _words(fault: Fault) -> str:
    """What was seen, in both languages; the code's name where nobody wrote more."""
    said = dict.fromkeys((fault.name.en, fault.summary.en, fault.name.zh, fault.summary.zh))
    return "\n".join(one for one in said if one)[:LONGEST_DESCRIPTION]


def component_of(claim: Claim) -> str:
    """The part that the first fault is about."""
    faults = sorted(claim.faults, key=lambda fault: fault.onset_at)
    return part_of(faults[0].code) if faults else "none"


def judged_at(claim: Claim) -> datetime:
    """When the warranty is judged: at the onset that an agent has signed for, else as submitted.

    What a person says of a beginning does not bring a device back into its warranty.
    """
    if any(one.verdict == "verified" for one in claim.statements):
        onsets = [one.onset_at for one in claim.faults if one.by == "agent"]
        if onsets:
            return min(onsets)
    return claim.submitted_at or claim.as_of


def files_of(pack: Pack) -> tuple[Brought, ...]:
    """The files of evidence, byte for byte: their hashes are what the agents have signed."""
    return tuple(
        _file(one.path, one.kind, pack.files[one.path], one.sha256) for one in pack.claim.files
    )


def _file(path: str, kind: str, content: bytes, sha256: str) -> Brought:
    media_type, is_a = _type_of(content)
    return Brought(
        kind=FileKind.LABEL if kind == "label" and is_a is FileKind.PHOTO else is_a,
        media_type=media_type,
        name=PurePosixPath(path).name,
        content=content,
        sha256=sha256,
    )


def _type_of(content: bytes) -> tuple[str, FileKind]:
    """By its first bytes, whatever the pack says; what is none of these is text to download."""
    for magic, media_type, kind in _TYPES:
        if content.startswith(magic):
            return media_type, kind
    if content[4:8] == b"ftyp":
        return "video/mp4", FileKind.VIDEO
    return "text/plain", FileKind.DOCUMENT
