"""What is sent when: rows of the outbox by worth, again without a receipt, within the data plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from agent.delivery.backoff import Pause
from agent.delivery.database import Database
from agent.delivery.departure import Row
from agent.delivery.flight import Flight, Room
from agent.delivery.link import Link
from agent.delivery.outbox import Outbox
from agent.delivery.overdue import DOUBLINGS, LEAST_PERCENT, PAID_DOUBLINGS
from agent.delivery.uplink import Uplink
from agent.delivery.watchdog import Watchdog
from agent.uplink_budget import BULK, may_go
from shared import topics
from shared.frame import Lane

RESEND_AFTER: Final = timedelta(seconds=30)  # the design's table of defaults
# Rows without a receipt by lane; a fault never queues behind telemetry.
WINDOWS: Final = {Lane.FAULT: 64, Lane.EVIDENCE: 64, Lane.HEALTH: 16, Lane.TELEMETRY: 16}
_PAID_EVIDENCE: Final = 8  # so that a mode that ends soon is not overdrawn by much
# Health before evidence: on a slow link that is full of pictures an agent must not fall silent.
_ORDER: Final = (Lane.FAULT, Lane.HEALTH, Lane.EVIDENCE, Lane.TELEMETRY)
# On a metered link small ones first go without a PUBACK, which costs 130 bytes and proves nothing:
# the receipt does. Sent again they ask for one, which tells a dead link from a dead collector.
_UNACKNOWLEDGED_LANES: Final = (Lane.HEALTH, Lane.TELEMETRY)
# Half a second at 64 kbit/s: a fault behind it still leaves in time.
_UNPACED_BYTES: Final = 4 * 1024


class Sending:
    """Publishes what is due on one link after the other."""

    def __init__(
        self,
        *,
        agent_id: str,
        database: Database,
        outbox: Outbox,
        uplink: Uplink,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        resend_after: timedelta,
        salt: int,
    ) -> None:
        """``salt`` spreads resends, row by row."""
        self._agent_id = agent_id
        self._database = database
        self._outbox = outbox
        self._uplink = uplink
        self._clock = clock
        self._monotonic = monotonic
        self._resend_after = resend_after
        self._salt = salt
        self._pause = Pause()
        self._flight = self._new_flight()
        self._may_be_deaf = True  # until something came down on this connection
        self.published = 0

    def _new_flight(self) -> Flight:
        return Flight(grace_s=LEAST_PERCENT / 100 * self._resend_after.total_seconds())

    def begin(self, link: Link) -> None:
        """A new connection is there: listen on it, and owe it nothing."""
        self._flight = self._new_flight()
        self._subscribe(link)
        self._may_be_deaf = True

    def heard(self) -> None:
        """Something came down on this connection."""
        self._may_be_deaf = False

    def asked_to_wait(self, retry_after_s: float) -> None:
        """A receipt said for how long nothing is to be sent; 0 says nothing."""
        self._pause.ask(retry_after_s, now_s=self._monotonic())

    def acknowledged(self, mid: int) -> None:
        """The PUBACK of a message."""
        self._flight.acknowledged(mid, self._monotonic())

    def _subscribe(self, link: Link) -> None:
        link.subscribe([topics.receipt(self._agent_id), topics.command(self._agent_id)])

    def send_due(self, link: Link, watchdog: Watchdog) -> None:
        """Publish what windows, data plan and the collector's wish to wait allow, best first."""
        if self._pause.holds(self._monotonic()):
            return
        mode, link_room = self._uplink.mode(), self._flight.room()
        for lane in _ORDER:
            ranks = [rank for rank in (0, BULK) if may_go(mode, lane, rank=rank)]
            if ranks:
                paced = None if lane is Lane.FAULT else link_room
                for row in self._take_due(lane, most_rank=max(ranks), link_room=paced):
                    if row.is_again and self._may_be_deaf:  # a broker confirms a damaged filter
                        self._subscribe(link)
                        self._may_be_deaf = False  # once a connection: this costs data too
                    self._publish(row, link, watchdog)

    def _take_due(self, lane: Lane, *, most_rank: int, link_room: Room | None) -> tuple[Row, ...]:
        now, window = self._clock(), self._window(lane)
        at_once = window - self._flight.faults() if link_room is None else window
        if at_once <= 0 or (link_room is not None and link_room.is_used_up):
            return ()
        # Large pieces that wait for the plan do not stand in the way of thumbnails.
        room = max(0, window - self._outbox.window_rows(lane, most_rank=most_rank))
        wait, salt, held = self._resend_after, self._salt, self._flight.held(self._monotonic())
        doublings = PAID_DOUBLINGS if self._uplink.is_paid else DOUBLINGS
        if not self._outbox.has_due(
            lane,
            now=now,
            resend_after=wait,
            room=room,
            most_rank=most_rank,
            salt=salt,
            held=held,
            doublings=doublings,
            link_room=link_room,
        ):
            return ()
        with self._database.transaction():
            again = self._outbox.take_overdue(
                lane,
                limit=(at_once + 1) // 2,  # fresh ones leave beside them
                now=now,
                resend_after=wait,
                most_rank=most_rank,
                salt=salt,
                held=held,
                doublings=doublings,
                link_room=link_room,
            )
            rows = again + self._outbox.take(
                lane,
                limit=min(room, at_once - len(again)),
                now=now,
                most_rank=most_rank,
                link_room=link_room,
            )
        self._database.high_water.secure()  # a number that is seen outside is never used again
        return rows

    def _window(self, lane: Lane) -> int:
        if lane is Lane.EVIDENCE and self._uplink.is_paid:
            return _PAID_EVIDENCE
        return WINDOWS[lane]

    def _wants_puback(self, row: Row) -> bool:
        return (
            row.is_again
            or not self._uplink.is_metered
            or row.lane not in _UNACKNOWLEDGED_LANES
            or len(row.frame) > _UNPACED_BYTES
            or self._outbox.unreceipted(row.lane) > 1  # a backlog: only PUBACKs pace it
        )

    def _publish(self, row: Row, link: Link, watchdog: Watchdog) -> None:
        wants_puback = self._wants_puback(row)
        topic = topics.up(self._agent_id, row.lane)
        mid = link.publish(topic, row.frame, qos=int(wants_puback))
        if mid is None:
            return
        self.published += 1
        self._pause.sent()
        if wants_puback:
            now_s = self._monotonic()
            watchdog.published(mid, now_s)
            paced_bytes = 0 if row.lane is Lane.FAULT else len(row.frame)
            self._flight.sent(mid, row_id=row.row_id, paced_bytes=paced_bytes, now_s=now_s)
