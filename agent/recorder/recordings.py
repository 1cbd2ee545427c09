"""The channels of a recorder: which files to look at, and what each channel came to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from agent.config_recorder import Channel
from agent.delivery import reading_store
from agent.recorder import channels as rules
from agent.recorder import memory as memories
from agent.recorder.gather import Seen, Wanted, gather_files
from agent.recorder.ledger import Trouble, tolerance_s, wanted_since
from agent.recorder.memory import ChannelMemory
from shared.reading import Reading

WIDE_EVERY_S: Final = 86_400.0
"""All files are looked at once a day: how far back they reach changes no faster."""
_ANSWERS: Final = "reach.answers"
_VISITS: Final = 48
_SLACK_S: Final = 120.0


class Recordings:
    """Carries the ledgers of all channels on, look by look."""

    def __init__(self, channels: Sequence[Channel], *, host_id: str, root: Path) -> None:
        self._by_folder = rules.by_folder(channels)
        self._host_id = host_id
        self._root = root

    def plan(self, db: sqlite3.Connection, now: float) -> Mapping[str, Wanted]:
        """What to look at, by folder."""
        planned: dict[str, Wanted] = {}
        for folder, own in self._by_folder.items():
            known = [self._known(db, channel, now) for channel in own]
            is_wide = any(not 0 <= now - one.looked_wide < WIDE_EVERY_S for one in known)
            slack = max(one.file_s + tolerance_s(one.file_s) for one in own) + _SLACK_S
            rests = not any(one.schedule.is_continuous for one in own)
            done = {one.io for one in known}
            planned[folder] = Wanted(
                channels=tuple(own),
                since=min(wanted_since(one.ledger) for one in known),
                unchanged_since=None if is_wide else min(one.looked for one in known) - slack,
                idle=done.pop() if rests and len(done) == 1 else "",
            )
        return planned

    def _known(self, db: sqlite3.Connection, channel: Channel, now: float) -> ChannelMemory:
        kept = memories.read_channel(db, self._host_id, channel.device_id)
        return rules.begin(kept, disk="", now=now)

    def look(self, planned: Mapping[str, Wanted], lost: Collection[str]) -> Mapping[str, Seen]:
        """Look at the folders; blocking. What lies on a lost mount is not looked for."""
        return {
            folder: Seen(disk="", error="its disk is not mounted")
            if folder in lost
            else gather_files(self._root, Path(folder), wanted)
            for folder, wanted in planned.items()
        }

    def note(
        self,
        db: sqlite3.Connection,
        planned: Mapping[str, Wanted],
        seen: Mapping[str, Seen],
        *,
        troubles: Sequence[Trouble],
        now: datetime,
        keep: Callable[[str, ChannelMemory], None],
    ) -> Mapping[str, tuple[Reading, ...]]:
        """The readings of each channel; what is known of it now goes to ``keep``."""
        told: dict[str, tuple[Reading, ...]] = {}
        for folder, wanted in planned.items():
            for channel in wanted.channels:
                found = seen[folder]
                if found.error:
                    told[channel.device_id] = rules.unread("host.folder", found.error, now=now)
                    continue
                memory = self._after(
                    db,
                    channel,
                    found,
                    is_wide=wanted.unchanged_since is None,
                    troubles=troubles,
                    now=now.timestamp(),
                )
                keep(channel.device_id, memory)
                told[channel.device_id] = rules.readings(memory, channel, now=now)
        return told

    def ages_of_those_that_answer(
        self, db: sqlite3.Connection, told: Mapping[str, Sequence[Reading]]
    ) -> list[float]:
        """How old the newest file of each channel is whose camera is not known to be away."""
        ages = []
        for channel, readings in told.items():
            last = reading_store.earlier(db, channel, _ANSWERS, limit=1)
            is_away = bool(last) and last[-1].value is False
            age = next((one.number() for one in readings if one.name == rules.NAMES[0]), None)
            if age is not None and not is_away:
                ages.append(age)
        return ages

    def _after(
        self,
        db: sqlite3.Connection,
        channel: Channel,
        seen: Seen,
        *,
        is_wide: bool,
        troubles: Sequence[Trouble],
        now: float,
    ) -> ChannelMemory:
        kept = memories.read_channel(db, self._host_id, channel.device_id)
        memory = rules.begin(kept, disk=seen.disk, now=now)
        if seen.found is None:
            return memory
        visits = reading_store.earlier(db, channel.device_id, _ANSWERS, limit=_VISITS)
        answers = [(one.taken_at.timestamp(), one.value is True) for one in visits if one.good]
        return rules.carry_on(
            memory,
            seen.found[channel.device_id],
            channel,
            troubles=(*troubles, *rules.unreachable(answers, now)),
            is_wide=is_wide,
            io=seen.io,
            now=now,
        )
