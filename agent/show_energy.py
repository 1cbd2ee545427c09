"""The verb ``preclaim-agent energy``: a solar camera's ledger by day, its cause and its year ahead.

From the agent's database alone, beside a running agent or without one.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TextIO

from agent import app, show
from agent.camera.profiles.profile_file import ProfileError
from agent.config import Config, Device, Mates
from agent.config_problem import ConfigError
from agent.days import Closed
from agent.delivery import day_store
from agent.delivery.opening import open_for_reading
from agent.diagnosis.levels import Levels
from agent.energy.activity import Activities, activities_of
from agent.energy.assess import assess
from agent.energy.balance import autonomy_d, balance_of
from agent.energy.cause import Assessment
from agent.energy.day import EnergyDay
from agent.energy.forecast import Forecast, darkest_week, worst_week
from agent.energy.view import EnergyView
from agent.energy_days import KIND, look
from agent.energy_words import (
    CAUSES,
    HEAD,
    LINES,
    NO_DAYS,
    NO_DEVICE,
    UNKNOWN,
    activity_words,
    days_words,
    percent_words,
)
from agent.exit_code import DONE, FOUND, complain, explain
from agent.sources import read_all

_SHOWN: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """One camera's."""

    device_id: str
    view: EnergyView
    found: Assessment
    autonomy_d: float | None
    ahead: Forecast | None
    darkest: tuple[date, float] | None  # a week, and its share of today's sun; by the place alone
    activities: Activities

    @property
    def shown(self) -> list[tuple[date, EnergyDay]]:
        """The newest fortnight."""
        return list(self.view.days.items())[-_SHOWN:]


def show_energy(arguments: argparse.Namespace, out: TextIO) -> int:
    """Print the ledger of one device, or of all that have one; 1 when there is none to print."""
    try:
        source, _ = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    config, wanted = source.local, arguments.device
    if wanted and wanted not in {device.device_id for device in config.devices}:
        complain(NO_DEVICE.filled(device=wanted).text(arguments.lang))
        return FOUND
    path = app.data_file(config)
    try:
        database = open_for_reading(path)
        ledgers = list(_ledgers(database.connection, config, wanted))
        database.close()
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    if arguments.json:
        print(json.dumps([_as_json(one) for one in ledgers], ensure_ascii=False), file=out)
        return DONE
    if not ledgers:
        print(NO_DAYS.text(arguments.lang), file=out)
        return FOUND if wanted else DONE
    print("\n\n".join(_as_text(one, arguments.lang) for one in ledgers), file=out)
    return DONE


def _ledgers(db: sqlite3.Connection, config: Config, wanted: str | None) -> Iterator[Ledger]:
    mates = Mates(config.devices)
    for device in config.devices:
        if wanted and device.device_id != wanted:
            continue
        newest = max(day_store.read(db, device.device_id, KIND, since=date.min), default=None)
        if newest is not None:
            yield _ledger(db, device, newest, mates.get(device.device_id, ()), config)


def _ledger(
    db: sqlite3.Connection, device: Device, day: date, mates: Sequence[str], config: Config
) -> Ledger:
    levels = Levels(**config.judgement.levels)
    view = look(Closed(db=db, device=device, day=day, mates=mates, levels=levels))
    place = view.latitude_deg
    return Ledger(
        device_id=device.device_id,
        view=view,
        found=assess(view),
        autonomy_d=autonomy_d(view.days),
        ahead=worst_week(view.days, today=view.day, latitude_deg=place),
        darkest=None if place is None else darkest_week(view.day, place),
        activities=activities_of(view.days.values(), view.draw),
    )


def _as_text(ledger: Ledger, lang: str) -> str:
    rows = [_row(day, one, lang) for day, one in ledger.shown]
    table = show.show_table([head.text(lang) for head in HEAD], rows)
    return "\n".join((ledger.device_id, table, *_lines(ledger, lang)))


