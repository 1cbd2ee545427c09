"""Writes a filter mode to a camera and puts the customer's back: journal first, then the log."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, FilterMode
from agent.delivery import restore_store, write_log
from agent.delivery.database import Database
from agent.delivery.restore_store import Owed

OPERATION: Final = "SetImagingSettings"
# An order whose answer never came may still be carried out: this long a camera's own mode is not
# yet believed to be what it keeps.
GRACE: Final = timedelta(seconds=30)


class Settled(enum.Enum):
    """How a debt ended."""

    RESTORED = "restored"
    ALREADY = "already as before"
    LEFT = "left: somebody else has set another mode meanwhile"
    EXCHANGED = "left: another device hangs there now"


class NotRestoredError(Exception):
    """The camera answers and does not take its own mode back, or cannot be believed yet."""

    def __init__(self, why: str, *, retry: timedelta | None = None) -> None:
        super().__init__(why)
        self.retry = retry


class Setting:
    """The filter mode of one camera, as an experiment writes it."""

    def __init__(
        self, camera: Camera, *, device_id: str, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._camera = camera
        self._device_id = device_id
        self._database = database
        self._clock = clock

    async def read(self) -> FilterMode | None:
        """The mode that the camera states; None when it states none we know."""
        stated = (await self._camera.imaging_settings()).ir_cut_filter
        return FilterMode(stated) if stated in {mode.value for mode in FilterMode} else None

    def owe(self, owed: Owed) -> None:
        """Commit the journal's row; nothing was written yet."""
        with self._database.transaction() as db:
            restore_store.begin(db, owed)

    async def write(
        self, mode: FilterMode, *, before: FilterMode | None, ordered_by: str
    ) -> FilterMode | None:
        """Write a mode and read it back; the log has it before the camera does."""
        with self._database.transaction() as db:
            number = write_log.add(
                db,
                write_log.Write(
                    device_id=self._device_id,
                    at=self._clock(),
                    ordered_by=ordered_by,
                    operation=OPERATION,
                    what=f"IrCutFilter={mode.value} ForcePersistence=false",
                    before=before.value if before else "",
                ),
            )
        answer, seen = "ok", None
        try:
            await self._camera.set_ir_cut_filter(mode)
            seen = await self.read()
            return seen
        except CameraError as error:
            answer = f"{error.cause.value}: {error.detail}"
            raise
        finally:
            with self._database.transaction() as db:
                write_log.note_answer(db, number, answer=answer, after=seen.value if seen else "")

    async def restore(self, owed: Owed, *, is_certain: bool) -> Settled:
        """Put the customer's mode back, if the mode is still the one that the test set.

        ``is_certain`` says that every order of the test was answered. Raises CameraError when
        the camera does not answer and NotRestoredError when it does not comply; the row stays.
        """
        if owed.identity and not is_certain:
            serial = (await self._camera.device_information()).serial
            if serial and serial != owed.identity:
                return self._settle(owed, Settled.EXCHANGED)
        before, ours = FilterMode(owed.mode_before), FilterMode(owed.mode_set)
        found = await self.read()
        if found is before:
            waited = self._clock() - owed.begun_at
            if not is_certain and timedelta(0) <= waited < GRACE:
                raise NotRestoredError(
                    "an order that was not answered may still be carried out", retry=GRACE
                )
            return self._settle(owed, Settled.ALREADY)
        if found is None:
            raise NotRestoredError("the camera does not say which filter mode it has")
        if found is not ours:
            return self._settle(owed, Settled.LEFT, found)
        seen = await self.write(before, before=found, ordered_by=f"restore: {owed.ordered_by}")
        if seen is not before:
            raise NotRestoredError(f"the camera was set to {before.value} and states {seen}")
        return self._settle(owed, Settled.RESTORED)

    def _settle(self, owed: Owed, how: Settled, found: FilterMode | None = None) -> Settled:
        with self._database.transaction() as db:
            restore_store.settle(db, owed.device_id)
            if how in (Settled.LEFT, Settled.EXCHANGED):
                write_log.add(
                    db,
                    write_log.Write(
                        device_id=owed.device_id,
                        at=self._clock(),
                        ordered_by=f"restore: {owed.ordered_by}",
                        operation="nothing written",
                        what=f"the customer's {owed.mode_before} was not put back",
                        before=found.value if found else "",
                        after=found.value if found else "",
                        answer=how.value,
                    ),
                )
        return how


REFUSALS: Final = frozenset(
    {Cause.ONVIF_FAULT, Cause.ONVIF_UNSUPPORTED, Cause.LOGIN_REFUSED, Cause.LOGIN_METHOD}
)
"""Causes of a write that the camera turned down: it changed nothing."""
