"""Tells the collector what a day-0 acceptance came to: one word, or the checks that failed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.diagnosis.pictures.acceptance_checks import Check, Result
from shared.health import DeviceReadings, Telemetry
from shared.reading import Quality, Reading

NAME: Final = "acceptance.result"
ACCEPTED: Final = "accepted"
_LIGHT: Final = "light"  # what was too dark says nothing of the fitting


def tell(
    database: Database, device_id: str, *, accepted: bool, checks: Iterable[Check], now: datetime
) -> None:
    """Put it into the outbox: nobody is told of an acceptance that only wanted daylight."""
    wrong = [check.name for check in checks if check.result is Result.WRONG]
    if not accepted and (not wrong or _LIGHT in wrong):
        return
    reading = Reading(
        name=NAME,
        value=ACCEPTED if accepted else ", ".join(wrong),
        unit="",
        taken_at=now,
        quality=Quality.GOOD,
    )
    with database.transaction():
        Outbox(database).append(Telemetry(now, (DeviceReadings(device_id, (reading,)),)), now=now)
