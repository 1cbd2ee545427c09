"""What the store says of a line, as ``claim.json`` tells it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collector.claims.story import Story
from collector.describe_line import describe_line
from collector.line_file import LineFile
from collector.line_items import every_item
from collector.pack import around, claim, telling
from collector.pack.files import Files
from collector.store.proofs import Proof
from collector.store.reports import FileRow, ReportRow
from collector.store.units import Unit
from collector.store.views.claim_file import EventRow, FindingRow, ManifestRow
from collector.store.views.claims import PreClaim
from collector.store.views.origins import OriginFile
from collector.store.views.pack import PeerRow, SiblingRow, SignedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All rows of a line, as one transaction sees them."""

    row: PreClaim
    as_of: datetime  # the newest fact: as of then clocks are told, so that one state has one pack
    story: Story
    findings: tuple[FindingRow, ...]
    reports: tuple[ReportRow, ...]
    manifests: tuple[ManifestRow, ...]
    signed: tuple[SignedRow, ...]
    events: tuple[EventRow, ...]
    proofs: tuple[Proof, ...]
    uploads: tuple[FileRow, ...]
    siblings: tuple[SiblingRow, ...]
    peers: tuple[PeerRow, ...]
    file: LineFile  # the same rows, as completeness and description are judged by
    unit: Unit | None
    origin: OriginFile | None
    clock_off_s: float | None

    @property
    def statements(self) -> tuple[claim.Statement, ...]:
        """What agents signed."""
        rows = enumerate(self.signed, start=1)
        return tuple(telling.statement(one, number) for number, one in rows)


def tell_claim(
    told: Told,
    files: Files,
    *,
    clocks: tuple[claim.Clock, ...],
    made_by: claim.Maker,
    is_whole: bool,
) -> claim.Claim:
    """The claim; without ``is_whole`` nothing that the site's devices said but the faults."""
    row, statements = told.row, told.statements
    onset_at = row.onset_at or row.opened_at
    faults = (*map(telling.fault, told.findings), *map(telling.report, told.reports))
    return claim.Claim(
        number=row.number,
        line=row.id,
        state=row.state,
        as_of=told.as_of,
        made_by=made_by,
        organisation=row.organisation_id,
        buyer=row.buyer,
        via=row.via,
        opened_at=row.opened_at,
        submitted_at=told.story.submitted_at,
        unit=_unit(told),
        place=_place(row),
        delivery=claim.Delivery(
            on=told.unit.delivered_on if told.unit else None,
            proof=told.unit.delivery_proof if told.unit else "",
            buyer=told.unit.buyer if told.unit else "",
        ),
        warranty=claim.Warranty(
            verdict=row.warranty_verdict,
            until=row.warranty_until,
            reason=telling.both(row.warranty_reason),
        ),
        clocks=clocks,
        faults=faults,
        description=telling.described(describe_line(told.file, tells_site=is_whole)),
        items=tuple(map(telling.item, every_item(told.file))),
        checks=(*map(telling.check, told.proofs), *map(telling.tried, told.file.checks)),
        control=around.control(told.siblings, codes=row.codes, onset_at=onset_at)
        if is_whole and row.position_id is not None
        else None,
        peers=around.peers(told.peers),
        origin=telling.origin(told.origin) if told.origin else None,
        statements=statements if is_whole else (),
        files=files.files,
        left_out=files.left_out,
        agent_clock_off_s=told.clock_off_s,
        is_whole=is_whole,
    )


def _unit(told: Told) -> claim.Unit:
    row = told.row
    named = {one.label_serial for one in told.statements} - {"", row.serial}
    return claim.Unit(
        serial=row.serial,
        serial_source=row.serial_source,
        model=row.model,
        product=row.product or (told.unit.product if told.unit else ""),
        batch=row.batch,
        component=row.component,
        firmware=row.firmware,
        recorder_firmware=next((one.recorder_firmware for one in told.findings), ""),
        subject=row.subject,
        quantity=row.quantity,
        also_called=tuple(sorted(named)),
    )


def _place(row: PreClaim) -> claim.Place | None:
    if row.position_id is None:
        return None
    return claim.Place(
        site=row.site_name,
        zone=row.zone,
        position=row.position_name,
        agent_id=row.agent_id,
        device_id=row.device_id,
    )
