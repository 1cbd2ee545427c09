"""4G faults that show in a visit: modem, SIM, registration, session, plan.

Each is judged only when the one below it is well, and of several only the cause is told
(``explanations``). What takes days to know is in ``radio_rules``.
"""

from __future__ import annotations

from datetime import timedelta
from statistics import median
from typing import Final

from agent.diagnosis.extracted import STATED
from agent.diagnosis.rule import Finding, Persistence, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read, unsure
from agent.radio.flow import Why, flows, why_dry
from agent.radio.session import session_of

MODEM: Final = "cellular.modem_dead"
SIM: Final = "cellular.sim_missing"
REGISTERED: Final = "cellular.not_registered"
APN: Final = "cellular.apn_wrong"
PLAN: Final = "cellular.data_used_up"
ANSWERS: Final = "cellular.answers"  # reading: whether the modem spoke while its host did
_DEAD: Final = frozenset({"error", "modem_error", "no_modem", "no answer", "fault", "nodevice"})
_ABSENT: Final = frozenset({"missing", "absent", "not_inserted", "not inserted", "none"})
_READY: Final = frozenset({"ready", "ok", "present", "inserted"})
_LOCKED: Final = frozenset(
    {"locked", "blocked", "pin", "puk", "sim pin", "sim puk", "pin required", "puk required"}
)
# Session and attach causes of TS 24.301 9.9.3.9 and 9.9.4.4 (the same numbers as TS 24.008).
_APN_CAUSES: Final = {
    27.0: ("missing or unknown APN", "APN缺失或未知"),
    29.0: ("APN user or password refused", "APN用户名或密码被拒"),
    33.0: ("the APN is not in the subscription", "该APN未签约"),
}


_APN_NAMES: Final = (
    *("cellular.apn", "cellular.session", "cellular.state"),
    *("cellular.registered", "cellular.reject_cause"),
)
_PLAN_NAMES: Final = ("cellular.bytes_month", "cellular.plan_bytes", "cellular.session")
_CLOSES: Final = "radio.reconnects"  # told of every day on which the modem said anything
_RECENT: Final = timedelta(days=3)


def _word(view: View, name: str) -> str | None:
    text = view.text(name)
    return None if text is None else text.strip().casefold()


def _sim(view: View) -> str | None:
    return _word(view, "cellular.sim")


def judge_modem(view: View) -> Finding:
    """The modem errs, or is silent while its host speaks; a SIM seen or missed proves it lives."""
    sim, answers = _sim(view), view.flag(ANSWERS)
    if sim in _DEAD:
        return fault(MODEM, view, f"the modem answers: {sim}", f"4G模块应答：{sim}", "cellular.sim")
    if answers is False:
        en = "the modem does not answer while the device it is in does"
        return fault(MODEM, view, en, "设备本身有应答，但4G模块无响应", ANSWERS, "cellular.sim")
    if sim in _READY | _ABSENT | _LOCKED or view.flag("cellular.registered"):
        return healthy(MODEM, view, "cellular.sim", ANSWERS)
    return not_read(MODEM)


def judge_sim(view: View) -> Finding:
    """Judged only when the modem answers."""
    sim = _sim(view)
    if sim in _ABSENT:
        return fault(SIM, view, "the modem sees no SIM", "模块未识别到SIM卡", "cellular.sim")
    if sim in _LOCKED:
        en, zh = f"the SIM is locked: {sim}", f"SIM卡已锁定：{sim}"
        return fault(SIM, view, en, zh, "cellular.sim")
    if sim in _READY:
        return healthy(SIM, view, "cellular.sim")
    return not_read(SIM)


def judge_registered(view: View) -> Finding:
    """Judged only when the SIM is seen and open, and was heard well enough before."""
    registered = view.flag("cellular.registered")
    if _sim(view) not in _READY or registered is None:
        return not_read(REGISTERED)
    names = ("cellular.sim", "cellular.registered", "cellular.operator")
    if registered:
        return healthy(REGISTERED, view, *names)
    if _was_too_weak(view):
        return unsure(
            REGISTERED,
            "not registered, but what it heard last was too weak to stay so",
            "未注册，但最后收到的信号过弱，难以保持注册",
            "three days without registration, or a stronger signal",
            "连续三天未注册，或信号增强",
        )
    return fault(REGISTERED, view, "SIM seen, but not registered", "SIM卡正常但未注册网络", *names)


def _was_too_weak(view: View) -> bool:
    """By the last figures that were believed: then neither SIM nor plan is the matter."""
    recent = [
        value
        for reading in view.history.get("cellular.rsrp", ())
        if (value := reading.number()) is not None and view.now - reading.taken_at <= _RECENT
    ]
    return bool(recent) and median(recent[-5:]) < view.levels.session_rsrp_dbm


