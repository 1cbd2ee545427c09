"""One pass over one device: what is asked, judged, kept and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.budget import Budget
from agent.camera.light import Light
from agent.camera.port import CameraError, Cause, LoginKind, Target, VendorValue
from agent.config import Device
from agent.cycle import run_pass
from agent.delivery import fault_store, keepsake_store, reading_store, spend_store
from agent.delivery.database import Database
from agent.delivery.departure import Row
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis import rules_with
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.episodes import Author
from agent.probes import PROBES
from agent.probes.probe import Probe
from agent.recording import Outcome, Settings
from agent.standing import Standings
from agent.sun_watch import Sun
from agent.topology import WIRED_BATTERY, WIRED_MAINS
from agent.uplink_budget import BULK
from shared import signing, wire
from shared.evidence import EvidenceChunk, EvidenceKind, is_thumbnail
from shared.fault import EvidenceAdded, FaultEvent, FaultKind
from shared.frame import Lane, unpack
from shared.reading import Quality
from shared.wire import UpMessage
from tests.agent.diagnosis.pictures.days import learnt
from tests.agent.fakes import FEATURES, NOBODY, NOON, Clock, FakeCamera

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BLACK = replace(
    FEATURES, luma_mean=2.0, luma_std=0.6, luma_p01=0.0, luma_p99=5.0, dark_share=1.0, sharpness=0.0
)
DEVICE = Device(
    device_id="gate-north",
    name="Gate north",
    target=Target(address="192.0.2.1"),
    label_serial="LABEL-1",
    is_battery=False,
    is_metered=False,
    profile="",
    budget={},
)


class Bench:
    """A database, an outbox and a device; ``visit`` makes one pass and moves on ten minutes."""

    def __init__(self, folder: Path) -> None:
        self.database: Database
        self.database, _ = open_or_salvage(folder / "agent.db", now=NOON)
        self.outbox = Outbox(self.database)
        self.clock = Clock()
        sun = VendorValue(value=1800.0, quality="good", raw="1800", unit="mW")
        # Without light there is no verdict on a black picture; the panel says that it is day.
        self.camera = FakeCamera(self.clock, vendor={"solar.power": sun})
        author = Author(
            agent_id="agent", version="1", recorder_firmware="NVR 4", signer=Signer(KEY)
        )
        self.settings = Settings(
            rules=rules_with(opens=(2, 3), clears=(2, 2), span_factor=0),
            levels=Levels(),
            watch_seconds=1.0,
            recorder_login=LoginKind.NONE,
            author=author,
        )

    async def visit(
        self,
        *,
        budget: Budget = WIRED_MAINS,
        probes: Sequence[Probe] = PROBES,
        device: Device = DEVICE,
        on_battery: bool = False,
    ) -> Outcome:
        """One pass; with all probes unless some are named."""
        self.camera.asked.clear()
        outcome = await run_pass(
            device,
            self.camera,
            probes,
            budget=budget,
            settings=self.settings,
            database=self.database,
            outbox=self.outbox,
            clock=self.clock,
            on_battery=on_battery,
        )
        self.clock.pass_by(minutes=10)
        return outcome

    def told(self) -> list[UpMessage]:
        """Everything in the outbox that was not looked at yet, best lane first."""
        rows: list[Row] = []
        with self.database.transaction():
            for lane in (Lane.FAULT, Lane.EVIDENCE):
                rows += self.outbox.take(lane, limit=500, now=self.clock.now)
        return [wire.decode_up(unpack(row.frame).body, row.lane) for row in rows]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh bench."""
    made = Bench(tmp_path)
    yield made
    made.database.close()


async def test_a_whole_pass_changes_nothing_on_the_camera(bench: Bench) -> None:
    """All probes run, give good readings, and the camera records no write."""
    outcome = await bench.visit()

    assert (bench.camera.writes, outcome.spend.writes) == ([], 0)
    assert outcome.ran == tuple(probe.name for probe in PROBES)
    assert sum(reading.good for reading in outcome.readings) > 20


