"""4G faults: modem, SIM, registration, signal; each only when the one below it is well."""

from __future__ import annotations

from agent.diagnosis.rule import Finding, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read

MODEM = "cellular.modem_dead"
SIM = "cellular.sim_missing"
REGISTERED = "cellular.not_registered"
SIGNAL = "cellular.signal_weak"
_DEAD = frozenset({"error", "modem_error", "no_modem", "no answer", "fault"})
_ABSENT = frozenset({"missing", "absent", "not_inserted", "not inserted", "none"})
_READY = frozenset({"ready", "ok", "present", "inserted"})


def _sim(view: View) -> str | None:
    text = view.text("cellular.sim")
    return None if text is None else text.strip().casefold()


def judge_modem(view: View) -> Finding:
    """The device's own word that its modem errs; a SIM that is seen or missed proves it lives."""
    sim = _sim(view)
    if sim in _DEAD:
        return fault(MODEM, view, f"the modem answers: {sim}", f"4G模块应答：{sim}", "cellular.sim")
    if sim in _READY or sim in _ABSENT:
        return healthy(MODEM, view, "cellular.sim")
    return not_read(MODEM)


def judge_sim(view: View) -> Finding:
    """Judged only when the modem answers."""
    sim = _sim(view)
    if sim in _ABSENT:
        return fault(SIM, view, "the modem sees no SIM", "模块未识别到SIM卡", "cellular.sim")
    if sim in _READY:
        return healthy(SIM, view, "cellular.sim")
    return not_read(SIM)


def judge_registered(view: View) -> Finding:
    """Judged only when the SIM is seen."""
    registered = view.flag("cellular.registered")
    if _sim(view) not in _READY or registered is None:
        return not_read(REGISTERED)
    names = ("cellular.sim", "cellular.registered", "cellular.operator")
    if registered:
        return healthy(REGISTERED, view, *names)
    return fault(REGISTERED, view, "SIM seen, but not registered", "SIM卡正常但未注册网络", *names)


def judge_signal(view: View) -> Finding:
    """Figures without registration are not believed: some modems go on printing the last ones."""
    rsrp = view.number("cellular.rsrp")
    if rsrp is None or view.flag("cellular.registered") is not True:
        return not_read(SIGNAL)
    names = ("cellular.rsrp", "cellular.rsrq", "cellular.sinr", "cellular.cell", "cellular.band")
    if rsrp < view.levels.rsrp_weak_dbm:
        return fault(SIGNAL, view, f"RSRP is {rsrp:.0f} dBm", f"RSRP 为 {rsrp:.0f} dBm", *names)
    if rsrp >= view.levels.rsrp_fair_dbm:
        return healthy(SIGNAL, view, *names)
    return no_verdict(SIGNAL, "the signal is between the levels", "信号处于两阈值之间")


RULES = (
    Rule(code=MODEM, needs=("cellular.sim",), judge=judge_modem),
    Rule(code=SIM, needs=("cellular.sim",), judge=judge_sim),
    Rule(code=REGISTERED, needs=("cellular.registered",), judge=judge_registered),
    Rule(code=SIGNAL, needs=("cellular.rsrp",), judge=judge_signal),
)
