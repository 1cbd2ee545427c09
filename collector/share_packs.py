"""The loop that makes the pack of every claim as it is submitted, beside the jobs, and tidies up.

Drawing a PDF takes half a second, and decisions wait for nothing that long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from collector.pack.font_error import FontError
from collector.pack.room import PackRoom
from collector.pack.share import BY_ITSELF, share
from collector.store import packs
from collector.store.cause import cause_of
from collector.store.engine import reader
from collector.tidy_packs import tidy_packs

log = logging.getLogger(__name__)

EVERY_S: Final = 3.0
LATER_S: Final = 300.0  # after what only a person or time can mend: a font, a full disk


class PackSharer:
    """Freezes submitted claims; one that cannot be packed holds up no other."""

    def __init__(self, engine: Engine, room: PackRoom, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._room = room
        self._clock = clock
        self._failed: set[int] = set()
        self._tidied_on: date | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Share until told to stop."""
        while not stop.is_set():
            wait_s = EVERY_S
            try:
                await asyncio.to_thread(self.turn)
                await asyncio.to_thread(self.tidy)
            except (FontError, OSError) as error:
                log.error("submitted claims wait for their packs: %s", error)
                wait_s = LATER_S
            except DBAPIError as error:
                log.error("no pack was kept (%s); the next turn tries again", cause_of(error))
            try:
                async with asyncio.timeout(wait_s):
                    await stop.wait()
            except TimeoutError:
                continue

    def turn(self) -> int:
        """Make what is due; how many packs were made."""
        with reader(self._engine) as db:
            due = [one for one in packs.unshared(db) if one.id not in self._failed]
        for line in due:
            self._share(line.id, line.organisation_id)
        return len(due)

    def tidy(self) -> int:
        """Once a day: remove what the policy keeps no longer; how many files went."""
        now = self._clock()
        if self._tidied_on == now.date():
            return 0
        terms = self._room.desk.policy.packs
        removed = tidy_packs(self._engine, self._room.directory, terms=terms, now=now)
        self._tidied_on = now.date()
        return removed

    def _share(self, line_id: int, organisation_id: str) -> None:
        try:
            share(
                self._engine,
                self._room,
                line_id,
                organisation_id=organisation_id,
                by=BY_ITSELF,
                now=self._clock(),
            )
        except (FontError, OSError, DBAPIError):
            raise  # not this claim's fault
        except Exception:  # one claim that cannot be drawn must not end the others'
            log.exception("no pack could be made of line %d; it is tried after a restart", line_id)
            self._failed.add(line_id)
