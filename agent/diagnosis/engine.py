"""From readings to episodes: judge, explain, remember. Pure: memories in, steps out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.diagnosis.advance import advance, is_about_to_open
from agent.diagnosis.explanations import cause_of, fitter_first
from agent.diagnosis.extracted import profile_of
from agent.diagnosis.memory import FaultMemory, Step, experiment_key
from agent.diagnosis.rule import Finding, Rule, Verdict, View
from agent.diagnosis.who import unless_unnamed
from shared.catalogue import CATALOGUE

ANSWERS: Final = "reach.answers"
"""Name of the reading that says whether anything answers at the device's address."""

UNJUDGED: Final = timedelta(days=1)
"""After it a fault explains no other in pictures of another size or source: it
cannot clear in them. A day's nights and weather are no such thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """One step with the finding that made it and the memory after it."""

    step: Step
    finding: Finding
    memory: FaultMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The outcome of one pass: all findings, the new memories, and what must be told."""

    findings: tuple[Finding, ...]
    memories: Mapping[str, FaultMemory]  # every memory of the device, changed or not
    steps: tuple[Diagnosed, ...]  # without Step.NONE


def diagnose(view: View, memories: Mapping[str, FaultMemory], rules: Iterable[Rule]) -> Diagnosis:
    """Judge by every rule whose needs were read in this pass, and advance the memories.

    While nothing answers at the device's address, only rules that say so are asked: what else
    went wrong is then a consequence, and whatever was open stays open. Of faults that explain one
    another only the cause is told (``explanations``). What an active test has proven is not found
    a second time, and only a test ends it.
    """
    silent = view.flag(ANSWERS) is False
    asked = [
        rule
        for rule in rules
        if not view.fresh.isdisjoint(rule.needs) and (not silent or rule.judges_unreachable)
    ]
    judged = [
        _with_profile(_unless_proven(rule.judge(view), memories), view, rule) for rule in asked
    ]
    findings = tuple(
        unless_unnamed(
            finding, view, onset_at=_opening_onset(memories.get(rule.code), rule, now=view.now)
        )
        for rule, finding in zip(
            asked, explain(judged, memories, now=view.now, besides=view.uplink_faults), strict=True
        )
    )
    after = dict(memories)
    steps: list[Diagnosed] = []
    for rule, finding in zip(asked, findings, strict=True):
        memory, step = advance(
            memories.get(rule.code), finding, now=view.now, persistence=rule.persistence
        )
        if finding.verdict is not Verdict.NO_VERDICT:
            after[rule.code] = memory
        if step is not Step.NONE:
            steps.append(Diagnosed(step=step, finding=finding, memory=memory))
    return Diagnosis(findings=findings, memories=after, steps=tuple(steps))


def _opening_onset(memory: FaultMemory | None, rule: Rule, *, now: datetime) -> datetime | None:
    """Since when a fault stands that one more finding would open now; None when none would."""
    return memory.onset_at if memory and is_about_to_open(memory, rule, now=now) else None


def explain(
    findings: Sequence[Finding],
    memories: Mapping[str, FaultMemory],
    *,
    now: datetime,
    besides: frozenset[str] = frozenset(),
) -> tuple[Finding, ...]:
    """The findings, with those that another fault explains set back to no verdict.

    A fault explains while it is found in this pass, or stands open: one fault gets one name. What
    is open already under the name of a consequence stays so: only its own recovery ends it. While
    a fault for the fitter stands, nothing that it may cause becomes a claim; one that could not be
    judged for a day, for the pictures are of another kind, would hold claims back for ever.
    ``besides``: faults of the gateway through which the device is reached.
    """
    found = {finding.code for finding in findings if finding.verdict is Verdict.FAULT}
    standing = {memory.code for memory in memories.values() if memory.is_open}
    judged = {finding.code for finding in findings if finding.verdict is Verdict.HEALTHY}
    standing -= judged | _unjudgeable(findings, memories, now=now)
    causes = found | standing | besides
    told = []
    for finding in findings:
        cause = fitter_first(finding.code, standing) or cause_of(finding.code, causes)
        if finding.verdict is Verdict.FAULT and cause is not None:
            told.append(_explained(finding, cause))
        else:
            told.append(finding)
    return tuple(told)


def _unjudgeable(
    findings: Iterable[Finding], memories: Mapping[str, FaultMemory], *, now: datetime
) -> frozenset[str]:
    """Codes that this picture cannot judge for its kind, and none has judged for a day."""

    def is_old(memory: FaultMemory | None) -> bool:
        moments = [memory.said_at, *memory.window_at] if memory else []
        last = max((at for at in moments if at is not None), default=None)
        return last is not None and now - last > UNJUDGED

    return frozenset(
        finding.code
        for finding in findings
        if finding.is_of_other_kind and is_old(memories.get(finding.code))
    )


def _unless_proven(finding: Finding, memories: Mapping[str, FaultMemory]) -> Finding:
    proven = memories.get(experiment_key(finding.code))
    if proven is None or not proven.is_open or finding.verdict is Verdict.NO_VERDICT:
        return finding
    return dataclasses.replace(
        finding,
        verdict=Verdict.NO_VERDICT,
        summary_en=f"{finding.summary_en}; a test has proven the fault",
        summary_zh=f"{finding.summary_zh}；故障已由主动测试证实",
        settle_en="two tests in which the filter moves",
        settle_zh="两次测试均显示滤光片动作正常",
    )


def _with_profile(finding: Finding, view: View, rule: Rule) -> Finding:
    if finding.verdict is not Verdict.FAULT:
        return finding
    used = profile_of(finding.because, view, looks_back=rule.looks_back)
    return finding if used is None else dataclasses.replace(finding, profile=used)


def _explained(finding: Finding, cause: str) -> Finding:
    entry = CATALOGUE[cause]
    return Finding(
        code=finding.code,
        verdict=Verdict.NO_VERDICT,
        summary_en=f"{finding.summary_en}; explained by: {entry.name_en}",
        summary_zh=f"{finding.summary_zh}；原因为：{entry.name_zh}",
        because=finding.because,
        settle_en=f"first put right: {entry.name_en}",
        settle_zh=f"请先处理：{entry.name_zh}",
    )
