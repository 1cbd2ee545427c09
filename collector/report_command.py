"""The command ``preclaim-collector report``: takes a list of faults that people report."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import getpass
from typing import Final

from collector.app import open_store, utc_now
from collector.claims.report import Via
from collector.cli import FAILED, OK
from collector.cli_words import say
from collector.config import read_config
from collector.config_error import refuse
from collector.report_claim import How, Reporter
from collector.report_list import read
from collector.report_many import TakenList, take_list
from collector.store.scope import Role, Scope

_SHOWN: Final = 200  # rows of one kind


def report_faults(arguments: argparse.Namespace) -> int:
    """Show what a list would do, or take it with --confirm; 1 when rows were refused."""
    lang, config = arguments.lang, read_config(arguments.config)
    known = [one.id for one in config.organisations]
    if arguments.organisation and arguments.organisation not in known:
        raise refuse(
            "--organisation",
            "unknown_organisation",
            found=arguments.organisation,
            known=", ".join(known),
        )
    wanted = read(arguments.file.read_bytes(), organisation_id=arguments.organisation)
    engine = open_store(config)
    try:
        taken = take_list(
            engine,
            wanted,
            by=Reporter(
                name=f"command line: {getpass.getuser()}"[:120],
                scope=Scope(organisation_ids=frozenset(known), role=Role.ADMIN),
            ),
            via=Via.CSV,
            policy=config.policy,
            now=utc_now(),
            confirm=arguments.confirm,
        )
    finally:
        engine.dispose()
    print("\n".join(describe(taken, lang)))
    return FAILED if taken.refused else OK


def describe(taken: TakenList, lang: str) -> list[str]:
    """What came, or would come, of a list, in words."""
    count = {how: sum(one.reported.how is how for one in taken.rows) for how in How}
    lines = [
        say(
            "report_count",
            lang,
            opened=count[How.OPENED],
            attached=count[How.ATTACHED],
            known=count[How.KNOWN],
            refused=len(taken.refused),
        )
    ]
    lines += [
        say(
            f"report_{one.reported.how.value}",
            lang,
            row=one.row,
            what=one.what,
            code=one.code,
            number=one.reported.number
            if taken.is_written or one.reported.how is not How.OPENED
            else "–",
        )
        for one in taken.rows[:_SHOWN]
    ]
    lines += [
        say(
            "report_refused",
            lang,
            row=one.row,
            what=one.serial or "–",
            why=one.why_zh if lang == "zh" else one.why_en,
        )
        for one in taken.refused[:_SHOWN]
    ]
    more = max(0, len(taken.rows) - _SHOWN) + max(0, len(taken.refused) - _SHOWN)
    if more:
        lines.append(say("report_more", lang, more=more))
    lines.append(say("report_written" if taken.is_written else "report_dry", lang))
    return lines
