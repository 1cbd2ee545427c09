"""What was tried before a claim, by people and as the agent saw it: what, when, with what outcome.

Makers ask for these first (claims and warranty, section 2: Axis, Reolink, Teltonika). Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from collector.claims.problem import Both
from collector.claims.report import Tried

CHECKED: Final = "checked"
"""The type of event of the line's log that holds one check."""


class CheckOutcome(enum.Enum):
    """What came of it."""

    NO_CHANGE = "no_change"  # the fault is as it was
    FOR_A_WHILE = "for_a_while"  # it went, and came back
    GONE = "gone"
    NOT_POSSIBLE = "not_possible"  # it could not be done; that is no check
    NOT_TOLD = "not_told"  # a report that names it alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was tried."""

    what: Tried
    outcome: CheckOutcome
    at: datetime  # when it was told, or seen
    actor: str
    note: str = ""
    is_seen: bool = False  # the agent's readings show it; nobody had to say it

    @property
    def counts(self) -> bool:
        """Whether it was done; what could not be done stays a gap."""
        return self.outcome is not CheckOutcome.NOT_POSSIBLE


_TRIED: Final = {one.value: one for one in Tried}
_OUTCOMES: Final = {one.value: one for one in CheckOutcome}
LEAST_UPTIME: Final = timedelta(minutes=1)
_MOST_UPTIME_S: Final = 10.0**9


def read_check(payload: Mapping[str, object], *, at: datetime, actor: str) -> Check | None:
    """The check that an event holds; None when a newer version wrote what is not known here."""
    what = _TRIED.get(str(payload.get("what", "")))
    outcome = _OUTCOMES.get(str(payload.get("outcome", "")))
    if what is None or outcome is None:
        return None
    note = payload.get("reason")
    return Check(
        what=what,
        outcome=outcome,
        at=at,
        actor=actor,
        note=note if isinstance(note, str) else "",
    )


def restart_seen(
    uptime_s: float | None, *, read_at: datetime, onset_at: datetime, is_open: bool, agent: str
) -> Check | None:
    """The device restarted after the fault began, by its own uptime, and the fault stayed.

    ``uptime_s`` is None when no good one was read. None when it reaches behind the onset, or the
    fault is over: then nobody knows what the restart did.
    """
    if uptime_s is None or not 0 <= uptime_s <= _MOST_UPTIME_S or not is_open:
        return None
    up = timedelta(seconds=uptime_s)
    if up < LEAST_UPTIME or read_at - up <= onset_at:
        return None
    return Check(
        what=Tried.RESTARTED,
        outcome=CheckOutcome.NO_CHANGE,
        at=(read_at - up).replace(second=0, microsecond=0),  # an uptime is read to the second
        actor=agent,
        is_seen=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """The agent read another firmware than before."""

    before: str
    after: str
    at: datetime


def update_seen(
    changes: Iterable[Updated], *, onset_at: datetime, is_open: bool, agent: str
) -> Check | None:
    """The firmware was changed after the fault began, and the fault stayed; the newest change.

    That it is the newest firmware nobody can know from here: the note names both versions.
    """
    after = [one for one in changes if one.at > onset_at and one.before]
    if not after or not is_open:
        return None
    last = max(after, key=lambda one: one.at)
    return Check(
        what=Tried.NEWEST_FIRMWARE,
        outcome=CheckOutcome.NO_CHANGE,
        at=last.at,
        actor=agent,
        note=f"{last.before} → {last.after}",
        is_seen=True,
    )


OUTCOME_WORDS: Final[Mapping[CheckOutcome, Both]] = {
    CheckOutcome.NO_CHANGE: Both("the fault stayed", "故障依旧"),
    CheckOutcome.FOR_A_WHILE: Both("it went for a while and came back", "暂时消失后再次出现"),
    CheckOutcome.GONE: Both("the fault went", "故障消失"),
    CheckOutcome.NOT_POSSIBLE: Both("could not be done", "无法进行"),
    CheckOutcome.NOT_TOLD: Both("", ""),
}
TRIED_WORDS: Final[Mapping[Tried, Both]] = {
    Tried.RESTARTED: Both("restarted", "已重启"),
    Tried.NEWEST_FIRMWARE: Both("newest firmware installed", "已装最新固件"),
    Tried.POWER_CHECKED: Both("power checked", "已检查供电"),
    Tried.CABLE_CHANGED: Both("cable changed", "已换线缆"),
    Tried.SIM_CHANGED: Both("SIM changed", "已换 SIM 卡"),
    Tried.CLEANED: Both("lens and housing cleaned", "已清洁镜头与外壳"),
    Tried.FACTORY_RESET: Both("reset to factory settings", "已恢复出厂设置"),
}
_UPDATED: Final = Both("firmware updated", "固件已更新")


def tell_check(check: Check) -> Both:
    """The check in words: what, and with what outcome."""
    what = TRIED_WORDS[check.what]
    if check.is_seen and check.what is Tried.NEWEST_FIRMWARE:
        what = _UPDATED
    outcome = OUTCOME_WORDS[check.outcome]
    en = f"{what.en}: {outcome.en}" if outcome.en else what.en
    zh = f"{what.zh}：{outcome.zh}" if outcome.zh else what.zh
    if check.is_seen:
        en, zh = f"{en} (seen by the agent)", f"{zh}（代理观察到）"
    if check.note:
        en, zh = f"{en} ({check.note})", f"{zh}（{check.note}）"
    return Both(en, zh)
