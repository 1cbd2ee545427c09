"""The active test of the infrared filter: A-B-A on a real camera, its own mode restored always.

    pictures, light gate -> journal -> other mode -> pictures -> own mode back -> pictures -> judge

Nothing is written before the journal's row is committed, and the way back runs whatever ends the
test: an error, the deadline, a cancellation. After a kill the next start runs it (``restorer``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, FilterMode
from agent.delivery.database import Database
from agent.delivery.restore_store import Owed
from agent.experiment.judge import Taken, gate, has_changed, is_same, judge
from agent.experiment.look import Shot, middle
from agent.experiment.photographer import Photographer
from agent.experiment.setting import REFUSALS, NotRestoredError, Setting, Settled
from agent.experiment.unmoved import GREY, unsure
from agent.experiment.verdict import Judged, Why
from agent.experiment.witness import Witness
from agent.wrong import Both

_LOOKS: Final = 3  # at a restless scene, before the test is given up
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a test takes; a camera's filter moves within a second, its exposure within five."""

    settle_s: float = 3.0  # between an order and the first look
    patience_s: float = 20.0  # for a slow mover, before "nothing changed" is believed
    calm_s: float = 20.0  # more, while something passes and nothing can be told
    watch_s: float = 3.0
    deadline_s: float = 180.0  # of the whole, without the way back
    restore_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which device is tested, by whom, and what is known of it."""

    device_id: str
    ordered_by: str
    identity: str  # the serial it stated last; '' when it states none
    stills_first: bool  # every byte costs
    witness: Callable[[datetime], Witness]


@dataclass(slots=True)
class Ran:
    """What a test did and saw; filled as it goes, so that what ends it leaves the rest."""

    judged: Judged = field(default_factory=lambda: unsure(Why.STOPPED))
    mode_before: FilterMode | None = None
    mode_set: FilterMode | None = None
    before: list[Shot] = field(default_factory=list)
    during: list[Shot] = field(default_factory=list)
    after: list[Shot] = field(default_factory=list)
    settled: Settled | None = None  # None: nothing was written, or the mode is still owed
    is_owed: bool = False
    went_dark: bool = False


class _Over(Exception):
    """The test ends here, without a verdict."""

    def __init__(self, why: Why, detail: str | Both = "") -> None:
        super().__init__(why.value)
        self.judged = unsure(why, detail)


class FilterTest:
    """One test of one camera."""

    def __init__(
        self,
        camera: Camera,
        order: Order,
        *,
        database: Database,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        pace: Pace | None = None,
    ) -> None:
        self._camera = camera
        self._order = order
        self._clock = clock
        self._sleep = sleep
        self._pace = pace or Pace()
        self._setting = Setting(camera, device_id=order.device_id, database=database, clock=clock)
        self._photographer = Photographer(
            camera,
            clock=clock,
            sleep=sleep,
            watch_s=self._pace.watch_s,
            stills_first=order.stills_first,
        )
        self._is_answered = True  # every order so far
        self.ran = Ran()

    async def run(self) -> Ran:
        """Test; raises nothing that a camera can cause."""
        ran = self.ran
        try:
            async with asyncio.timeout(self._pace.deadline_s):
                await self._look_before()
            await self._there_and_back()
            if ran.is_owed:
                raise _Over(Why.CAMERA_FAILED, _NOT_RESTORED)
            if ran.settled is Settled.LEFT:
                raise _Over(Why.MODE_CHANGED)
            async with asyncio.timeout(self._pace.deadline_s):
                ran.after = await self._await_picture(is_back=True)
            ran.judged = self._judge()
        except _Over as over:
            ran.judged = over.judged
        except TimeoutError:
            ran.judged = unsure(Why.CAMERA_FAILED, _NO_END)
        except CameraError as error:
            ran.judged = unsure(_why(error), error.detail[:120])
        return ran

    async def _look_before(self) -> None:
        offered = set((await self._camera.imaging_options()).ir_cut_filter_modes)
        if not {FilterMode.ON.value, FilterMode.OFF.value} <= offered:
            raise _Over(Why.NO_MODES)
        self.ran.mode_before = await self._setting.read()
        if self.ran.mode_before is None:
            raise _Over(Why.MODE_UNREADABLE)
        for _ in range(_LOOKS):
            self._photographer.begin_anew()
            first, second = await self._photographer.take(), await self._photographer.take()
            self.ran.before = [*first, *second]
            refusal = gate(self.ran.before)
            if refusal is not Why.RESTLESS:
                break
            await self._sleep(self._pace.settle_s)
        if refusal is not None:
            raise _Over(refusal)
        self.ran.mode_set = FilterMode.OFF if self._is_home_in() else FilterMode.ON

    def _is_home_in(self) -> bool:
        """Where the customer's own mode wants the filter; AUTO by what the picture shows."""
        if self.ran.mode_before is FilterMode.AUTO:
            return middle([shot.look for shot in self.ran.before]).saturation >= GREY
        return self.ran.mode_before is FilterMode.ON

    async def _there_and_back(self) -> None:
        mode_before, mode_set = self.ran.mode_before, self.ran.mode_set
        assert mode_before is not None
        assert mode_set is not None
        owed = Owed(
            device_id=self._order.device_id,
            identity=self._order.identity,
            mode_before=mode_before.value,
            mode_set=mode_set.value,
            ordered_by=self._order.ordered_by,
            begun_at=self._clock(),
        )
        self._setting.owe(owed)
        self.ran.is_owed = True
        try:
            async with asyncio.timeout(self._pace.deadline_s):
                await self._look_away(mode_set)
        finally:
            await _to_the_end(self._go_back(owed))

    async def _look_away(self, mode_set: FilterMode) -> None:
        try:
            seen = await self._setting.write(
                mode_set, before=self.ran.mode_before, ordered_by=self._order.ordered_by
            )
        except CameraError as error:
            self._is_answered = error.cause in REFUSALS
            if self._is_answered:
                raise _Over(Why.REFUSED_MODE, error.detail[:120]) from error
            raise
        except asyncio.CancelledError:
            self._is_answered = False
            raise
        if seen is not mode_set:
            await self._sleep(self._pace.settle_s)  # some state the old one for a moment
            seen = await self._setting.read()
        if seen is not mode_set:
            raise _Over(Why.MODE_NOT_TAKEN, f"{mode_set.value} → {seen.value if seen else '?'}")
        self.ran.during = await self._await_picture(is_back=False)
        if await self._setting.read() is not mode_set:
            raise _Over(Why.MODE_CHANGED)

    async def _await_picture(self, *, is_back: bool) -> list[Shot]:
        """Pictures once the change that is waited for has come and settled, or patience ends."""
        spent_s = 0.0
        has_moved = has_changed(self.ran.before, self.ran.during)
        # Back from a change, "as before" is waited for. Where nothing changed, the way back takes
        # all the patience too: a filter that is slower than that would show now.
        while True:
            await self._sleep(self._pace.settle_s)
            spent_s += self._pace.settle_s + self._pace.watch_s
            is_over = spent_s >= self._pace.patience_s
            is_last = is_over and spent_s >= self._pace.patience_s + self._pace.calm_s
            try:
                shots = await self._photographer.take()
            except CameraError:
                if is_last:
                    raise
                continue  # a stream may break off while the picture processor changes over
            has_changed_now = has_changed(self.ran.before, shots)
            is_clear = has_changed_now or is_same(self.ran.before, shots)
            if is_last or (is_over and is_clear):
                return shots
            if is_back and has_moved and is_same(self.ran.before, shots):
                return shots
            if has_changed_now and not is_back:
                await self._sleep(self._pace.settle_s)
                return await self._photographer.take()

    async def _go_back(self, owed: Owed) -> None:
        """Restore, within its own deadline; what fails stays in the journal for the restorer."""
        try:
            async with asyncio.timeout(self._pace.restore_s):
                self.ran.settled = await self._setting.restore(owed, is_certain=self._is_answered)
            self.ran.is_owed = False
        except (CameraError, NotRestoredError, TimeoutError) as error:
            _LOG.warning(
                "%s: the filter mode %s is not restored yet: %s",
                owed.device_id,
                owed.mode_before,
                error,
            )

    def _judge(self) -> Judged:
        ran = self.ran
        judged = judge(
            Taken(
                commanded_in=ran.mode_set is FilterMode.ON,
                before=ran.before,
                during=ran.during,
                after=ran.after,
            ),
            self._order.witness(self._clock()),
        )
        ran.went_dark = judged.why is Why.LAMP_OR_FILTER
        return judged


async def _to_the_end(way_back: Coroutine[None, None, None]) -> None:
    """Finish, whatever is cancelled meanwhile; the cancellation goes on afterwards."""
    task = asyncio.ensure_future(way_back)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


_NO_SERVICE: Final = frozenset({Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_MISSING})
_NO_STREAM: Final = ("rtsp.", "decode.")
_NOT_RESTORED: Final = Both("its own mode is not restored yet", "原有模式尚未恢复")
_NO_END: Final = Both("no end within the deadline", "未在期限内结束")


def _why(error: CameraError) -> Why:
    if error.cause in _NO_SERVICE:
        return Why.NO_MODES
    return Why.NO_PICTURE if error.cause.value.startswith(_NO_STREAM) else Why.CAMERA_FAILED
