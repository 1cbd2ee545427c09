"""What goes down to agents: receipts, the wish that they wait, signed commands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from sqlalchemy import Engine

from collector.store import commands
from shared import topics, wire
from shared.frame import FrameError, Lane, pack, unpack
from shared.identity import Epoch
from shared.receipt import Receipt

if TYPE_CHECKING:
    from collector.intake.backlog import Received
    from collector.intake.worker import Link

COMMAND_RESENT_AFTER: Final = timedelta(seconds=30)
_NO_EPOCH: Final = Epoch(1, 0)  # commands belong to no epoch of an agent


def send_receipt(
    link: Link, agent_id: str, receipt: Receipt, *, retry_after_s: float, qos: int = 1
) -> bool:
    """Tell an agent what is committed, and for how long to hold the rest; False: not sent."""
    if retry_after_s:
        receipt = replace(receipt, retry_after_s=retry_after_s)
    payload = pack(
        lane=Lane.RECEIPT, epoch=receipt.epoch, seq=0, body=wire.encode(receipt), compress=True
    )
    return link.publish(topics.receipt(agent_id), payload, qos=qos)


def send_wait(
    link: Link,
    waiting: Iterable[Received],
    *,
    generation: str,
    retry_after_s: float,
    now: datetime,
) -> int:
    """Ask the agents of these frames to wait, by receipts that name no row; how many agents.

    Nothing is sent while the store's generation is not known: agents act on a new one.
    """
    epochs: dict[str, Epoch] = {}
    for received in waiting if generation else ():
        topic = topics.parse_up(received.arrival.topic)
        if topic is None or topic.agent_id in epochs:
            continue
        try:
            epochs[topic.agent_id] = unpack(received.arrival.payload).header.epoch
        except FrameError:
            continue
    for agent_id, epoch in epochs.items():
        receipt = Receipt(epoch=epoch, generation=generation, collector_at=now)
        send_receipt(link, agent_id, receipt, retry_after_s=retry_after_s)
    return len(epochs)


def send_commands(link: Link, engine: Engine, *, now: datetime) -> None:
    """Send what waits, and again what got no answer for a while."""
    with engine.begin() as db:
        for command_id, agent_id, signed in commands.waiting(
            db, sent_before=now - COMMAND_RESENT_AFTER, now=now
        ):
            payload = pack(lane=Lane.COMMAND, epoch=_NO_EPOCH, seq=0, body=wire.encode(signed))
            if link.publish(topics.command(agent_id), payload):
                commands.note_sent(db, command_id=command_id, now=now)
