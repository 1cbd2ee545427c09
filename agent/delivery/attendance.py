"""What the broker retains of this agent: its presence, said by itself or by its last will."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from agent.delivery.database import Database
from agent.delivery.link import Acknowledged, Gone, Inbox, Link, Will
from shared import topics, wire
from shared.frame import Lane, pack
from shared.health import Presence

GOODBYE_S: Final = 2.0


class Attendance:
    """Says that the agent came and went; the retained presence is always the newest word."""

    def __init__(
        self,
        agent_id: str,
        *,
        database: Database,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._agent_id = agent_id
        self._database = database
        self._clock = clock
        self._monotonic = monotonic

    def will(self) -> Will:
        """Topic and payload of what the broker says when the agent does not say goodbye."""
        return topics.presence(self._agent_id), self._presence(online=False, at=None)

    def say_hello(self, link: Link) -> int | None:
        """Say on a new connection that the agent is there; the message's id as the link gave it."""
        online = self._presence(online=True, at=self._clock())
        return link.publish(topics.presence(self._agent_id), online, retain=True)

    async def say_goodbye(self, link: Link, inbox: Inbox) -> None:
        """Replace the retained presence; a clean disconnect sends no last will."""
        offline = self._presence(online=False, at=self._clock())
        mid = link.publish(topics.presence(self._agent_id), offline, retain=True)
        deadline_s = self._monotonic() + GOODBYE_S
        while mid is not None and (left_s := deadline_s - self._monotonic()) > 0:
            event = await inbox.next(timeout_s=left_s)
            if isinstance(event, Gone) or event == Acknowledged(mid):
                return

    def _presence(self, *, online: bool, at: datetime | None) -> bytes:
        epoch = self._database.epoch()
        body = wire.encode(Presence(online, epoch, at))
        return pack(lane=Lane.PRESENCE, epoch=epoch, seq=0, body=body)
