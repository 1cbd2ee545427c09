"""The verb ``preclaim-agent outbox export``: the black box of a site that is off-line for good."""

from __future__ import annotations

import argparse
import contextlib
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from agent import show
from agent.config import Config
from agent.delivery import black_box, high_water
from agent.delivery.opening import open_for_reading
from agent.exit_code import DONE, FOUND

_SAY_EVERY_S: Final = 2.0


def export_outbox(
    arguments: argparse.Namespace, config: Config, database_file: Path, out: TextIO
) -> int:
    """Write the file, also beside a running agent; 1 with a reason when it cannot be written."""
    lang, target = arguments.lang, Path(arguments.file)
    try:
        database = open_for_reading(database_file)
        try:
            with contextlib.suppress(FileNotFoundError):  # what leaves must never be numbered again
                high_water.sync(high_water.path_of(database_file))
            done = black_box.export(
                database.connection,
                target,
                agent_id=config.agent_id,
                waiting_only=arguments.waiting,
                now=datetime.now(UTC),
                progress=_Progress(lang).tell,
            )
        finally:
            database.close()
    except sqlite3.Error as error:
        sys.stderr.write(show.say_unread(database_file, error, lang) + "\n")
        return FOUND
    except OSError as error:
        sys.stderr.write(show.say("no export", lang, path=target, why=error) + "\n")
        return FOUND
    print(show.say("exported", lang, rows=done.rows, size=done.bytes, path=target), file=out)
    if done.damaged:
        sys.stderr.write(show.say("export damaged", lang, rows=done.damaged) + "\n")
        return FOUND
    return DONE


class _Progress:
    """Speaks every few seconds, so that a short export says nothing."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._next_s = time.monotonic() + _SAY_EVERY_S

    def tell(self, done: int, total: int) -> None:
        """Say how far it has come."""
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + _SAY_EVERY_S
        sys.stderr.write(show.say("exporting", self._lang, done=done, total=total) + "\n")