async def test_a_lasting_fault_opens_once_with_signed_evidence(bench: Bench) -> None:
    """A black picture seen twice opens one episode: all kinds of evidence, signed."""
    await bench.visit()
    bench.told()
    bench.camera.features = BLACK
    for _ in range(2):
        await bench.visit()
    told = bench.told()
    opened = [m for m in told if isinstance(m, FaultEvent) and m.kind is FaultKind.OPENED]
    (event,) = [m for m in opened if m.code == "picture.black"]
    assert event.manifest is not None
    manifest = wire.decode_manifest(event.manifest.body)
    hashes = {chunk.sha256 for chunk in told if isinstance(chunk, EvidenceChunk)}

    assert signing.holds(
        KEY.public_key(), signing.MANIFEST, event.manifest.body, event.manifest.signature
    )
    assert {item.kind for item in manifest.items} == {
        EvidenceKind.PICTURE,
        EvidenceKind.REFERENCE,
        EvidenceKind.TRANSCRIPT,
        EvidenceKind.READINGS,
        EvidenceKind.CLIP,
    }
    assert {item.sha256 for item in manifest.items} <= hashes
    assert (event.device.label_serial, event.onset_at) == ("LABEL-1", NOON.replace(minute=10))
    assert event.device.aliases[0].value == "SN-2401-0001"


async def test_pictures_that_may_not_leave_stay_and_the_manifest_says_why(bench: Bench) -> None:
    """Without its owner's consent: the fault is told, no file that shows the place leaves."""
    author = replace(bench.settings.author, keeps_pictures=frozenset({DEVICE.device_id}))
    bench.settings = replace(bench.settings, author=author)
    await bench.visit()
    bench.camera.features = BLACK
    for _ in range(8):
        await bench.visit()

    told = bench.told()
    (opened,) = [m for m in told if isinstance(m, FaultEvent) and m.kind is FaultKind.OPENED]
    manifests = [m.manifest for m in told if isinstance(m, FaultEvent | EvidenceAdded)]
    bodies = [wire.decode_manifest(one.body) for one in manifests if one is not None]
    kinds = {item.kind for body in bodies for item in body.items}
    assert kinds
    assert kinds.isdisjoint({EvidenceKind.PICTURE, EvidenceKind.REFERENCE, EvidenceKind.CLIP})
    assert opened.manifest is not None
    not_taken = wire.decode_manifest(opened.manifest.body).not_taken
    assert {one.kind for one in not_taken} == {EvidenceKind.PICTURE, EvidenceKind.CLIP}
    assert all("owner" in one.why_en for one in not_taken)


@pytest.mark.parametrize("status", ["documented", "fixture-tested"])
async def test_a_fault_names_the_profile_that_read_it(bench: Bench, status: str) -> None:
    """From the vendor interface to the event: battery faults name it, picture faults never do."""
    charge = VendorValue(value=4.0, quality="good", raw="4", unit="%")
    bench.camera.vendor["battery.charge"] = charge
    bench.camera.profile_status = status
    bench.camera.features = BLACK
    for _ in range(3):
        await bench.visit()
    opened = {m.code: m for m in bench.told() if isinstance(m, FaultEvent)}

    used = opened["battery.low"].profile
    assert used is not None
    assert (used.id, used.hash, used.status) == ("example.vendor", "0a1b2c3d4e5f", status)
    assert used.names == ("battery.charge", "solar.power")
    black = opened.get("picture.black")
    assert (black is not None) == (status == "fixture-tested")
    if black is not None:
        assert black.profile is not None  # the panel said that it was day
        assert black.profile.names == ("solar.power",)


async def test_a_thumbnail_leaves_before_its_picture(bench: Bench) -> None:
    """On a metered link the manifest names both, and only the small one is worth sending first."""
    bench.camera.thumbnails = True
    bench.camera.features = BLACK
    for _ in range(2):
        await bench.visit()
    events = [m for m in bench.told() if isinstance(m, FaultEvent) and m.code == "picture.black"]
    assert events[0].manifest is not None
    items = wire.decode_manifest(events[0].manifest.body).items
    names = [item.name for item in items if item.kind is EvidenceKind.PICTURE]
    size_of = {item.name: item.size for item in items}
    ranks = dict(
        bench.database.connection.execute(
            "SELECT rank, count(*) FROM outbox WHERE lane = ? GROUP BY rank", (int(Lane.EVIDENCE),)
        ).fetchall()
    )

    assert names == ["thumbnail.jpg", "picture.jpg"]
    assert size_of["thumbnail.jpg"] < size_of["picture.jpg"]
    assert "thumbnail of picture.jpg" in next(i.note for i in items if i.name == names[0])
    assert set(ranks) == {0, BULK}


