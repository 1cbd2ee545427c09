"""Folds the readings of a visit into the day that goes on; pure."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from agent.energy.day import EnergyDay, Tail
from agent.energy.span import EMPTY_BELOW, FIT_C, ROOM_BELOW, SUN_HIGH_DEG, Span, span_of
from agent.energy.turning import Turn, follow
from agent.energy.visit import Figures, figures_of
from shared.reading import Reading

_MOST_VALUES: Final = 8
_decoder: Final = msgspec.msgpack.Decoder(EnergyDay)


def read_day(blob: bytes | None) -> EnergyDay | None:
    """The day in a blob; None for none, and for one that cannot be read: it is unknown then."""
    with contextlib.suppress(msgspec.MsgspecError):
        return None if blob is None else _decoder.decode(blob)
    return None


def write_day(day: EnergyDay) -> bytes:
    """The blob of a day."""
    return msgspec.msgpack.encode(day)


def fold(
    day: EnergyDay,
    readings: Mapping[str, Reading],
    now: datetime,
    *,
    sun_deg: float | None = None,
    wakeups: int = 0,
    awake_s: float = 0.0,
) -> EnergyDay:
    """The day with this visit; one whose time is not after the last one's adds no span."""
    figures = figures_of(readings)
    return fold_figures(day, figures, now, sun_deg=sun_deg, wakeups=wakeups, awake_s=awake_s)


def fold_figures(
    day: EnergyDay,
    figures: Figures,
    now: datetime,
    *,
    sun_deg: float | None = None,
    wakeups: int = 0,
    awake_s: float = 0.0,
) -> EnergyDay:
    """The same, from a visit's figures."""
    span = span_of(day.tail, figures, now, sun_deg)
    day = _with_charge(day, figures, span)
    day = _with_visit(day, figures, sun_deg)
    if span is not None:
        day = _with_span(day, span)
    return replace(
        day,
        wakeups=day.wakeups + wakeups,
        awake_s=round(day.awake_s + awake_s, 1),
        tail=_tail(day, figures, now, sun_deg=sun_deg, follows=span is not None),
        **_moves(day, figures, follows=span is not None),
    )


def closed(day: EnergyDay) -> EnergyDay:
    """The day as it is kept, without what only a day that goes on needs; a thousandth is enough."""
    rounded = {
        name: round(value, 3)
        for name in day.__struct_fields__
        if isinstance(value := getattr(day, name), float)
    }
    return replace(day, tail=None, **rounded)


def carried(day: EnergyDay) -> EnergyDay:
    """The day after it, before its first visit: the night between belongs to it."""
    return EnergyDay(tail=day.tail)


def _with_charge(day: EnergyDay, figures: Figures, span: Span | None) -> EnergyDay:
    """Whatever the gauge said."""
    charge = figures.charge
    if charge is None:
        return replace(day, charge_unknown=day.charge_unknown + figures.is_charge_unknown)
    since = span.before.charge if span else None
    value = round(charge)
    seen = (
        day.gauge if value in day.gauge or len(day.gauge) >= _MOST_VALUES else (*day.gauge, value)
    )
    known = [one for one in (day.charge_low, day.charge_high, charge) if one is not None]
    first = day.charge_first
    if first is None:
        first = charge if since is None else since
    return replace(
        day,
        charge_first=first,
        charge_last=charge,
        charge_low=min(known),
        charge_high=max(known),
        charge_reads=day.charge_reads + 1,
        gauge=seen,
    )


