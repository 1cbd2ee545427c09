"""What a line must and should hold, and what of it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims import completeness, report_items, supporting
from collector.claims.completeness import Item
from collector.claims.report import Subject
from collector.claims.report_items import IMAGES
from collector.claims.supporting import Around
from collector.line_file import LineFile
from collector.store import proofs, unsubmitted
from collector.store.proofs import Proof
from collector.store.unsubmitted import OpenLine
from collector.store.views.claim_file import ManifestRow
from collector.store.views.claims import PreClaim
from collector.whole_files import kind_of, kinds_here, whole_files


def missing_of(db: Connection, line_id: int) -> tuple[str, ...]:
    """The names of the must items that an unsubmitted line lacks; () for any other line."""
    lines = unsubmitted.read(db, [line_id])
    return tuple(name for line in lines for name in completeness.missing(items_of(line)))


def items_of(line: OpenLine) -> tuple[Item, ...]:
    """Every must item of a line in draft or ready, here or not."""
    if line.told.is_alone:
        return report_items.check(
            subject=line.subject,
            serial=line.label_serial,
            batch=line.batch,
            model=line.model,
            warranty_verdict=line.warranty_verdict,
            told=line.told,
        )
    return completeness.check(
        label_serial=line.label_serial,
        model=line.model,
        firmware=line.firmware,
        warranty_verdict=line.warranty_verdict,
        codes=line.carried.codes or line.codes,
        kinds_here=line.kinds_here,
        signatures=line.signatures,
        is_profile_proven=line.carried.item,
        proven=report_items.proven_by(line.told, line.proven),
    )


def every_item(file: LineFile) -> tuple[Item, ...]:
    """Every must and should item of the line, each here or a gap, with when its newest came."""
    must, around = must_items(file.row, file.manifests, file.proofs), around_of(file)
    should = supporting.check(file.codes, around, but={item.name for item in must})
    return tuple(replace(one, at=around.here_at.get(one.name)) for one in (*must, *should))


def around_of(file: LineFile) -> Around:
    """The line as the should items are judged by; files count when their manifest is verified."""
    row, control = file.row, file.control
    whole = [one for m in file.manifests if m.verdict == _VERIFIED for one in whole_files(m)]
    return Around(
        zone=row.zone,
        kinds_here=frozenset(map(kind_of, whole)),
        pictures_at=tuple(one.taken_at for one in whole if one.kind == "picture"),
        clock_off_s=file.clock_off_s,
        series_days=file.series_days,
        recorder_firmware=file.recorder_firmware,
        has_tried=any(check.counts for check in file.checks),
        siblings=len(control.siblings) if control else 0,
        siblings_known=len(control.siblings) - control.unknown if control else 0,
        has_label_photo=any(one.kind == "label" for one in file.uploads),
        has_video=any(one.kind == "video" for one in file.uploads),
        batch=row.batch,
        here_at=_here_at(file),
        is_alone=row.told.is_alone,
        is_lot=row.subject == Subject.MODULE_LOT.value,
    )


def must_items(
    claim: PreClaim, manifests: Sequence[ManifestRow], brought: Sequence[Proof] = ()
) -> tuple[Item, ...]:
    """What the claim must hold before it is ready, each here or missing."""
    if claim.told.is_alone:
        return report_items.check(
            subject=claim.subject,
            serial=claim.serial,
            batch=claim.batch,
            model=claim.model,
            warranty_verdict=claim.warranty_verdict,
            told=claim.told,
        )
    return completeness.check(
        label_serial=claim.serial,
        model=claim.model,
        firmware=claim.firmware,
        warranty_verdict=claim.warranty_verdict,
        codes=claim.carried.codes or claim.codes,
        kinds_here=kinds_here(manifests),
        signatures={manifest.verdict for manifest in manifests},
        is_profile_proven=claim.carried.item,
        proven=report_items.proven_by(claim.told, proofs.kinds_proven(brought)),
    )


def _here_at(file: LineFile) -> dict[str, datetime]:
    """When the newest of each item came, by our clock; a manifest's files come after it.

    Files of a manifest whose signature does not verify came from nobody that is known.
    """
    verified = [m for m in file.manifests if m.verdict == _VERIFIED]
    came: list[tuple[str, datetime]] = [
        *((kind_of(i), m.received_at) for m in verified for i in whole_files(m)),
        *((one.kind.value, one.at) for one in file.proofs),
        *(("label_photo" if f.kind == "label" else f.kind, f.at) for f in file.uploads),
        *(("description", one.at) for one in file.reports),
        *((supporting.TRIED, check.at) for check in file.checks if check.counts),
    ]
    newest: dict[str, datetime] = {}
    for name, at in came:
        for one in (name, *(("image",) if name in _SHOWS else ())):
            newest[one] = max(newest.get(one, at), at)
    if file.row.told.is_alone and "photo" in newest:
        newest.setdefault("picture", newest["photo"])  # nobody else can bring one
    if "video" in newest:
        newest["clip"] = max(newest.get("clip", newest["video"]), newest["video"])
    if "picture" in newest:
        newest |= {supporting.TWO_DAYS: newest["picture"], supporting.NIGHT: newest["picture"]}
    return newest


_VERIFIED: Final = "verified"
_SHOWS: Final = frozenset({"picture", "clip"}) | IMAGES
