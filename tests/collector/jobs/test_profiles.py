"""Drafts that rest on an unproven firmware profile wait for an engineer, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.claims.policy import Policy
from collector.claims.profiles import Confirmed, ProfileTerms
from collector.confirm import NoteNeededError, confirm
from collector.review import UnprovenError, move_line
from collector.store import cases, tables
from shared.catalogue_entry import Proof
from shared.device import DeviceFacts
from shared.evidence import SignedManifest
from shared.fault import EpisodeSnapshot, FaultEvent, FaultKind, FaultState, OpenEpisode
from shared.identity import EventId
from shared.profile import ProfileUsed
from shared.reading import Quality, Reading
from tests.collector.house import (
    EPOCH,
    NOON,
    House,
    chunks,
    device,
    fault,
    frame_of,
    health,
    with_policy,
)
from tests.collector.jobs.test_tend import CODE, FILES, TEST_LOG, content_of, whole_manifest

USED = ProfileUsed("reolink.battery", "0a1b2c3d4e5f", "documented", ("battery.charge",))
CHARGE = Reading("battery.charge", 12.0, "%", NOON, Quality.GOOD)
FILTER = "ircut.stuck_open"


def extracted(
    code: str = CODE,
    used: ProfileUsed | None = USED,
    *,
    of: DeviceFacts | None = None,
    manifest: SignedManifest | None = None,
) -> FaultEvent:
    """A fault that rests on what a profile extracted."""
    told = fault(code, of=of, manifest=manifest)
    return msgspec.structs.replace(told, because=(CHARGE,), profile=used)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector that trusts pictures, with the device in its registry."""
    made = make(tmp_path)
    yield made
    made.engine.dispose()


def make(folder: Path, policy: Policy | None = None) -> House:
    """A house whose registry knows the devices of these tests."""
    made = House(folder, policy or with_policy())
    for number in range(1, 7):
        made.register(f"SC2401000{number}", delivered_on=date(2025, 1, 1))
    return made


def settle(house: House, seq: int = 9001) -> None:
    """Let the holds pass while the agents keep speaking, and the lines be tended."""
    for _ in range(2):
        house.pass_time(11)
        house.take(frame_of(health(), seq=seq), frame_of(health(), seq=seq, agent_id="agent-shop"))
        house.tick()


def bring_files(house: House, *, since: int = 100) -> None:
    """Every file that the whole manifest names."""
    for seq, content in enumerate((*map(content_of, FILES), TEST_LOG), start=since):
        house.take(*(frame_of(chunk, seq=seq) for chunk in chunks(content, size=1000)))


def states(house: House) -> list[object]:
    """Where each line stands."""
    return [line["state"] for line in house.rows(tables.claim_line)]


def say(
    house: House,
    said: Confirmed,
    *,
    line: int = 1,
    episode: int = 1,
    actor: str = "erin",
    note: str = "the app shows the same",
) -> bool | None:
    """An engineer compares the readings with the device."""
    with house.engine.begin() as db:
        return confirm(
            db,
            line_id=line,
            episode_id=episode,
            said=said,
            note=note,
            actor=actor,
            role=Actor.ENGINEER,
            policy=house.policy,
            now=house.now,
        )


def move(house: House, target: LineState, actor: Actor, *, line: int = 1) -> None:
    """Somebody moves the line."""
    with house.engine.begin() as db:
        move_line(
            db, line_id=line, target=target, actor="ann", role=actor, reason="x", now=house.now
        )


def test_a_whole_draft_of_an_unproven_profile_waits(house: House) -> None:
    """With every file here the draft stays one, says why, and nobody can move it on."""
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)

    assert states(house) == ["draft"]
    (decided,) = house.rows(tables.decision)
    assert decided["outcome"] == "claim"
    assert (
        "profile unproven: firmware profile reolink.battery (documented) read"
        " battery.charge = 12 %" in str(decided["reason_en"])
    )
    assert "描述文件未经验证" in str(decided["reason_zh"])
    for actor in Actor:
        with pytest.raises(IllegalMoveError):
            move(house, LineState.READY, actor)
    with pytest.raises(UnprovenError):
        move(house, LineState.READY, Actor.INTEGRATOR)


