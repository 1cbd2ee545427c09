"""Takes a fault that a person reports, by the policy that holds for what agents tell.

A report opens a line, or attaches to the open line of its serial. It is one transaction of the
caller, and the same report sent twice is one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector import report_line
from collector.claims import report as rules
from collector.claims import report_check
from collector.claims.policy import Policy
from collector.claims.problem import Both
from collector.claims.report import Report, Subject, Via
from collector.claims.report_check import RefusedReportError, ReportProblem
from collector.link_repeat import link_repeat
from collector.store import accounts, cases, origins, reports
from collector.store.scope import Scope

_AHEAD: Final = timedelta(hours=14)  # the calendar that is furthest ahead of UTC


class How(enum.Enum):
    """What came of a report."""

    OPENED = "opened"
    ATTACHED = "attached"  # to the line that was open for this serial
    KNOWN = "known"  # it was sent before


class TakenError(RefusedReportError):
    """A line of another organisation is open for what was reported."""

    def __init__(self, line_id: int) -> None:
        super().__init__(_TAKEN)
        self.line_id = line_id


class KeyReusedError(ValueError):
    """The sender's token was used for a report that said something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who reports."""

    name: str
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """Where the report is now."""

    how: How
    line_id: int
    case_id: int
    number: str
    report_id: int


def report(
    db: Connection,
    said: Report,
    *,
    by: Reporter,
    via: Via,
    token: str,
    policy: Policy,
    now: datetime,
    case_id: int | None = None,
) -> Reported:
    """Keep a report; ``token`` is the sender's own word for it, ``case_id`` a case to open it in.

    RefusedReportError with everything that is wrong, KeyReusedError for a token that meant
    something else before.
    """
    said = rules.tidy(said)
    problems = report_check.check(said, today=(now + _AHEAD).date())
    if said.organisation_id not in by.scope.organisation_ids:
        problems = (*problems, _NOT_YOURS)
    if problems:
        raise RefusedReportError(*problems)
    key, digest = rules.key_of(via=via, reporter=by.name, token=token), rules.digest_of(said)
    known = reports.find(db, by.scope, key=key)
    if known is not None:
        if known.digest != digest:
            raise KeyReusedError("this key was used for another report")
        case, number = reports.number_of(db, known.line_id)
        return Reported(
            how=How.KNOWN, line_id=known.line_id, case_id=case, number=number, report_id=known.id
        )
    line_id, how = _line_for(db, said, by=by, via=via, policy=policy, now=now, case_id=case_id)
    report_id = _keep(db, said, line_id, by=by, via=via, key=key, digest=digest, now=now)
    link_repeat(db, line_id, code=said.code, within=policy.opening.repeat_within, now=now)
    case, number = reports.number_of(db, line_id)
    return Reported(how=how, line_id=line_id, case_id=case, number=number, report_id=report_id)


def _line_for(
    db: Connection,
    said: Report,
    *,
    by: Reporter,
    via: Via,
    policy: Policy,
    now: datetime,
    case_id: int | None,
) -> tuple[int, How]:
    """The line that the report belongs to, opened if there is none."""
    unit = report_line.unit_of(db, said)
    if unit is not None:
        report_line.check_owner(db, unit, said, by.scope)
    said = replace(said, serial=report_line.serial_of(db, said, unit))
    place = report_line.place_of(db, said, by.scope)
    if place is not None:
        report_line.check_site(db, place, said)
        said = replace(said, organisation_id=place.organisation_id)
    key = report_line.key_of(said)
    line_id = cases.open_line_of(db, key)
    if line_id is not None:
        _check_owner(db, line_id, by)
        return line_id, How.ATTACHED
    new = report_line.new_line(
        db, said, unit, place, key, reporter=by.name, via=via, policy=policy, now=now
    )
    if case_id is not None and not cases.may_hold(db, case_id, new):
        case_id = None
    line_id = cases.open_line(db, new, now=now, case_id=case_id)
    _tell(
        db,
        line_id,
        new.organisation_id,
        "opened",
        {
            "serial": new.label_serial,
            "serial_source": new.serial_source,
            "warranty": new.warranty_verdict,
            "via": via.value,
            "reporter": by.name,
            "subject": new.subject,
            "lot": said.lot,
            "quantity": new.quantity,
            "reason_en": new.warranty_reason_en,
            "reason_zh": new.warranty_reason_zh,
        },
        by=by,
        now=now,
    )
    return line_id, How.OPENED


def _check_owner(db: Connection, line_id: int, by: Reporter) -> None:
    """A line of somebody else is neither shown nor added to."""
    known = cases.state_of(db, line_id)
    if known is None or known[1] not in by.scope.organisation_ids:
        raise TakenError(line_id)


def note_try(db: Connection, taken: TakenError, *, by: Reporter, now: datetime) -> None:
    """Let administrators see that a report met a line of somebody else; in a transaction of its
    own, for the report's own was undone."""
    accounts.record(
        db,
        at=now,
        actor=by.name,
        action="report.refused",
        detail=f"line {taken.line_id}, of another organisation, is open for what was reported",
    )


def _keep(
    db: Connection,
    said: Report,
    line_id: int,
    *,
    by: Reporter,
    via: Via,
    key: str,
    digest: str,
    now: datetime,
) -> int:
    """The report, its finding, and both in the line's history."""
    known = cases.state_of(db, line_id)
    organisation_id = known[1] if known else said.organisation_id
    tried = [one.value for one in said.tried]
    report_id = reports.add(
        db,
        line_id=line_id,
        organisation_id=organisation_id,
        code=said.code,
        onset_on=said.onset_on,
        description=said.description,
        reporter=by.name[:120],
        via=via.value,
        tried=tried,
        key=key,
        digest=digest,
        now=now,
    )
    facts: dict[str, object] = {
        "code": said.code,
        "report": report_id,
        "via": via.value,
        "reporter": by.name,
        "since": said.onset_on.isoformat() if said.onset_on else "",
        "reason": said.description,
        "tried": tried,
    }
    if said.subject is Subject.MODULE_LOT:
        facts["quantity"] = said.quantity
        reports.raise_quantity(db, line_id=line_id, quantity=said.quantity)
    _tell(db, line_id, organisation_id, "finding_added", facts, by=by, now=now)
    origins.ask_again(db, line_id)
    return report_id


def _tell(
    db: Connection,
    line_id: int,
    organisation_id: str,
    type_: str,
    payload: dict[str, object],
    *,
    by: Reporter,
    now: datetime,
) -> None:
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=organisation_id,
        actor=by.name[:120],
        role=by.scope.role.value,
        type_=type_,
        payload=payload,
        now=now,
    )


_NOT_YOURS: Final = ReportProblem(
    field="organisation",
    text=Both(
        "you report for your own organisation and those below it; choose one of them",
        "您只能为本组织及下级组织报告；请从中选择",
    ),
)
_TAKEN: Final = ReportProblem(
    field="serial",
    text=Both(
        "a pre-claim of somebody else is open for this serial; ask your account manager",
        "该序列号已有他人的预索赔；请联系您的客户经理",
    ),
)
