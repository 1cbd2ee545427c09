"""What devices run now that showed a firmware fault, and what their probes said last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Row, Select, func, or_, select

from collector.claims.firmware_device import Device, Read, says_the_same
from collector.store.tables import (
    agent,
    episode,
    firmware_case_member,
    firmware_change,
    position,
    reading_latest,
)
from shared.reading import Reading


def of_case(db: Connection, case_id: int) -> tuple[Device, ...]:
    """The devices of a case, each with its last episode, in the order they were found."""
    last = (
        select(func.max(firmware_case_member.c.episode_id))
        .where(firmware_case_member.c.firmware_case_id == case_id)
        .group_by(firmware_case_member.c.serial_key)
    )
    return _read(
        db,
        _query()
        .join(firmware_case_member, firmware_case_member.c.episode_id == episode.c.id)
        .where(firmware_case_member.c.firmware_case_id == case_id, episode.c.id.in_(last))
        .add_columns(firmware_case_member.c.serial_key)
        .order_by(episode.c.id),
    )


def of_episode(db: Connection, episode_id: int) -> Device:
    """The device of one episode."""
    (found,) = _read(
        db,
        _query()
        .where(episode.c.id == episode_id)
        .add_columns(episode.c.label_serial.label("serial_key")),
    )
    return found


def _query() -> Select[tuple[object, ...]]:
    return (
        select(
            episode.c.id.label("episode_id"),
            episode.c.position_id,
            episode.c.agent_id,
            episode.c.onset_at,
            episode.c.cleared_at,
            episode.c.firmware,
            episode.c.recorder_firmware,
            episode.c.label_serial.label("failing_serial"),
            episode.c.because_json,
            position.c.label_serial,
            position.c.standing,
            position.c.standing_at,
            agent.c.silent_since,
            agent.c.promised_within_s,
        )
        .join(position, position.c.id == episode.c.position_id)
        .join(agent, agent.c.id == episode.c.agent_id)
    )


def _read(db: Connection, query: Select[tuple[object, ...]]) -> tuple[Device, ...]:
    rows = db.execute(query).all()
    changes, latest = _changes(db, rows), _latest(db, rows)
    return tuple(_device(row, changes, latest) for row in rows)


def _device(
    row: Row[tuple[object, ...]],
    changes: dict[tuple[str, int | None], list[tuple[str, datetime]]],
    latest: dict[tuple[int, str], Read],
) -> Device:
    known = row._mapping
    camera, camera_at = _newest(changes.get((known["agent_id"], known["position_id"]), []), row)
    recorder, recorder_at = _newest(changes.get((known["agent_id"], None), []), row)
    exchanged = (
        known["failing_serial"] and known["label_serial"]
        and known["failing_serial"] != known["label_serial"]
    )  # fmt: skip
    if exchanged:  # what runs on another device says nothing of this one
        camera, camera_at = "", None
    return Device(
        position_id=known["position_id"],
        serial_key=known["serial_key"],
        episode_id=known["episode_id"],
        onset_at=known["onset_at"],
        cleared_at=known["cleared_at"],
        camera_firmware=camera or known["firmware"],
        recorder_firmware=recorder or known["recorder_firmware"],
        camera_since=camera_at,
        recorder_since=recorder_at,
        standing=known["standing"],
        standing_at=known["standing_at"],
        found_at=_found_at(_rested_on(known["because_json"]), known["position_id"], latest),
        agent_silent=known["silent_since"] is not None,
        promised_within_s=known["promised_within_s"],
    )


def _newest(
    changes: list[tuple[str, datetime]], row: Row[tuple[object, ...]]
) -> tuple[str, datetime | None]:
    """What runs since a moment after the fault began; ('', None) when nothing was changed."""
    later = [change for change in changes if change[1] > row._mapping["onset_at"]]
    return later[-1] if later else ("", None)


def _changes(
    db: Connection, rows: Iterable[Row[tuple[object, ...]]]
) -> dict[tuple[str, int | None], list[tuple[str, datetime]]]:
    """Changes by agent and position (None: the recorder), oldest first; beginnings are none."""
    known = [row._mapping for row in rows]
    found: dict[tuple[str, int | None], list[tuple[str, datetime]]] = {}
    query = (
        select(firmware_change)
        .where(
            firmware_change.c.agent_id.in_({one["agent_id"] for one in known}),
            or_(
                firmware_change.c.position_id.is_(None),
                firmware_change.c.position_id.in_({one["position_id"] for one in known}),
            ),
        )
        .order_by(firmware_change.c.at, firmware_change.c.id)
    )
    for row in db.execute(query):
        key = (row.agent_id, row.position_id)
        found.setdefault(key, []).append((row.to_version, row.at))
    return found


def _rested_on(because_json: str) -> Reading | None:
    """The reading that the fault rests on, which rules name first; None where none was told."""
    try:
        because = msgspec.json.decode(because_json, type=tuple[Reading, ...])
    except msgspec.DecodeError:  # of a newer agent
        return None
    return because[0] if because else None


def _latest(db: Connection, rows: Iterable[Row[tuple[object, ...]]]) -> dict[tuple[int, str], Read]:
    """The newest of the readings that these faults rest on, by position and name."""
    known = [row._mapping for row in rows]
    names = {one.name for row in known if (one := _rested_on(row["because_json"])) is not None}
    query = select(reading_latest).where(
        reading_latest.c.position_id.in_({one["position_id"] for one in known}),
        reading_latest.c.name.in_(names),
    )
    return {
        (row.position_id, row.name): Read(
            value=json.loads(row.value_json), quality=row.quality, taken_at=row.taken_at
        )
        for row in db.execute(query)
    }


def _found_at(
    rested_on: Reading | None, position_id: int, latest: dict[tuple[int, str], Read]
) -> datetime | None:
    if rested_on is None:
        return None
    newest = latest.get((position_id, rested_on.name))
    then = Read(value=rested_on.value, quality=rested_on.quality.value, taken_at=rested_on.taken_at)
    return newest.taken_at if newest and says_the_same(then, newest) else None