def judge_apn(view: View) -> Finding:
    """Registered and well heard, and yet no data; or the network's own refusal of a session.

    Where the plan is not known, a month may have to show which of the two it is.
    """
    session = session_of(view.flag("cellular.session"), view.text("cellular.state"))
    registered = view.flag("cellular.registered")
    if session and registered is not False:
        return healthy(APN, view, *_APN_NAMES)
    cause = view.number("cellular.reject_cause")
    said = _APN_CAUSES.get(cause) if cause is not None else None
    if said is not None:
        en, zh = said
        return fault(APN, view, f"the network answers: {en}", f"网络应答：{zh}", *_APN_NAMES)
    rsrp = view.number("cellular.rsrp")
    if rsrp is not None and rsrp < view.levels.session_rsrp_dbm:
        return no_verdict(APN, "too weak to tell", "信号太弱，无法判断")
    if session is False and registered is True and _plan(view):
        en = "registered, but no data session although the plan is not used up"
        return fault(APN, view, en, "已注册且套餐未用尽，但无数据会话", *_APN_NAMES)
    return _apn_by_days(view)


def _apn_by_days(view: View) -> Finding:
    """What the months say once a day; between two of them nobody knows more."""
    today = view.radio.today if view.radio else None
    if view.radio is None or today is None:
        return not_read(APN)
    why = why_dry(view.radio.days, view.radio.day)
    if why is None:
        return healthy(APN, view, *_APN_NAMES) if flows(today) else not_read(APN)
    if why is Why.APN:
        en = "registered, but no data: the APN changed, or no month brings any"
        return fault(APN, view, en, "已注册但无数据：APN已更改，或整月无数据", *_APN_NAMES)
    if why is Why.LONG_OPEN:
        en = "registered, but no data for ten days: APN, plan or account"
        return fault(APN, view, en, "已注册但十天无数据：APN、套餐或账户问题", *_APN_NAMES)
    return unsure(
        APN,
        "registered, but no data: plan or APN",
        "已注册但无数据：套餐或APN问题",
        "the plan's size (data_plan_mb of the device), or the turn of its month",
        "填写套餐大小（设备的 data_plan_mb），或等待套餐月结",
    )


def _plan(view: View) -> float | None:
    """The month's plan in bytes, by the owner's word or the device's; None when neither says."""
    return view.data_plan_bytes or view.number("cellular.plan_bytes")


def judge_plan(view: View) -> Finding:
    """The month's bytes against the plan; unknown, it shows by where the month before ended."""
    used, plan = view.number("cellular.bytes_month"), _plan(view)
    if used is None:
        return not_read(PLAN)
    if not plan:
        return _plan_by_days(view, used)
    if used < plan * view.levels.data_plan_left_share:
        return healthy(PLAN, view, *_PLAN_NAMES)
    if used < plan:
        return no_verdict(PLAN, "nearly used up", "即将用尽")
    en = f"{used / 1e6:.0f} MB of {plan / 1e6:.0f} MB are used this month"
    zh = f"本月已用 {used / 1e6:.0f} MB，套餐 {plan / 1e6:.0f} MB"
    return fault(PLAN, view, en, zh, *_PLAN_NAMES)


def _plan_by_days(view: View, used: float) -> Finding:
    today = view.radio.today if view.radio else None
    if view.radio is None or today is None:
        return not_read(PLAN)
    why = why_dry(view.radio.days, view.radio.day)
    if why is Why.PLAN:
        en = f"data stop at {used / 1e6:.0f} MB, as they did in the month before"
        return fault(PLAN, view, en, f"数据在 {used / 1e6:.0f} MB 处停止，与上月相同", *_PLAN_NAMES)
    return healthy(PLAN, view, *_PLAN_NAMES) if why is None and flows(today) else not_read(PLAN)


_SOME_DAYS: Final = Persistence(forget_after=timedelta(days=6))
"""Findings may come a day apart."""
RULES = (
    Rule(code=MODEM, needs=("cellular.sim", ANSWERS), judge=judge_modem),
    Rule(code=SIM, needs=("cellular.sim",), judge=judge_sim),
    Rule(
        code=REGISTERED,
        needs=("cellular.registered",),
        judge=judge_registered,
        looks_back=("cellular.rsrp", *STATED),
    ),
    Rule(
        code=APN,
        needs=("cellular.session", "cellular.state", "cellular.reject_cause", _CLOSES),
        judge=judge_apn,
        persistence=_SOME_DAYS,
    ),
    Rule(code=PLAN, needs=("cellular.bytes_month",), judge=judge_plan, persistence=_SOME_DAYS),
)
