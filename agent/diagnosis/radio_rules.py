"""4G faults that take days to know: antenna, weak cell, unstable; judged once when a day closes.

A weak signal is a matter of siting until two witnesses agree: the device's own past on the same
cell and band, and its siblings there. One that moved to another cell has no past to be held
against. Thresholds: vendor-interfaces section 4 (15 dB, 14 days) and claims-and-warranty section
11 (7 days, same band and cell).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.diagnosis.extracted import STATED
from agent.diagnosis.rule import Finding, Persistence, Rule, Verdict, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read, unsure
from agent.radio.scale import PORTS
from agent.radio.usual import Standing
from agent.radio.view import RadioView

ANTENNA: Final = "cellular.antenna_fault"
SIGNAL: Final = "cellular.signal_weak"
UNSTABLE: Final = "cellular.unstable"
_CLOSES: Final = "radio.reconnects"  # told of every day on which the modem said anything
_FIGURES: Final = (
    "radio.rsrp_day",
    "radio.own_drop",
    "radio.sibling_drop",
    "radio.rsrq_day",
    "radio.sinr_day",
    "cellular.rsrp",
    "cellular.cell",
    "cellular.band",
)
_PORT_DAYS: Final = 7  # a port that was never alive may have no antenna by design
_PORT_SHARE: Final = 0.8
_LEAST_READINGS: Final = 3


def judge_antenna(view: View) -> Finding:
    """Far below its own past and below its siblings on one cell and band; or one port is deaf."""
    if view.radio is None:
        return not_read(ANTENNA)
    found = _by_ports(view, view.radio) or _by_figures(view, view.radio.standing)
    if found.verdict is Verdict.NO_VERDICT and _hear_both(view.radio):
        return healthy(ANTENNA, view, *PORTS)
    return found


def _hear_both(radio: RadioView) -> bool:
    """Whether both ports heard all day, and no figure of the day speaks against them."""
    today, standing = radio.today, radio.standing
    if today is None or today.ports < _LEAST_READINGS:
        return False
    is_past_unknown = standing is None or standing.own_drop_db is None
    return is_past_unknown and min(today.ports_alive) >= _PORT_SHARE * today.ports


def _by_figures(view: View, standing: Standing | None) -> Finding:
    if standing is None:
        return not_read(ANTENNA)
    if standing.own_drop_db is None:
        return _without_past(standing)
    if standing.own_drop_db <= view.levels.antenna_well_db:
        return healthy(ANTENNA, view, *_FIGURES)
    if standing.own_drop_db < view.levels.antenna_drop_db:
        return no_verdict(ANTENNA, "the drop is between the levels", "下降处于两阈值之间")
    return _beside_siblings(view, standing)


def _without_past(standing: Standing) -> Finding:
    if standing.is_elsewhere:
        return unsure(
            ANTENNA,
            "on another cell or band than usual: the figures cannot be compared",
            "所在小区或频段与以往不同：数值不可比",
            "two weeks on this cell, or its return to the usual one",
            "在此小区运行两周，或回到原小区",
        )
    return no_verdict(ANTENNA, "its past on this cell is not known yet", "尚无在此小区的历史")


def _beside_siblings(view: View, standing: Standing) -> Finding:
    """It fell far below its own past: whether that is the cell, only siblings can say."""
    drop, beside, below = (
        standing.own_drop_db,
        standing.sibling_drop_db,
        standing.below_siblings_db,
    )
    assert drop is not None
    if beside is None or below is None:
        return unsure(
            ANTENNA,
            f"{drop:.0f} dB below its own past; no other device is on this cell and band",
            f"较自身历史低 {drop:.0f} dB；无其他设备处于同小区同频段",
            "another device on the same cell and band, or another antenna on this one",
            "同小区同频段的另一台设备，或为本机更换天线",
        )
    if beside < view.levels.antenna_drop_db:
        return unsure(
            ANTENNA,
            f"{drop:.0f} dB below its own past, but its siblings on this cell lost signal too",
            f"较自身历史低 {drop:.0f} dB，但同小区其他设备信号也下降",
            "its siblings' recovery without its own",
            "其他设备恢复而本机未恢复",
        )
    if below < view.levels.antenna_below_siblings_db:
        return unsure(
            ANTENNA,
            f"{drop:.0f} dB below its own past, but no weaker than its siblings on this cell",
            f"较自身历史低 {drop:.0f} dB，但不弱于同小区其他设备",
            "another antenna on this device",
            "为本机更换天线",
        )
    return fault(
        ANTENNA,
        view,
        f"RSRP {standing.rsrp_dbm:.0f} dBm: {drop:.0f} dB below its own past on this cell and "
        f"band, {beside:.0f} dB of it alone; {below:.0f} dB below {standing.siblings} siblings",
        f"RSRP {standing.rsrp_dbm:.0f} dBm：较自身同小区同频段历史低 {drop:.0f} dB，其中仅本机 "
        f"{beside:.0f} dB；较 {standing.siblings} 台同小区设备低 {below:.0f} dB",
        *_FIGURES,
    )


def _by_ports(view: View, radio: RadioView) -> Finding | None:
    """What the modem says of each antenna port; None where it says nothing that decides."""
    today = radio.today
    if today is None or today.ports < _LEAST_READINGS:
        return None
    for port in (0, 1):
        if today.ports_dead[port] < _PORT_SHARE * today.ports:
            continue
        alive = [day for at, day in radio.days.items() if at < radio.day and day.ports_alive[port]]
        if len(alive) < _PORT_DAYS:
            return unsure(
                ANTENNA,
                f"antenna port {port + 1} hears nothing, and never did",
                f"天线口 {port + 1} 无信号，且从未有过信号",
                "whether an antenna was ever fitted there",
                "确认该口是否装有天线",
            )
        return fault(
            ANTENNA,
            view,
            f"antenna port {port + 1} hears nothing while the other one hears well",
            f"天线口 {port + 1} 无信号，而另一天线口正常",
            *PORTS,
            *_FIGURES,
        )
    return None


def judge_signal(view: View) -> Finding:
    """Weak for a day; not said of one whose antenna is in question and has a witness."""
    standing = view.radio.standing if view.radio else None
    if standing is None:
        return not_read(SIGNAL)
    levels = view.levels
    if standing.rsrp_dbm >= levels.rsrp_fair_dbm:
        return healthy(SIGNAL, view, *_FIGURES)
    if standing.rsrp_dbm >= levels.rsrp_weak_dbm:
        return no_verdict(SIGNAL, "the signal is between the levels", "信号处于两阈值之间")
    drop, beside = standing.own_drop_db, standing.sibling_drop_db
    fell = drop is not None and drop >= levels.antenna_drop_db
    if fell and beside is not None and beside >= levels.antenna_drop_db:
        return unsure(
            SIGNAL,
            "weak, but it alone: that is no matter of the cell",
            "信号弱，但仅本机如此：并非小区问题",
            "seven such days tell whether it is the antenna",
            "连续七天可判断是否为天线问题",
        )
    en, zh = _why_weak(standing, fell=fell)
    return fault(
        SIGNAL,
        view,
        f"RSRP {standing.rsrp_dbm:.0f} dBm for a day; {en}",
        f"全天 RSRP {standing.rsrp_dbm:.0f} dBm；{zh}",
        *_FIGURES,
    )


def _why_weak(standing: Standing, *, fell: bool) -> tuple[str, str]:
    if fell and standing.siblings:
        return "its siblings on this cell fell too", "同小区其他设备也下降"
    if fell:
        return (
            "it fell, and no other device on this cell tells whether that is the antenna",
            "信号已下降，且无同小区设备可判断是否为天线问题",
        )
    if standing.is_elsewhere:
        return "it is on another cell than usual", "所在小区与以往不同"
    if not (standing.cell and standing.band):
        return "the device names no cell", "设备未提供小区信息"
    if standing.usual is not None:
        return "as it always was here", "此处一直如此"
    return "its past here is not known yet", "尚无此处历史"


def judge_unstable(view: View) -> Finding:
    """How often registration or session was lost in a day."""
    count = view.number(_CLOSES)
    if count is None:
        return not_read(UNSTABLE)
    names = (_CLOSES, "radio.registered_share", "radio.rsrp_day", "radio.sinr_day")
    if count >= view.levels.reconnects_many:
        en, zh = f"{count:.0f} reconnects in a day", f"一天重连 {count:.0f} 次"
        return fault(UNSTABLE, view, en, zh, *names)
    if count <= view.levels.reconnects_few:
        return healthy(UNSTABLE, view, *names)
    return no_verdict(UNSTABLE, "between the levels", "处于两阈值之间")


_A_FEW_DAYS: Final = timedelta(days=6)
"""Findings come a day apart, and a day or two may tell nothing."""
_DAILY: Final = Persistence(
    open_n=3, open_m=4, clear_n=3, clear_m=4, forget_after=_A_FEW_DAYS,
    flap_within=timedelta(days=30), confirm_every=timedelta(days=7),
)  # fmt: skip
_WEEK: Final = Persistence(
    open_n=7, open_m=9, clear_n=3, clear_m=4, forget_after=_A_FEW_DAYS,
    flap_within=timedelta(days=30), confirm_every=timedelta(days=7),
)  # fmt: skip

RULES = (
    Rule(
        code=ANTENNA,
        needs=(_CLOSES,),
        judge=judge_antenna,
        persistence=_WEEK,
        # A week's figures rest on what profiles read all along.
        looks_back=("cellular.rsrp", *STATED),
    ),
    Rule(code=SIGNAL, needs=(_CLOSES,), judge=judge_signal, persistence=_DAILY),
    Rule(code=UNSTABLE, needs=(_CLOSES,), judge=judge_unstable, persistence=_DAILY),
)
