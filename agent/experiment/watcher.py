"""Looks at a camera until what an order should change has changed, or patience ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from agent.camera.port import CameraError
from agent.experiment.change import has_changed, has_settled, is_same
from agent.experiment.look import Shot
from agent.experiment.photographer import Photographer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a test takes; a camera's filter moves within a second, its exposure within five."""

    settle_s: float = 3.0  # between an order and the first look
    patience_s: float = 20.0  # for a slow mover, before "nothing changed" is believed
    calm_s: float = 30.0  # more, while something passes and nothing can be told
    watch_s: float = 3.0
    deadline_s: float = 180.0  # of each part, without the way back
    restore_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The pictures, and whether the first look already showed what they show."""

    shots: list[Shot]
    is_prompt: bool


class Watcher:
    """Waits for the picture after an order."""

    def __init__(
        self,
        photographer: Photographer,
        *,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._photographer = photographer
        self._pace = pace
        self._sleep = sleep

    async def await_away(self, before: Sequence[Shot]) -> Looked:
        """After the order: what changed, once it has settled, or the last look."""
        return await self._await(before, has_moved=False, is_back=False)

    async def await_back(self, before: Sequence[Shot], during: Sequence[Shot]) -> Looked:
        """After the mode is back.

        Back from a change, "as before" is waited for. Where nothing changed, the way back takes
        all the patience too: a filter that is slower than that would show now.
        """
        return await self._await(before, has_moved=has_changed(before, during), is_back=True)

    async def _await(self, before: Sequence[Shot], *, has_moved: bool, is_back: bool) -> Looked:
        spent_s, looks = 0.0, 0
        while True:
            await self._sleep(self._pace.settle_s)
            spent_s += self._pace.settle_s + self._pace.watch_s
            is_over = spent_s >= self._pace.patience_s
            is_last = is_over and spent_s >= self._pace.patience_s + self._pace.calm_s
            looks += 1
            try:
                shots = await self._photographer.take()
                has_changed_now = has_changed(before, shots)
                if has_changed_now and not is_last:
                    await self._sleep(self._pace.settle_s)
                    spent_s += self._pace.settle_s + self._pace.watch_s
                    later = await self._photographer.take()
                    if not has_settled(before, [*shots, *later]):
                        continue
                    shots, has_changed_now = later, has_changed(before, later)
            except CameraError:
                if is_last:
                    raise
                continue  # a stream may break off while the picture processor changes over
            is_same_now = is_same(before, shots)
            is_awaited = (has_moved and is_same_now) if is_back else has_changed_now
            if is_last or is_awaited or (is_over and (has_changed_now or is_same_now)):
                return Looked(shots=shots, is_prompt=looks == 1)
