"""Why a solar camera runs short: causes told apart by its closed days and its siblings'.

Judged once a day, when a day closes (``energy.cause`` was told). One cause is found a day; what
it looks like while a guard is missing is *unsure*, with what would settle it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from agent.diagnosis.rule import Finding, Persistence, Rule, Verdict, View
from agent.diagnosis.verdicts import Judge, fault, healthy, no_verdict, not_read, unsure
from agent.energy.assess import assess
from agent.energy.cause import Assessment, Cause
from agent.energy.daily import CAPACITY, CAUSE, GAINED, LOW_C, SHARE, SPENT

CODES: Final[Mapping[Cause, str]] = {
    Cause.PANEL_DEAD: "solar.panel_dead",
    Cause.WEAK: "solar.panel_weak",
    Cause.COLD: "battery.cold_lockout",
    Cause.WORN: "battery.capacity_lost",
    Cause.OVER_USE: "battery.over_use",
    Cause.GAUGE_STUCK: "battery.gauge_stuck",
    Cause.LOW_SEASON: "solar.low_season",
}
DAILY: Final = Persistence(
    open_n=2,
    open_m=3,
    clear_n=2,
    clear_m=3,
    flap_within=timedelta(days=30),
    forget_after=timedelta(days=4),
)
"""Findings come a day apart, each over a week of days: two of three open and clear."""
_CONTROLLER: Final = "charger.fault"
_NAMES: Final = (
    *(CAUSE, GAINED, SPENT, SHARE, CAPACITY, LOW_C),
    *("battery.charge", "solar.power", "solar.voltage", "charger.state", _CONTROLLER),
)


def assessment_of(view: View) -> Assessment | None:
    """What the days say; None in a pass that closed none. Worked out once a view."""
    if view.energy is None:
        return None
    if CAUSE not in view.worked_out:
        view.worked_out[CAUSE] = assess(view.energy)
    found: Assessment = view.worked_out[CAUSE]
    return found


def _judge_of(cause: Cause, code: str) -> Judge:
    def judge(view: View) -> Finding:
        found = assessment_of(view)
        if found is None:
            return not_read(code)
        if found.cause is cause:
            told = fault(code, view, found.because.en, found.because.zh, *_NAMES)
            return unless_controller(view, told) if cause is Cause.PANEL_DEAD else told
        if found.suspected is cause and found.settle is not None:
            said, settle = found.because, found.settle
            return unsure(code, said.en, said.zh, settle.en, settle.zh)
        if cause in found.excluded:
            return healthy(code, view, *_NAMES)
        return no_verdict(code, found.because.en, found.because.zh)

    return judge


def unless_controller(view: View, finding: Finding) -> Finding:
    """No part is convicted of taking nothing while the charge controller says what it is: too many
    volts of a panel, too hot, a firmware that failed."""
    said = view.readings.get(_CONTROLLER)
    if finding.verdict is not Verdict.FAULT or said is None or not said.good:
        return finding
    if str(said.value).casefold() in ("", "none"):
        return finding
    return unsure(
        finding.code,
        f"{finding.summary_en}; but the charge controller says: {said.value}",
        f"{finding.summary_zh}；但充电控制器报告：{said.value}",
        "what the controller names put right, and days without its word",
        "先排除控制器所报的问题，并观察数日",
    )


RULES: Final = tuple(
    Rule(
        code=code,
        needs=(CAUSE,),
        judge=_judge_of(cause, code),
        persistence=DAILY,
        looks_back=(GAINED, SPENT),
    )
    for cause, code in CODES.items()
)
