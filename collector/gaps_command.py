"""The command ``preclaim-collector gaps``: which numbered rows of an agent never came, and why."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse

from collector.app import open_store, utc_now
from collector.cli import FAILED, OK
from collector.cli_words import say
from collector.config import read_config
from collector.missing_rows import look_for_gaps
from collector.store.engine import reader
from collector.store.gap_bound import list_unseen
from collector.store.known_rows import Why
from collector.store.views.gaps import list_gaps
from collector.store.views.health import waiting_rows


def show_gaps(arguments: argparse.Namespace) -> int:
    """Look anew and print; 1 when rows are missing without an explanation, or may be."""
    lang, now = arguments.lang, utc_now()
    engine = open_store(read_config(arguments.config))
    look_for_gaps(engine, now=now)
    with reader(engine) as db:
        found = list_gaps(db, None, now=now, agent_id=arguments.agent, waiting=waiting_rows(db))
        unseen = list_unseen(db, None, agent_id=arguments.agent)
    engine.dispose()
    for gap in found:
        print(
            f"{gap.agent_id:<20} {gap.epoch} {gap.range.first}–{gap.range.last} ({gap.rows})  "
            f"{gap.noticed_at:%Y-%m-%d %H:%M:%S}Z  {say(f'gap_{gap.why.value}', lang)}"
            + (f": {gap.reason}" if gap.reason else "")
        )
    missing = sum(gap.rows for gap in found)
    unexplained = sum(gap.rows for gap in found if gap.why is Why.UNEXPLAINED)
    print(say("gaps_total", lang, missing=missing, unexplained=unexplained))
    for one in unseen:
        print(say("gaps_unseen", lang, agent=one.agent_id, epoch=one.epoch, first=one.first))
    return FAILED if unexplained or unseen else OK
