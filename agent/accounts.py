"""Devices behind one login: the channels of a recorder share its account, and what locks it.

Lock-outs count per account. Whatever limits logins (rest after a refusal, the day's budget, one
visit at a time) therefore holds for all devices at the same address with the same user together.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from agent.budget import Budget
from agent.camera.address import place_of
from agent.camera.port import CameraError
from agent.config import Device
from agent.delivery import reading_store, spend_store
from agent.login_hold import OUTCOME
from shared.reading import Reading


def account_of(device: Device) -> str:
    """What is locked when a login of this device fails: a name that all its channels share."""
    credentials = device.target.credentials
    if credentials is None:
        return device.device_id
    try:
        place = place_of(device.target).netloc
    except CameraError:
        place = device.target.address
    return f"{credentials.user}@{place}"


class Accounts:
    """Which devices share an account; a device alone is an account of one."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self._of: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        for device in devices:
            name = account_of(device)
            self._of[device.device_id] = name
            self._members[name] = (*self._members.get(name, ()), device.device_id)
        self._alone = {name: asyncio.Lock() for name in self._members}

    def of(self, device_id: str) -> str:
        """The account's name."""
        return self._of[device_id]

    def members(self, account: str) -> Sequence[str]:
        """The devices of an account, in the configuration's order."""
        return self._members[account]

    def alone(self, device_id: str) -> asyncio.Lock:
        """Held while one of the account's devices is asked: two would double a wrong login."""
        return self._alone[self._of[device_id]]

    def are_free(self, device_id: str, running: Iterable[str]) -> bool:
        """True while no device of the account is being visited."""
        own = self._of[device_id]
        return all(self._of[one] != own for one in running)

    def first_of_each(self, device_ids: Iterable[str]) -> list[str]:
        """One device an account, in their order."""
        first: dict[str, str] = {}
        for one in device_ids:
            first.setdefault(self._of[one], one)
        return list(first.values())

    def outcomes(self, db: sqlite3.Connection, account: str, *, limit: int) -> list[Reading]:
        """What came of the newest logins of any device of the account, oldest first."""
        found = [
            reading
            for device_id in self._members[account]
            for reading in reading_store.earlier(db, device_id, OUTCOME, limit=limit)
        ]
        return sorted(found, key=lambda reading: reading.taken_at)[-limit:]

    def shared_budget(
        self,
        db: sqlite3.Connection,
        device_id: str,
        budgets: Mapping[str, Budget],
        *,
        now: datetime,
    ) -> Budget:
        """The device's budget, less what the others of its account have logged in today."""
        budget = budgets[device_id]
        others = [one for one in self._members[self._of[device_id]] if one != device_id]
        if not others:
            return budget
        spent = sum(spend_store.read_spend(db, one, now=now).logins for one in others)
        return budget.limited({"logins_per_day": max(0, budget.logins_per_day - spent)})
