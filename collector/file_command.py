"""The command ``preclaim-collector ingest-file``: takes a black box that was carried by hand."""

# ruff: noqa: T201  it speaks to a terminal
from __future__ import annotations

import argparse
import getpass
import sys
import time
from typing import Final

from collector.app import make_room, open_store, utc_now
from collector.cli import FAILED, OK
from collector.cli_words import say
from collector.config import read_config
from collector.intake.take_file import take_file
from shared.black_box import NoBlackBoxError

_SAY_EVERY_S: Final = 2.0


def ingest_file(arguments: argparse.Namespace) -> int:
    """Take the file, also beside a running collector; 1 when it is damaged or rows were refused."""
    lang = arguments.lang
    config = read_config(arguments.config)
    engine = open_store(config)
    said_s = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal said_s
        if time.monotonic() - said_s > _SAY_EVERY_S:
            said_s = time.monotonic()
            print(say("box_progress", lang, done=done, total=total), file=sys.stderr)

    try:
        with arguments.file.open("rb") as file:
            taken = take_file(
                engine,
                file,
                room=make_room(config),
                actor=f"command line: {getpass.getuser()}"[:120],
                clock=utc_now,
                progress=progress,
            )
    except NoBlackBoxError as error:
        print(say("box_none", lang, file=arguments.file, why=error), file=sys.stderr)
        return FAILED
    finally:
        engine.dispose()
    counts, head = taken.counts, taken.head
    print(
        say(
            "box_taken",
            lang,
            agent=head.agent_id,
            at=f"{head.written_at:%Y-%m-%d %H:%M:%S}Z",
            stored=counts.stored,
            duplicate=counts.duplicate,
            quarantined=counts.quarantined,
        )
    )
    if counts.quarantined:
        print(say("box_quarantined", lang), file=sys.stderr)
    if taken.damage is not None:
        print(
            say(
                "box_damaged",
                lang,
                why=taken.damage.reason,
                offset=taken.damage.offset,
                missing=head.rows - taken.damage.rows,
                rows=head.rows,
            ),
            file=sys.stderr,
        )
        return FAILED
    return OK
