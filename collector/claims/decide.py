"""What becomes of a fault that is due. Pure: facts, policy and now in, one decision out.

The order matters, because wrong claims cost more than late ones: what is over, what the whole
site explains, what no factory answers for, and only then warranty, trust and claim.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from collector.claims import dead_device, firmware_words, surroundings, warranty
from collector.claims.decision import Decision, Verdict
from collector.claims.facts import Facts
from collector.claims.policy import Policy
from collector.claims.problem import Both
from collector.claims.profiles import Standing, describe, stand
from collector.claims.warranty import NOT_OWED, Warranty
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import CatalogueEntry, Outcome, Proof


def decide(case: Facts, policy: Policy, now: datetime) -> Decision:
    """Decide one due episode; the same facts give the same decision."""
    if case.cleared_at is not None:
        return _transient(case, policy)
    if (outside := surroundings.explain(case, policy, now)) is not None:
        return outside
    entry = CATALOGUE.get(case.code)
    if entry is None:
        return Decision(
            verdict=Verdict.SHADOW,
            reason_en=f"recorded only: this collector does not know the fault code {case.code}",
            reason_zh=f"仅记录：本系统不认识故障代码 {case.code}",
        )
    return _by_outcome(case, entry, policy, now)


def _by_outcome(case: Facts, entry: CatalogueEntry, policy: Policy, now: datetime) -> Decision:
    match policy.opening.outcome_of(entry):
        case Outcome.CLAIMABLE:
            return _claim(case, entry, policy)
        case Outcome.FIRMWARE:
            return _firmware(case, entry, policy)
        case Outcome.SITE:
            return _silent_device(case, entry, policy, now)
        case Outcome.NEVER:
            return Decision(
                verdict=Verdict.NOT_APPLICABLE,
                reason_en=f"not a warranty matter: {entry.name_en.lower()}",
                reason_zh=f"不属于保修范围：{entry.name_zh}",
            )
        case Outcome.MAINTENANCE | Outcome.CONFIGURATION | Outcome.SITING:
            return _task(entry)


def _transient(case: Facts, policy: Policy) -> Decision:
    hold_s = policy.hold_of(case.code).total_seconds()
    return Decision(
        verdict=Verdict.TRANSIENT,
        reason_en=f"cleared before a decision was due (hold time {_span_en(hold_s)})",
        reason_zh=f"在判定到期前已恢复（保持时间 {_span_zh(hold_s)}）",
    )


def _firmware(case: Facts, entry: CatalogueEntry, policy: Policy) -> Decision:
    """A firmware case; a claim only where the mended version, or a newer one, was seen to fail.

    A device on old firmware is updated, and one whose version nobody can put in order waits for an
    engineer's word: neither opens anything new where its organisation has the case.
    """
    if case.fix is None:
        return Decision(
            verdict=Verdict.FIRMWARE_CASE,
            reason_en=f"firmware: {entry.name_en.lower()}; a claim only if the fixed version fails"
            " too",
            reason_zh=f"固件问题：{entry.name_zh}；仅当修复版本仍有故障时才可索赔",
        )
    fix = case.fix
    why = firmware_words.on_fix(entry, fix)
    if not (fix.is_in and fix.is_seen):
        return Decision(
            verdict=Verdict.FIRMWARE_CASE,
            reason_en=why.en,
            reason_zh=why.zh,
            firmware_case_id=fix.case_id,
        )
    claimed = _claim(case, entry, policy)
    return replace(
        claimed,
        reason_en=f"{why.en}; {claimed.reason_en}",
        reason_zh=f"{why.zh}；{claimed.reason_zh}",
        firmware_case_id=fix.case_id,
    )


def _task(entry: CatalogueEntry) -> Decision:
    return Decision(
        verdict=Verdict.TASK,
        reason_en=f"{entry.outcome.value}: {entry.remedy_en or entry.text_en}",
        reason_zh=f"{_KIND_ZH[entry.outcome]}：{entry.remedy_zh or entry.text_zh}",
        task_kind=entry.outcome.value,
    )


def _silent_device(case: Facts, entry: CatalogueEntry, policy: Policy, now: datetime) -> Decision:
    """A task, or a draft for a dead device: never a silent nothing.

    The draft does not wait for trust: it is not ready before a person measured power there.
    """
    if case.dead is None:
        return _site_task(entry, _ONLY_THIS)
    judged = dead_device.judge(case.dead, onset_at=case.onset_at, terms=policy.dead, now=now)
    if not judged.is_dead:
        return _site_task(entry, judged.why, again_at=judged.again_at)
    covered = judge_warranty(case, CATALOGUE[dead_device.DEAD], policy)
    if covered.verdict in NOT_OWED:
        return Decision(
            verdict=Verdict.NOT_APPLICABLE,
            reason_en=covered.reason_en,
            reason_zh=covered.reason_zh,
            warranty=covered,
        )
    return Decision(
        verdict=Verdict.CLAIM,
        code=dead_device.DEAD,
        reason_en="; ".join(filter(None, (judged.why.en, covered.reason_en, case.note_en))),
        reason_zh="；".join(filter(None, (judged.why.zh, covered.reason_zh, case.note_zh))),
        warranty=covered,
    )


_ONLY_THIS: Final = Both(
    "only this device is affected: check its power and network",
    "仅此设备受影响：请检查其供电与网络",
)


def _site_task(entry: CatalogueEntry, why: Both, *, again_at: datetime | None = None) -> Decision:
    return Decision(
        verdict=Verdict.TASK,
        reason_en=why.en,
        reason_zh=why.zh,
        task_kind=entry.outcome.value,
        look_again_at=again_at,
    )


def judge_warranty(case: Facts, entry: CatalogueEntry, policy: Policy) -> Warranty:
    """The warranty of the part that this fault is of, at the fault's onset."""
    unit = case.unit
    return warranty.judge(
        unit,
        case.seen,
        months=policy.months_for(product=unit.product if unit else "", component=entry.component),
        terms=policy.cover_terms,
    )


