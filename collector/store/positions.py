"""Rows of table position: what hangs where, how it stands, its last picture and readings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select, update

from collector.claims.serials import LabelSerial
from collector.store import aliases
from collector.store.tables import position, reading_latest
from collector.store.upsert import insert_into, insert_row
from shared.device import Alias, DeviceFacts, SerialSource
from shared.evidence import EvidenceItem, EvidenceKind
from shared.health import HangsOn, Standing
from shared.identity import Epoch, EventId
from shared.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What intake knows of a position before the news is applied."""

    id: int
    site_id: str
    organisation_id: str
    label_serial: str
    serial_source: SerialSource
    doubted_serial: str
    aliases: tuple[Alias, ...]
    model: str
    firmware: str
    name: str
    told_by: EventId | None  # the row that said it; None: nobody, or one from before this was kept

    def is_bare(self) -> bool:
        """True when nothing but its name is known."""
        return not (self.label_serial or self.aliases or self.model or self.firmware)


def find(db: Connection, *, agent_id: str, device_id: str) -> Position | None:
    """The position; None when the agent never named it."""
    row = db.execute(
        select(position).where(position.c.agent_id == agent_id, position.c.device_id == device_id)
    ).one_or_none()
    if row is None:
        return None
    return Position(
        id=row.id,
        site_id=row.site_id,
        organisation_id=row.organisation_id,
        label_serial=row.label_serial,
        serial_source=SerialSource(row.serial_source),
        doubted_serial=row.doubted_serial,
        aliases=aliases.read(row.aliases),
        model=row.model,
        firmware=row.firmware,
        name=row.name,
        told_by=EventId(Epoch.parse(row.facts_epoch), row.facts_seq) if row.facts_epoch else None,
    )


def add(
    db: Connection, *, agent_id: str, device_id: str, site_id: str, organisation_id: str
) -> int:
    """A position that is named for the first time; its standing is unknown. Returns its id."""
    return insert_row(
        db,
        position,
        agent_id=agent_id,
        device_id=device_id,
        site_id=site_id,
        organisation_id=organisation_id,
        name=device_id,
    )


def find_or_add(
    db: Connection, *, agent_id: str, device_id: str, site_id: str, organisation_id: str
) -> int:
    """The id of the position, made on the spot when only its name is known."""
    known = find(db, agent_id=agent_id, device_id=device_id)
    if known is not None:
        return known.id
    return add(
        db,
        agent_id=agent_id,
        device_id=device_id,
        site_id=site_id,
        organisation_id=organisation_id,
    )


def apply_facts(
    db: Connection,
    *,
    position_id: int,
    facts: DeviceFacts,
    serial: LabelSerial,
    since: datetime | None,
    by: EventId,
) -> None:
    """Keep what the agent's row says of the device; an empty field says nothing, changes nothing.

    ``since`` is when the serial was first known to hang here; None when it did already.
    """
    values: dict[str, object] = {
        "label_serial": serial.value,
        "serial_source": serial.source.value,
        "doubted_serial": serial.doubted,
        "facts_epoch": str(by.epoch),
        "facts_seq": by.seq,
    }
    if since is not None:
        values["serial_since"] = since
    for field in ("name", "manufacturer", "model", "firmware"):
        said = getattr(facts, field)
        if said:
            values[field] = said
    if facts.aliases:
        values["aliases"] = aliases.write(facts.aliases)
    db.execute(update(position).where(position.c.id == position_id).values(values))


def note_standing(
    db: Connection,
    *,
    position_id: int,
    standing: Standing,
    reason: str,
    last_good_at: datetime | None,
    now: datetime,
) -> None:
    """Keep how its agent says the device stands; ``last_good_at`` None leaves what is known."""
    values: dict[str, object] = {
        "told_at": now,
        "standing": standing.value,
        "standing_reason": reason,
        "standing_at": now,
    }
    if last_good_at is not None:
        values["last_good_at"] = last_good_at
    db.execute(update(position).where(position.c.id == position_id).values(values))


def note_hangs_on(db: Connection, *, position_id: int, hangs_on: HangsOn) -> None:
    """Keep what the agent says that the device depends on."""
    db.execute(
        update(position)
        .where(position.c.id == position_id)
        .values(
            power_from=hangs_on.power,
            place=hangs_on.place,
            gateway=hangs_on.gateway,
            recorder=hangs_on.recorder,
            feed=hangs_on.feed,
            contact=hangs_on.contact,
        )
    )


