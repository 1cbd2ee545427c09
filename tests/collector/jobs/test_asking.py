"""What claims lack is asked of agents by command, and what comes goes on by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector import ask_for_evidence, left_alone
from collector.claims.lifecycle import Actor, LineState
from collector.claims.silence import SilenceKind, SilenceScope
from collector.jobs import Jobs
from collector.review import move_line
from collector.store import commands, silences, tables
from collector.store.silences import NewSilence
from collector.verify_log import Walked, walk
from shared import signing, wire
from shared.command import CommandResult, Outcome
from shared.evidence import EvidenceItem, EvidenceKind, Manifest, SignedManifest
from shared.fault import EvidenceAdded
from shared.health import DeviceHealth, HangsOn, Health, Standing
from shared.identity import EventId
from tests.collector.house import (
    AGENT_KEY,
    COMMAND_KEY,
    EPOCH,
    NOON,
    House,
    chunks,
    device,
    fault,
    frame_of,
)

CODE = "mainboard.flash_error"  # a fact; needs a transcript, and the policy a picture
CAMERA = device(label_serial="SC24010001")
DAY = 24 * 3600.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector that may give commands, with a draft of a camera on mains."""
    made = House(tmp_path)
    made.register("SC24010001", delivered_on=(NOON - timedelta(days=30)).date())
    made.jobs = Jobs(
        made.engine,
        policy=made.policy,
        listening_since=lambda: NOON,
        clock=lambda: made.now,
        command_key=COMMAND_KEY,
    )
    speak(made)
    made.take(frame_of(fault(CODE, of=CAMERA), seq=1))
    yield made
    made.engine.dispose()


def speak(house: House, *, feed: str = "mains", standing: Standing = Standing.FAULT) -> None:
    """The agent is heard, and says how its camera stands."""
    hangs_on = HangsOn(feed=feed, contact="called")
    said = Health(
        sent_at=house.now,
        agent_version="0.1.0",
        next_within_s=1.0,
        uplink="wired",
        devices=(DeviceHealth(CAMERA, standing, house.now, hangs_on=hangs_on),),
    )
    house.take(frame_of(said, seq=9000 + int((house.now - NOON).total_seconds())))


def look(house: House, seconds: float = 301.0, **said: object) -> None:
    """A round's pause passes, the agent speaks, the loop looks."""
    house.pass_time(seconds)
    speak(house, **said)  # type: ignore[arg-type]  # feed, standing
    house.tick()


def orders(house: House) -> list[tuple[object, object, object]]:
    """``(verb, state, arguments)`` of every command."""
    return [(r["verb"], r["state"], r["arguments_json"]) for r in house.rows(tables.command)]


def types(house: House) -> list[object]:
    """What the line's log holds."""
    return [row["type"] for row in house.rows(tables.claim_event)]


def send(
    house: House,
    kinds: Mapping[EvidenceKind, bytes],
    *,
    seq: int,
    key: Ed25519PrivateKey = AGENT_KEY,
) -> None:
    """Further evidence of the fault comes whole, signed by this key under the agent's name."""
    items = tuple(
        EvidenceItem(
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            kind=kind,
            media_type="image/jpeg",
            name=f"{kind.value}.bin",
            taken_at=house.now,
        )
        for kind, content in kinds.items()
    )
    body = wire.encode(
        Manifest(
            agent_id="agent-farm",
            device_id="gate",
            label_serial="SC24010001",
            code=CODE,
            episode=EventId(EPOCH, 1),
            made_at=house.now,
            agent_version="0.1.0",
            profile="generic",
            items=items,
        )
    )
    signed = SignedManifest(
        body,
        signing.sign(key, signing.MANIFEST, body),
        signing.key_id(AGENT_KEY.public_key()),
    )
    house.take(frame_of(EvidenceAdded(CAMERA, EventId(EPOCH, 1), signed), seq=seq))
    for number, content in enumerate(kinds.values(), start=1):
        for chunk in chunks(content, size=1000):
            house.take(frame_of(chunk, seq=seq + number))


def test_what_a_draft_lacks_is_asked_for_once_a_day(house: House) -> None:
    """One order for one visit, naming the fault and the kinds; not again while it waits, nor the
    same day, and three times in all."""
    look(house)
    look(house)
    ((verb, state, arguments),) = orders(house)
    assert (verb, state) == ("probe_now", "waiting")
    assert f'"{EPOCH}:1"' in str(arguments)
    assert '"transcript picture"' in str(arguments)
    for _ in range(6):
        look(house, DAY)
        look(house)
    assert len(orders(house)) == 3
    assert types(house).count("evidence_asked") == 3


