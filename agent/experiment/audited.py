"""The one place that orders a filter mode from a camera: never without a row in the audit log."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from agent.camera.port import Camera, CameraError, FilterMode
from agent.delivery import write_log
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.experiment.unlogged import Unlogged, unlogged

OPERATION: Final = "SetImagingSettings"
_NOT_READ_BACK: Final = "ok, not read back"
_LOG = logging.getLogger(__name__)


class AuditedFilter:
    """The filter mode of one camera: read, and written with a row for each attempt."""

    def __init__(
        self, camera: Camera, *, device_id: str, database: Database, clock: Callable[[], datetime]
    ) -> None:
        self._camera = camera
        self._device_id = device_id
        self._database = database
        self._clock = clock
        self._unlogged = unlogged(database, device_id)

    async def read(self) -> FilterMode | None:
        """The mode that the camera states; None when it states none we know."""
        stated = (await self._camera.imaging_settings()).ir_cut_filter
        return FilterMode(stated) if stated in {mode.value for mode in FilterMode} else None

    async def write(
        self,
        mode: FilterMode,
        *,
        before: FilterMode | None,
        ordered_by: str,
        goes_without_row: bool = False,
    ) -> FilterMode | None:
        """Order a mode, and say which one the camera states then; None when it does not say.

        CameraError when the order itself failed or was not answered. The row is committed before
        the camera is asked, else nothing is sent (``sqlite3.Error``); ``goes_without_row`` is for
        the way back on a full disk: the customer's setting first, its row when there is room again.
        """
        row = write_log.Write(
            device_id=self._device_id,
            at=self._clock(),
            ordered_by=ordered_by,
            operation=OPERATION,
            what=f"IrCutFilter={mode.value} ForcePersistence=false",
            before=before.value if before else "",
        )
        number = self._note(row, or_later=goes_without_row)
        answer, seen = write_log.UNANSWERED, None
        try:
            await self._camera.set_ir_cut_filter(mode)
            answer = _NOT_READ_BACK
            with contextlib.suppress(CameraError):
                seen = await self.read()
                answer = "ok"
            return seen
        except CameraError as error:
            answer = f"{error.cause.value}: {error.detail}"
            raise
        finally:
            after = seen.value if seen else ""
            self._note_answer(
                Unlogged(row=row, number=number, answer=answer, after=after),
                or_later=goes_without_row,
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """As the database's, with what the log lacks of this device written first."""
        with self._database.transaction() as db:
            late = tuple(self._unlogged)
            for one in late:
                one.note(db)
            yield db
        del self._unlogged[: len(late)]

    def _note(self, row: write_log.Write, *, or_later: bool) -> int | None:
        try:
            with self._transaction() as db:
                return write_log.add(db, row)
        except sqlite3.OperationalError as error:
            if not or_later or not is_full(error):
                raise
            _LOG.error("%s: the disk is full: %s is logged later", self._device_id, row.what)
            return None

    def _note_answer(self, one: Unlogged, *, or_later: bool) -> None:
        try:
            with self._transaction() as db:
                one.note(db)
        except sqlite3.Error as error:
            self._unlogged.append(one)
            del self._unlogged[: -write_log.KEPT]
            is_disk = isinstance(error, sqlite3.OperationalError) and is_full(error)
            if not or_later or not is_disk:
                raise