def forget_standing(db: Connection, *, agent_id: str, reason: str, now: datetime) -> None:
    """The agent is silent: all its positions are unknown, not healthy and not broken.

    A repeat with the same reason changes nothing.
    """
    db.execute(
        update(position)
        .where(position.c.agent_id == agent_id, position.c.standing_reason != reason)
        .values(standing=Standing.UNKNOWN.value, standing_reason=reason, standing_at=now)
    )


def of_agent(db: Connection, agent_id: str) -> tuple[int, ...]:
    """Ids of the agent's positions."""
    rows = db.execute(
        select(position.c.id).where(position.c.agent_id == agent_id).order_by(position.c.id)
    )
    return tuple(rows.scalars())


def of_site(db: Connection, *, site_id: str, limit: int) -> tuple[int, ...]:
    """Ids of the site's positions, at most so many."""
    rows = db.execute(
        select(position.c.id)
        .where(position.c.site_id == site_id)
        .order_by(position.c.id)
        .limit(limit)
    )
    return tuple(rows.scalars())


def device_ids(db: Connection, agent_id: str) -> tuple[str, ...]:
    """What the agent calls its positions."""
    rows = db.execute(
        select(position.c.device_id)
        .where(position.c.agent_id == agent_id)
        .order_by(position.c.device_id)
    )
    return tuple(rows.scalars())


def ids_of(db: Connection, agent_id: str) -> dict[str, int]:
    """The agent's positions by what it calls them."""
    rows = db.execute(
        select(position.c.device_id, position.c.id).where(position.c.agent_id == agent_id)
    )
    return {device_id: position_id for device_id, position_id in rows}


def known_to(db: Connection, agent_ids: Iterable[str]) -> set[tuple[str, str]]:
    """``(agent_id, device_id)`` of every position of these agents."""
    rows = db.execute(
        select(position.c.agent_id, position.c.device_id).where(
            position.c.agent_id.in_(list(agent_ids))
        )
    )
    return {(agent_id, device_id) for agent_id, device_id in rows}


def note_picture(
    db: Connection, *, position_id: int, item: EvidenceItem, taken_at: datetime, is_news: bool
) -> None:
    """Remember the newest picture, or the reference, of the position; ``is_news`` False: a row
    of earlier, whose reference another may have replaced."""
    if item.kind is EvidenceKind.REFERENCE and is_news:
        db.execute(
            update(position)
            .where(position.c.id == position_id)
            .values(reference_sha256=item.sha256)
        )
    if item.kind in (EvidenceKind.PICTURE, EvidenceKind.REFERENCE):
        db.execute(
            update(position)
            .where(
                position.c.id == position_id,
                position.c.picture_at.is_(None) | (position.c.picture_at <= taken_at),
            )
            .values(picture_sha256=item.sha256, picture_at=taken_at)
        )


def note_reading(
    db: Connection,
    *,
    position_id: int,
    organisation_id: str,
    reading: Reading,
    taken_at: datetime,
    now: datetime,
) -> None:
    """Keep the latest of each name; older news changes nothing."""
    row = _latest_row(reading, position_id=position_id, taken_at=taken_at, now=now)
    _note_latest(db, organisation_id=organisation_id, rows=[row])


def note_readings(
    db: Connection, readings: Iterable[tuple[int, Reading]], *, organisation_id: str, now: datetime
) -> None:
    """The same for many, by position, each taken when it says: one statement, built once."""
    rows = [
        _latest_row(one, position_id=position_id, taken_at=one.taken_at, now=now)
        for position_id, one in readings
    ]
    if rows:
        _note_latest(db, organisation_id=organisation_id, rows=rows)


def _note_latest(
    db: Connection, *, organisation_id: str, rows: Sequence[dict[str, object]]
) -> None:
    """Write rows of table reading_latest where none is newer."""
    added = insert_into(db, reading_latest)
    db.execute(
        added.on_conflict_do_update(
            index_elements=["position_id", "name"],
            set_={name: added.excluded[name] for name in rows[0] if name not in _LATEST_KEY},
            where=reading_latest.c.taken_at <= added.excluded.taken_at,
        ),
        [{"organisation_id": organisation_id, **row} for row in rows],
    )


_LATEST_KEY: Final = ("position_id", "name")


def _latest_row(
    reading: Reading, *, position_id: int, taken_at: datetime, now: datetime
) -> dict[str, object]:
    return {
        "position_id": position_id,
        "name": reading.name,
        "value_json": json.dumps(reading.value),
        "unit": reading.unit,
        "quality": reading.quality.value,
        "taken_at": taken_at,
        "received_at": now,
        "detail": reading.detail or reading.cause or reading.raw,
    }
