"""From what an item shows to what is stored: the same record as a visit's, at no cost to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.asking import Take
from agent.camera.port import Exchange, Picture
from agent.config import Device
from agent.delivery import reading_store, spend_store
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.inbox.item import Item, plain_name
from agent.inbox.stamps import stamp_of
from agent.recording import Outcome, Settings, record
from shared.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one item shows, with the exchange that evidence quotes."""

    readings: tuple[Reading, ...]
    pictures: tuple[Picture, ...] = ()
    exchanges: tuple[Exchange, ...] = ()

    @classmethod
    def of_event(cls, item: Item, readings: Sequence[Reading], *, stamp: str = "") -> Found:
        """An event: the values that were read of it; the rest may hold secrets and is not kept."""
        values = ", ".join(f"{one.name}={one.value!r}" for one in readings)
        return cls(
            readings=tuple(readings),
            exchanges=(exchange_of(item, said=values or "no value", stamp=stamp),),
        )


def exchange_of(item: Item, *, said: str = "", outcome: str = "ok", stamp: str = "") -> Exchange:
    """How the item came, as evidence: never its body, and the camera's time as its word alone."""
    stamp = stamp or stamp_of(item.name, item.body)
    parts = (
        f"{len(item.body)} bytes, SHA-256 {hashlib.sha256(item.body).hexdigest()}",
        f"the camera's own time: {stamp}" if stamp else "",
        said,
    )
    return Exchange(
        at=item.at,
        kind="push",
        request=f"{item.way.value.upper()} {plain_name(item.name)}",
        outcome=outcome,
        detail="; ".join(filter(None, parts))[:300],
        reply=b"",
        seconds=0.0,
    )


def keep_take(
    device: Device,
    found: Found,
    *,
    now: datetime,
    settings: Settings,
    database: Database,
    outbox: Outbox,
) -> Outcome:
    """Judge and store; runs inside the caller's transaction. The device's spend stays as it is."""
    db = database.connection
    latest = reading_store.latest(db, device.device_id)
    take = Take(
        ran=[],
        readings=list(found.readings),
        pictures=list(found.pictures),
        attachments=[],
        spend=spend_store.read_spend(db, device.device_id, now=now),
    )
    return record(
        device,
        found.exchanges,
        take,
        latest,
        now=now,
        settings=settings,
        database=database,
        outbox=outbox,
    )
