"""The verb ``preclaim-agent outbox``: what waits, what gave way, and the file to carry."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from agent import app, edge, show
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.delivery import eviction, losses
from agent.delivery.opening import open_for_reading
from agent.delivery.outbox import STORED_LANES, Outbox
from agent.delivery.uplink import Uplink
from agent.exit_code import DONE, FOUND, UNUSABLE, complain, explain
from agent.export import export_outbox
from agent.show_uplink import uplink_line
from shared.frame import Lane


def show_outbox(arguments: argparse.Namespace, out: TextIO) -> int:
    """Look into the outbox beside a running agent, or write it into a file to carry."""
    try:
        config = load_config(Path(arguments.config))
    except ConfigError as error:
        return explain(error, arguments.lang)
    path = app.data_file(config)
    if arguments.action == "export":
        if not arguments.file:
            complain(show.say("no file", arguments.lang))
            return UNUSABLE
        return export_outbox(arguments, config, path, out)
    try:
        database = open_for_reading(path)
        depths = [Outbox(database).depth(lane) for lane in STORED_LANES]
        gave_way, untold = eviction.counts(database.connection), losses.untold(database.connection)
        spend = Uplink(config.plan, database=database, clock=edge.clock).spend()
    except sqlite3.Error as error:
        complain(show.say_unread(path, error, arguments.lang))
        return FOUND
    keys = ("lane", "waiting", "sent", "bytes", "oldest", "kept")
    rows = [
        [
            depth.lane.name.lower(),
            str(depth.waiting_rows),
            str(depth.sent_rows),
            str(depth.unreceipted_bytes),
            "-" if depth.oldest_at is None else f"{depth.oldest_at:%Y-%m-%d %H:%M:%SZ}",
            f"{depth.kept_rows} ({depth.kept_bytes} B)",
        ]
        for depth in depths
    ]
    print(show.show_table([show.word(key, arguments.lang) for key in keys], rows), file=out)
    print(uplink_line(spend, arguments.lang), file=out)
    if gave_way:
        _show_gave_way(gave_way, arguments.lang, out)
    if untold:
        print(show.say("untold gaps", arguments.lang, count=untold), file=out)
    database.close()
    return DONE


def _show_gave_way(
    found: Sequence[tuple[Lane, str, eviction.Evicted]], lang: str, out: TextIO
) -> None:
    """What was evicted or refused, by lane and reason."""
    rows = [
        [lane.name.lower(), str(what.rows), str(what.bytes), show.WORDS[lang].get(reason, reason)]
        for lane, reason, what in found
    ]
    print(f"\n{show.say('gave way', lang)}", file=out)
    head = [show.word(key, lang) for key in ("lane", "rows", "bytes", "why")]
    print(show.show_table(head, rows), file=out)
