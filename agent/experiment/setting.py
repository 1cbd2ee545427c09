"""Borrows a camera's filter mode and gives it back: the journal first, then the order."""

from __future__ import annotations

import enum
from datetime import timedelta
from typing import Final

from agent.camera.port import Cause, FilterMode
from agent.delivery import restore_store, write_log
from agent.delivery.restore_store import Owed
from agent.experiment.audited import AuditedFilter
from agent.experiment.identity import Identity, ask_who

GRACE: Final = timedelta(seconds=30)
"""After an order that was not seen to be taken, until it is looked again whether it came."""
LATE: Final = timedelta(minutes=5)
"""Such an order may be carried out this late: before, a camera's own mode is no proof."""
_LOOKS_IN_LATE: Final = 4  # 30 s, 1, 2 and 4 minutes apart
UNNAMED: Final = timedelta(days=7)
"""A camera that names itself by nothing is written to no later than this: a person decides."""


class Settled(enum.Enum):
    """How a debt ended."""

    RESTORED = "restored"
    ALREADY = "already as before"
    LEFT = "left: somebody else has set another mode meanwhile"
    EXCHANGED = "left: another device hangs there now"


class NotRestoredError(Exception):
    """The camera answers and does not take its own mode back, or cannot be believed yet."""


class Setting(AuditedFilter):
    """The filter mode of one camera, as an experiment borrows it and gives it back."""

    def owe(self, owed: Owed) -> None:
        """Commit the journal's row; nothing was written yet."""
        with self._database.transaction() as db:
            restore_store.begin(db, owed)

    async def restore(self, owed: Owed, *, is_certain: bool) -> Settled:
        """Put the customer's mode back, if the mode is still the one that the test set.

        ``is_certain`` says that the camera was seen to take the test's order, or refused it: then
        what it states is what it keeps. Raises CameraError when the camera does not answer and
        NotRestoredError when it does not comply, or when a person has to decide; the row stays.
        """
        known, is_named = Identity.parse(owed.identity), is_certain
        if not is_certain:
            now = await ask_who(self._camera) if known.names_it else Identity()
            if known.is_other(now):
                return self._settle(owed, Settled.EXCHANGED)
            is_named = known.is_same(now)
        before, ours = FilterMode(owed.mode_before), FilterMode(owed.mode_set)
        found = await self.read()
        if found is None:
            raise NotRestoredError("the camera does not say which filter mode it has")
        if found is not ours and not is_certain and self._may_come_yet(owed):
            raise NotRestoredError("an order that was not answered may still be carried out")
        if found is before:
            return self._settle(owed, Settled.ALREADY, found, is_told=not is_certain)
        if found is not ours:
            return self._settle(owed, Settled.LEFT, found)
        if not is_named and self._clock() - owed.begun_at > UNNAMED:
            raise NotRestoredError(_decide(owed))
        seen = await self.write(
            before,
            before=found,
            ordered_by=f"restore: {owed.ordered_by}",
            goes_without_row=True,
        )
        if seen is not before:
            raise NotRestoredError(f"the camera was set to {before.value} and states {seen}")
        return self._settle(owed, Settled.RESTORED)

    def _may_come_yet(self, owed: Owed) -> bool:
        """Whether the test's order may still be on its way."""
        waited = self._clock() - owed.begun_at
        # A clock that was set back tells nothing: then the looks say how long it was.
        return waited < LATE if waited >= timedelta(0) else owed.attempts < _LOOKS_IN_LATE

    def _settle(
        self,
        owed: Owed,
        how: Settled,
        found: FilterMode | None = None,
        *,
        is_told: bool = False,
    ) -> Settled:
        """The debt goes; ``is_told`` or left with another mode, the log says how it ended.

        A restoring write that waited for room in the log is that end: then it was not nothing.
        """
        is_left = how in (Settled.LEFT, Settled.EXCHANGED)
        by = f"restore: {owed.ordered_by}"
        wrote = any(one.row.ordered_by == by for one in self._unlogged)
        with self._transaction() as db:
            restore_store.settle(db, owed.device_id)
            if is_left or (is_told and not wrote):
                seen = found.value if found else ""
                write_log.add(
                    db,
                    write_log.Write(
                        device_id=owed.device_id,
                        at=self._clock(),
                        ordered_by=by,
                        operation="nothing more written" if wrote else "nothing written",
                        what=f"the customer's {owed.mode_before}"
                        + (" was not put back" if is_left and not wrote else ""),
                        before=seen,
                        after=seen,
                        answer=how.value,
                    ),
                )
        return how


def _decide(owed: Owed) -> str:
    return (
        f"owed since {owed.begun_at:%Y-%m-%d} to a camera that nothing names: set it on its own"
        f" page, or set another mode once to keep {owed.mode_set}"
    )


REFUSALS: Final = frozenset(
    {Cause.ONVIF_FAULT, Cause.ONVIF_UNSUPPORTED, Cause.LOGIN_REFUSED, Cause.LOGIN_METHOD}
)
"""Causes of a write that the camera turned down: it changed nothing."""
