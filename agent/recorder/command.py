"""The verb ``preclaim-agent recorder``: disks as they are, the rest as the agent knows it."""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from agent import app, edge, show
from agent.camera.profiles.profile_file import ProfileError
from agent.config import Config
from agent.config_problem import ConfigError
from agent.delivery.opening import open_for_reading
from agent.exit_code import DONE, FOUND, complain, explain
from agent.host import host_device
from agent.recorder import gather, ledger, memory, own_report, words
from agent.recorder.disks import serial_of
from agent.recorder.memory import ChannelMemory
from agent.recorder.smart import Report
from agent.recorder.smart_child import SmartDesk
from agent.sources import read_all
from shared.reading import Reading

_ROOT: Final = Path("/")
_GAPS: Final = 10  # of each channel, the newest
_DAY_S: Final = 86_400.0


def show_recorder(arguments: argparse.Namespace, out: TextIO) -> int:
    """Look beside a running agent; 1 when its database cannot be read."""
    try:
        source, _ = read_all(Path(arguments.config))
    except (ConfigError, ProfileError) as error:
        return explain(error, arguments.lang)
    config, now = source.local, edge.clock()
    path = app.data_file(config)
    desk = SmartDesk(reports=config.recorder.smart_reports)
    found = gather.gather_disks(_ROOT, desk, promised=config.recorder.disks, now_s=now.timestamp())
    try:
        known, told = _channels(path, config), own_report.read(path, config)
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    if arguments.json:
        print(_as_json(found, known, told, now), file=out)
    else:
        print(_as_text(found, known, config, now, arguments.lang), file=out)
        print(f"\n{own_report.as_text(told, arguments.lang)}", file=out)
    return DONE


def _channels(path: Path, config: Config) -> Mapping[str, ChannelMemory | None]:
    """What the agent keeps of each channel; None before its first look."""
    if not config.recorder.channels:
        return {}
    database = open_for_reading(path)
    try:
        host_id = host_device(config).device_id
        return {
            channel.device_id: memory.read_channel(database.connection, host_id, channel.device_id)
            for channel in config.recorder.channels
        }
    finally:
        database.close()


def _as_text(
    found: gather.Disks,
    known: Mapping[str, ChannelMemory | None],
    config: Config,
    now: datetime,
    lang: str,
) -> str:
    parts = [_disks(found, lang)]
    parts += [
        words.ABSENT.filled(name=name).text(lang)
        for name, is_there in (found.promised or {}).items()
        if not is_there
    ]
    if known:
        heads = [head.text(lang) for head in words.CHANNEL_HEADS]
        rows = [
            _channel(channel.device_id, known[channel.device_id], channel.retention_days, now, lang)
            for channel in config.recorder.channels
        ]
        parts += ["", show.show_table(heads, rows)]
        parts += _gap_lines(known, lang)
    return "\n".join(parts)


def _disks(found: gather.Disks, lang: str) -> str:
    if not found.present:
        return words.NO_DISK.text(lang)
    rows = []
    for disk in found.present:
        report = found.reports[disk.name]
        word = words.HEALTH[report.health].text(lang)
        why = f" ({report.said})" if report.said else ""
        rows.append(
            [
                disk.name,
                report.model or disk.model or "-",
                serial_of(disk, found.reports) or "-",
                f"{word}{why}",
                *_figures(report),
            ]
        )
    return show.show_table([head.text(lang) for head in words.DISK_HEADS], rows)


def _figures(report: Report) -> list[str]:
    told = (
        ("", report.reallocated),
        ("", report.pending),
        (" %", report.wear_percent),
        (" °C", report.temperature_c),
    )
    return ["-" if value is None else f"{value:g}{unit}" for unit, value in told]


def _channel(
    name: str, known: ChannelMemory | None, promised_d: float, now: datetime, lang: str
) -> list[str]:
    if known is None or not known.looked:
        return [name, words.NOT_LOOKED.text(lang), "-", "-", "-"]
    newest, oldest = known.ledger.newest, known.ledger.oldest
    missing = sum(gap.seconds for gap in ledger.of_last_day(known.ledger))
    days = "-" if oldest is None else f"{(now.timestamp() - oldest) / _DAY_S:.1f}"
    return [
        name,
        "-" if newest is None else _moment(newest),
        f"{missing / 60:.0f} min",
        days,
        f"{promised_d:g}" if promised_d else "-",
    ]


def _gap_lines(known: Mapping[str, ChannelMemory | None], lang: str) -> list[str]:
    rows = [
        [
            name,
            _moment(gap.begin),
            _moment(gap.end),
            f"{gap.seconds / 60:.0f} min",
            words.REASON[gap.reason].text(lang),
        ]
        for name, memory_of in known.items()
        if memory_of is not None
        for gap in memory_of.ledger.gaps[-_GAPS:]
    ]
    if not rows:
        return [words.NO_GAP.text(lang)]
    return ["", show.show_table([head.text(lang) for head in words.GAP_HEADS], rows)]


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _as_json(
    found: gather.Disks,
    known: Mapping[str, ChannelMemory | None],
    own: Sequence[Reading],
    now: datetime,
) -> str:
    reports: Sequence[tuple[str, Report]] = [
        (disk.name, found.reports[disk.name]) for disk in found.present
    ]
    told: dict[str, Any] = {
        "at": now.isoformat(),
        "disks": [
            {
                "name": name,
                "health": report.health.name.lower(),
                "said": report.said,
                "model": report.model,
                "serial": report.serial,
                "temperature_c": report.temperature_c,
                "power_on_h": report.power_on_h,
                "reallocated": report.reallocated,
                "pending": report.pending,
                "uncorrectable": report.uncorrectable,
                "wear_percent": report.wear_percent,
                "spare_percent": report.spare_percent,
            }
            for name, report in reports
        ],
        "promised": found.promised,
        "channels": {name: _channel_json(one) for name, one in known.items()},
        "told": own_report.as_json(own),
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def _channel_json(known: ChannelMemory | None) -> dict[str, Any] | None:
    if known is None:
        return None
    book = known.ledger
    return {
        "judged_upto": _iso(book.upto),
        "newest": _iso(book.newest),
        "oldest": _iso(book.oldest),
        "gaps": [
            {"begin": _iso(gap.begin), "end": _iso(gap.end), "reason": gap.reason.value}
            for gap in book.gaps
        ],
    }


def _iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
