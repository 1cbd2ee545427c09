"""Takes a whole list of reports in one transaction, or shows what that would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from collector.claims import report as rules
from collector.claims.policy import Policy
from collector.claims.report import Report, Via
from collector.claims.report_check import RefusedReportError
from collector.registry.problem import RowProblem
from collector.report_claim import How, Reported, Reporter, TakenError, note_try, report
from collector.report_list import ReportList


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRow:
    """What came, or would come, of one row."""

    row: int
    what: str  # the serial or the lot
    code: str
    reported: Reported


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenList:
    """What came, or would come, of a list."""

    rows: tuple[TakenRow, ...]
    refused: tuple[RowProblem, ...]
    is_written: bool


class _DryRunError(Exception):
    """Ends the transaction of a dry run; nothing of it stays."""


def take_list(
    engine: Engine,
    wanted: ReportList,
    *,
    by: Reporter,
    via: Via,
    policy: Policy,
    now: datetime,
    confirm: bool,
) -> TakenList:
    """Report every row that can be; a dry run does the same and then undoes it.

    Lines that are opened for one organisation, buyer and maker share a case.
    """
    rows: list[TakenRow] = []
    refused: list[RowProblem] = list(wanted.refused)
    tries: list[TakenError] = []
    try:
        with engine.begin() as db:
            _take_rows(db, wanted, rows, refused, tries, by=by, via=via, policy=policy, now=now)
            if not confirm:
                raise _DryRunError
            for taken in tries:
                note_try(db, taken, by=by, now=now)
    except _DryRunError:
        pass
    refused.sort(key=lambda problem: problem.row)
    return TakenList(rows=tuple(rows), refused=tuple(refused), is_written=confirm)


def _take_rows(
    db: Connection,
    wanted: ReportList,
    rows: list[TakenRow],
    refused: list[RowProblem],
    tries: list[TakenError],
    *,
    by: Reporter,
    via: Via,
    policy: Policy,
    now: datetime,
) -> None:
    last_case: dict[str, int] = {}
    for one in wanted.rows:
        said = rules.tidy(one.report)
        try:
            made = report(
                db,
                said,
                by=by,
                via=via,
                token=rules.digest_of(said),
                policy=policy,
                now=now,
                case_id=last_case.get(said.organisation_id),
            )
        except RefusedReportError as error:
            if isinstance(error, TakenError):
                tries.append(error)
            refused.append(_problem(one.row, said, error))
            continue
        if made.how is How.OPENED:
            last_case[said.organisation_id] = made.case_id
        what = said.serial or said.lot
        rows.append(TakenRow(row=one.row, what=what, code=said.code, reported=made))


def _problem(row: int, said: Report, error: RefusedReportError) -> RowProblem:
    return RowProblem(
        row=row,
        serial=said.serial or said.lot,
        why_en="; ".join(f"{_column(p.field)}: {p.text.en}" for p in error.problems),
        why_zh="；".join(f"{_column(p.field)}：{p.text.zh}" for p in error.problems),
    )


def _column(field: str) -> str:
    return {"code": "fault", "onset_on": "since"}.get(field, field)
