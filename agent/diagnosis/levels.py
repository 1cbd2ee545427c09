"""The levels that rules judge by; data, with the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass

from agent.diagnosis.picture_levels import PictureLevels
from agent.energy.levels import EnergyLevels


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels(PictureLevels, EnergyLevels):
    """Thresholds; a configuration may replace each by name.

    Pictures: luma and saturation on 0..255 at 640x360. The bars lie outside what 112 healthy
    real pictures of fixed cameras by day and in infrared showed (luma 40..153, magenta excess
    up to 0.053, share of green valleys up to 0.48, sharpness from 0.168); OpenIPC measured -0.086
    and 0.016 with the filter in, 0.512 and 1.000 with it out. Frozen: live key frames differ by
    1.6 to 2.6 grey levels, frozen ones by 0 to 0.4.
    Battery: lithium cells do not charge below 0 or above 45 degrees (makers' data sheets).
    Radio: RSRP below -110 dBm is the usual end of "poor"; weak alone is a matter of siting. An
    antenna is in question from 15 dB below the device's own 14 days and its siblings on
    (vendor-interfaces section 4). Wi-Fi: AOSP leaves a 2.4 GHz network at -85 and enters none
    below -80 dBm (wifi config.xml). Reconnects a day are our own figures: a sound link has none
    to two, and one that is lost every other hour is of no use for pictures.
    """

    light_luma: float = 60.0
    light_luma_most: float = 220.0
    night_luma: float = 40.0
    colour_saturation: float = 8.0
    grey_saturation: float = 4.0
    pale_saturation: float = 12.0  # healthy daylight had 12.9 to 53; below, colours prove nothing
    magenta_fault: float = 0.065
    magenta_healthy: float = 0.03
    green_valley_fault: float = 0.65
    green_valley_healthy: float = 0.5
    filter_mode_age_s: float = 7200.0  # an older setting says nothing about this picture
    same_colour_share: float = 0.012  # of a channel, against the camera's own daylight
    other_colour_share: float = 0.03
    black_luma: float = 12.0  # a dead sensor's black is 0 to 6, encoded; below 16 all is black
    black_dark_share: float = 0.98
    seen_luma_p99: float = 60.0
    white_bright_share: float = 0.95
    seen_bright_share: float = 0.5
    extreme_hours: float = 20.0  # dark or white for so long spans day and night
    daylight_mw: float = 100.0  # the device's own panel as a witness of light
    frozen_change: float = 0.4
    frozen_still: float = 0.05  # where a picture changes least; a sensor's noise is in all of it
    frozen_still_share: float = 0.1  # of this camera's own
    live_still_share: float = 0.3
    live_change: float = 1.0
    frozen_minutes: float = 30.0
    frozen_luma: float = 0.15
    flat_luma_std: float = 12.0
    blurred_ratio: float = 0.82
    sharp_ratio: float = 0.9
    blurred_sharpness: float = 0.10  # without a baseline: far below any healthy picture
    baseline_pictures: float = 20.0
    cast_share: float = 0.07
    battery_days: float = 3.0
    battery_observations: float = 12.0
    battery_low_percent: float = 15.0
    battery_recovered_percent: float = 25.0
    charge_expected_below_percent: float = 80.0
    solar_present_mw: float = 1500.0  # less may be what the visit itself takes (``charge.Draw``)
    charge_from_c: float = 2.0
    charge_to_c: float = 45.0
    rsrp_weak_dbm: float = -110.0
    rsrp_fair_dbm: float = -105.0
    session_rsrp_dbm: float = -115.0  # below it a session may fail for want of signal alone
    antenna_drop_db: float = 15.0
    antenna_well_db: float = 8.0
    antenna_below_siblings_db: float = 6.0  # in level; the drop beside theirs is the other witness
    wifi_weak_dbm: float = -80.0
    wifi_fair_dbm: float = -75.0
    reconnects_many: float = 10.0
    reconnects_few: float = 4.0
    data_plan_left_share: float = 0.98  # used below it: the plan is not used up
    clock_wrong_s: float = 60.0
    clock_right_s: float = 30.0
    low_rate_ratio: float = 0.5
    good_rate_ratio: float = 0.7
    disk_full_percent: float = 98.0
    disk_free_percent: float = 95.0
    recording_stopped_s: float = 1800.0
    recording_gap_s: float = 900.0
    host_hot_c: float = 85.0
    host_cool_c: float = 75.0
    host_restarts_day: float = 3.0
    agent_crashes_hour: float = 5.0
    visits_late_s: float = 1800.0  # as long as the longest back-off: half an hour
    loop_late_s: float = 10.0
    open_files_percent: float = 80.0
