"""4G faults that show in a visit: modem, SIM, registration, session, plan.

Each is judged only when the one below it is well, and of several only the cause is told
(``explanations``). What takes days to know is in ``radio_rules``.
"""

from __future__ import annotations

from typing import Final

from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read
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
    """Judged only when the SIM is seen and open."""
    registered = view.flag("cellular.registered")
    if _sim(view) not in _READY or registered is None:
        return not_read(REGISTERED)
    names = ("cellular.sim", "cellular.registered", "cellular.operator")
    if registered:
        return healthy(REGISTERED, view, *names)
    return fault(REGISTERED, view, "SIM seen, but not registered", "SIM卡正常但未注册网络", *names)


def judge_apn(view: View) -> Finding:
    """Registered and well heard, and yet no data session; or the network's own refusal of it."""
    names = (
        *("cellular.apn", "cellular.session", "cellular.state"),
        *("cellular.registered", "cellular.reject_cause"),
    )
    session = session_of(view.flag("cellular.session"), view.text("cellular.state"))
    registered = view.flag("cellular.registered")
    if session and registered is not False:
        return healthy(APN, view, *names)
    cause = view.number("cellular.reject_cause")
    said = _APN_CAUSES.get(cause) if cause is not None else None
    if said is not None:
        en, zh = said
        return fault(APN, view, f"the network answers: {en}", f"网络应答：{zh}", *names)
    if session is not False or registered is not True:
        return not_read(APN)
    rsrp = view.number("cellular.rsrp")
    if rsrp is not None and rsrp < view.levels.session_rsrp_dbm:
        return no_verdict(APN, "too weak to tell", "信号太弱，无法判断")
    return fault(
        APN,
        view,
        "registered, but no data session: APN, plan or account",
        "已注册但无数据会话：APN、套餐或账户问题",
        *names,
    )


def judge_plan(view: View) -> Finding:
    """The month's bytes against the plan, which the owner states or the device knows."""
    used = view.number("cellular.bytes_month")
    plan = view.data_plan_bytes or view.number("cellular.plan_bytes")
    if used is None or not plan:
        return not_read(PLAN)
    names = ("cellular.bytes_month", "cellular.plan_bytes", "cellular.session")
    if used < plan * view.levels.data_plan_left_share:
        return healthy(PLAN, view, *names)
    if used < plan:
        return no_verdict(PLAN, "nearly used up", "即将用尽")
    en = f"{used / 1e6:.0f} MB of {plan / 1e6:.0f} MB are used this month"
    return fault(PLAN, view, en, f"本月已用 {used / 1e6:.0f} MB，套餐 {plan / 1e6:.0f} MB", *names)


RULES = (
    Rule(code=MODEM, needs=("cellular.sim", ANSWERS), judge=judge_modem),
    Rule(code=SIM, needs=("cellular.sim",), judge=judge_sim),
    Rule(code=REGISTERED, needs=("cellular.registered",), judge=judge_registered),
    Rule(
        code=APN,
        needs=("cellular.session", "cellular.state", "cellular.reject_cause"),
        judge=judge_apn,
    ),
    Rule(code=PLAN, needs=("cellular.bytes_month",), judge=judge_plan),
)