def test_a_confirmation_promotes_the_line(house: House) -> None:
    """After an engineer's word the draft becomes ready by itself; all of it is on record."""
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)

    assert say(house, Confirmed.RIGHT)
    assert say(house, Confirmed.RIGHT) is False
    settle(house)

    assert states(house) == ["ready"]
    assert house.count(tables.profile_ruling) == 1
    events = house.rows(tables.claim_event)
    assert [e["type"] for e in events if e["actor"] == "erin"] == ["profile_right"]
    told = [row for row in house.rows(tables.audit) if row["action"] == "profile.confirmed"]
    assert "profile reolink.battery 0a1b2c3d4e5f on SC-1 1.4.2, fault 1: right" in str(
        told[0]["detail"]
    )
    with house.engine.begin() as db:
        assert first_break(cases.chain_of(db, 1)) is None


def test_a_wrong_reading_withdraws_the_draft(house: House) -> None:
    """The line ends with the engineer's words, and a correction opens the claim after all."""
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)

    assert say(house, Confirmed.WRONG, note="the gauge counts down from 200")
    assert states(house) == ["withdrawn"]
    moved = [e for e in house.rows(tables.claim_event) if e["type"] == "moved"]
    assert "counts down from 200" in str(moved[-1]["payload_json"])

    assert say(house, Confirmed.RIGHT, note="looked at the wrong camera")
    settle(house)
    assert states(house) == ["withdrawn", "ready"]


def test_a_wrong_word_after_a_right_one_takes_the_line_back(house: House) -> None:
    """The newest word holds while nobody has submitted; what was submitted only hears it."""
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    say(house, Confirmed.RIGHT)
    settle(house)
    say(house, Confirmed.WRONG)
    assert states(house) == ["withdrawn"]


def test_what_is_submitted_stays_with_the_factory(house: House) -> None:
    """A correction after submission withdraws nothing; the history has it."""
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    say(house, Confirmed.RIGHT)
    settle(house)
    move(house, LineState.SUBMITTED, Actor.INTEGRATOR)
    say(house, Confirmed.WRONG)
    assert states(house) == ["submitted"]
    assert house.rows(tables.claim_event)[-1]["type"] == "profile_wrong"


