"""Who need not be looked at yet, and how many slots the silent ones may hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime


class Asleep:
    """Devices of which nothing falls due before a time that is known.

    A hub has hundreds: asking each of them four times a second what is due would cost more than
    all their visits (600 devices: 60 ms a look, measured).
    """

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._seen: datetime | None = None

    def among(self, device_ids: Iterable[str], *, now: datetime) -> list[str]:
        """Those that may have something due, in their order."""
        if self._seen is not None and now < self._seen:
            self._until.clear()  # the clock was set back: what was reckoned by it means nothing
        self._seen = now
        return [one for one in device_ids if self._until.get(one, now) <= now]

    def rest(self, device_id: str, *, until: datetime) -> None:
        """Nothing of this device falls due before then; a visit meanwhile only makes it later."""
        self._until[device_id] = until


def with_room(
    wanted: Iterable[str],
    *,
    running: Collection[str],
    failures: Mapping[str, int],
    concurrency: int,
) -> list[str]:
    """The devices to visit next, in their order, as far as there are slots.

    Those that did not answer last time may hold half of the slots together: a site that lost its
    power costs a deadline a device, and the others must not wait for that.
    """
    free = concurrency - len(running)
    for_silent = max(concurrency // 2, 1) - sum(1 for one in running if failures.get(one))
    chosen: list[str] = []
    for device_id in wanted:
        if len(chosen) >= free:
            break
        if failures.get(device_id):
            if for_silent <= 0:
                continue
            for_silent -= 1
        chosen.append(device_id)
    return chosen
