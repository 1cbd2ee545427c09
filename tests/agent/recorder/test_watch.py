"""The self-report of a host, from its files to faults: what opens, what stays a state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.config_recorder import NOTHING_SAID
from agent.edge import host_reader
from shared.fault import FaultKind
from shared.reading import Quality
from tests.agent.fakes import NOON
from tests.agent.recorder import smart_shapes as shapes
from tests.agent.recorder.host import CAMERA, Host

DAY = timedelta(days=1)
CHANNEL = f"""
[recorder]
file_s = 60
[[recorder.channels]]
device = "{CAMERA}"
folder = "RECORDINGS/ch1"
"""
NewHost = Callable[..., Host]


@pytest.fixture
def new_host(tmp_path: Path) -> Iterator[NewHost]:
    """Makes hosts, and closes their databases."""
    made: list[Host] = []

    def make(text: str = "") -> Host:
        made.append(Host(tmp_path, text))
        return made[-1]

    yield make
    for host in made:
        host.database.close()


async def test_a_failing_disk_is_claimed_by_its_own_word(new_host: NewHost) -> None:
    """Three looks at a disk that says it fails open the fault, with its report as evidence."""
    host = new_host()
    for _ in range(2):
        host.report("sda", shapes.ATA_GOOD)
        host.report("sdb", shapes.ATA_FAILING)
        await host.look(every=timedelta(hours=1))
    assert host.open_codes() == {"disk.failing"}
    (event,) = host.events()
    assert event.manifest is not None
    assert "NVR-0001" in event.summary_en
    rows = host.database.connection.execute("SELECT count(*) FROM outbox WHERE lane = 2")
    assert rows.fetchone()[0] >= 2  # the report and the readings before


async def test_a_disk_that_failed_and_is_gone_is_not_well(new_host: NewHost) -> None:
    """Pulled out, or silent, it does not recover; a new disk in its place that passes does."""
    host = new_host()
    for _ in range(4):
        host.pass_by(timedelta(hours=9))
        host.report("sda", shapes.ATA_GOOD)
        host.report("sdb", shapes.ATA_FAILING)
        await host.look(every=timedelta(hours=1))
    host.kernel.pull_disk("sdb")
    for _ in range(5):
        host.report("sda", shapes.ATA_GOOD)
        await host.look(every=timedelta(hours=1))
    assert host.open_codes() == {"disk.failing", "disk.missing"}
    assert host.latest()["disk.failing"].quality is Quality.UNKNOWN
    host.kernel.put_disk("sdb", serial="NEW-1")
    for _ in range(3):
        host.report("sda", shapes.ATA_GOOD)
        host.report("sdb", shapes.ATA_GOOD)
        await host.look(every=timedelta(hours=1))
    assert host.open_codes() == set()


@pytest.mark.parametrize(
    "raw", [shapes.STANDBY, shapes.DENIED, shapes.USB_UNKNOWN, shapes.VIRTUAL, b"?"]
)
async def test_a_disk_that_cannot_be_asked_is_neither(new_host: NewHost, raw: bytes) -> None:
    """Asleep, forbidden, behind a bridge or unreadable: no fault, and not called well."""
    host = new_host()
    for _ in range(6):
        host.report("sda", raw)
        host.report("sdb", raw)
        await host.look(every=timedelta(hours=1))
    assert host.open_codes() == set()
    assert not host.latest()["disk.failing"].good


async def test_an_empty_bay_is_no_broken_disk(new_host: NewHost) -> None:
    """A bay without a disk, and one that was tried for an hour, are missed by nobody."""
    host = new_host()
    host.kernel.put_disk("sdc", sectors=0)
    host.kernel.put_disk("sdd", serial="TRIED-1")
    await host.look()
    host.kernel.pull_disk("sdd")
    await host.look(6, every=timedelta(hours=12))
    assert host.open_codes() == set()
    assert host.latest()["disk.count"].value == 2


async def test_a_disk_that_was_here_is_missed(new_host: NewHost) -> None:
    """After a day it belongs here; an owner who names the disks has the last word."""
    host = new_host()
    await host.look(3, every=timedelta(hours=13))
    host.kernel.pull_disk("sdb")
    await host.look(3)
    assert host.open_codes() == {"disk.missing"}
    assert "NVR-0001" in host.latest()["disk.missing"].detail


async def test_promised_disks_alone_are_missed(new_host: NewHost) -> None:
    """By serial or path; what nobody promised may go."""
    host = new_host('[recorder]\ndisks = ["SYSTEM-1", "/dev/disk/by-id/ata-NVR"]\n')
    host.kernel.show("dev/disk/by-id/ata-NVR", "")
    await host.look(3, every=timedelta(hours=13))
    host.kernel.pull_disk("sdb")
    await host.look(3)
    assert host.open_codes() == set()
    (host.root / "dev/disk/by-id/ata-NVR").unlink()
    await host.look(3)
    assert host.open_codes() == {"disk.missing"}


async def test_an_array_without_a_member(new_host: NewHost) -> None:
    """The kernel's own count of lacking members opens the same fault."""
    host = new_host()
    host.kernel.show("sys/block/md0/md/degraded", "1\n")
    await host.look(3)
    assert host.open_codes() == {"disk.missing"}


