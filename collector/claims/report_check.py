"""Whether what a person reports can be taken, and whether a claim may come of it. Pure.

Source: claims and warranty, sections 1 (serial number, pictures or videos, defect description)
and 11 (which faults open a pre-claim).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from collector.claims.problem import Both
from collector.claims.report import (
    LONGEST_DESCRIPTION,
    LOT_LONGEST,
    MODEL_LONGEST,
    MOST_PIECES,
    OTHER,
    SERIAL_LONGEST,
    SHORTEST_DESCRIPTION,
    Report,
    Subject,
    Tried,
)
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import CatalogueEntry, Outcome
from shared.device import is_placeholder

_FIRST_DAY: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProblem:
    """Why a report is not taken: the field, and what to do."""

    field: str
    text: Both


class RefusedReportError(ValueError):
    """The report cannot be taken; ``problems`` say why."""

    def __init__(self, *problems: ReportProblem) -> None:
        super().__init__("; ".join(problem.text.en for problem in problems))
        self.problems = problems


def check(report: Report, *, today: date) -> tuple[ReportProblem, ...]:
    """Everything that is wrong with a tidy report; () when it can be taken.

    ``today`` is the latest day that it is anywhere: a reporter may be ahead of UTC.
    """
    return (
        *_check_what(report),
        *_check_code(report),
        *_check_words(report),
        *_check_day(report.onset_on, today),
    )


def _check_what(report: Report) -> Sequence[ReportProblem]:
    found: list[ReportProblem] = []
    if report.subject is Subject.UNIT:
        if len(report.serial) > SERIAL_LONGEST or is_placeholder(report.serial, model=report.model):
            found.append(
                _problem(
                    "serial",
                    "the serial names no single device; copy it from the label of the device",
                    "序列号无法指明一台设备；请抄写设备标签上的序列号",
                )
            )
        if report.quantity != 1:
            found.append(
                _problem(
                    "quantity",
                    "one serial is one device; report each serial by itself",
                    "一个序列号即一台设备；请逐一报告",
                )
            )
    else:
        if not 2 <= len(report.lot) <= LOT_LONGEST:
            found.append(
                _problem(
                    "lot",
                    f"write the number of the lot (2 to {LOT_LONGEST} signs)",
                    f"请填写批号（2 至 {LOT_LONGEST} 个字符）",
                )
            )
        if not 1 <= report.quantity <= MOST_PIECES:
            found.append(
                _problem(
                    "quantity",
                    f"say how many pieces have failed (1 to {MOST_PIECES})",
                    f"请填写故障件数（1 至 {MOST_PIECES}）",
                )
            )
        if not report.model:
            found.append(_problem("model", "say which module it is", "请填写模块型号"))
    if len(report.model) > MODEL_LONGEST:
        found.append(
            _problem("model", f"at most {MODEL_LONGEST} signs", f"最多 {MODEL_LONGEST} 个字符")
        )
    return found


def _check_code(report: Report) -> Sequence[ReportProblem]:
    if report.code == OTHER:
        return ()
    entry = CATALOGUE.get(report.code)
    if entry is None:
        return (
            _problem(
                "code",
                f"{report.code!r} is no fault of the catalogue; take one of its codes or {OTHER}",
                f"目录中没有故障 {report.code!r}；请使用目录代码或 {OTHER}",
            ),
        )
    reason = not_applicable(entry, report.tried)
    return () if reason is None else (ReportProblem(field="code", text=reason),)


def not_applicable(entry: CatalogueEntry, tried: Sequence[Tried]) -> Both | None:
    """Why no claim comes of such a fault, and what helps instead; None when one may."""
    name, remedy = (
        Both(entry.name_en, entry.name_zh),
        Both(entry.remedy_en, entry.remedy_zh),
    )
    match entry.outcome:
        case Outcome.CLAIMABLE:
            return None
        case Outcome.FIRMWARE if Tried.NEWEST_FIRMWARE in tried:
            return None
        case Outcome.FIRMWARE:
            why = Both(
                f"not applicable, because “{name.en}” is a matter of firmware: install the newest "
                "approved firmware; if the fault stays, report it with that box ticked.",
                f"不适用：“{name.zh}”属固件问题。请安装最新批准固件；若故障仍在，勾选该项后再报告。",
            )
        case Outcome.SITE:
            why = Both(
                f"not applicable, because “{name.en}” is first a matter of power and network at "
                "the site; check both, then report what the device itself shows.",
                f"不适用：“{name.zh}”首先与现场供电和网络有关。请先检查，再报告设备本身的故障。",
            )
        case Outcome.NEVER:
            why = Both(
                f"not applicable, because “{name.en}” is no matter of warranty.",
                f"不适用：“{name.zh}”不属于保修范围。",
            )
        case _:
            why = Both(
                f"not applicable, because “{name.en}” is mended at the site, not by the factory.",
                f"不适用：“{name.zh}”应在现场处理，而非工厂维修。",
            )
    return Both(f"{why.en} {remedy.en}".strip(), f"{why.zh}{remedy.zh}".strip())


def _check_words(report: Report) -> Sequence[ReportProblem]:
    if _weight(report.description) >= SHORTEST_DESCRIPTION and (
        len(report.description) <= LONGEST_DESCRIPTION
    ):
        return ()
    return (
        _problem(
            "description",
            f"say what you see, in {SHORTEST_DESCRIPTION} to {LONGEST_DESCRIPTION} letters",
            f"请描述所见故障（5 至 {LONGEST_DESCRIPTION} 个汉字）",
        ),
    )


def _weight(text: str) -> int:
    """Letters; a Chinese sign says as much as two of them."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _check_day(onset_on: date | None, today: date) -> Sequence[ReportProblem]:
    if onset_on is None or _FIRST_DAY <= onset_on <= today:
        return ()
    return (
        _problem(
            "onset_on",
            f"{onset_on} lies in the future or before {_FIRST_DAY.year}; write YYYY-MM-DD",
            f"{onset_on} 在将来或早于 {_FIRST_DAY.year} 年；请写成 YYYY-MM-DD",
        ),
    )


def _problem(field: str, en: str, zh: str) -> ReportProblem:
    return ReportProblem(field=field, text=Both(en, zh))
