"""The agent's life: its parts are built, and built anew when an order changes the configuration."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from agent import app, edge
from agent.answer_words import Answer
from agent.config import Config
from agent.config_problem import ConfigError
from agent.delivery import overlay_store
from agent.delivery.damage import condemn, is_damage
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox, rows_limit
from agent.delivery.salvage import open_or_salvage
from agent.edge import Edge
from agent.overlay import Source
from agent.resident import give_back_pages
from agent.running import Agent
from agent.trial import overlay_to_start_with, roll_back
from shared.signing import KeyFileError

_LOG = logging.getLogger(__name__)
# What building the parts raises when a value that passed every check still fits nowhere.
_BUILD_ERRORS = (ConfigError, KeyFileError, OSError, ValueError, TypeError)
_SALVAGE_EVERY_S: Final = 60.0  # a card that damages each new file is not salvaged in a loop


async def live(
    source: Source, edge_of: Callable[[Config], Edge], *, clock: Callable[[], datetime] = edge.clock
) -> None:
    """Run the agent until cancelled or until it fails without a trial to blame."""
    former: Agent | None = None
    condemned_s = -_SALVAGE_EVERY_S
    while True:
        try:
            agent = build(source, edge_of, clock=clock, former=former)
            former = agent
            give_back_pages()
            await agent.run()
        except ExceptionGroup as group:
            found = group.subgroup(lambda error: isinstance(error, Exception) and is_damage(error))
            if found is None:
                if not blame_trial(source, group, clock=clock):
                    raise
                continue
            now_s = time.monotonic()
            if now_s < condemned_s + _SALVAGE_EVERY_S:
                raise  # whoever watches over the agent sees it, and starts it again
            condemned_s = now_s
            _LOG.error("the database was found damaged while running", exc_info=group)
            condemn(app.data_file(source.local), f"met while running: {found.exceptions[0]!r}")


def build(
    source: Source,
    edge_of: Callable[[Config], Edge],
    *,
    clock: Callable[[], datetime],
    former: Agent | None = None,
) -> Agent:
    """Build the parts with what is in force or on trial, falling back where it does not fit."""
    database = _open(source, clock)
    outbox = _outbox(source, database)
    overlay = overlay_to_start_with(database, outbox, now=clock())
    try:
        config = source.read(overlay)
        return app.build(config, edge_of(config), source=source, database=database, former=former)
    except _BUILD_ERRORS as error:
        if not overlay:
            database.close()
            raise
        said = error.both() if isinstance(error, ConfigError) else str(error)
        why = Answer.NOT_BUILT.told(error=said)
    if overlay_store.on_trial(database) is not None:
        roll_back(database, outbox, why, now=clock())
        database.close()
        return build(source, edge_of, clock=clock, former=former)
    # Its own file has changed since: that is the word of whoever owns the devices.
    _LOG.error("the configuration that the collector ordered is left out: %s", why.en)
    return app.build(
        source.local, edge_of(source.local), source=source, database=database, former=former
    )


def blame_trial(
    source: Source, group: ExceptionGroup[Exception], *, clock: Callable[[], datetime]
) -> bool:
    """Roll back when the parts failed on trial; False when the trial cannot be blamed."""
    if group.subgroup(sqlite3.DatabaseError) is not None:
        return False
    database = _open(source, clock)
    try:
        if overlay_store.on_trial(database) is None:
            return False
        why = Answer.FAILED_WITH_IT.told(error=repr(group.exceptions[0]))
        roll_back(database, _outbox(source, database), why, now=clock())
        _LOG.error("%s", why.en, exc_info=group)
        return True
    finally:
        database.close()


def _outbox(source: Source, database: Database) -> Outbox:
    """With the file's own bound: a smaller one would evict at the first answer."""
    return Outbox(database, limit_bytes=rows_limit(source.local.outbox_mib))


def _open(source: Source, clock: Callable[[], datetime]) -> Database:
    source.local.data_dir.mkdir(parents=True, exist_ok=True)
    database, _ = open_or_salvage(app.data_file(source.local), now=clock())
    return database