async def test_recordings_onto_the_system_disk(new_host: NewHost) -> None:
    """The mount is gone and the folder is there: named so, also by a later life of the agent."""
    host = new_host()
    await host.look(3)
    assert host.latest()["storage.mounted"].value is True
    host.kernel.mount(lost=True)
    host.watch = host.agent()
    await host.look(3)
    assert host.open_codes() == {"storage.mount_lost"}
    (event,) = host.events()
    assert "onto the system disk" in event.summary_en
    assert str(host.recordings.parent) in event.summary_zh
    host.kernel.mount()
    await host.look(3)
    assert host.open_codes() == set()


async def test_a_folder_on_the_system_disk_from_the_first_is_no_loss(new_host: NewHost) -> None:
    """A recorder with one disk has lost nothing."""
    host = new_host()
    host.kernel.mount(lost=True)
    await host.look(4)
    assert host.open_codes() == set()


async def test_a_promised_mount(new_host: NewHost) -> None:
    """What the owner names must be a mount point, though it never was one."""
    host = new_host('[recorder]\nmounts = ["/srv/nowhere"]\n')
    await host.look(3)
    assert host.open_codes() == {"storage.mount_lost"}


async def test_a_disk_that_cannot_be_written(new_host: NewHost) -> None:
    """Read-only as the file system itself says it, and errors that were not there before."""
    host = new_host()
    host.kernel.show("sys/fs/ext4/sdb/errors_count", "2\n")
    await host.look(4)
    assert host.open_codes() == set()  # old errors are no news
    host.kernel.show("sys/fs/ext4/sdb/errors_count", "5\n")
    await host.look(3)
    assert host.open_codes() == {"storage.write_errors"}
    host.kernel.show("sys/fs/ext4/sdb/errors_count", "0\n")
    await host.look(3)
    assert host.open_codes() == set()
    host.kernel.mount(options="ro,errors=remount-ro")
    await host.look(3)
    assert host.open_codes() == {"storage.write_errors"}


async def test_the_write_test_needs_consent(new_host: NewHost) -> None:
    """Nothing is written unless it is allowed, and then nothing stays."""
    host = new_host()
    await host.look()
    assert "storage.writes" not in host.latest()
    allowed = Host(host.folder / "allowed", "[recorder]\nwrite_test = true\n")
    await allowed.look()
    assert allowed.latest()["storage.writes"].value is True
    assert list(allowed.recordings.iterdir()) == []
    allowed.database.close()


