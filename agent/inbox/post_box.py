"""The ways in that are open, side by side, and the watch over cameras that fell silent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.config import Config
from agent.config_inbox import Ways
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.edge import Decode
from agent.inbox.desk import Desk, Tray
from agent.inbox.ftp import FtpInbox
from agent.inbox.http import HttpInbox
from agent.inbox.mqtt import MqttInbox
from agent.inbox.senders import Senders
from agent.inbox.silence import age_reading, tell_every
from agent.inbox.take import Found
from agent.probes import picture, vendor
from agent.recording import Outcome, Settings
from agent.schedule import interval_of
from shared.reading import Reading

_LOG = logging.getLogger(__name__)
_AGAIN_S: Final = 30.0  # after a way could not be opened: a port may be free again
_LOOK_S: Final = 1.0


@dataclass(slots=True)
class PostBox:
    """Everything of the inbox that runs."""

    desk: Desk
    parts: tuple[HttpInbox | FtpInbox | MqttInbox, ...]  # the ways that are open
    clock: Callable[[], datetime]
    look_s: float = _LOOK_S

    async def run(self) -> None:
        """Run until cancelled; a way that cannot be opened stops no other and no visit."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.desk.run())
            group.create_task(self._watch())
            for part in self.parts:
                group.create_task(_keep_up(part))

    async def _watch(self) -> None:
        told: dict[str, tuple[datetime, Reading]] = {}
        while True:
            for device_id, tray in self.desk.trays.items():
                now = self.clock()
                age = age_reading(tray.heard.heard_at, tray.push, now=now)
                if _is_due(told.get(device_id), age, now=now, every=tell_every(tray.push)):
                    told[device_id] = now, age
                    self._tell(tray, age)
            await asyncio.sleep(self.look_s)

    def _tell(self, tray: Tray, age: Reading) -> None:
        # One that is visited too stands as its visits say, however silent it is by itself.
        is_told = not tray.device.is_visited
        self.desk.keep(tray, Found(readings=(age,)), at=age.taken_at, is_told=is_told)


def _is_due(
    told: tuple[datetime, Reading] | None, age: Reading, *, now: datetime, every: timedelta
) -> bool:
    """At the start, when it turns, and at its own pace; a clock that was set tells anew."""
    if told is None:
        return True
    at, before = told
    return before.quality is not age.quality or not timedelta(0) <= now - at < every


async def _keep_up(part: HttpInbox | FtpInbox | MqttInbox) -> None:
    while True:
        try:
            await part.run()
        except OSError as error:
            _LOG.error("%s cannot take anything: %s; trying again", type(part).__name__, error)
        await asyncio.sleep(_AGAIN_S)


def build(
    config: Config,
    ways: Ways,
    *,
    settings: Settings,
    database: Database,
    outbox: Outbox,
    decode: Decode,
    alone: Callable[[str], asyncio.Lock],
    clock: Callable[[], datetime],
    steady_s: Callable[[], float],
    on_outcome: Callable[[Outcome], None],
) -> PostBox:
    """The parts of the inbox; nothing listens yet."""
    paces = config.pace.every
    desk = Desk(
        config.devices,
        ways=ways,
        settings=settings,
        database=database,
        outbox=outbox,
        decode=decode,
        alone=alone,
        look_every=interval_of(picture.PROBE, paces),
        values_every=interval_of(vendor.PROBE, paces),
        clock=clock,
        steady_s=steady_s,
        on_outcome=on_outcome,
    )
    senders = Senders(config.devices)
    parts: list[HttpInbox | FtpInbox | MqttInbox] = []
    if ways.http:
        parts.append(HttpInbox(ways.http, desk=desk, senders=senders, clock=clock))
    if ways.ftp:
        parts.append(FtpInbox(ways.ftp, ways=ways, desk=desk, senders=senders, clock=clock))
    if ways.mqtt:
        agent_id = config.agent_id
        parts.append(
            MqttInbox(ways.mqtt, agent_id=agent_id, desk=desk, senders=senders, clock=clock)
        )
    return PostBox(desk=desk, parts=tuple(parts), clock=clock)
