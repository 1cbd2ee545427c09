"""The active test of the infrared filter: A-B-A on a real camera, its own mode restored always.

    pictures, light gate -> journal -> other mode -> pictures -> own mode back -> pictures -> judge

Nothing is written before the journal's row is committed, and the way back runs whatever ends the
test: an error, the deadline, a cancellation. After a kill the next start runs it (``restorer``).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from agent.camera.port import Camera, CameraError, Cause, FilterMode
from agent.delivery.database import Database
from agent.delivery.restore_store import Owed
from agent.experiment.change import is_known_view, is_still
from agent.experiment.identity import Identity, ask_who
from agent.experiment.judge import Taken, gate, judge
from agent.experiment.look import Shot, middle
from agent.experiment.photographer import Photographer
from agent.experiment.setting import REFUSALS, NotRestoredError, Setting, Settled
from agent.experiment.unmoved import unsure
from agent.experiment.verdict import FilterVerdict, Judged, Why
from agent.experiment.watcher import Pace, Watcher
from agent.experiment.witness import Witness
from agent.wrong import Both
from shared.device import Alias, is_exchanged

_LOOKS: Final = 6  # at a restless scene, before the test is given up
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which device is tested, by whom, and what is known of it."""

    device_id: str
    ordered_by: str
    aliases: tuple[Alias, ...]  # as visits know it; none when it names itself by nothing
    stills_first: bool  # every byte costs
    witness: Callable[[datetime, bool], Witness]  # by whether the view is the known one
    view: bytes = b""  # where the filter was seen to move
    may_repeat: bool = True  # the day's writes allow a second order
    modes_stated: tuple[str, ...] = ()  # filter modes that visits read in the last half hour


