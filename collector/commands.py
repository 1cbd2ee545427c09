"""Orders to agents: made, signed with the collector's command key, and kept."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from collector.store import commands
from shared import signing, wire
from shared.command import Command, SignedCommand, Verb

VALID_FOR = timedelta(days=7)
VALID_FOR_A_PERSON = timedelta(hours=1)  # nobody waits longer for 'probe now'
ON_A_DEVICE: Final = (Verb.PROBE_NOW, Verb.TAKE_PICTURE, Verb.FETCH_LOG, Verb.TEST_IR_CUT)


def issue(
    db: Connection,
    *,
    key: Ed25519PrivateKey,
    agent_id: str,
    organisation_id: str,
    verb: Verb,
    device_id: str = "",
    arguments: dict[str, str] | None = None,
    actor: str,
    now: datetime,
    valid_for: timedelta = VALID_FOR,
) -> str:
    """Sign and keep a command, to be sent until it is answered. Returns its id."""
    order = Command(
        command_id=f"c-{secrets.token_hex(8)}",
        agent_id=agent_id,
        verb=verb,
        device_id=device_id,
        issued_at=now,
        not_after=now + valid_for,
        arguments=arguments or {},
    )
    body = wire.encode(order)
    signed = SignedCommand(
        body, signing.sign(key, signing.COMMAND, body), signing.key_id(key.public_key())
    )
    commands.add(db, order=order, signed=signed, organisation_id=organisation_id, actor=actor)
    return order.command_id


def order_new_epoch(
    db: Connection, *, key: Ed25519PrivateKey, agent_id: str, organisation_id: str, now: datetime
) -> None:
    """Tell an agent whose identity was seen twice to begin a new epoch; once until it answers."""
    if commands.is_waiting(db, agent_id=agent_id, verb=Verb.NEW_EPOCH):
        return
    issue(
        db,
        key=key,
        agent_id=agent_id,
        organisation_id=organisation_id,
        verb=Verb.NEW_EPOCH,
        actor="collector",
        now=now,
    )


def order(
    db: Connection,
    *,
    key: Ed25519PrivateKey,
    agent_id: str,
    organisation_id: str,
    verb: Verb,
    device_id: str,
    actor: str,
    now: datetime,
    arguments: dict[str, str] | None = None,
    valid_for: timedelta = VALID_FOR_A_PERSON,
) -> str | None:
    """What a person asks for; None when the same still waits for its answer. Returns its id."""
    if commands.is_waiting(db, agent_id=agent_id, verb=verb, device_id=device_id):
        return None
    return issue(
        db,
        key=key,
        agent_id=agent_id,
        organisation_id=organisation_id,
        verb=verb,
        device_id=device_id,
        arguments=arguments,
        actor=actor,
        now=now,
        valid_for=valid_for,
    )
