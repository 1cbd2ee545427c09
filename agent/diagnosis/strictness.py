"""What makes a verdict stricter, so that whoever may only tighten cannot loosen; pure.

Stricter means: under the stricter setting a rule says what it said before, or nothing. It never
turns nothing into a fault or into a recovery, nor one of them into the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agent.diagnosis.levels import Levels

LONGEST_WINDOW: Final = 20
"""Findings that may be asked for at most: four times the defaults, else a rule never speaks."""
FARTHEST: Final[Mapping[str, float]] = {
    "light_luma_most": 180.0,
    "night_luma": 55.0,
    "colour_saturation": 20.0,
    "grey_saturation": 1.0,
    "pale_saturation": 25.0,
    "magenta_healthy": 0.01,
    "green_valley_fault": 0.9,
    "green_valley_healthy": 0.3,
    "same_colour_share": 0.004,
    "black_luma": 1.0,
    "black_dark_share": 0.999,
    "white_bright_share": 0.99,
    "seen_bright_share": 0.2,
    "extreme_hours": 72.0,
    "daylight_mw": 1000.0,
    "frozen_change": 0.1,
    "live_change": 3.0,
    "frozen_minutes": 720.0,
    "frozen_luma": 0.05,
    "flat_luma_std": 30.0,
    "blurred_ratio": 0.5,
    "sharp_ratio": 1.0,
    "cast_share": 0.15,
    "battery_days": 14.0,
    "battery_observations": 100.0,
    "battery_low_percent": 5.0,
    "battery_recovered_percent": 60.0,
    "charge_expected_below_percent": 50.0,
    "solar_present_mw": 5000.0,
    "charge_from_c": 10.0,
    "charge_to_c": 35.0,
    "rsrp_weak_dbm": -125.0,
    "rsrp_fair_dbm": -90.0,
    "wifi_weak_dbm": -90.0,
    "wifi_fair_dbm": -65.0,
    "reconnects_many": 50.0,
    "reconnects_few": 0.0,
    "data_plan_left_share": 0.8,
    "antenna_well_db": 3.0,
    "antenna_below_siblings_db": 20.0,
    "clock_wrong_s": 600.0,
    "clock_right_s": 5.0,
    "low_rate_ratio": 0.2,
    "good_rate_ratio": 0.95,
    "disk_full_percent": 99.5,
    "disk_free_percent": 80.0,
    "host_hot_c": 100.0,
    "host_cool_c": 60.0,
}
"""How far each level may be tightened, in the direction in which the rules speak less often.

Chosen so that each rule can still speak: a level beyond all readings would hide a fault for good.
Levels that are not here loosen something either way: ``recording_*_s`` divide fault from recovery
at one point, those over days (``EnergyLevels``) divide one cause from another,
``other_colour_share`` and ``light_luma`` serve two rules in opposite ways, a picture
that is no longer ``seen`` may pass for black, and what ``magenta_fault``, ``blurred_sharpness``,
``filter_mode_age_s`` and ``baseline_pictures`` spare in verdicts they let into the baseline.
"""


def tightened(name: str, own: float) -> tuple[float, float] | None:
    """From and to which value a level may be set where ``own`` stands; None when not at all."""
    farthest = FARTHEST.get(name)
    if farthest is None:
        return None
    rises = farthest > getattr(Levels(), name)
    return (own, max(own, farthest)) if rises else (min(own, farthest), own)


def is_as_strict(found: tuple[int, int], own: tuple[int, int]) -> bool:
    """Whether n of m asks for no fewer findings, over no fewer looks, and forgives no more."""
    (n, m), (own_n, own_m) = found, own
    return n >= own_n and m >= own_m and m - n <= own_m - own_n
