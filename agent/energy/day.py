"""What a day came to: the energy figures of one camera and one solar day."""

from __future__ import annotations

import msgspec

from shared.moment import Moment


class Tail(msgspec.Struct, frozen=True, array_like=True):
    """The newest visit of a day that is still open: what the next one is held against."""

    at: Moment
    charge: float | None = None
    current_ma: float | None = None
    panel_mw: float | None = None
    temperature_c: float | None = None
    charging: bool | None = None
    sun_deg: float | None = None
    uptime_s: float | None = None
    extreme: float | None = None  # of the charge since it turned last
    trend: int = 0  # 1 rising, -1 falling, 0 not known yet


class EnergyDay(msgspec.Struct, frozen=True, array_like=True):
    """One day of one camera; stored, so fields are only appended.

    Charge is the gauge's percent of a full battery. Sums are over the time that was watched:
    between two visits at most four hours apart; what lies in a longer gap is in no sum, so it is
    unknown and never zero. ``sun`` is the time with the sun more than 10 degrees high, ``dark``
    that with it below the horizon, ``room`` the time in the sun while the battery could take
    more, ``fit`` the part of that in which its temperature allowed charging. Where the sun is not
    known, a panel that says so stands for it.
    """

    visits: int = 0  # in which something of the battery or the panel was answered
    covered_s: int = 0
    span_s: int = 0  # from the first reading of the charge to the last one
    charge_first: float | None = None
    charge_last: float | None = None
    charge_low: float | None = None
    charge_high: float | None = None
    charge_reads: int = 0  # good ones
    charge_unknown: int = 0  # the gauge said that it does not know, or was off its scale
    gauge: tuple[int, ...] = ()  # distinct values, in whole percent; at most eight are kept
    rise: float = 0.0  # sum of rises in percent, beyond the gauge's noise
    fall: float = 0.0  # sum of falls, positive
    dark_s: int = 0
    dark_change: float = 0.0  # of the charge in that time; negative: it fell
    sun_s: int = 0
    sun_visits: int = 0
    room_s: int = 0
    room_change: float = 0.0
    room_sun_h: float = 0.0  # hours of it, weighted by the sine of the sun's elevation
    fit_s: int = 0
    charging_reads: int = 0  # visits in which the device said whether it charges ...
    charging_visits: int = 0  # ... and of these, in which it does
    idle_visits: int = 0  # it said that it does not, in the sun, with room, at a fit temperature
    current_s: int = 0  # for so long the signed current was known
    in_mah: float = 0.0
    out_mah: float = 0.0
    dark_mah: float = 0.0  # went out in the dark, where the current was known, too ...
    dark_fall: float = 0.0  # ... and by how much the gauge fell meanwhile
    panel_s: int = 0
    panel_mwh: float = 0.0
    panel_peak_mw: float | None = None
    room_panel_s: int = 0
    room_panel_mwh: float = 0.0
    temperature_low_c: float | None = None
    temperature_high_c: float | None = None
    cold_s: int = 0  # at or below 0 degrees, and not charging
    voltage_low_mv: float | None = None
    voltage_high_mv: float | None = None
    contradictions: int = 0  # visits in which percent and voltage cannot both be true
    source: str = ""  # what feeds it, as it said last
    wakeups: int = 0  # by our own visits
    awake_s: float = 0.0
    reboots: int = 0
    panel_peak_mv: float | None = None
    tail: Tail | None = None  # gone once the day is closed
    firmware: str = ""  # the last one of the day, as far as it is known