@pytest.mark.parametrize(
    "used",
    [
        None,
        msgspec.structs.replace(USED, status="fixture-tested"),
        msgspec.structs.replace(USED, status="device-tested"),
    ],
    ids=["an earlier agent, or ONVIF alone", "fixture-tested", "device-tested"],
)
def test_proven_profiles_hold_nothing_back(house: House, used: ProfileUsed | None) -> None:
    """What rests on a proven profile, or on none, becomes ready as before."""
    house.take(frame_of(extracted(used=used, manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    assert states(house) == ["ready"]
    assert say(house, Confirmed.RIGHT) is None
    assert house.count(tables.profile_ruling) == 0


@pytest.mark.parametrize("status", ["documented", "unknown", "", "vendor-blessed"])
def test_every_other_status_is_unproven(house: House, status: str) -> None:
    """A word that this version does not know, or none, proves nothing."""
    used = msgspec.structs.replace(USED, status=status)
    house.take(frame_of(extracted(used=used, manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    assert states(house) == ["draft"]


def test_a_proven_fault_of_the_same_device_is_not_held_back(house: House) -> None:
    """It carries the line on its own part and warranty; what is unproven adds nothing to it."""
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    assert house.rows(tables.claim_line)[0]["component"] == "battery"

    house.take(frame_of(fault(FILTER), seq=2))
    settle(house)
    (line,) = house.rows(tables.claim_line)
    assert (line["component"], line["state"]) == ("IR-CUT", "ready")
    assert [e["type"] for e in house.rows(tables.claim_event)].count("carried") == 1
    assert say(house, Confirmed.WRONG)
    assert states(house) == ["ready"]


def test_an_unproven_fault_that_joins_takes_nothing_away(house: House) -> None:
    """A line that a proven fault carries goes on; the joined one waits for itself."""
    house.take(frame_of(fault(FILTER, manifest=whole_manifest()), seq=2))
    bring_files(house)
    settle(house)
    house.take(frame_of(extracted(), seq=3))
    settle(house)
    assert states(house) == ["ready"]
    move(house, LineState.SUBMITTED, Actor.INTEGRATOR)


def test_an_opening_that_comes_late_names_its_profile(house: House) -> None:
    """A line opened from a snapshot alone waits as soon as the opening names the profile."""
    snapshot = EpisodeSnapshot(
        NOON, (OpenEpisode(EventId(EPOCH, 1), "gate", CODE, FaultState.OPEN, NOON),)
    )
    known = device(label_serial="SC24010001")
    house.take(frame_of(health(known), seq=8), frame_of(snapshot, seq=9))
    settle(house)
    assert states(house) == ["draft"]
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    assert states(house) == ["draft"]
    say(house, Confirmed.RIGHT)
    settle(house)
    assert states(house) == ["ready"]


def test_a_line_that_became_ready_too_early_is_taken_back(house: House) -> None:
    """Whatever made it ready, an unproven line goes back to draft and cannot be submitted."""
    house.take(frame_of(extracted(manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    with house.engine.begin() as db:
        db.execute(tables.claim_line.update().values(state="ready"))
    with pytest.raises(UnprovenError):
        move(house, LineState.SUBMITTED, Actor.ADMIN)
    settle(house)
    assert states(house) == ["draft"]


def test_an_experiment_frees_the_episode(house: House) -> None:
    """An active test that proves the fault needs no profile: what opened it is no matter then."""
    house.take(frame_of(extracted(FILTER, manifest=whole_manifest()), seq=1))
    bring_files(house)
    settle(house)
    assert states(house) == ["draft"]
    proven = msgspec.structs.replace(
        fault(FILTER, kind=FaultKind.CONFIRMED, episode=1), proof=Proof.EXPERIMENT.value
    )
    house.take(frame_of(proven, seq=2))
    settle(house)
    assert states(house) == ["ready"]


def test_a_note_is_needed(house: House) -> None:
    """Nothing is kept of a confirmation without a word of how it was checked."""
    house.take(frame_of(extracted(), seq=1))
    settle(house)
    with pytest.raises(NoteNeededError):
        say(house, Confirmed.RIGHT, note="")
    assert house.count(tables.profile_ruling) == 0


def open_drafts(house: House, *numbers: int, used: ProfileUsed = USED, firmware: str = "1") -> None:
    """Devices of these numbers each have an unproven fault, with every file."""
    for number in numbers:
        of = device(f"cam-{number}", label_serial=f"SC2401000{number}", firmware=firmware)
        told = extracted(used=used, of=of, manifest=whole_manifest())
        house.take(frame_of(told, seq=10 + number))
    bring_files(house)
    settle(house)


def test_independent_confirmations_end_the_marking(tmp_path: Path) -> None:
    """Two engineers on two devices, as the policy asks: the third draft needs no word."""
    house = make(tmp_path, with_policy(profiles=ProfileTerms(confirmations=2)))
    open_drafts(house, 1, 2)
    say(house, Confirmed.RIGHT, line=1, episode=1)
    say(house, Confirmed.RIGHT, line=2, episode=2)
    open_drafts(house, 3)
    assert states(house)[2] == "draft"  # one engineer may err on ten devices

    say(house, Confirmed.RIGHT, line=2, episode=2, actor="otto", note="measured the cells")
    open_drafts(house, 4)
    assert states(house) == ["ready", "ready", "draft", "ready"]
    assert "2 engineers confirmed it" in str(house.rows(tables.decision)[3]["reason_en"])

    other = msgspec.structs.replace(USED, hash="ffffffffffff")
    open_drafts(house, 5, used=other)
    open_drafts(house, 6, firmware="2")
    assert states(house)[4:] == ["draft", "draft"]
    house.engine.dispose()


def test_one_wrong_device_outweighs_all(tmp_path: Path) -> None:
    """Nothing is settled by numbers where the profile was wrong once."""
    house = make(tmp_path, with_policy(profiles=ProfileTerms(confirmations=1)))
    open_drafts(house, 1, 2)
    say(house, Confirmed.RIGHT, line=1, episode=1)
    say(house, Confirmed.WRONG, line=2, episode=2)
    open_drafts(house, 3)
    assert states(house) == ["ready", "withdrawn", "draft"]
    house.engine.dispose()


def test_never_by_itself_is_the_default(house: House) -> None:
    """Without the policy's word each draft needs its own confirmation, however many there were."""
    open_drafts(house, 1, 2, 3)
    for number, who in enumerate(("erin", "otto", "uma"), start=1):
        say(house, Confirmed.RIGHT, line=number, episode=number, actor=who)
    open_drafts(house, 4)
    assert states(house) == ["ready", "ready", "ready", "draft"]
