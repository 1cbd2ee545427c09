"""Orders that set an agent's configuration: checked for form here, for sense by the agent."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector.commands import order
from collector.store import accounts
from shared.command import MAX_CONFIG_BYTES, Verb

VALID_FOR: Final = timedelta(days=1)  # a site may be off-line for the night


class NoConfigurationError(ValueError):
    """The text cannot be sent; ``wrong`` is a key of the words, ``values`` fill it."""

    def __init__(self, wrong: str, **values: object) -> None:
        self.wrong = wrong
        self.values = values
        super().__init__(f"{wrong}: {values}")


def check_text(text: str) -> None:
    """Raise NoConfigurationError when no agent could read it."""
    count = len(text.encode())
    if count > MAX_CONFIG_BYTES:
        raise NoConfigurationError("config_too_long", count=count, limit=MAX_CONFIG_BYTES)
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NoConfigurationError("not_toml", why=error) from error


def order_settings(
    db: Connection,
    *,
    key: Ed25519PrivateKey,
    agent_id: str,
    organisation_id: str,
    text: str,
    base: str = "",
    actor: str,
    now: datetime,
) -> str | None:
    """Keep the order and its audit line; None when one still waits. Returns the command's id."""
    check_text(text)
    arguments = {"config": text, **({"base": base} if base else {})}
    command_id = order(
        db,
        key=key,
        agent_id=agent_id,
        organisation_id=organisation_id,
        verb=Verb.SET_CONFIG,
        device_id="",
        arguments=arguments,
        actor=actor,
        now=now,
        valid_for=VALID_FOR,
    )
    if command_id is not None:
        digest = hashlib.sha256(text.encode()).hexdigest()
        accounts.record(
            db,
            at=now,
            actor=actor,
            action=f"command.{Verb.SET_CONFIG.value}",
            detail=f"{agent_id}: sha256 {digest}",
        )
    return command_id
