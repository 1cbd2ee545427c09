"""Brings a store to the newest schema; an empty one is made whole."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

import collector.migrations
from collector.store.postgresql import look_over


class NewerStoreError(RuntimeError):
    """The store was written by a newer version of this program."""


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Upgrade in one transaction; returns the revisions before and after.

    NewerStoreError or UnfitDatabaseError when this program or this database will not do.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    if head is None:
        raise RuntimeError("the program came without its migrations; install it again")
    with engine.begin() as db:
        look_over(db)
        before = MigrationContext.configure(db).get_current_revision()
        if before is not None and before not in {s.revision for s in scripts.walk_revisions()}:
            raise NewerStoreError(
                f"the store has schema {before}, which this version does not know; "
                "install the newer version again or restore a backup"
            )
        if before != head:
            config.attributes["connection"] = db
            command.upgrade(config, "head")
    return before, head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(collector.migrations.__file__).parent))
    return config
