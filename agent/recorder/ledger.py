"""The ledger of what a channel did not record, with the reason of each gap; pure.

A file is known by the moment of its last write (its end) and reaches back for at most the length
that the recorder gives its files. A file that was begun late hides up to one such length of a gap
before it: too short a gap is told, never one that is not there. What was due and is not covered is
a gap; what befell the recorder in that time (its host was off, its disk lost) takes the part that
it covers as its reason, and the rest stays *unknown*.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from agent.recorder.schedule import Schedule
from agent.recorder.spans import Span, length, minus, union, within

_KEPT: Final = 256
_DAY_S: Final = 86_400.0
_LATE_S: Final = 60.0  # a recorder may close a file and write its last block a little late


class Reason(enum.Enum):
    """Why a channel did not record; what has a fault of its own opens no second one here."""

    HOST_OFF = "host off"
    CLOCK_SET = "clock set"
    MOUNT_LOST = "mount lost"
    DISK_FULL = "disk full"
    CAMERA_UNREACHABLE = "camera unreachable"
    UNKNOWN = "unknown"


class Trouble(msgspec.Struct, frozen=True, array_like=True):
    """What befell the recorder, and when (seconds since 1970)."""

    reason: Reason
    begin: float
    end: float


class Gap(msgspec.Struct, frozen=True, array_like=True):
    """A stretch in which something was due and nothing was recorded."""

    begin: float
    end: float
    reason: Reason

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin


class Ledger(msgspec.Struct, frozen=True, array_like=True):
    """All that is known of one channel's recordings; small enough to be kept between looks."""

    begun: float  # nothing is said of the time before
    upto: float  # all before is judged for good
    newest: float | None = None  # end of its newest file
    oldest: float | None = None  # end of its oldest file
    gaps: tuple[Gap, ...] = ()  # the newest few, oldest first


def tolerance_s(file_s: float) -> float:
    """Between two files that follow each other: what opening one and closing one may take."""
    return max(5.0, file_s / 10)


def closing(now: float, file_s: float) -> float:
    """Up to when all files must have been closed by now: beyond it nothing can be judged."""
    return now - file_s - tolerance_s(file_s) - _LATE_S


def wanted_since(ledger: Ledger) -> float:
    """Files that ended before this moment change nothing any more."""
    return ledger.upto


def covered(ends: Iterable[float], file_s: float) -> list[Span]:
    """The time that files with these ends may cover."""
    reach = file_s + tolerance_s(file_s)
    return union((end - reach, end) for end in ends)


def fold(
    ledger: Ledger,
    ends: Sequence[float],
    *,
    schedule: Schedule,
    troubles: Sequence[Trouble],
    file_s: float,
    now: float,
) -> Ledger:
    """The ledger with all that was due up to ``closing(now)`` judged.

    ``ends`` are those of all files that ended since ``wanted_since``. Looking twice gives what
    one look at the end would have given; a gap without a reason is asked for one again, for a
    silent camera is noticed later than the gap that it leaves. A clock that went back by more than
    a look's length leaves nothing to compare with: the ledger begins anew.
    """
    if ledger.upto > now:
        return Ledger(begun=now, upto=now)
    sound = [end for end in ends if end <= now]
    newest = max([*sound, *([] if ledger.newest is None else [ledger.newest])], default=None)
    ledger = msgspec.structs.replace(ledger, newest=newest)
    until = closing(now, file_s)
    if until <= ledger.upto:
        return ledger
    missing = minus(schedule.due(ledger.upto, until), covered(sound, file_s))
    known = [gap for gap in ledger.gaps if gap.reason is not Reason.UNKNOWN]
    riddles = [(gap.begin, gap.end) for gap in ledger.gaps if gap.reason is Reason.UNKNOWN]
    gaps = _joined([*known, *explained(union([*riddles, *missing]), troubles)])
    return msgspec.structs.replace(ledger, upto=until, gaps=tuple(gaps[-_KEPT:]))


def _joined(gaps: Iterable[Gap]) -> list[Gap]:
    """Sorted, and what goes on for the same reason made one."""
    joined: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.begin):
        last = joined[-1] if joined else None
        if last is not None and last.end == gap.begin and last.reason is gap.reason:
            joined[-1] = Gap(last.begin, gap.end, gap.reason)
        else:
            joined.append(gap)
    return joined


def explained(missing: Sequence[Span], troubles: Sequence[Trouble]) -> list[Gap]:
    """The missing time cut by what explains it, the first reason of ``Reason`` first."""
    left, gaps = list(missing), list[Gap]()
    for reason in Reason:
        of_it = union((one.begin, one.end) for one in troubles if one.reason is reason)
        rest = minus(left, of_it) if reason is not Reason.UNKNOWN else []
        gaps += [Gap(begin, end, reason) for begin, end in minus(left, rest)]
        left = rest
    return sorted(gaps, key=lambda gap: gap.begin)


def of_last_day(ledger: Ledger) -> list[Gap]:
    """The gaps of the last 24 hours that were judged, cut where that day begins."""
    begin = ledger.upto - _DAY_S
    recent = [gap for gap in ledger.gaps if gap.end > begin]
    return [Gap(max(gap.begin, begin), gap.end, gap.reason) for gap in recent]


def age_s(ledger: Ledger, schedule: Schedule, now: float) -> float:
    """For how long of the time in which something was due nothing was written, up to now."""
    since = max(ledger.begun, ledger.newest or ledger.begun)
    return length(within(schedule.due(since, now), since, now))
