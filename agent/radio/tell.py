"""The daily readings of a closed radio day. Pure."""

from __future__ import annotations

from datetime import datetime

from agent.radio.view import RadioView
from shared.reading import Quality, Reading


def tell(view: RadioView, now: datetime) -> tuple[Reading, ...]:
    """What the day came to; a figure that nobody can know is left out, never 0."""
    today, standing, rest = view.today, view.standing, view.rest
    if today is None:
        return ()
    is_cellular = bool(
        today.cells
        or today.registered_share is not None
        or today.bytes_month is not None
        or today.in_session + today.sessionless
    )
    share = today.registered_share
    told: list[tuple[str, float | None, str]] = []
    if is_cellular:
        told += [
            ("radio.rsrp_day", standing.rsrp_dbm if standing else None, "dBm"),
            ("radio.rsrp_p10", standing.p10_dbm if standing else None, "dBm"),
            ("radio.rsrq_day", standing.rsrq_db if standing else None, "dB"),
            ("radio.sinr_day", standing.sinr_db if standing else None, "dB"),
            ("radio.own_drop", standing.own_drop_db if standing else None, "dB"),
            ("radio.sibling_drop", standing.sibling_drop_db if standing else None, "dB"),
            ("radio.reconnects", float(today.reconnects), ""),
            ("radio.cell_changes", float(today.cell_changes), ""),
            ("radio.registered_share", None if share is None else round(100 * share, 1), "%"),
            ("radio.bytes_day", today.bytes_used, "B"),
            ("radio.plan_left", rest.left_bytes if rest else None, "B"),
            ("radio.plan_days_left", _days(rest.days_left) if rest else None, "d"),
        ]
    if today.wifi is not None:
        told.append(("radio.wifi_day", today.wifi.median, "dBm"))
    return tuple(
        Reading(name, value, unit, now, Quality.GOOD)
        for name, value, unit in told
        if value is not None
    )


def _days(days: float | None) -> float | None:
    return None if days is None else round(min(days, 3660.0), 1)