def _with_visit(day: EnergyDay, figures: Figures, sun_deg: float | None) -> EnergyDay:
    """What is true of the moment alone."""
    sunny = sun_deg is not None and sun_deg > SUN_HIGH_DEG
    sunny = sunny or (sun_deg is None and (figures.panel_mw or 0.0) >= 100.0)
    warmth, charge = figures.temperature_c, figures.charge
    fit = warmth is not None and FIT_C[0] <= warmth <= FIT_C[1]
    idle = sunny and fit and figures.charging is False and charge is not None
    before = day.tail.uptime_s if day.tail else None
    rebooted = before is not None and figures.uptime_s is not None and figures.uptime_s < before
    return replace(
        day,
        visits=day.visits + 1,
        sun_visits=day.sun_visits + sunny,
        charging_reads=day.charging_reads + (figures.charging is not None),
        charging_visits=day.charging_visits + (figures.charging is True),
        idle_visits=day.idle_visits + (idle and charge is not None and charge < ROOM_BELOW),
        panel_peak_mw=_most(day.panel_peak_mw, figures.panel_mw),
        panel_peak_mv=_most(day.panel_peak_mv, figures.panel_mv),
        temperature_low_c=_least(day.temperature_low_c, warmth),
        temperature_high_c=_most(day.temperature_high_c, warmth),
        voltage_low_mv=_least(day.voltage_low_mv, figures.voltage_mv),
        voltage_high_mv=_most(day.voltage_high_mv, figures.voltage_mv),
        contradictions=day.contradictions + figures.contradicts_itself,
        source=figures.source[:16] or day.source,
        reboots=day.reboots + rebooted,
    )


def _with_span(day: EnergyDay, span: Span) -> EnergyDay:
    """What went on since the visit before."""
    seconds, change = span.seconds, span.change
    dark = change is not None and span.is_dark and (span.before.charge or 0.0) > EMPTY_BELOW
    room = change is not None and span.has_room
    panel = span.amount(span.before.panel_mw, span.after.panel_mw)
    day = replace(
        day,
        covered_s=day.covered_s + seconds,
        span_s=day.span_s + (0 if change is None else seconds),
        dark_s=day.dark_s + (seconds if dark else 0),
        dark_change=day.dark_change + (change or 0.0 if dark else 0.0),
        sun_s=day.sun_s + (seconds if span.is_sunny else 0),
        room_s=day.room_s + (seconds if room else 0),
        room_change=day.room_change + (change or 0.0 if room else 0.0),
        room_sun_h=day.room_sun_h + (span.sun_h if room else 0.0),
        fit_s=day.fit_s + (seconds if room and span.is_fit else 0),
        cold_s=day.cold_s + (seconds if span.is_cold else 0),
    )
    if panel is not None:
        day = replace(
            day,
            panel_s=day.panel_s + seconds,
            panel_mwh=day.panel_mwh + panel,
            room_panel_s=day.room_panel_s + (seconds if room else 0),
            room_panel_mwh=day.room_panel_mwh + (panel if room else 0.0),
        )
    return _with_current(day, span)


def _with_current(day: EnergyDay, span: Span) -> EnergyDay:
    mah = span.amount(span.before.current_ma, span.after.current_ma)
    if mah is None:
        return day
    day = replace(
        day,
        current_s=day.current_s + span.seconds,
        in_mah=day.in_mah + max(0.0, mah),
        out_mah=day.out_mah + max(0.0, -mah),
    )
    if span.change is None or not span.is_dark:
        return day
    return replace(day, dark_mah=day.dark_mah - mah, dark_fall=day.dark_fall - span.change)


def _moves(day: EnergyDay, figures: Figures, *, follows: bool) -> dict[str, float]:
    """The sums of rises and falls with this charge; after a gap they begin anew."""
    if figures.charge is None or not follows:
        return {}
    _, rise, fall = follow(_turn(day.tail), figures.charge)
    return {"rise": day.rise + rise, "fall": day.fall + fall}


def _tail(
    day: EnergyDay, figures: Figures, now: datetime, *, sun_deg: float | None, follows: bool
) -> Tail:
    turn = _turn(day.tail) if follows else Turn()
    if figures.charge is not None:
        turn, _, _ = follow(turn, figures.charge)
    return Tail(
        at=now,
        charge=figures.charge,
        current_ma=figures.current_ma,
        panel_mw=figures.panel_mw,
        temperature_c=figures.temperature_c,
        charging=figures.charging,
        sun_deg=None if sun_deg is None else round(sun_deg, 1),
        uptime_s=figures.uptime_s,
        extreme=turn.extreme,
        trend=turn.trend,
    )


def _turn(tail: Tail | None) -> Turn:
    return Turn() if tail is None else Turn(extreme=tail.extreme, trend=tail.trend)


def _least(one: float | None, other: float | None) -> float | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _most(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)