async def _recorded(host: Host, minutes: int) -> None:
    """Looks every ten minutes while a file a minute is written."""
    for _ in range(minutes // 10):
        host.pass_by(timedelta(minutes=10))
        host.record(10)
        await host.watch.look_quickly()


async def test_a_gap_is_told_of_its_camera(new_host: NewHost) -> None:
    """An hour without files and without a reason is the camera's fault to tell, not the host's."""
    host = new_host(CHANNEL)
    host.record(5)
    await _recorded(host, 60)
    assert host.latest(CAMERA)["recording.longest_gap"].value == 0
    await host.look(6)
    await _recorded(host, 40)
    reading = host.latest(CAMERA)["recording.longest_gap"]
    assert 3300 <= (reading.number() or 0) <= 3600
    assert host.open_codes(CAMERA) == {"recording.gap"}
    assert host.open_codes() == set()


YARD = """
[[recorder.channels]]
device = "yard"
folder = "RECORDINGS"
files = "ch2/*.mp4"
[[devices]]
id = "yard"
address = "192.0.2.2"
"""


def _fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.recorder.gather._NO_ROOM", 2**62)  # no disk has so much


async def test_a_disk_kept_full_explains_no_gap(
    new_host: NewHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recorder keeps its disk full: while one channel records, full is no reason for another."""
    _fill(monkeypatch)
    host = new_host(CHANNEL + YARD)
    for channel in ("ch1", "ch2"):
        host.record(5, channel=channel)
    for look in range(16):
        host.pass_by(timedelta(minutes=10))
        host.record(10, channel="ch2")
        if not 6 <= look < 12:
            host.record(10)
        await host.watch.look_quickly()
    assert host.latest()["recording.all_stopped"].value is False
    assert host.open_codes(CAMERA) == {"recording.gap"}


@pytest.mark.parametrize("word", ["", "overwrite = false\n"])
async def test_a_disk_that_stops_all_channels_explains_their_gaps(
    new_host: NewHost, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """Where nothing is overwritten, or nothing at all records any more, full is the reason."""
    _fill(monkeypatch)
    host = new_host(CHANNEL.replace("[recorder]\n", "[recorder]\n" + word))
    host.record(5)
    await _recorded(host, 60)
    await host.look(12)
    assert host.latest()["recording.all_stopped"].value is True
    await _recorded(host, 60)
    assert "disk full" in host.latest(CAMERA)["recording.missing"].detail
    assert host.latest(CAMERA)["recording.longest_gap"].value == 0


async def test_a_silent_camera_stops_no_recorder(new_host: NewHost) -> None:
    """The one channel has no new file because its camera is away: that is not told of the disk."""
    host = new_host(CHANNEL)
    host.record(5)
    await _recorded(host, 20)
    assert host.latest()["recording.all_stopped"].value is False
    host.camera_answers(False)
    await host.look(12)
    assert host.latest()["recording.all_stopped"].value is False


async def test_a_gap_is_counted_once(new_host: NewHost) -> None:
    """With channels named, the host itself says nothing of the age and gaps of its folder."""
    host = new_host(CHANNEL)
    host.record(5)
    told = {one.name: one for one in await host_reader(host.config)(host.clock.now)}
    assert told["recording.longest_gap"].quality is Quality.UNSUPPORTED
    alone = replace(host.config, recorder=NOTHING_SAID)
    told = {one.name: one for one in await host_reader(alone)(host.clock.now)}
    assert told["recording.longest_gap"].good


async def test_the_owner_s_word_makes_full_a_fault(new_host: NewHost) -> None:
    """With ``overwrite = false`` the recording disk is judged like any other."""
    config = replace(new_host("[recorder]\noverwrite = false\n").config, recording_dir=Path("/dev"))
    told = await host_reader(config)(NOON)
    assert "recording.disk_used" not in {one.name for one in told}
    kept = await host_reader(replace(config, recorder=NOTHING_SAID))(NOON)
    assert "recording.disk_used" in {one.name for one in kept}


async def test_what_explains_a_gap_opens_no_second_fault(new_host: NewHost) -> None:
    """A lost disk is one fault of the host; the hour that it costs is in the ledger, explained."""
    host = new_host(CHANNEL)
    host.record(5)
    await _recorded(host, 60)
    host.kernel.mount(lost=True)
    await host.look(6)
    assert not host.latest(CAMERA)["recording.longest_gap"].good
    host.kernel.mount()
    await _recorded(host, 60)
    told = host.latest(CAMERA)
    assert "mount lost" in told["recording.missing"].detail
    assert (told["recording.missing"].number() or 0) > 3000
    assert host.open_codes(CAMERA) == set()


async def test_a_host_that_was_off_explains_its_gap(new_host: NewHost) -> None:
    """Three hours without power: the ledger names it, the camera has no fault."""
    host = new_host(CHANNEL)
    host.record(5)
    host.watch.begin()
    await _recorded(host, 60)
    host.clock.now += timedelta(hours=3)
    host.kernel.boot("boot-2")
    host.steady_s = 30.0
    host.watch = host.agent()
    host.watch.begin()
    await _recorded(host, 40)
    told = host.latest(CAMERA)
    assert "host off" in told["recording.missing"].detail
    assert host.open_codes(CAMERA) == set()
    assert host.latest()["host.restarts"].value == 1


async def test_recording_that_stops(new_host: NewHost) -> None:
    """No file for longer than the level, in time in which something is due."""
    host = new_host(CHANNEL)
    host.record(5)
    await _recorded(host, 30)
    await host.look(6)
    assert "recording.stopped" in host.open_codes(CAMERA)


async def test_motion_only_and_too_young_are_no_fault(new_host: NewHost) -> None:
    """Silence on motion is no gap; a promise of 30 days is not broken in the first 30."""
    host = new_host(CHANNEL.replace("file_s = 60", 'records = "motion"\nretention_days = 30'))
    host.record(5)
    await host.look(8, every=timedelta(hours=6))
    told = host.latest(CAMERA)
    assert told["recording.longest_gap"].quality is Quality.UNSUPPORTED
    assert told["recording.retention_missing"].quality is Quality.UNKNOWN
    assert host.open_codes(CAMERA) == set()


async def test_retention_below_the_promise(new_host: NewHost) -> None:
    """After as many days as were promised, files that reach back four days are too few."""
    host = new_host(CHANNEL.replace("file_s = 60", "file_s = 21600\nretention_days = 10"))
    for day in range(15):
        host.pass_by(DAY)
        host.record(5, minute_s=6 * 3600)
        for path in (host.recordings / "ch1").iterdir():
            if path.stat().st_mtime < (host.clock.now - 4 * DAY).timestamp():
                path.unlink()
        await host.watch.look_quickly()
        codes = host.open_codes(CAMERA)
        assert day > 10 or "recording.retention_short" not in codes
    assert "recording.retention_short" in host.open_codes(CAMERA)
    assert host.latest(CAMERA)["recording.retention"].value == pytest.approx(4, abs=0.6)


async def test_a_new_disk_begins_anew(new_host: NewHost) -> None:
    """Unknown files of a folder that cannot be read are no gap, and are told as unread."""
    host = new_host(CHANNEL)
    await host.look(3)
    told = host.latest(CAMERA)
    assert told["recording.newest_age"].quality is Quality.FAILED
    assert host.open_codes(CAMERA) == set()


async def test_restarts_that_nobody_ordered(new_host: NewHost) -> None:
    """Orders and upgrades raise nothing; five crashes in an hour, or three power cuts a day, do."""
    host = new_host()
    for _ in range(8):
        host.watch.begin()
        host.watch.note_end()
        host.pass_by(timedelta(minutes=1))
    assert host.latest()["agent.restarts"].value == 0
    for _ in range(8):
        host.watch = host.agent()
        host.watch.begin()
        host.pass_by(timedelta(minutes=1))
    assert host.open_codes() == {"host.restarts"}
    host.watch.note_end()
    await host.look(4, every=timedelta(hours=1))
    assert host.open_codes() == set()
    for number in range(5):
        host.kernel.boot(f"boot-{number}")
        host.steady_s = 20.0
        host.watch.begin()
        host.pass_by(timedelta(hours=1))
    assert host.latest()["host.restarts"].value == 4
    assert host.open_codes() == {"host.restarts"}


async def test_a_clock_beside_the_collector_s(new_host: NewHost) -> None:
    """Far off opens a fault, close closes it, and without a receipt nothing is said."""
    host = new_host()
    host.offset = timedelta(days=-180)
    await host.look(3, every=timedelta(hours=1))
    assert host.open_codes() == {"host.clock_wrong"}
    host.offset = None
    await host.look(5, every=timedelta(hours=1))
    assert host.open_codes() == {"host.clock_wrong"}
    host.offset = timedelta(seconds=2)
    await host.look(3, every=timedelta(hours=1))
    assert host.open_codes() == set()


async def test_an_agent_that_does_not_keep_up(new_host: NewHost) -> None:
    """Visits that wait for half an hour open the fault; catching up ends it."""
    host = new_host()
    host.visits_late_s = 3600.0
    await host.look(3)
    assert host.open_codes() == {"agent.overloaded"}
    host.visits_late_s = 4.0
    await host.look(3)
    assert host.open_codes() == set()
    assert [event.kind for event in host.events()] == [FaultKind.OPENED, FaultKind.CLEARED]
