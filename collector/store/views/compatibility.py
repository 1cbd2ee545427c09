"""Which camera firmware lets which recorder in, counted over the positions of a slice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, func, select

from collector.store.scope import Scope
from collector.store.tables import firmware_case, login_fact
from collector.store.views.words import Words, fault_name, fault_remedy
from shared.login_fact import WORKS

LIMIT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One combination, and how many positions showed it."""

    manufacturer: str
    model: str
    firmware: str
    recorder_firmware: str
    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    cause: str  # a fault code, or WORKS
    name: Words
    remedy: Words
    devices: int
    first_at: datetime
    last_at: datetime
    firmware_case_id: int | None  # the newest case of the slice on the same combination

    @property
    def works(self) -> bool:
        """Whether the login works, for the recorder as far as is known too."""
        return self.cause == WORKS


def list_facts(db: Connection, scope: Scope, *, search: str = "") -> tuple[FactRow, ...]:
    """Combinations of the slice: what does not work first, then the most seen.

    ``search`` is looked for in maker, model and both firmwares.
    """
    fact, case = login_fact.c, firmware_case.c
    key = (
        fact.manufacturer,
        fact.model,
        fact.firmware,
        fact.recorder_firmware,
        fact.accepted,
        fact.refused,
        fact.cause,
    )
    same = and_(
        case.camera_model == fact.model,
        case.camera_firmware == fact.firmware,
        case.recorder_firmware == fact.recorder_firmware,
        case.code == fact.cause,
        scope.covers(case.organisation_id),
    )
    devices = func.count(func.distinct(fact.position_id))
    query = (
        select(
            *key,
            devices.label("devices"),
            func.min(fact.first_at).label("first_at"),
            func.max(fact.last_at).label("last_at"),
            func.max(case.id).label("firmware_case_id"),
        )
        .select_from(login_fact.outerjoin(firmware_case, same))
        .where(scope.covers(fact.organisation_id))
        .group_by(*key)
        .order_by((fact.cause == WORKS), devices.desc(), *key)
        .limit(LIMIT)
    )
    if search:
        words = (fact.manufacturer, fact.model, fact.firmware, fact.recorder_firmware)
        found = [column.icontains(search, autoescape=True) for column in words]
        query = query.where(found[0] | found[1] | found[2] | found[3])
    return tuple(
        FactRow(
            manufacturer=row.manufacturer,
            model=row.model,
            firmware=row.firmware,
            recorder_firmware=row.recorder_firmware,
            accepted=_kinds(row.accepted),
            refused=_kinds(row.refused),
            cause=row.cause,
            name=fault_name(row.cause),
            remedy=fault_remedy(row.cause),
            devices=row.devices,
            first_at=row.first_at,
            last_at=row.last_at,
            firmware_case_id=row.firmware_case_id,
        )
        for row in db.execute(query)
    )


def _kinds(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)
