"""Wi-Fi: a weak link is a matter of siting; judged once when a day closes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.diagnosis.rule import Finding, Persistence, Rule, View
from agent.diagnosis.verdicts import fault, healthy, no_verdict, not_read

WEAK: Final = "wifi.signal_weak"
_DAY: Final = "radio.wifi_day"


def judge_wifi(view: View) -> Finding:
    """The day's median; bars are no dBm and never come here unless a profile maps them."""
    rssi = view.number(_DAY)
    if rssi is None:
        return not_read(WEAK)
    if rssi < view.levels.wifi_weak_dbm:
        return fault(
            WEAK, view, f"RSSI {rssi:.0f} dBm for a day", f"全天 RSSI {rssi:.0f} dBm", _DAY,
            "wifi.rssi",
        )  # fmt: skip
    if rssi >= view.levels.wifi_fair_dbm:
        return healthy(WEAK, view, _DAY, "wifi.rssi")
    return no_verdict(WEAK, "the signal is between the levels", "信号处于两阈值之间")


RULES = (
    Rule(
        code=WEAK,
        needs=(_DAY,),
        judge=judge_wifi,
        persistence=Persistence(
            open_n=3, open_m=4, clear_n=3, clear_m=4, forget_after=timedelta(days=6)
        ),
    ),
)
