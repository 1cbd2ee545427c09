"""Versions that mend a fault of a model, as engineers named them on its firmware cases."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from collector.claims.firmware_case import Fix
from collector.store import firmware_cases
from collector.store.tables import firmware_case


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFix:
    """A fix, and the case and firmwares that it is of."""

    case_id: int
    organisation_id: str
    camera_firmware: str
    recorder_firmware: str
    fix: Fix


def of_fault(db: Connection, *, model: str, code: str) -> tuple[KnownFix, ...]:
    """Every fix that is known of this fault on this model, whoever's case it was named on: the
    firmware is the factory's. None where the model is not known."""
    if not model:
        return ()
    rows = db.execute(
        select(firmware_case)
        .where(
            firmware_case.c.camera_model == model,
            firmware_case.c.code == code,
            firmware_case.c.fixed_in != "",
        )
        .order_by(firmware_case.c.id)
    ).all()
    found: list[KnownFix] = []
    for row in rows:
        fix = firmware_cases.story_of(db, row.id).fix
        if fix is not None:
            found.append(
                KnownFix(
                    case_id=row.id,
                    organisation_id=row.organisation_id,
                    camera_firmware=row.camera_firmware,
                    recorder_firmware=row.recorder_firmware,
                    fix=fix,
                )
            )
    return tuple(found)
