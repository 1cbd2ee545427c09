"""The verb ``preclaim-agent show``: what is known of each camera's own pictures, and since when."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TextIO

from agent import app, show
from agent.config import Config
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.delivery import keepsake_store
from agent.delivery.opening import open_for_reading
from agent.diagnosis import RULES
from agent.exit_code import DONE, FOUND, complain, explain
from agent.show import show_table

_WORDS: Final = {
    "en": {
        "head": ("DEVICE", "LIGHT", "PICTURES", "SINCE", "LAST", "READY", "ACCEPTED"),
        "day": "day",
        "night": "night, infrared",
        "night_colour": "night, colour",
        "none": "nothing is known yet",
        "yes": "yes",
        "full": "yes, full",
        "no": "needs {needed:.0f}",
    },
    "zh": {
        "head": ("设备", "光照", "画面数", "起始", "最近", "可用", "验收"),
        "day": "白天",
        "night": "夜间红外",
        "night_colour": "夜间彩色",
        "none": "尚无记录",
        "yes": "是",
        "full": "是，已满",
        "no": "需 {needed:.0f} 张",
    },
}


def show_baselines(arguments: argparse.Namespace, out: TextIO) -> int:
    """Age and support of the baselines, also beside a running agent."""
    try:
        config = load_config(Path(arguments.config))
    except ConfigError as error:
        return explain(error, arguments.lang)
    path = app.data_file(config)
    levels, _ = app.judgement_of(config, RULES)
    try:
        table = baselines_table(config, path, needed=levels.baseline_pictures, lang=arguments.lang)
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    print(table, file=out)
    return DONE


def baselines_table(config: Config, path: Path, *, needed: float, lang: str) -> str:
    """One line a device and light; sqlite3.Error when the database cannot be read.

    READY: enough pictures for rules to compare with, ``needed``; full baselines only give way to
    the seasons.
    """
    database = open_for_reading(path)
    try:
        rows = [
            row
            for device in config.devices
            for row in _rows(database.connection, device.device_id, needed=needed, lang=lang)
        ]
    finally:
        database.close()
    return show_table([str(word) for word in _WORDS[lang]["head"]], rows)


def _rows(
    db: sqlite3.Connection, device_id: str, *, needed: float, lang: str
) -> Iterable[list[str]]:
    words = _WORDS[lang]
    baselines = keepsake_store.read_baselines(db, device_id)
    accepted = keepsake_store.read_acceptances(db, device_id)
    lights = sorted({*baselines, *accepted})
    if not lights:
        yield [device_id, str(words["none"]), *("-" for _ in range(5))]
    for light in lights:
        baseline, acceptance = baselines.get(light), accepted.get(light)
        count = 0 if baseline is None else baseline.count
        ready = str(words["no"]).format(needed=needed)
        if baseline is not None and count >= needed:
            ready = str(words["full" if baseline.is_full else "yes"])
        began = None if baseline is None else baseline.began_at
        yield [
            device_id,
            str(words.get(light, light)),
            str(count),
            "-" if began is None else f"{began:%Y-%m-%d}",
            "-" if baseline is None else f"{baseline.learned_at:%Y-%m-%d %H:%MZ}",
            ready,
            "-" if acceptance is None else f"{acceptance.taken_at:%Y-%m-%d}",
        ]
