"""The ordered configuration: what is in force, and what is on trial; rows of ``meta``."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from agent.delivery.database import Database
from shared.identity import EventId

_IN_FORCE: Final = "overlay"
_ON_TRIAL: Final = "overlay_trial"
_HEALTHS: Final = 64  # receipts of older ones are not waited for any more


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """An overlay that is used until the collector has heard of it, or it goes back."""

    command_id: str
    issued_at: datetime  # collector time, of the command
    overlay: str
    starts: int = 0  # how often the parts were built with it
    healths: tuple[EventId, ...] = ()  # health messages made under it


def in_force(database: Database) -> str:
    """The overlay that was confirmed last; '' when the file alone governs."""
    return database.meta(_IN_FORCE) or ""


def on_trial(database: Database) -> Trial | None:
    """What is on trial; None when nothing is, or what was kept cannot be read."""
    text = database.meta(_ON_TRIAL)
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=Trial)
    except msgspec.MsgspecError:
        return None


def keep_trial(database: Database, trial: Trial) -> None:
    """Keep a trial, inside the caller's transaction."""
    recent = msgspec.structs.replace(trial, healths=trial.healths[-_HEALTHS:])
    database.set_meta(_ON_TRIAL, msgspec.json.encode(recent).decode())


def confirm(database: Database, trial: Trial) -> None:
    """Let what was on trial be in force, inside the caller's transaction."""
    database.set_meta(_IN_FORCE, trial.overlay)
    database.set_meta(_ON_TRIAL, "")


def end_trial(database: Database) -> None:
    """Let what was in force before be used again, inside the caller's transaction."""
    database.set_meta(_ON_TRIAL, "")


def forget(database: Database) -> None:
    """Let the file alone govern, inside the caller's transaction."""
    database.set_meta(_IN_FORCE, "")
    database.set_meta(_ON_TRIAL, "")