def test_a_camera_that_may_be_low_is_left_alone(house: House) -> None:
    """On a battery whose charge nobody told, and while nobody knows how it stands."""
    look(house, feed="battery")
    look(house, standing=Standing.UNKNOWN)
    assert orders(house) == []


def test_nothing_is_asked_in_a_silence(house: House) -> None:
    """While somebody works there the camera is theirs; afterwards it goes on."""
    look(house)
    with house.engine.begin() as db:
        silences.add(
            db,
            NewSilence(
                organisation_id="north",
                scope=SilenceScope.SITE,
                site_id="farm",
                position_id=None,
                code="",
                kind=SilenceKind.MAINTENANCE,
                reason="new poles",
                made_by="ann",
                starts_at=house.now,
                ends_at=house.now + timedelta(days=2),
            ),
            now=house.now,
        )
    look(house, DAY + 60)
    look(house)
    assert len(orders(house)) == 1
    look(house, DAY)
    look(house)
    assert len(orders(house)) == 2


def test_what_came_is_noted_and_what_the_factory_named_ends_its_question(house: House) -> None:
    """Arrivals stand in the log; the line is ready by itself, and after a question the new picture
    brings it back to its review: an old one does not. The columns still repeat the log."""
    look(house)
    send(
        house,
        {EvidenceKind.PICTURE: b"first picture", EvidenceKind.TRANSCRIPT: b"words"},
        seq=20,
    )
    look(house)
    look(house)
    assert "evidence_arrived" in types(house)
    assert house.rows(tables.claim_line)[0]["state"] == "ready"
    for row in house.rows(tables.command):
        answer(house, str(row["id"]))
    move(house, LineState.SUBMITTED, Actor.INTEGRATOR)
    move(house, LineState.IN_REVIEW, Actor.ENGINEER)
    house.pass_time(DAY)
    move(house, LineState.NEED_INFO, Actor.ENGINEER, missing=["picture"])
    look(house)
    assert house.rows(tables.claim_line)[0]["state"] == "need_info"
    assert [verb for verb, _, _ in orders(house)].count("take_picture") == 1

    send(house, {EvidenceKind.PICTURE: b"second picture"}, seq=40)
    look(house)
    assert house.rows(tables.claim_line)[0]["state"] == "in_review"
    last = house.rows(tables.claim_event)[-2]
    assert types(house)[-1] == "evidence_arrived"
    assert (last["type"], last["actor"], last["role"]) == ("moved", "collector", "system")
    assert '"brought": ["picture"]' in str(last["payload_json"])
    with house.engine.connect() as db:
        assert list(walk(db, Walked())) == []


def answer(house: House, command_id: str) -> None:
    """The agent has done it."""
    with house.engine.begin() as db:
        result = CommandResult(command_id, Outcome.DONE, house.now, "1 picture(s) sent")
        commands.note_result(db, agent_id="agent-farm", result=result, now=house.now)


def move(house: House, target: LineState, role: Actor, **fields: object) -> None:
    """A person takes a step."""
    with house.engine.begin() as db:
        move_line(
            db,
            line_id=1,
            target=target,
            actor="ann",
            role=role,
            reason="because",
            now=house.now,
            fields=fields,
        )


def test_a_file_without_a_signature_that_holds_has_not_arrived(house: House) -> None:
    """It is no arrival of what was asked for, and brings no line back to its review; the same
    picture under the agent's own signature does."""
    look(house)
    forged = Ed25519PrivateKey.generate()
    send(house, {EvidenceKind.TRANSCRIPT: b"words of nobody"}, seq=20, key=forged)
    look(house)
    assert "evidence_arrived" not in types(house)
    move(house, LineState.READY, Actor.INTEGRATOR)
    move(house, LineState.SUBMITTED, Actor.INTEGRATOR)
    move(house, LineState.IN_REVIEW, Actor.ENGINEER)
    house.pass_time(DAY)
    move(house, LineState.NEED_INFO, Actor.ENGINEER, missing=["picture"])
    house.pass_time(60)
    send(house, {EvidenceKind.PICTURE: b"picture of nobody"}, seq=40, key=forged)
    look(house)
    assert house.rows(tables.claim_line)[0]["state"] == "need_info"
    send(house, {EvidenceKind.PICTURE: b"picture of the agent"}, seq=60)
    look(house)
    assert house.rows(tables.claim_line)[0]["state"] == "in_review"


def test_asking_that_failed_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at once, and not never: after a pause the agent is asked all the same."""

    def broken(*_: object, **__: object) -> bool:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(ask_for_evidence, "look_after", broken)
        look(house)
    look(house)
    assert orders(house) == []
    look(house, left_alone.FOR.total_seconds())
    assert len(orders(house)) == 1
