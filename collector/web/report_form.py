"""What a form of ``/preclaims/new`` says, as a report and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from aiohttp import web
from multidict import MultiDictProxy

from collector.claims.brought import MOST_FILES, Brought, WrongFileError, recognise
from collector.claims.problem import Both
from collector.claims.report import Report, Subject, Tried
from collector.claims.report_check import RefusedReportError, ReportProblem
from collector.web.voice import Voice

FILES: Final = "files"
LABEL: Final = "label"
NOTE_LONGEST: Final = 500


def read_report(form: Mapping[str, str], tried: Sequence[str], *, organisation_id: str) -> Report:
    """The report of a form; RefusedReportError for a day or number that cannot be read."""
    subjects = {one.value: one for one in Subject}
    known = {one.value: one for one in Tried}
    return Report(
        organisation_id=form.get("organisation", "") or organisation_id,
        subject=subjects.get(form.get("subject", ""), Subject.UNIT),
        serial=form.get("serial", ""),
        lot=form.get("lot", ""),
        quantity=_count(form.get("quantity", "")),
        model=form.get("model", ""),
        code=form.get("code", ""),
        onset_on=_day(form.get("since", "")),
        description=form.get("description", ""),
        tried=tuple(known[one] for one in tried if one in known),
    )


def _count(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise RefusedReportError(
            ReportProblem(field="quantity", text=Both("write a whole number", "请填写整数"))
        )
    return int(text)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RefusedReportError(
            ReportProblem(field="since", text=Both("write YYYY-MM-DD", "请写成 YYYY-MM-DD"))
        ) from error


def read_files(
    form: MultiDictProxy[str | bytes | bytearray | web.FileField],
) -> tuple[Brought, ...]:
    """The files of a form as they are kept; WrongFileError for the first that is not.

    Blocking: a video is read and hashed.
    """
    given = [
        (one, name == LABEL)
        for name in (LABEL, FILES)
        for one in form.getall(name, ())
        if isinstance(one, web.FileField)
    ]
    if len(given) > MOST_FILES:
        raise WrongFileError("many", name=str(len(given)))
    found = [
        recognise(one.file.read(), name=one.filename, is_label=is_label) for one, is_label in given
    ]
    return tuple({one.sha256: one for one in found}.values())


def say_file(voice: Voice, error: WrongFileError) -> str:
    """Why a file was not kept, and what to do."""
    return voice.t(f"report.file.{error.reason}", name=error.name, most=MOST_FILES)


def say_problems(voice: Voice, error: RefusedReportError) -> list[str]:
    """Each reason with the name of its field."""
    return [
        f"{voice.name('report.field', one.field)}{voice.t('list.colon')}"
        f"{one.text.text(voice.language)}"
        for one in error.problems
    ]