def _claim(case: Facts, entry: CatalogueEntry, policy: Policy) -> Decision:
    judged = judge_warranty(case, entry, policy)
    if judged.verdict in NOT_OWED:
        return Decision(
            verdict=Verdict.NOT_APPLICABLE,
            reason_en=judged.reason_en,
            reason_zh=judged.reason_zh,
            warranty=judged,
        )
    if (why := _why_in_shadow(case, entry, policy)) is not None:
        return Decision(verdict=Verdict.SHADOW, reason_en=why[0], reason_zh=why[1], warranty=judged)
    return _by_profile(case, entry, policy, judged)


def _by_profile(case: Facts, entry: CatalogueEntry, policy: Policy, judged: Warranty) -> Decision:
    """A claim, or a draft that waits for an engineer; whatever trust or policy say beside it."""
    standing = stand(case.profile, policy.profiles)
    if standing is Standing.WRONG:
        return Decision(
            verdict=Verdict.NOT_APPLICABLE,
            reason_en="an engineer compared the readings with the device and found them wrong",
            reason_zh="工程师已与设备核对，读数有误",
            warranty=judged,
        )
    why_en, why_zh = ("", "")
    if case.profile is not None and standing is not Standing.FREE:
        why_en, why_zh = describe(case.profile, standing)
    return Decision(
        verdict=Verdict.CLAIM,
        reason_en="; ".join(filter(None, (entry.name_en, judged.reason_en, case.note_en, why_en))),
        reason_zh="；".join(filter(None, (entry.name_zh, judged.reason_zh, case.note_zh, why_zh))),
        warranty=judged,
        profile=standing,
    )


def _why_in_shadow(case: Facts, entry: CatalogueEntry, policy: Policy) -> tuple[str, str] | None:
    """Why this opens nothing, in English and Chinese; None when it may open a draft."""
    proof = proof_of(entry, case.proof)
    if case.trust.is_ruled_wrong:
        return (
            "shadow: an engineer ruled this verdict wrong; nothing opened",
            "影子：工程师已裁定该判定错误；未开立索赔",
        )
    if case.trust.is_stopped:
        return (
            "shadow: such verdicts were found wrong too often on this model; recorded for"
            f" engineers, nothing opened: {case.trust.how_en}",
            f"影子：此类判定在该型号上错误过多；仅记录供工程师查看，未开立索赔：{case.trust.how_zh}",
        )
    if policy.trusts(entry.code, proof) or case.trust.is_earned:
        return None
    return (
        "shadow: a passive verdict that is not trusted yet; recorded for engineers, nothing opened"
        + (f": {case.trust.how_en}" if case.trust.how_en else ""),
        "影子：被动判定尚未获得信任；仅记录供工程师查看，未开立索赔"
        + (f"：{case.trust.how_zh}" if case.trust.how_zh else ""),
    )


def proof_of(entry: CatalogueEntry, stated: str) -> Proof:
    """What proves this very fault: an experiment, where the code has one and the event states it.

    A word that this version does not know, or an experiment that does not exist, proves no more
    than the code promises.
    """
    proven = entry.has_experiment and stated == Proof.EXPERIMENT.value
    return Proof.EXPERIMENT if proven else entry.proof


_KIND_ZH: Final = {
    Outcome.MAINTENANCE: "维护",
    Outcome.CONFIGURATION: "配置",
    Outcome.SITING: "安装位置",
}


def _span_en(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds:g} s"


def _span_zh(seconds: float) -> str:
    return f"{seconds / 3600:g} 小时" if seconds >= 3600 else f"{seconds:g} 秒"
