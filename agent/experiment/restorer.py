"""Restores what experiments still owe to cameras: at the start, then again and again until done."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause
from agent.config import Device
from agent.delivery import restore_store
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.restore_store import Owed
from agent.experiment.setting import NotRestoredError, Setting, Settled
from agent.schedule import back_off

_LOG = logging.getLogger(__name__)
_TICK_S: Final = 1.0
_FULL_S: Final = 10.0  # between attempts on a full disk
_DEADLINE_S: Final = 20.0
# A refused password is tried as rarely as by any other visit (``login_hold``).
_LOGIN_RETRY: Final = timedelta(hours=1)
_LOGIN: Final = frozenset({Cause.LOGIN_REFUSED, Cause.LOGIN_LOCKED, Cause.LOGIN_METHOD})


class Restorer:
    """One for all devices; whoever visits a device asks it first."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        *,
        database: Database,
        camera_for: Callable[[Device], Camera],
        clock: Callable[[], datetime],
    ) -> None:
        self._devices = devices
        self._database = database
        self._camera_for = camera_for
        self._clock = clock

    async def run(self, alone: Callable[[str], asyncio.Lock]) -> None:
        """Try what is due until cancelled; ``alone`` is held while a device is asked."""
        for owed in restore_store.every(self._database.connection):
            if owed.device_id not in self._devices:
                _LOG.warning("%s", _of_nobody(owed))
        while True:
            for owed in restore_store.every(self._database.connection):
                if owed.device_id in self._devices and self._is_due(owed):
                    async with alone(owed.device_id):
                        await self._settle_quietly(owed.device_id)
            await asyncio.sleep(_TICK_S)

    async def _settle_quietly(self, device_id: str) -> None:
        try:
            await self.settle(device_id)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            _LOG.error("%s: the disk is full: what is owed cannot be crossed out yet", device_id)
            await asyncio.sleep(_FULL_S)

    async def settle(self, device_id: str) -> bool:
        """Restore a device if something is owed and due; True when nothing is owed any more.

        The caller has the device to itself. Raises nothing that a camera can cause;
        ``sqlite3.Error`` passes through, after the camera was given its mode.
        """
        owed = restore_store.find(self._database.connection, device_id)
        if owed is None:
            return True
        device = self._devices.get(device_id)
        if device is None or not self._is_due(owed):
            return False
        setting = Setting(
            self._camera_for(device),
            device_id=device_id,
            database=self._database,
            clock=self._clock,
        )
        try:
            async with asyncio.timeout(_DEADLINE_S):
                how = await setting.restore(owed, is_certain=False)
        except NotRestoredError as error:
            self._postpone(owed, str(error))
        except CameraError as error:
            least = _LOGIN_RETRY if error.cause in _LOGIN else None
            self._postpone(owed, f"{error.cause.value}: {error.detail}", least=least)
        except TimeoutError:
            self._postpone(owed, f"no answer within {_DEADLINE_S:g} s")
        else:
            log = _LOG.info if how in (Settled.RESTORED, Settled.ALREADY) else _LOG.warning
            log("%s: filter mode %s: %s", device_id, owed.mode_before, how.value)
            return True
        return False

    def owed(self) -> dict[str, str]:
        """What is owed, in words, by device; for the health message."""
        return {
            owed.device_id: _not_restored(owed)
            if owed.device_id in self._devices
            else _of_nobody(owed)
            for owed in restore_store.every(self._database.connection)
            if owed.attempts or owed.device_id not in self._devices
        }

    def _is_due(self, owed: Owed) -> bool:
        now = self._clock()
        # A clock that was set back must not put it off for days.
        later = owed.next_at is not None and now < owed.next_at <= now + timedelta(hours=2)
        return not later

    def _postpone(self, owed: Owed, why: str, *, least: timedelta | None = None) -> None:
        wait = least or back_off(owed.attempts + 1)
        _LOG.warning("%s: filter mode %s: %s", owed.device_id, owed.mode_before, why)
        with self._database.transaction() as db:
            restore_store.postpone(db, owed.device_id, next_at=self._clock() + wait, error=why)


def _not_restored(owed: Owed) -> str:
    return (
        f"filter mode {owed.mode_before} is not restored yet: {owed.last_error or 'not tried yet'}"
    )


def _of_nobody(owed: Owed) -> str:
    """A device that was renamed or removed with its debt; both languages, for a reason has one."""
    return (
        f"{owed.device_id} is not configured any more and is owed filter mode {owed.mode_before}:"
        f" name it so again, or set that on its own page"
        f" / 配置中已无 {owed.device_id}，其滤光片模式 {owed.mode_before} 尚未恢复："
        f"请恢复该名称，或在其页面设置"
    )
