"""The desk: every item of every way in is weighed here, and what counts is kept. READ THIS FIRST.

    offer: size, quota, retry, kind, pace  ->  the camera's own tray  ->  decode, judge, commit

``offer`` is quick and never waits; each camera has a tray and a worker of its own, so that a flood
from one delays no other. What is kept is kept by ``agent.recording`` like a probe's find.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace as with_fields

from agent.camera.jpeg_header import name_format
from agent.config import Device
from agent.config_inbox import Push, Ways
from agent.delivery import reading_store
from agent.delivery.damage import is_full
from agent.delivery.database import Database
from agent.delivery.outbox import Outbox
from agent.delivery.relief import commit, relieve
from agent.edge import Decode
from agent.inbox.event import NotAnEventError, parse, read_event
from agent.inbox.heard import Heard, keep_heard, read_heard
from agent.inbox.item import EVENT_CAP_BYTES, ITEM_CAP_BYTES, Answer, Item
from agent.inbox.pace import TRIES, is_look, is_news, patient
from agent.inbox.picture import look_at
from agent.inbox.provenance import stated
from agent.inbox.quota import Quota
from agent.inbox.silence import age_reading
from agent.inbox.stamps import stamp_in
from agent.inbox.take import Found, keep_take
from agent.recording import Outcome, Settings

_LOG = logging.getLogger(__name__)
_RETRY_WITHIN: Final = timedelta(minutes=5)
"""The same event again is a retry for so long; later it is a measurement that came out alike."""
_WAITING: Final = 4  # items of one camera in memory: 16 MiB at the very most


@dataclass(slots=True, kw_only=True)
class Counts:
    """What became of a camera's items since the start; for people and tests."""

    pictures: int = 0  # judged or not
    events: int = 0
    duplicates: int = 0
    refused: int = 0  # beyond the quota, too large, or not to be read


_NOTHING_SAID: Final = (b"", datetime.min.replace(tzinfo=UTC))


@dataclass(slots=True, kw_only=True)
class Tray:
    """One camera at the desk."""

    device: Device
    push: Push
    settings: Settings
    quota: Quota
    heard: Heard
    waiting: list[Item] = field(default_factory=list)
    is_worked: bool = False
    said: tuple[bytes, datetime] = _NOTHING_SAID  # the last event
    failed: int = 0  # pictures of the present look that did not decode
    looked_before: datetime | None = None
    is_looking: bool = False  # a look is not decided yet
    spare: Item | None = None  # the newest picture since, in case that one was cut on its way
    counts: Counts = field(default_factory=Counts)


