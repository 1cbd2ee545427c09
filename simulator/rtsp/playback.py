"""One session that plays: paces pictures, switches loops between GOPs, and obeys the faults."""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from simulator.rtsp.behaviour import RtspBehaviour
from simulator.rtsp.description import CLOCK_RATE_HZ
from simulator.rtsp.packets import RtpTrack
from simulator.video.encode import AccessUnit, EncodedLoop

_SLOWER_WHEN_LOW_FPS = 5
_MOST_LAG_S = 1.0
_REPORT_EVERY_S = 5.0


class Playback:
    """Sends a loop for ever through `send_media` and `send_report`, each given whole packets.

    A new picture state appears at the first GOP after it is encoded; the present one goes on until
    then. The first picture sent, and the first after a silence, is an IDR.
    """

    def __init__(
        self,
        *,
        loop: EncodedLoop,
        loop_of: Callable[[], Awaitable[EncodedLoop]],
        behaviour: Callable[[], RtspBehaviour],
        send_media: Callable[[list[bytes]], Awaitable[None]],
        send_report: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._loop = loop
        self._loop_of = loop_of
        self._behaviour = behaviour
        self._send_media = send_media
        self._send_report = send_report
        self._next: asyncio.Task[EncodedLoop] | None = None
        self.track = RtpTrack(
            codec=loop.codec,
            ssrc=secrets.randbits(32),
            sequence=secrets.randbits(16),
            timestamp=secrets.randbits(32),
        )

    async def play(self) -> None:
        """Play until cancelled or the connection is lost."""
        clock = asyncio.get_running_loop()
        started_s = due_s = clock.time()
        report_due_s = due_s
        at = _gop_start(self._loop, due_s)
        sending = False
        try:
            while True:
                unit = self._loop.access_units[at]
                wanted = not self._is_quiet(self._behaviour(), played_s=clock.time() - started_s)
                sending = wanted and (sending or unit.key)
                if sending:
                    await self._send_media(self.track.packetise(unit))
                    if clock.time() >= report_due_s:
                        await self._send_report(self.track.report(datetime.now(UTC)))
                        report_due_s = clock.time() + _REPORT_EVERY_S
                at = (at + 1) % len(self._loop.access_units)
                if self._loop.access_units[at].key:
                    at = self._change_loop(at, clock.time())
                due_s = max(due_s + self._frame_s(), clock.time() - _MOST_LAG_S)
                self.track.advance(round(self._frame_s() * CLOCK_RATE_HZ))
                await asyncio.sleep(due_s - clock.time())
        finally:
            if self._next is not None:
                self._next.cancel()
                with contextlib.suppress(asyncio.CancelledError, ValueError):
                    await self._next

    @staticmethod
    def _is_quiet(behaviour: RtspBehaviour, *, played_s: float) -> bool:
        stalled = behaviour.stall_after_s is not None and played_s >= behaviour.stall_after_s
        return behaviour.silent or stalled

    def _frame_s(self) -> float:
        slower = _SLOWER_WHEN_LOW_FPS if self._behaviour().low_fps else 1
        return slower / self._loop.fps

    def _change_loop(self, at: int, now_s: float) -> int:
        """Take a newly encoded loop and ask for the next; give the place to go on at.

        Encoding runs beside the playing: a session never waits for it.
        """
        if self._next is None:
            self._next = asyncio.ensure_future(self._loop_of())
            return at
        if not self._next.done():
            return at
        done, self._next = self._next, asyncio.ensure_future(self._loop_of())
        if isinstance(done.exception(), ValueError):
            return at  # the new state cannot be encoded: what plays goes on
        fresh = done.result()
        if fresh is self._loop or fresh.codec != self._loop.codec:
            return at
        self._loop = fresh
        return _gop_start(fresh, now_s)


def _gop_start(loop: EncodedLoop, now_s: float) -> int:
    """Find the last key picture at or before the place that the clock points to.

    Sessions so join a running camera: two that come at different times see different pictures.
    """
    units: tuple[AccessUnit, ...] = loop.access_units
    place = int(now_s * loop.fps) % len(units)
    return max(index for index in range(place + 1) if units[index].key)