@dataclass(slots=True)
class Ran:
    """What a test did and saw; filled as it goes, so that what ends it leaves the rest."""

    judged: Judged = field(default_factory=lambda: unsure(Why.STOPPED))
    mode_before: FilterMode | None = None
    mode_set: FilterMode | None = None
    before: list[Shot] = field(default_factory=list)
    during: list[Shot] = field(default_factory=list)
    after: list[Shot] = field(default_factory=list)
    # A change that could be chance must come and go a second time: these are of the first.
    during_first: list[Shot] = field(default_factory=list)
    after_first: list[Shot] = field(default_factory=list)
    mode_first: FilterMode | None = None
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
            view=order.view,
        )
        self._watcher = Watcher(self._photographer, pace=self._pace, sleep=sleep)
        self._identity = Identity()  # of what hangs there now
        self._is_certain = True  # what the camera states is what it will keep
        self._is_prompt = True  # the picture followed at once, there and back
        self.ran = Ran()

    async def run(self) -> Ran:
        """Test; raises nothing that a camera can cause. ``sqlite3.Error`` passes through."""
        ran = self.ran
        try:
            async with asyncio.timeout(self._pace.deadline_s):
                await self._look_before()
            ran.judged = first = await self._there_and_back()
            if (mode := self._ask_again(first)) is not None:
                ran.judged = await self._second(first, mode)
        except _Over as over:
            ran.judged = over.judged
        except TimeoutError:
            ran.judged = unsure(Why.CAMERA_FAILED, _NO_END)
        except CameraError as error:
            ran.judged = unsure(_why(error), error.detail[:120])
        return ran

    def _ask_again(self, first: Judged) -> FilterMode | None:
        """The mode of a second order; None when the first one says enough."""
        ran = self.ran
        if first.rests_on_change:
            return None if first.is_plain and self._is_prompt else ran.mode_set
        if first.verdict.is_fault and first.may_be_auto and ran.mode_before is FilterMode.AUTO:
            return FilterMode.ON if ran.mode_set is FilterMode.OFF else FilterMode.OFF
        return None

    async def _second(self, first: Judged, mode: FilterMode) -> Judged:
        """What could be chance must come again; what AUTO may have asked already is asked away."""
        ran = self.ran
        if not self._order.may_repeat:
            return unsure(Why.ONCE_ONLY, first.figures)
        ran.judged = unsure(Why.STOPPED)
        ran.during_first, ran.after_first, ran.mode_first = ran.during, ran.after, ran.mode_set
        ran.mode_set = mode
        second = await self._there_and_back()
        if second.verdict in (first.verdict, FilterVerdict.INCONCLUSIVE):
            return second
        return unsure(Why.RESTLESS if mode is ran.mode_first else Why.AUTO_WAS_OUT, second.figures)

    async def _there_and_back(self) -> Judged:
        """One A-B-A, judged; the mode is back, or owed, whatever ends it."""
        ran = self.ran
        ran.during, ran.after = [], []
        await self._away_and_home()
        if ran.is_owed:
            raise _Over(Why.CAMERA_FAILED, _NOT_RESTORED)
        if ran.settled is Settled.LEFT:
            raise _Over(Why.MODE_CHANGED)
        async with asyncio.timeout(self._pace.deadline_s):
            looked = await self._watcher.await_back(ran.before, ran.during)
        ran.after = looked.shots
        self._is_prompt &= looked.is_prompt
        return self._judge()

    async def _look_before(self) -> None:
        offered = set((await self._camera.imaging_options()).ir_cut_filter_modes)
        if not {FilterMode.ON.value, FilterMode.OFF.value} <= offered:
            raise _Over(Why.NO_MODES)
        await self._ask_who()
        self.ran.mode_before = await self._setting.read()
        if self.ran.mode_before is None:
            raise _Over(Why.MODE_UNREADABLE)
        if set(self._order.modes_stated) - {self.ran.mode_before.value}:
            raise _Over(Why.MODE_NEW, ", ".join(self._order.modes_stated))
        for _ in range(_LOOKS):
            self._photographer.begin_anew()
            first, second = await self._photographer.take(), await self._photographer.take()
            self.ran.before = [*first, *second]
            refusal = gate(self.ran.before)
            is_restless = refusal is Why.RESTLESS or not is_still(self.ran.before)
            if refusal not in (None, Why.RESTLESS) or not is_restless:
                break
            await self._sleep(self._pace.settle_s)
        if refusal is not None:
            raise _Over(refusal)
        self.ran.mode_set = FilterMode.OFF if self._is_home_in() else FilterMode.ON

    async def _ask_who(self) -> None:
        """Test only whom we mean: what hangs there now may be another camera."""
        with contextlib.suppress(CameraError):  # then its mode is restored by its place alone
            self._identity = await ask_who(self._camera)
        known, now = self._order.aliases, self._identity.aliases
        if is_exchanged(known, now):
            raise _Over(Why.OTHER_DEVICE, f"{_names(known)} → {_names(now)}")

    def _is_home_in(self) -> bool:
        """Where the customer's own mode wants the filter; AUTO by what the picture shows."""
        if self.ran.mode_before is FilterMode.AUTO:
            return not middle([shot.look for shot in self.ran.before]).is_grey
        return self.ran.mode_before is FilterMode.ON

    async def _away_and_home(self) -> None:
        mode_before, mode_set = self.ran.mode_before, self.ran.mode_set
        assert mode_before is not None
        assert mode_set is not None
        # A person may have chosen another mode while we looked: then that one is the customer's.
        if await self._setting.read() is not mode_before:
            raise _Over(Why.MODE_CHANGED)
        owed = Owed(
            device_id=self._order.device_id,
            identity=str(self._identity),
            mode_before=mode_before.value,
            mode_set=mode_set.value,
            ordered_by=self._order.ordered_by,
            begun_at=self._clock(),
        )
        self._setting.owe(owed)
        self.ran.is_owed, self.ran.settled = True, None
        try:
            async with asyncio.timeout(self._pace.deadline_s):
                await self._look_away(mode_set)
        finally:
            await _to_the_end(self._go_back(owed))

    async def _look_away(self, mode_set: FilterMode) -> None:
        self._is_certain = False
        try:
            seen = await self._setting.write(
                mode_set, before=self.ran.mode_before, ordered_by=self._order.ordered_by
            )
        except CameraError as error:
            self._is_certain = error.cause in REFUSALS
            if self._is_certain:
                raise _Over(Why.REFUSED_MODE, error.detail[:120]) from error
            raise
        if seen is not mode_set:
            await self._sleep(self._pace.settle_s)  # some state the old one for a moment
            seen = await self._setting.read()
        if seen is not mode_set:
            raise _Over(Why.MODE_NOT_TAKEN, f"{mode_set.value} → {seen.value if seen else '?'}")
        self._is_certain = True
        looked = await self._watcher.await_away(self.ran.before)
        self.ran.during = looked.shots
        self._is_prompt &= looked.is_prompt
        if await self._setting.read() is not mode_set:
            raise _Over(Why.MODE_CHANGED)

    async def _go_back(self, owed: Owed) -> None:
        """Restore, within its own deadline; what fails stays in the journal for the restorer."""
        try:
            async with asyncio.timeout(self._pace.restore_s):
                self.ran.settled = await self._setting.restore(owed, is_certain=self._is_certain)
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
            self._order.witness(self._clock(), is_known_view(ran.before)),
        )
        ran.went_dark = judged.why is Why.LAMP_OR_FILTER
        return judged


async def _to_the_end(way_back: Coroutine[None, None, None]) -> None:
    """Finish, however often the test is cancelled meanwhile; the cancellation goes on then."""
    task = asyncio.ensure_future(way_back)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


_NO_SERVICE: Final = frozenset({Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_MISSING})
_NO_STREAM: Final = ("rtsp.", "decode.")
_NOT_RESTORED: Final = Both("its own mode is not restored yet", "原有模式尚未恢复")
_NO_END: Final = Both("no end within the deadline", "未在期限内结束")


def _names(aliases: tuple[Alias, ...]) -> str:
    return ", ".join(alias.value for alias in aliases)


def _why(error: CameraError) -> Why:
    if error.cause in _NO_SERVICE:
        return Why.NO_MODES
    return Why.NO_PICTURE if error.cause.value.startswith(_NO_STREAM) else Why.CAMERA_FAILED