async def test_a_map_goes_with_the_picture_and_never_counts_as_one(bench: Bench) -> None:
    """Where a picture departs is shown beside it, under the name of a preview."""
    bench.camera.map, bench.camera.features = b"\xff\xd8 a map", BLACK
    for _ in range(2):
        await bench.visit()
    events = [m for m in bench.told() if isinstance(m, FaultEvent) and m.code == "picture.black"]
    assert events[0].manifest is not None
    items = wire.decode_manifest(events[0].manifest.body).items
    names = [item.name for item in items if item.kind is EvidenceKind.PICTURE]

    assert names == ["picture.jpg", "thumbnail-map.jpg"]
    assert is_thumbnail(names[1])
    assert "red is detail lost" in next(item.note for item in items if item.name == names[1])


async def test_a_fault_that_went_clears_under_its_episode(bench: Bench) -> None:
    """The clearing names the opening event, and nothing stays open."""
    bench.camera.features = BLACK
    for _ in range(2):
        await bench.visit()
    bench.camera.features = FEATURES
    for _ in range(3):
        await bench.visit()
    events = [m for m in bench.told() if isinstance(m, FaultEvent) and m.code == "picture.black"]

    assert [event.kind for event in events] == [FaultKind.OPENED, FaultKind.CLEARED]
    assert events[1].episode is not None
    codes = [line.code for line in fault_store.open_episodes(bench.database.connection, limit=9)]
    assert "picture.black" not in codes


async def test_silence_neither_clears_nor_reopens(bench: Bench) -> None:
    """An episode survives a device that does not answer for a day."""
    bench.camera.features = BLACK
    for _ in range(2):
        await bench.visit()
    bench.camera.failure = NOBODY
    for _ in range(20):
        outcome = await bench.visit()
    codes = [line.code for line in fault_store.open_episodes(bench.database.connection, limit=9)]

    assert outcome.is_silent
    assert "picture.black" in codes
    assert outcome.memories["picture.black"].is_open


async def test_further_evidence_follows_the_opening(bench: Bench) -> None:
    """Three passes later one more manifest brings the readings since and a later picture."""
    bench.camera.features = BLACK
    for _ in range(8):
        await bench.visit()
    added = [m for m in bench.told() if isinstance(m, EvidenceAdded) and m.episode is not None]
    manifests = [wire.decode_manifest(message.manifest.body) for message in added]
    (further,) = [m for m in manifests if m.code == "picture.black"]

    assert further.episode is not None
    assert {item.kind for item in further.items} == {
        EvidenceKind.PICTURE,
        EvidenceKind.TRANSCRIPT,
        EvidenceKind.READINGS,
    }


async def test_a_good_view_becomes_the_reference_once_a_day(bench: Bench) -> None:
    """The first good picture is sent as reference, and the next a day later."""
    for _ in range(5):
        await bench.visit()
    first = [m for m in bench.told() if isinstance(m, EvidenceAdded)]
    bench.clock.pass_by(hours=25)
    await bench.visit()
    second = [m for m in bench.told() if isinstance(m, EvidenceAdded)]

    assert (len(first), len(second)) == (1, 1)
    assert first[0].episode is None


async def test_what_the_budget_refuses_is_not_asked(bench: Bench) -> None:
    """With nothing left for today the camera is left alone, and the readings say why."""
    outcome = await bench.visit(budget=Budget(bytes_per_day=0, logins_per_day=0, wakeups_per_day=0))

    assert bench.camera.asked == []
    assert {reading.cause for reading in outcome.readings} == {"budget"}


async def test_a_device_that_is_not_there_is_asked_once(bench: Bench) -> None:
    """When nobody answers, the probes after the first one do not knock again."""
    bench.camera.failure = NOBODY
    outcome = await bench.visit()

    assert outcome.is_silent
    assert bench.camera.asked == ["tcp"]


async def test_a_defect_in_one_probe_costs_no_other(bench: Bench) -> None:
    """An error that nobody foresaw becomes failed readings of that probe alone."""
    bench.camera.defect = "vendor"
    outcome = await bench.visit()
    defects = [reading for reading in outcome.readings if reading.cause == "defect"]

    assert defects
    assert all(reading.quality is Quality.FAILED for reading in defects)
    assert any(r.good for r in outcome.readings if r.name == "picture.luma_mean")