class Desk:
    """Takes items in while it runs; everything on the event loop."""

    def __init__(
        self,
        devices: Sequence[Device],
        *,
        ways: Ways,
        settings: Settings,
        database: Database,
        outbox: Outbox,
        decode: Decode,
        alone: Callable[[str], asyncio.Lock],
        look_every: timedelta,
        values_every: timedelta,
        clock: Callable[[], datetime],
        steady_s: Callable[[], float],
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """``look_every``, ``values_every``: the paces of the picture and the vendor probe.

        ``alone`` keeps visits and items of a device apart.
        """
        self._database = database
        self._outbox = outbox
        self._decode = decode
        self._alone = alone
        self._look_every = look_every
        self._values_every = values_every
        self._clock = clock
        self._steady_s = steady_s
        self._on_outcome = on_outcome
        self._group: asyncio.TaskGroup | None = None
        self.trays = {
            device.device_id: Tray(
                device=device,
                push=device.push,
                settings=replace(
                    settings, rules=patient(settings.rules, expect_every=device.push.expect_every)
                ),
                quota=Quota(
                    items_per_minute=ways.items_per_minute, bytes_per_hour=ways.bytes_per_hour
                ),
                heard=read_heard(database.connection, device.device_id),
            )
            for device in devices
            if device.push is not None
        }

    async def run(self) -> None:
        """Work through the trays until cancelled; a damaged database ends it with its error."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                for tray in self.trays.values():
                    self._work_on(tray)
                await asyncio.Event().wait()
            finally:
                self._group = None

    def may_take(self, device_id: str) -> bool:
        """Whether this camera has room for one more item just now; asked before a body is read."""
        return len(self.trays[device_id].waiting) < _WAITING

    def offer(self, item: Item) -> Answer:
        """Weigh one item of a known camera; KeyError for another."""
        tray = self.trays[item.device_id]
        answer = self._weigh(tray, item)
        if answer is Answer.DUPLICATE:
            tray.counts.duplicates += 1
        elif answer is not Answer.TAKEN:
            tray.counts.refused += 1
        return answer

    def _weigh(self, tray: Tray, item: Item) -> Answer:
        if not tray.quota.take(len(item.body), now_s=self._steady_s()):
            return Answer.TOO_MUCH
        kind = name_format(item.body.lstrip()[:32]) if item.body else ""
        cap = EVENT_CAP_BYTES if kind == "JSON" else ITEM_CAP_BYTES
        if len(item.body) > cap:
            return Answer.TOO_LARGE
        if kind not in ("JPEG", "JSON"):
            return Answer.NOT_READ
        tray.heard = with_fields(tray.heard, heard_at=item.at)
        digest = hashlib.sha256(item.body).digest()
        if kind == "JPEG":
            return self._weigh_picture(tray, item, digest)
        said, said_at = tray.said
        answer = Answer.DUPLICATE
        if said != digest or abs(item.at - said_at) >= _RETRY_WITHIN:
            answer = self._put(tray, item)
        if answer is not Answer.TOO_MUCH:  # what found no room must be taken when it comes again
            tray.said = digest, item.at
        return answer

    def _weigh_picture(self, tray: Tray, item: Item, digest: bytes) -> Answer:
        """A picture is a look of its own, or one more of a burst: heard, and not judged."""
        looked_at = tray.heard.looked_at
        if tray.heard.knows(digest):
            return Answer.DUPLICATE
        if not is_look(item.at, looked_at=looked_at, every=self._look_every):
            tray.heard = tray.heard.with_picture(digest, at=item.at)
            tray.counts.pictures += 1
            tray.spare = item if tray.is_looking else None
            return Answer.TAKEN
        answer = self._put(tray, item)
        if answer is Answer.TAKEN:
            tray.counts.pictures += 1
            tray.is_looking = True
            tray.looked_before = looked_at
            heard = tray.heard.with_picture(digest, at=item.at)
            tray.heard = with_fields(heard, looked_at=item.at)
        return answer

    def _put(self, tray: Tray, item: Item) -> Answer:
        if len(tray.waiting) >= _WAITING:
            return Answer.TOO_MUCH
        tray.waiting.append(item)
        self._work_on(tray)
        return Answer.TAKEN

    def _work_on(self, tray: Tray) -> None:
        if self._group is not None and tray.waiting and not tray.is_worked:
            tray.is_worked = True
            self._group.create_task(self._work(tray))

    async def _work(self, tray: Tray) -> None:
        try:
            while tray.waiting:
                async with self._alone(tray.device.device_id):
                    await self._take_in(tray, tray.waiting[0])
                tray.waiting.pop(0)
        finally:
            tray.is_worked = False

    async def _take_in(self, tray: Tray, item: Item) -> None:
        found = await self._look(tray, item)
        if found is None:
            return
        age = age_reading(item.at, tray.push, now=item.at)
        self.keep(tray, replace(found, readings=(*found.readings, age)), at=item.at)

    async def _look(self, tray: Tray, item: Item) -> Found | None:
        """What the item shows; None for one that is no event after all, or no news."""
        if name_format(item.body.lstrip()[:32]) == "JPEG":
            found = await look_at(item, self._decode, self._database.connection)
            self._count_failure(tray, failed=all(one.damaged for one in found.pictures))
            return found
        try:
            event = parse(item.body)
        except NotAnEventError:
            tray.counts.refused += 1
            return None
        tray.counts.events += 1
        readings = read_event(event, tray.push.values, at=item.at)
        latest = reading_store.latest(self._database.connection, item.device_id)
        judged = {name for rule in tray.settings.rules for name in rule.needs}
        if not is_news(readings, latest, judged=judged, every=self._values_every, at=item.at):
            return None
        found = Found.of_event(item, readings, stamp=stamp_in(event))
        table = stated(readings, tray.push.values, at=item.at)
        return replace(found, readings=(*readings, *table))

    def _count_failure(self, tray: Tray, *, failed: bool) -> None:
        """A picture that was cut on its way leaves the look to the next one, a few times."""
        spare, tray.spare, tray.is_looking = tray.spare, None, False
        tray.failed = tray.failed + 1 if failed else 0
        if not failed:
            return
        if tray.failed >= TRIES:
            tray.failed = 0
        elif spare is None:
            tray.heard = with_fields(tray.heard, looked_at=tray.looked_before)
        else:
            tray.heard = with_fields(tray.heard, looked_at=spare.at)
            tray.is_looking = True
            tray.waiting.append(spare)

    def keep(self, tray: Tray, found: Found, *, at: datetime, is_told: bool = True) -> None:
        """Judge and commit in one transaction, and tell whoever wants to know how it stands."""
        device_id = tray.device.device_id

        def work() -> Outcome:
            outcome = keep_take(
                tray.device,
                found,
                now=at,
                settings=tray.settings,
                database=self._database,
                outbox=self._outbox,
            )
            keep_heard(self._database.connection, device_id, tray.heard, at=at)
            return outcome

        try:
            outcome = commit(self._database, self._outbox, work)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            _LOG.error("the disk is full: what %s sent was not kept", device_id)
            relieve(self._database, self._outbox)
            self._forget_unkept(tray)
            return
        if is_told:
            self._on_outcome(outcome)

    def _forget_unkept(self, tray: Tray) -> None:
        """What was not kept must be taken when it comes again; that it was heard stays true."""
        kept = read_heard(self._database.connection, tray.device.device_id)
        tray.heard = with_fields(kept, heard_at=tray.heard.heard_at)
        tray.said = _NOTHING_SAID
