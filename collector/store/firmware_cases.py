"""Rows of firmware_case and its members: camera firmware x recorder firmware x fault."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from collector.store.tables import firmware_case, firmware_case_member
from collector.store.upsert import insert_into


def open_or_find(
    db: Connection,
    *,
    organisation_id: str,
    camera_model: str,
    camera_firmware: str,
    recorder_firmware: str,
    code: str,
    now: datetime,
) -> int:
    """The case of this combination, made when it is new. Returns its id."""
    key = {
        "organisation_id": organisation_id,
        "camera_model": camera_model,
        "camera_firmware": camera_firmware,
        "recorder_firmware": recorder_firmware,
        "code": code,
    }
    db.execute(
        insert_into(db, firmware_case)
        .values(**key, opened_at=now)
        .on_conflict_do_nothing(index_elements=list(key))
    )
    return int(
        db.execute(
            select(firmware_case.c.id).where(
                *(firmware_case.c[name] == value for name, value in key.items())
            )
        ).scalar_one()
    )


def add_member(
    db: Connection,
    *,
    firmware_case_id: int,
    organisation_id: str,
    position_id: int,
    serial_key: str,
    episode_id: int,
    note: str = "",
) -> None:
    """One device that shows it; the same episode is listed once."""
    db.execute(
        insert_into(db, firmware_case_member)
        .values(
            firmware_case_id=firmware_case_id,
            organisation_id=organisation_id,
            position_id=position_id,
            serial_key=serial_key,
            episode_id=episode_id,
            note=note,
        )
        .on_conflict_do_nothing(index_elements=["firmware_case_id", "episode_id"])
    )