async def test_a_pass_that_cannot_be_kept_leaves_nothing_behind(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """State, event and evidence commit together: a failing append takes the memory back too."""
    bench.camera.features = BLACK
    await bench.visit()
    before = fault_store.read_memories(bench.database.connection, "gate-north")

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(bench.outbox, "append", broken)
    with pytest.raises(OSError, match="gone"):
        await bench.visit()

    assert fault_store.read_memories(bench.database.connection, "gate-north") == before


async def test_an_exchanged_device_starts_anew_and_closes_nothing(bench: Bench) -> None:
    """Another serial: no CLEARED event, no baseline or reference of the old one, and a mark."""
    for _ in range(4):
        await bench.visit()
    bench.camera.features = BLACK
    for _ in range(2):
        await bench.visit()
    db = bench.database.connection
    assert keepsake_store.read_baselines(db, "gate-north")
    opened = fault_store.open_episodes(db, limit=9)
    bench.told()
    bench.camera.serial, bench.camera.features = "SN-2401-0099", FEATURES
    outcome = await bench.visit()
    for _ in range(8):
        await bench.visit()
    told = bench.told()

    assert [r.value for r in outcome.readings if r.name == "identity.exchanged"] == [True]
    assert not any(isinstance(m, FaultEvent) for m in told)
    assert fault_store.open_episodes(db, limit=9) == opened
    assert not any(isinstance(m, EvidenceAdded) and m.episode is not None for m in told)
    reference = keepsake_store.read(db, "gate-north", keepsake_store.REFERENCE)
    assert reference is not None
    assert reference.taken_at >= outcome.started_at
    known = keepsake_store.read_facts(db, "gate-north")
    assert known is not None
    assert "SN-2401-0001" not in {alias.value for alias in known.aliases}
    assert reading_store.earlier(db, "gate-north", "identity.serial", limit=99)[0].value == (
        "SN-2401-0099"
    )


async def test_nothing_of_an_exchanged_device_is_learnt_under_the_next(bench: Bench) -> None:
    """The pass that finds the exchange keeps no reference: its picture was merged into the old one.

    What a person accepted of the old device stays, under its names alone.
    """
    bench.camera.light = "day"
    bench.camera.merged = b"old"
    for _ in range(3):
        await bench.visit()
        bench.clock.pass_by(hours=1)
    db = bench.database.connection
    assert keepsake_store.read_references(db, "gate-north") == {"day": b"old"}
    known = keepsake_store.read_facts(db, "gate-north")
    assert known is not None
    accepted = Acceptance(light=Light.DAY, taken_at=NOON, figures={"noise": 1.2}, jpeg=b"accepted")
    with bench.database.transaction() as inside:
        keepsake_store.keep_acceptance(inside, "gate-north", accepted)

    bench.camera.serial = "SN-2401-0099"
    await bench.visit()
    assert keepsake_store.read_references(db, "gate-north") == {}
    assert keepsake_store.read_baselines(db, "gate-north") == {}
    assert keepsake_store.read_acceptances(db, "gate-north") == {}
    (kept,) = keepsake_store.read_acceptances(db, "gate-north", of=known.aliases).values()
    assert (kept.jpeg, kept.aliases) == (b"accepted", known.aliases)

    bench.camera.merged = b"new"
    bench.clock.pass_by(hours=1)
    await bench.visit()
    assert keepsake_store.read_references(db, "gate-north") == {"day": b"new"}


async def test_an_accepted_picture_travels_with_a_later_fault_of_its_device(bench: Bench) -> None:
    """Signed, of the kind *reference*, with the device's name and what was measured that day."""
    bench.camera.light = "day"
    await bench.visit()
    db = bench.database.connection
    known = keepsake_store.read_facts(db, "gate-north")
    assert known is not None
    accepted = Acceptance(
        light=Light.DAY,
        taken_at=NOON,
        figures={"noise": 1.2},
        jpeg=b"accepted",
        aliases=known.aliases,
    )
    with bench.database.transaction() as inside:
        keepsake_store.keep_acceptance(inside, "gate-north", accepted)
    bench.camera.features = BLACK
    for _ in range(2):
        await bench.visit()
    events = [m for m in bench.told() if isinstance(m, FaultEvent) and m.code == "picture.black"]
    assert events[0].manifest is not None
    items = wire.decode_manifest(events[0].manifest.body).items
    (reference,) = [item for item in items if item.kind is EvidenceKind.REFERENCE]

    assert reference.size == len(b"accepted")
    assert "as a person accepted it" in reference.note
    assert "SN-2401-0001" in reference.note
    assert "noise 1.2" in reference.note


async def test_what_was_accepted_by_day_follows_a_fault_of_the_night(bench: Bench) -> None:
    """The opening brings the newest good night; the further manifest what somebody vouched for."""
    bench.camera.light = "night"
    await bench.visit()
    db = bench.database.connection
    known = keepsake_store.read_facts(db, "gate-north")
    assert known is not None
    accepted = Acceptance(
        light=Light.DAY, taken_at=NOON, figures={}, jpeg=b"accepted", aliases=known.aliases
    )
    with bench.database.transaction() as inside:
        keepsake_store.keep_acceptance(inside, "gate-north", accepted)
    bench.camera.features = BLACK
    for _ in range(8):
        await bench.visit()
    told = bench.told()
    added = [m for m in told if isinstance(m, EvidenceAdded) and m.episode is not None]
    manifests = [wire.decode_manifest(message.manifest.body) for message in added]
    (further,) = [m for m in manifests if m.code == "picture.black"]
    (reference,) = [item for item in further.items if item.kind is EvidenceKind.REFERENCE]

    assert reference.size == len(b"accepted")
    assert reference.taken_at == NOON


class Killed(BaseException):
    """Stands for a kill -9: nothing of ours gets to run after it."""


async def test_logins_of_a_killed_pass_count(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent killed in every pass stops logging in when the day's logins are used up."""

    async def killed() -> tuple[str, ...]:
        raise Killed

    monkeypatch.setattr(bench.camera, "mac_addresses", killed)
    budget = replace(WIRED_MAINS, logins_per_day=40)
    kills = 0
    for _ in range(50):
        try:
            outcome = await bench.visit(budget=budget)
        except Killed:
            kills += 1
    asked = bench.camera.asked

    assert 1 <= kills <= 40
    assert "GetDeviceInformation" not in asked
    assert "budget" in {reading.cause for reading in outcome.readings}


async def test_the_health_message_says_what_a_device_has_cost_today(bench: Bench) -> None:
    """All that is limited is told: requests, bytes, logins, wake-ups, writes, and the charge."""
    outcome = await bench.visit(budget=WIRED_BATTERY)
    standings = Standings([(outcome.facts, ())])
    standings.note(outcome, now=bench.clock.now)
    (told,) = standings.health()

    spend = outcome.spend
    assert spend.requests > 0
    assert (told.spent_requests_today, told.spent_bytes_today) == (spend.requests, spend.bytes)
    assert (told.spent_logins_today, told.spent_wakeups_today) == (spend.logins, 1)
    assert told.spent_writes_today == 0
    # Ten seconds of waking at 270 mA are 750 uAh, and what the visit took comes on top.
    assert told.spent_uah_today == round(outcome.mah * 1000) >= 750


async def test_a_pass_that_ends_costs_what_it_really_cost(bench: Bench) -> None:
    """What was reserved is given back: the spend kept is the camera's own count."""
    outcome = await bench.visit()
    kept = spend_store.read_spend(bench.database.connection, "gate-north", now=NOON)

    assert kept == outcome.spend
    assert kept.logins == bench.camera.costs.login_attempts


async def test_the_login_probe_speaks_of_a_refusal_without_asking(bench: Bench) -> None:
    """A refusal met by another probe becomes the login's outcome, at no further exchange."""
    login = next(probe for probe in PROBES if probe.name == "login")
    bench.settings = replace(bench.settings, witness=login)
    bench.camera.failure = CameraError(Cause.LOGIN_REFUSED, "the device refuses us")
    probes = tuple(probe for probe in PROBES if probe.name == "imaging")
    for is_shut in (False, True):
        bench.camera.logins_shut = is_shut
        outcome = await bench.visit(probes=probes)
        said = [r.value for r in outcome.readings if r.name == "login.outcome"]

        assert said == (["refused"] if is_shut else [])
        assert bench.camera.asked == ["GetImagingSettings"]
        assert outcome.spend.logins == outcome.spend.bytes // 1000


async def test_no_picture_fault_opens_under_a_name_that_was_not_read_since(bench: Bench) -> None:
    """Another camera may hang there: it waits for the identity, and for no more than a day."""
    await bench.visit()
    bench.camera.features = BLACK
    others = [probe for probe in PROBES if probe.name != "identity"]
    for _ in range(5):
        outcome = await bench.visit(probes=others)
    (black,) = [f for f in outcome.diagnosis.findings if f.code == "picture.black"]
    assert (black.word, bool(black.settle_zh)) == ("unsure", True)
    assert not outcome.memories["picture.black"].is_open
    assert (await bench.visit()).memories["picture.black"].is_open


async def test_a_camera_that_says_no_more_who_it_is_hides_no_fault(bench: Bench) -> None:
    """After a day the fault opens all the same."""
    await bench.visit()
    bench.camera.features = BLACK
    others = [probe for probe in PROBES if probe.name != "identity"]
    for _ in range(2):
        await bench.visit(probes=others)
    bench.clock.pass_by(hours=24)
    assert (await bench.visit(probes=others)).memories["picture.black"].is_open


async def test_the_sun_and_the_mates_of_the_device_are_asked(bench: Bench) -> None:
    """Each pass judges by the sun over that device, and by the owner's word that it is outdoors."""
    asked: list[tuple[str, object]] = []

    def sun(device: Device, at: object) -> Sun:
        asked.append((device.device_id, at))
        return Sun(elevation_deg=40.0, is_certain=False)

    bench.settings = replace(bench.settings, sun=sun)
    bench.camera = FakeCamera(bench.clock, features=BLACK)
    for _ in range(4):
        outcome = await bench.visit()
    assert asked[0] == ("gate-north", NOON)
    assert "picture.black" not in {m.code for m in outcome.memories.values() if m.is_open}
    bench.settings = replace(
        bench.settings, sun=lambda _, __: Sun(elevation_deg=40.0, is_certain=True)
    )
    for _ in range(3):
        outcome = await bench.visit()
    assert "picture.black" in {m.code for m in outcome.memories.values() if m.is_open}


async def test_the_days_of_a_veil_are_kept(bench: Bench) -> None:
    """One moment a day while it lasts, none after a clear picture: weather does not last."""
    with bench.database.transaction() as db:
        keepsake_store.keep_baseline(db, DEVICE.device_id, learnt()["day"])
    clear = replace(FEATURES, ref_contrast=1.0, ref_count=12)
    dim = replace(clear, ref_contrast=0.3)
    for features, days in ((clear, 0), (dim, 1), (clear, 0)):
        bench.camera = FakeCamera(bench.clock, features=features)
        for _ in range(3):
            await bench.visit()
        kept = keepsake_store.read_dim_days(bench.database.connection, DEVICE.device_id)
        assert len(kept) == days


async def test_a_camera_that_hangs_is_asked_twice_and_no_more(bench: Bench) -> None:
    """It takes connections and never answers: two questions hold its place, the others fail."""
    bench.camera.failure = CameraError(Cause.DEADLINE, "no complete reply within 10 s")
    hung = [probe for probe in PROBES if probe.name != "reachability"]
    outcome = await bench.visit(probes=hung)

    assert len(bench.camera.asked) == 2
    assert outcome.ran == tuple(probe.name for probe in hung)
    assert {reading.cause for reading in outcome.readings if reading.cause} == {"deadline"}
    assert not outcome.is_silent


async def test_a_battery_camera_that_is_silent_may_be_asleep(bench: Bench) -> None:
    """Its silence is unknown for a day, then a fault as any other camera's; one answer ends it."""
    asleep = replace(DEVICE, is_battery=True)
    await bench.visit(device=asleep)
    bench.camera.failure = NOBODY
    silent = [await bench.visit(device=asleep) for _ in range(6 * 23)]
    assert all(one.is_silent and one.may_sleep for one in silent)
    memories = fault_store.read_memories(bench.database.connection, DEVICE.device_id)
    assert True not in memories["device.unreachable"].window

    late = [await bench.visit(device=asleep) for _ in range(6 * 2)]
    memories = fault_store.read_memories(bench.database.connection, DEVICE.device_id)
    assert not late[-1].may_sleep
    assert memories["device.unreachable"].is_open

    bench.camera.failure = None
    assert not (await bench.visit(device=asleep)).may_sleep
    bench.camera.failure = NOBODY
    assert (await bench.visit(device=asleep)).may_sleep


@pytest.mark.parametrize(
    ("said", "is_battery", "on_battery", "sleeps"),
    [
        (None, False, False, False),
        (None, False, True, True),
        (timedelta(0), True, True, False),
        (timedelta(hours=1), False, False, True),
    ],
    ids=["mains", "by its profile", "never sleeps", "by its owner"],
)
async def test_who_may_sleep(
    bench: Bench, said: timedelta | None, is_battery: bool, on_battery: bool, sleeps: bool
) -> None:
    """The owner's word first, then the battery, in the configuration or the firmware profile."""
    device = replace(DEVICE, is_battery=is_battery, wake_window=said)
    await bench.visit(device=device, on_battery=on_battery)
    bench.camera.failure = NOBODY

    assert (await bench.visit(device=device, on_battery=on_battery)).may_sleep is sleeps
