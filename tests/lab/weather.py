"""The proxy's links in a thread of their own, changed by a plan while a run goes on."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tests.lab.proxy import Link
from tests.lab.toxics import Change


class Weather:
    """Links by name to one port; leaving the ``with`` block cuts and closes them."""

    def __init__(
        self, names: Sequence[str], *, to_port: int, seed: int, make_link: type[Link] = Link
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="weather", daemon=True)
        self._links = {
            name: make_link(to_port=to_port, dice=random.Random(f"{seed}:{name}")) for name in names
        }
        self._passing: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        """Listen on every link."""
        self._thread.start()
        for link in self._links.values():
            asyncio.run_coroutine_threadsafe(link.open(), self._loop).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cut all and end the thread."""
        for link in self._links.values():
            asyncio.run_coroutine_threadsafe(link.close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def port(self, name: str) -> int:
        """Where a link listens."""
        return self._links[name].port

    def begin(self, changes: Sequence[Change]) -> None:
        """Let the plan run; returns at once."""
        asyncio.run_coroutine_threadsafe(self._pass(changes), self._loop)

    async def _pass(self, changes: Sequence[Change]) -> None:
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        for change in changes:
            await asyncio.sleep(max(0.0, start_s + change.at_s - loop.time()))
            self._links[change.link].change(change.toxic)

    def bites(self) -> dict[str, int]:
        """How often each toxic bit, over all links."""
        total: Counter[str] = Counter()
        for link in self._links.values():
            total.update({kind.value: count for kind, count in link.bites.items()})
        return dict(total)

    def accepted(self) -> int:
        """Connections taken so far."""
        return sum(link.accepted for link in self._links.values())
