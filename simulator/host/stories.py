"""What befalls recorders in some weeks, and which faults are true of each: the known truth.

A code stands for the host, ``gate-1:code`` for the camera whose recordings it concerns, and
``*:code`` for every camera.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from simulator.host.kernel import DATA
from simulator.host.machine import Machine, Smart

Act = Callable[[Machine], Iterator[None] | None]
"""Something happens. An iterator yields wherever the agent starts anew meanwhile."""


def _nothing(_: Machine) -> None:
    """All goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Trouble begins on the third day or later, and ends after ``lasts``; without an end it stays.

    ``also`` are faults that are true as well, but need not be told: what follows from the cause.
    """

    name: str
    truth: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    before: Act = _nothing
    begin: Act = _nothing
    end: Act | None = None
    lasts: timedelta = timedelta(days=3)
    promises: str = ""  # of each channel, as the agent's file has it

    def truth_of(self, channels: Sequence[str]) -> frozenset[str]:
        """What must be told of a host that records these."""
        return _of_each(self.truth, channels)

    def also_of(self, channels: Sequence[str]) -> frozenset[str]:
        """What may be told beside."""
        return _of_each(self.also, channels)


def _of_each(codes: frozenset[str], channels: Sequence[str]) -> frozenset[str]:
    return frozenset(code.replace("*", channel) for code in codes for channel in channels)


def _put(**values: object) -> Act:
    def act(machine: Machine) -> None:
        for name, value in values.items():
            setattr(machine, name, value)

    return act


def _show(path: str, text: str) -> Act:
    return lambda machine: machine.kernel.show(path, text)


def _mount(*, lost: bool = False, options: str = "rw", is_writable: bool) -> Act:
    def act(machine: Machine) -> None:
        machine.kernel.mount(lost=lost, options=options)
        machine.is_writable = is_writable

    return act


def _third_disk(machine: Machine) -> None:
    machine.kernel.put_disk("sdc", serial="SPARE-3")


def _cut(machine: Machine) -> Iterator[None]:
    machine.pass_by(timedelta(hours=5), is_on=False)
    machine.boot()
    yield


def _reboots(machine: Machine) -> Iterator[None]:
    for _ in range(5):
        machine.boot()
        yield
        machine.pass_by(timedelta(minutes=30))


def _crashes(machine: Machine) -> Iterator[None]:
    for _ in range(9):
        yield
        machine.pass_by(timedelta(minutes=3))


def _clock_ahead(machine: Machine) -> None:
    machine.now += timedelta(hours=2)


def _hot_for_an_hour(machine: Machine) -> None:
    machine.temperature_c = 91.0
    machine.pass_by(timedelta(minutes=50))


def _exchange(machine: Machine) -> None:
    """Another disk with a copy; nobody has said that the old one will not come back."""
    machine.kernel.put_disk(DATA, serial="NVR-0002")


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_GATE: Final = "gate-1"
_WELL: Final = _mount(is_writable=True)
_ERRORS: Final = f"sys/fs/ext4/{DATA}/errors_count"
_STOPPED: Final = _codes(f"{_GATE}:recording.stopped")

STORIES: Final[tuple[Story, ...]] = (
    Story(name="all is well"),
    Story(
        name="empty bay, and a disk that was tried",
        before=lambda m: m.kernel.put_disk("sdc", sectors=0),
        begin=lambda m: m.kernel.put_disk("sdd", serial="TRIED-1"),
        end=lambda m: m.kernel.pull_disk("sdd"),
        lasts=timedelta(hours=6),
    ),
    Story(name="no word of the disks", before=_put(says={})),
    Story(name="sectors wait", begin=_put(says={DATA: Smart(pending=8)})),
    Story(
        name="disk fails",
        truth=_codes("disk.failing"),
        begin=_put(says={DATA: Smart(passed=False, pending=70)}),
    ),
    Story(
        name="disk is gone",
        truth=_codes("disk.missing"),
        before=_third_disk,
        begin=lambda m: m.kernel.pull_disk("sdc"),
        end=_third_disk,
    ),
    Story(
        name="array lacks a member",
        truth=_codes("disk.missing"),
        before=_show("sys/block/md0/md/degraded", "0\n"),
        begin=_show("sys/block/md0/md/degraded", "1\n"),
        end=_show("sys/block/md0/md/degraded", "0\n"),
    ),
    Story(
        name="mount lost",
        truth=_codes("storage.mount_lost"),
        begin=_mount(lost=True, is_writable=False),
        end=_WELL,
    ),
    Story(
        name="read-only",
        truth=_codes("storage.write_errors"),
        also=_codes("*:recording.stopped", "*:recording.gap"),
        begin=_mount(options="ro,errors=remount-ro", is_writable=False),
        end=_WELL,
    ),
    Story(
        name="new errors of the file system",
        truth=_codes("storage.write_errors"),
        before=_show(_ERRORS, "2\n"),
        begin=_show(_ERRORS, "5\n"),
        end=_show(_ERRORS, "0\n"),
    ),
    Story(name="old errors of the file system", before=_show(_ERRORS, "7\n")),
    Story(
        name="camera missing for hours",
        truth=_codes(f"{_GATE}:recording.gap"),
        also=_STOPPED,
        begin=_put(silent={_GATE}),
        end=_put(silent=set()),
        lasts=timedelta(hours=8),
    ),
    Story(
        name="camera not recorded any more",
        truth=_STOPPED,
        also=_codes(f"{_GATE}:recording.gap"),
        begin=_put(silent={_GATE}),
    ),
    Story(name="power cut", begin=_cut),
    Story(
        name="goes down again and again",
        truth=_codes("host.restarts"),
        begin=_reboots,
        end=_nothing,
    ),
    Story(name="agent crashes", truth=_codes("host.restarts"), begin=_crashes, end=_nothing),
    Story(
        name="clock wrong",
        truth=_codes("host.clock_wrong"),
        begin=_put(offset=timedelta(days=-31)),
        end=_put(offset=timedelta(seconds=1)),
    ),
    Story(name="clock set", begin=_clock_ahead),
    Story(
        name="days kept below the promise",
        truth=_codes("*:recording.retention_short"),
        before=_put(keeps=timedelta(days=2)),
        promises="retention_days = 5\n",
    ),
    Story(
        name="promise kept",
        before=_put(keeps=timedelta(days=6)),
        promises="retention_days = 5\n",
    ),
    Story(
        name="on motion",
        promises='records = "motion"\n',
        begin=_put(silent={_GATE}),
    ),
    Story(
        name="by day only",
        before=_put(records_at=lambda at: 8 <= at.hour < 18),
        promises='hours = ["08:00-18:00"]\nzone = "UTC"\n',
    ),
    Story(name="disk exchanged", begin=_exchange),
    Story(
        name="does not keep up",
        truth=_codes("agent.overloaded"),
        begin=_put(visits_late_s=3600.0),
        end=_put(visits_late_s=4.0),
    ),
    Story(
        name="hot",
        truth=_codes("host.overheated"),
        begin=_put(temperature_c=92.0),
        end=_put(temperature_c=55.0),
    ),
    Story(
        name="hot for an hour",
        begin=_hot_for_an_hour,
        end=_put(temperature_c=55.0),
        lasts=timedelta(0),
    ),
)
