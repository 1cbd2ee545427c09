"""A pushed picture, decoded in the child within the caps of a snapshot, as the picture probe's."""

from __future__ import annotations

import sqlite3
from typing import Final

from agent.camera.port import CameraError
from agent.delivery import keepsake_store
from agent.edge import Decode
from agent.inbox.item import Item
from agent.inbox.take import Found, exchange_of
from agent.probes.picture_readings import readings_of, without_picture
from agent.probes.probe import Pass

SOURCE: Final = "push"
"""Of ``picture.source``: a camera's pushed pictures have a baseline of their own."""


async def look_at(item: Item, decode: Decode, db: sqlite3.Connection) -> Found:
    """The readings of one picture; invalid ones with the reason where it cannot be decoded."""
    visit = Pass(now=item.at)
    try:
        picture = await decode(
            item.body,
            codec="JPEG",
            previous=None,
            taken_at=item.at,
            references=keepsake_store.read_references(db, item.device_id),
        )
    except CameraError as error:
        return Found(
            readings=without_picture(error, visit),
            exchanges=(exchange_of(item, said=error.detail, outcome=error.cause.value),),
        )
    return Found(
        readings=readings_of(picture, None, visit, source=SOURCE),
        pictures=(picture,),
        exchanges=(exchange_of(item),),
    )