def _row(day: date, one: EnergyDay, lang: str) -> list[str]:
    balance = balance_of(one)
    temperature = _span(one.temperature_low_c, one.temperature_high_c, lang)
    return [
        day.isoformat(),
        _span(one.charge_low, one.charge_high, lang),
        _number(balance.gained, lang),
        _number(balance.spent, lang),
        _number(one.panel_mwh if one.panel_s else None, lang),
        f"{one.sun_s / 3600:.1f}",
        temperature,
        f"{one.covered_s / 3600:.0f}",
        str(one.visits),
    ]


def _lines(ledger: Ledger, lang: str) -> Iterator[str]:
    found, ahead = ledger.found, ledger.ahead
    because = found.because.zh if lang == "zh" else found.because.en
    yield LINES["cause"].filled(cause=CAUSES[found.cause], because=because).text(lang)
    if found.suspected is not None and found.settle is not None:
        settle = found.settle.zh if lang == "zh" else found.settle.en
        yield LINES["suspected"].filled(cause=CAUSES[found.suspected], settle=settle).text(lang)
    yield LINES["autonomy"].filled(lasts=days_words(ledger.autonomy_d)).text(lang)
    if ahead is None and ledger.darkest is not None:
        week, share = ledger.darkest
        yield LINES["darkest"].filled(week=week.isoformat(), share=f"{share:.0%}").text(lang)
    elif ahead is None:
        yield LINES["no_forecast"].text(lang)
    else:
        line = LINES["holds" if ahead.holds else "short"]
        yield line.filled(
            week=ahead.week.isoformat(),
            gained=f"{ahead.gained:.1f}",
            spent=f"{ahead.spent:.1f}",
            days=f"{ahead.autonomy_d:.0f}",
        ).text(lang)
    yield LINES["capacity"].filled(share=percent_words(found.capacity_percent)).text(lang)
    if (day := ledger.view.exchanged_on) is not None:
        yield LINES["exchanged"].filled(day=day.isoformat()).text(lang)
    yield LINES["activities"].filled(words=activity_words(ledger.activities).text(lang)).text(lang)


def _number(value: float | None, lang: str) -> str:
    return UNKNOWN.text(lang) if value is None else f"{value:.1f}"


def _span(low: float | None, high: float | None, lang: str) -> str:
    return UNKNOWN.text(lang) if low is None or high is None else f"{low:.0f}..{high:.0f}"


def _as_json(ledger: Ledger) -> dict[str, Any]:
    found, ahead = ledger.found, ledger.ahead
    return {
        "device": ledger.device_id,
        "day": ledger.view.day.isoformat(),
        "cause": found.cause.value,
        "because": {"en": found.because.en, "zh": found.because.zh},
        "suspected": found.suspected.value if found.suspected else None,
        "settle": {"en": found.settle.en, "zh": found.settle.zh} if found.settle else None,
        "autonomy_d": ledger.autonomy_d,
        "capacity_percent": found.capacity_percent,
        "battery_exchanged_on": str(day) if (day := ledger.view.exchanged_on) else None,
        "siblings_share_percent": found.siblings_share,
        "worst_week": None
        if ahead is None
        else {
            "week": ahead.week.isoformat(),
            "gained_percent": ahead.gained,
            "spent_percent": ahead.spent,
            "autonomy_d": ahead.autonomy_d,
        },
        "darkest_week": None
        if ledger.darkest is None
        else {"week": ledger.darkest[0].isoformat(), "sun_of_today": ledger.darkest[1]},
        "percent_a_day": {
            "visits": ledger.activities.visits,
            "night": ledger.activities.night,
            "standby": ledger.activities.standby,
        },
        "days": [_day_as_json(day, one) for day, one in ledger.shown],
    }


def _day_as_json(day: date, one: EnergyDay) -> dict[str, Any]:
    balance = balance_of(one)
    return {
        "day": day.isoformat(),
        "gained_percent": balance.gained,
        "spent_percent": balance.spent,
        "charge_low": one.charge_low,
        "charge_high": one.charge_high,
        "panel_mwh": one.panel_mwh if one.panel_s else None,
        "sun_h": one.sun_s / 3600,
        "temperature_low_c": one.temperature_low_c,
        "temperature_high_c": one.temperature_high_c,
        "watched_h": one.covered_s / 3600,
        "visits": one.visits,
        "reboots": one.reboots,
    }
