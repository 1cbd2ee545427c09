"""The verb ``preclaim-agent radio``: days on the air, baseline, siblings, the plan's rest."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TextIO

from msgspec import to_builtins

from agent import app, show
from agent.camera.profiles.profile_file import ProfileError
from agent.config import Config, Device, Mates
from agent.config_problem import ConfigError
from agent.days import Closed
from agent.delivery import day_store, reading_store
from agent.delivery.opening import open_for_reading
from agent.diagnosis.levels import Levels
from agent.exit_code import DONE, FOUND, complain, explain
from agent.radio import blob
from agent.radio.day import RadioDay, closed
from agent.radio.scale import NAMES
from agent.radio.view import RadioView
from agent.radio_days import KIND, look
from agent.show_radio_words import NO_DEVICE, NOTHING, say_device
from agent.sources import read_all
from shared.reading import Reading

_SHOWN: Final = timedelta(days=14)
_NAMES: Final = (*sorted(NAMES), "cellular.cell", "cellular.band", "cellular.registered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is known of one device on the air."""

    device: Device
    of: str  # the device whose radio this is: itself, or its gateway
    latest: Mapping[str, Reading]
    view: RadioView | None  # None: no day has closed yet
    days: Mapping[date, RadioDay]  # the newest, the one that goes on last


def show_radio(arguments: argparse.Namespace, out: TextIO) -> int:
    """Look beside a running agent; 1 when the device or its database is not there."""
    try:
        source, _ = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    config, path = source.local, app.data_file(source.local)
    wanted = [d for d in config.devices if arguments.device in (None, d.device_id)]
    if not wanted:
        complain(NO_DEVICE.filled(found=arguments.device).text(arguments.lang))
        return FOUND
    try:
        database = open_for_reading(path)
        lines = [_line(database.connection, config, device) for device in wanted]
        database.close()
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    heard = [line for line in lines if line.days or line.latest]
    print(_told(heard, config, arguments), file=out)
    return DONE


def _told(lines: Sequence[Line], config: Config, arguments: argparse.Namespace) -> str:
    if arguments.json:
        told = [_as_json(line) for line in lines]
        return json.dumps({"devices": told}, indent=2, ensure_ascii=False, default=str)
    scheme, lang = config.signal_classes, arguments.lang
    parts = [
        say_device(line.device.device_id, line.of, line.latest, line.view, line.days, scheme=scheme)
        for line in lines
    ]
    return "\n\n".join("\n".join(part.text(lang)) for part in parts) or NOTHING.text(lang)


def _line(db: sqlite3.Connection, config: Config, device: Device) -> Line:
    """A camera behind a gateway has that one's radio, where it has none of its own."""
    known = {one.device_id: one for one in config.devices}
    own = _days(db, device.device_id)
    of = device
    if not own and device.gateway in known:
        of = known[device.gateway]
        own = _days(db, of.device_id)
    latest = reading_store.latest(db, of.device_id)
    closed_days = [*day_store.read(db, of.device_id, KIND, since=date.min)]
    view = None
    if closed_days:
        levels, mates = (
            Levels(**config.judgement.levels),
            Mates(config.devices).get(of.device_id, ()),
        )
        view = look(Closed(db=db, device=of, day=max(closed_days), mates=mates, levels=levels))
    return Line(
        device=device,
        of=of.device_id,
        latest={name: latest[name] for name in _NAMES if name in latest},
        view=view,
        days=own,
    )


def _days(db: sqlite3.Connection, device_id: str) -> dict[date, RadioDay]:
    going_on = day_store.read_open(db, device_id, KIND)
    newest = going_on[0] if going_on else date.max
    since = date.min if newest == date.max else newest - _SHOWN
    kept = day_store.read(db, device_id, KIND, since=since)
    days = {at: blob.read_closed(content) for at, content in kept.items()}
    found = {at: day for at, day in days.items() if day is not None}
    if going_on:
        found.setdefault(going_on[0], closed(blob.read_open(going_on[1])))
    return found


def _as_json(line: Line) -> dict[str, object]:
    standing = line.view.standing if line.view else None
    rest = line.view.rest if line.view else None
    return {
        "device": line.device.device_id,
        "radio_of": line.of,
        "latest": [to_builtins(reading) for reading in line.latest.values()],
        "own_drop_db": standing.own_drop_db if standing else None,
        "sibling_drop_db": standing.sibling_drop_db if standing else None,
        "siblings": standing.siblings if standing else 0,
        "plan_left_bytes": rest.left_bytes if rest else None,
        "plan_days_left": rest.days_left if rest else None,
        "days": {at.isoformat(): _day(day) for at, day in line.days.items()},
    }


def _day(day: RadioDay) -> dict[str, object]:
    fields = {name: getattr(day, name) for name in day.__struct_fields__ if name != "cells"}
    cells = [{name: getattr(cell, name) for name in cell.__struct_fields__} for cell in day.cells]
    return {**to_builtins(fields), "cells": to_builtins(cells)}
