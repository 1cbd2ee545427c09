"""One channel's recordings: its ledger carried on by a look at its files, and what that says."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from agent.config_recorder import Channel
from agent.probes.probe import good, missing, unknown, unsupported
from agent.recorder import ledger as ledgers
from agent.recorder.files import Found
from agent.recorder.ledger import Gap, Ledger, Reason, Trouble
from agent.recorder.memory import ChannelMemory
from shared.reading import Quality, Reading

NAMES: Final = (
    "recording.newest_age",
    "recording.longest_gap",
    "recording.missing",
    "recording.retention",
    "recording.retention_missing",
)
_UNITS: Final = dict(zip(NAMES, ("s", "s", "s", "d", "d"), strict=True))
_DAY_S: Final = 86_400.0
_SLACK_D: Final = 1.0
"""Recorders delete by whole days or files: a day less than promised is none."""


def begin(before: ChannelMemory | None, *, disk: str, now: float) -> ChannelMemory:
    """The memory to go on with: a new one at set-up, and when another disk came.

    Nothing is said of the time before: what a disk lacks that is new here is no gap.
    """
    if before is None or (disk and before.disk and disk != before.disk):
        return ChannelMemory(ledger=Ledger(begun=now, upto=now), since=now, disk=disk)
    if before.ledger.upto > now or before.since > now:  # the clock went back
        fresh = Ledger(begun=now, upto=now, oldest=before.ledger.oldest)
        return ChannelMemory(ledger=fresh, since=min(before.since, now), disk=disk)
    return msgspec.structs.replace(before, disk=disk or before.disk)


def carry_on(
    before: ChannelMemory,
    found: Found,
    channel: Channel,
    *,
    troubles: Sequence[Trouble],
    is_wide: bool,
    io: str,
    now: float,
) -> ChannelMemory:
    """The memory after a look at the files."""
    ledger = ledgers.fold(
        before.ledger,
        found.ends,
        schedule=channel.schedule,
        troubles=troubles,
        file_s=channel.file_s,
        now=now,
    )
    if ledger.newest is None and found.newest is not None and found.newest <= now:
        ledger = msgspec.structs.replace(ledger, newest=found.newest)
    if is_wide:
        ledger = msgspec.structs.replace(ledger, oldest=found.oldest)
    return msgspec.structs.replace(
        before,
        ledger=ledger,
        looked=now,
        looked_wide=now if is_wide else before.looked_wide,
        io=io,
    )


def readings(memory: ChannelMemory, channel: Channel, *, now: datetime) -> tuple[Reading, ...]:
    """How old the newest file is, what is missing of the last day, and how far back it reaches."""
    ledger = memory.ledger
    return (
        _age(ledger, channel, now),
        *_gaps(ledger, channel, now),
        *_retention(memory, channel, now),
    )


def unread(cause: str, detail: str, *, now: datetime) -> tuple[Reading, ...]:
    """Nothing is known of the recordings, and why."""
    return tuple(
        Reading(name, None, _UNITS[name], now, Quality.FAILED, cause=cause, detail=detail[:300])
        for name in NAMES
    )


def _age(ledger: Ledger, channel: Channel, now: datetime) -> Reading:
    name = "recording.newest_age"
    if not channel.schedule.is_continuous:
        return unsupported(name, at=now, unit="s", detail="records on motion: silence is no gap")
    age = ledgers.age_s(ledger, channel.schedule, now.timestamp())
    detail = "" if ledger.newest is not None else "no recording yet"
    return good(name, round(age), at=now, unit="s", detail=detail)


def _gaps(ledger: Ledger, channel: Channel, now: datetime) -> tuple[Reading, ...]:
    names = ("recording.longest_gap", "recording.missing")
    if not channel.schedule.is_continuous:
        why = "records on motion: silence is no gap"
        return tuple(unsupported(name, at=now, unit="s", detail=why) for name in names)
    if ledger.upto <= ledger.begun:
        why = "not long enough watched"
        return tuple(missing(name, at=now, unit="s", detail=why) for name in names)
    gaps = ledgers.of_last_day(ledger)
    open_ones = [gap for gap in gaps if gap.reason is Reason.UNKNOWN]
    longest = max(open_ones, key=lambda gap: gap.seconds, default=None)
    seconds = 0 if longest is None else round(longest.seconds)
    detail = "" if longest is None else told(longest)
    by_reason = {reason: sum(g.seconds for g in gaps if g.reason is reason) for reason in Reason}
    reasons = ", ".join(f"{one.value} {s:.0f} s" for one, s in by_reason.items() if s)
    whole = round(sum(by_reason.values()))
    return (
        good(names[0], seconds, at=now, unit="s", detail=detail),
        good(names[1], whole, at=now, unit="s", detail=reasons),
    )


def told(gap: Gap) -> str:
    """From when to when, in UTC."""
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (gap.begin, gap.end))
    last = f"{end:%H:%M}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{begin:%Y-%m-%d %H:%M} to {last} UTC"


def _retention(memory: ChannelMemory, channel: Channel, now: datetime) -> tuple[Reading, ...]:
    names = ("recording.retention", "recording.retention_missing")
    oldest, at = memory.ledger.oldest, now.timestamp()
    if not memory.looked_wide or oldest is None:
        why = "no recording" if memory.looked_wide else "not looked yet"
        return tuple(missing(name, at=now, unit="d", detail=why) for name in names)
    there = max(0.0, (at - oldest) / _DAY_S)
    first = good(names[0], round(there, 1), at=now, unit="d")
    promised = channel.retention_days
    if not promised:
        return (first, unsupported(names[1], at=now, unit="d", detail="nothing is promised"))
    short = promised - there
    if short <= _SLACK_D:
        return (first, good(names[1], 0, at=now, unit="d"))
    if not channel.schedule.is_continuous:
        why = "records on motion: nothing may have happened before"
        return (first, unknown(names[1], at=now, unit="d", detail=why))
    could = (at - min(memory.since, oldest)) / _DAY_S
    if could < promised + _SLACK_D:
        why = f"not yet that old: watched for {could:.0f} of {promised:g} days"
        return (first, unknown(names[1], at=now, unit="d", detail=why))
    return (first, good(names[1], round(short, 1), at=now, unit="d"))


def unreachable(answers: Sequence[tuple[float, bool]], now: float) -> tuple[Trouble, ...]:
    """When the camera did not answer, by its own visits: from the first silence to the next answer.

    ``answers`` are (moment, whether it answered), oldest first. It may have been away since the
    answer before the first silence; where none is known, from that silence on alone.
    """
    troubles: list[Trouble] = []
    away_from: float | None = None
    answered: float | None = None
    for at, is_there in answers:
        if is_there and away_from is not None:
            troubles.append(Trouble(Reason.CAMERA_UNREACHABLE, away_from, at))
            away_from = None
        elif not is_there and away_from is None:
            away_from = at if answered is None else answered
        answered = at if is_there else answered
    if away_from is not None:
        troubles.append(Trouble(Reason.CAMERA_UNREACHABLE, away_from, now))
    return tuple(troubles)


def by_folder(channels: Sequence[Channel]) -> Mapping[str, list[Channel]]:
    """The channels of each folder: it is walked once for all of them."""
    grouped: dict[str, list[Channel]] = {}
    for channel in channels:
        grouped.setdefault(os.path.abspath(channel.folder), []).append(channel)
    return grouped
