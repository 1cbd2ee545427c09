"""Why a login fails: the firmware's kind of login, the password, or a locked account."""

from __future__ import annotations

from agent.camera.port import LoginKind
from agent.diagnosis.rule import Finding, Persistence, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read

METHOD = "login.firmware_refuses_method"
PASSWORD = "login.wrong_password"  # a fault code
LOCKED = "login.locked_out"
_NAMES = ("login.outcome", "login.accepted", "login.refused")


def judge_method(view: View) -> Finding:
    """The recorder's kind refused and another kind with the same password accepted: firmware."""
    accepted, refused = view.text("login.accepted"), view.text("login.refused")
    wanted = view.recorder_login
    if wanted is LoginKind.NONE:
        return no_verdict(
            METHOD, "the recorder's kind of login is not known", "未配置录像机登录方式"
        )
    if accepted is None or refused is None:
        return not_read(METHOD)
    if accepted == wanted.value:
        return healthy(METHOD, view, *_NAMES)
    if accepted != LoginKind.NONE.value and wanted.value in refused.split(","):
        return fault(
            METHOD,
            view,
            f"{wanted.value} is refused, {accepted} works with the same password",
            f"{wanted.value} 被拒绝，而相同密码的 {accepted} 可用",
            *_NAMES,
            "identity.firmware",
        )
    return no_verdict(METHOD, f"{wanted.value} was not tried", f"未尝试 {wanted.value}")


def judge_password(view: View) -> Finding:
    """Every kind refused; a lock-out is another matter and says nothing of the password."""
    outcome = view.text("login.outcome")
    if outcome == "accepted":
        return healthy(PASSWORD, view, *_NAMES)
    if outcome == "refused":
        return fault(
            PASSWORD,
            view,
            "every kind of login is refused with the configured password",
            "使用配置的密码，所有登录方式均被拒绝",
            *_NAMES,
        )
    return not_read(PASSWORD)


def judge_locked(view: View) -> Finding:
    """Any other outcome than a lock clears it."""
    outcome = view.text("login.outcome")
    if outcome is None:
        return not_read(LOCKED)
    if outcome == "locked":
        left_s = view.number("login.lock_remaining")
        return fault(
            LOCKED,
            view,
            "the device says that the account is locked"
            + ("" if left_s is None else f" for {left_s:.0f} s more"),
            "设备提示账户已锁定" + ("" if left_s is None else f"，剩余 {left_s:.0f} 秒"),
            *_NAMES,
            "login.lock_remaining",
        )
    return healthy(LOCKED, view, "login.outcome")


# A login is an experiment, like an active test: twice the same is certain, and every further try
# costs the account something.
_TWICE = Persistence(open_n=2, open_m=2, clear_n=2, clear_m=2)

RULES = tuple(
    Rule(code=code, needs=("login.outcome",), judge=judge, persistence=_TWICE)
    for code, judge in ((METHOD, judge_method), (PASSWORD, judge_password), (LOCKED, judge_locked))
)
