"""Which device or lot a report is about, and the line that is opened for it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector import report_warranty
from collector.claims import report as rules
from collector.claims.policy import Policy
from collector.claims.problem import Both
from collector.claims.report import Report, Subject, Via
from collector.claims.report_check import RefusedReportError, ReportProblem
from collector.claims.surroundings import EXPLAINED_BY_SITE
from collector.store import cases, incidents, reports, units
from collector.store.cases import NewLine
from collector.store.reports import Place
from collector.store.scope import Scope, ancestors_of
from collector.store.units import Unit
from shared.device import AliasKind, alias_of

REPORTED: Final = "reported"
"""How the serial of such a line was obtained: a person read it from the label."""


def unit_of(db: Connection, said: Report) -> Unit | None:
    """The delivered device: by its serial as typed, in capitals, without the signs between groups,
    or by a MAC or UID it names."""
    if said.subject is not Subject.UNIT:
        return None
    for serial in _spellings(said.serial):
        if (unit := units.find(db, serial)) is not None:
            return unit
    names = [alias for kind in AliasKind if (alias := alias_of(kind, said.serial)) is not None]
    serials = units.serials_named(db, names)
    return units.find(db, next(iter(serials))) if len(serials) == 1 else None


def serial_of(db: Connection, said: Report, unit: Unit | None) -> str:
    """The serial as others know it: the registry, an agent, or a line that is open; else in
    capitals without blanks, as labels are printed."""
    if unit is not None or said.subject is not Subject.UNIT:
        return unit.serial if unit else ""
    for serial in _spellings(said.serial):
        if reports.places_of(db, serial) or cases.open_line_of(db, serial) is not None:
            return serial
    return "".join(said.serial.split()).upper()


def _spellings(typed: str) -> tuple[str, ...]:
    """As it was typed, without blanks, in capitals, and without the signs between groups."""
    plain = "".join(typed.split())
    bare = "".join(sign for sign in plain.upper() if sign.isalnum())
    return tuple(dict.fromkeys((typed, plain, plain.upper(), bare)))


def check_owner(db: Connection, unit: Unit, said: Report, scope: Scope) -> None:
    """What the registry holds for an organisation is reported from there, from below, or from
    above; RefusedReportError for what it holds for others."""
    known = unit.organisation_id
    if known in scope.organisation_ids or known in ancestors_of(db, said.organisation_id):
        return
    raise RefusedReportError(_OF_OTHERS)


_OF_OTHERS: Final = ReportProblem(
    field="serial",
    text=Both(
        "the registry holds this serial for somebody else; ask your account manager",
        "登记表中该序列号属于他人；请联系您的客户经理",
    ),
)


def place_of(db: Connection, said: Report, scope: Scope) -> Place | None:
    """Where it hangs within the reporter's slice; None where no agent there sees it."""
    if said.subject is not Subject.UNIT:
        return None
    for place in reports.places_of(db, said.serial):
        if place.organisation_id in scope.organisation_ids:
            return place  # of several, the verdict says that they are
    return None


def check_site(db: Connection, place: Place, said: Report) -> None:
    """What the loss of a whole site explains is no fault of a device (section 11: never)."""
    if said.code not in EXPLAINED_BY_SITE:
        return
    for incident in incidents.open_at(db, site_id=place.site_id):
        if place.position_id in incident.away:
            text = Both(
                f"not applicable, because {incident.text_en}; report it again when that is over",
                f"不适用：{incident.text_zh}；恢复后仍有故障请再次报告",
            )
            raise RefusedReportError(ReportProblem(field="code", text=text))


def key_of(said: Report) -> str:
    """What an open line is unique by: the serial, or whose lot it is."""
    if said.subject is Subject.MODULE_LOT:
        return f"lot:{said.organisation_id}:{said.lot}"
    return said.serial


def new_line(
    db: Connection,
    said: Report,
    unit: Unit | None,
    place: Place | None,
    key: str,
    *,
    reporter: str,
    via: Via,
    policy: Policy,
    now: datetime,
) -> NewLine:
    """What a line is opened with: from the registry, else from its place, else as reported."""
    is_lot = said.subject is Subject.MODULE_LOT
    lot = reports.deliveries_of_lot(db, said.lot) if is_lot else None
    component = rules.component_of(said.code)
    judged = (
        report_warranty.of_lot(lot, component=component, policy=policy, now=now)
        if lot is not None
        else report_warranty.of_unit(db, said, place, component=component, policy=policy, now=now)
    )
    return NewLine(
        organisation_id=said.organisation_id,
        site_id=place.site_id if place else None,
        position_id=place.position_id if place else None,
        serial_key=key,
        label_serial="" if is_lot else said.serial,
        serial_source=REPORTED,
        model=(unit.model if unit else "") or (place.model if place else "") or said.model,
        batch=said.lot if is_lot else (unit.batch if unit else ""),
        buyer=(unit.buyer if unit else "") or (lot.buyer if lot else ""),
        component=component,
        warranty_verdict=judged.verdict.value,
        warranty_until=judged.until,
        warranty_reason_en=judged.reason_en,
        warranty_reason_zh=judged.reason_zh,
        via=via.value,
        subject=said.subject.value,
        quantity=said.quantity,
        product=unit.product if unit else rules.product_of(said),
        reporter=reporter[:120],
        maker=unit.maker if unit else "",
    )
