"""The command ``preclaim-collector verify-log``: is every history whole, and told as it is."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
from itertools import chain

from collector.app import open_store
from collector.cli import FAILED, OK
from collector.cli_words import say
from collector.config import read_config
from collector.store.engine import reader
from collector.verify_log import Break, Walked, walk, walk_firmware


def verify_log(arguments: argparse.Namespace) -> int:
    """Print the first break of each line that has one; 1 when there is any."""
    lang: str = arguments.lang
    engine = open_store(read_config(arguments.config))
    walked, broken = Walked(), 0
    with reader(engine) as db:
        for found in chain(walk(db, walked), walk_firmware(db, walked)):
            broken += 1
            print(_line(found, lang))
    engine.dispose()
    if broken:
        print(say("log_broken", lang, broken=broken, lines=walked.lines, events=walked.events))
        return FAILED
    print(say("log_whole", lang, lines=walked.lines, events=walked.events))
    return OK


def _line(found: Break, lang: str) -> str:
    key = "log_event" if found.column == "" else "log_column"
    return say(
        key,
        lang,
        number=found.number,
        line=found.line_id,
        seq=found.seq,
        column=found.column,
        stored=found.stored,
        told=found.told,
    )
