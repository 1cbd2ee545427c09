"""The levels that days of charge are judged by; data, with the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)  # no slots: one of two bases of ``Levels``
class EnergyLevels:
    """Thresholds over days; a configuration may replace each by name.

    A claim needs ``energy_claim_days`` of closed days (claims-and-warranty, auto-open table:
    solar yield of siblings good, at least 14 days, temperature window). Shares are of what the
    camera itself did in its first 14 days, held against its siblings where they are known.
    """

    energy_claim_days: float = 14.0
    energy_window_days: float = 7.0  # newest days that a cause is looked for in
    energy_sunny_days: float = 5.0  # of these, days on which siblings had sun and it had none
    energy_idle_days: float = 14.0  # without any charge; shade and a loose plug give none for ten
    energy_full_percent: float = 95.0  # reached in a day: the sun gave what it needs
    panel_dead_mw: float = 30.0  # mean in the sun; clouds leave a small panel several hundred
    panel_weak_share: float = 0.6  # of its own, against its siblings
    use_high_ratio: float = 1.8  # of its own use: beyond what seasons and traffic do
    use_usual_ratio: float = 1.3
    capacity_worn_share: float = 0.7  # 80 % is the usual end of life; below that, with its error
    capacity_fit_share: float = 0.85
    low_sun_share: float = 0.45  # of the place's best day, what a low season's day gives
    low_sun_alone_share: float = 0.2  # of the same: five times the use in June is none in December
    cold_days: float = 3.0
    gauge_stuck_days: float = 7.0
