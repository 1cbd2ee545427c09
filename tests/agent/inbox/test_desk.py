"""The desk: what counts as a look, what is a retry, who may send how much, and what is kept."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.camera.decoder import Decoder
from agent.camera.port import CameraError, Cause
from agent.delivery import fault_store, spend_store
from agent.inbox import desk
from agent.inbox.heard import read_heard
from agent.inbox.item import ITEM_CAP_BYTES, Answer
from agent.inbox.pace import TRIES
from shared.evidence import EvidenceChunk
from shared.fault import FaultEvent, FaultState
from shared.reading import Quality
from tests.agent.fakes import FEATURES
from tests.agent.inbox.office import WAYS, Office, jpeg, pushing, until
from tests.agent.pictures import coded, view

WHITE = replace(FEATURES, luma_mean=252.0, luma_std=1.0, bright_share=1.0, luma_p01=250.0)


async def test_a_burst_counts_as_one_look(tmp_path: Path) -> None:
    """Of 100 pictures in one minute one is decoded and judged; the suspicion has one finding."""
    async with Office(tmp_path, pushing()) as office:
        office.decoder.features = WHITE
        for number in range(100):
            assert office.push(jpeg(number)) is Answer.TAKEN
            office.clock.pass_by(seconds=0.6)
        await office.settle()
        memory = fault_store.read_memories(office.database.connection, "gate")["picture.white"]

        assert len(office.decoder.asked) == 1
        assert (memory.observations, memory.state) == (1, FaultState.SUSPECTED)
        assert office.desk.trays["gate"].counts.pictures == 100


async def test_looks_hours_apart_open_a_fault_with_evidence(tmp_path: Path) -> None:
    """White pictures at a probe's pace open one fault, with the picture and how it came."""
    async with Office(tmp_path, pushing()) as office:
        office.decoder.features = WHITE
        for number in range(12):
            office.push(jpeg(number), name="20260601-120000.jpg")
            await office.settle()
            office.clock.pass_by(minutes=20)
        told = office.told()
        opened = [m for m in told if isinstance(m, FaultEvent) and m.code == "picture.white"]
        transcript = b"".join(m.content for m in told if isinstance(m, EvidenceChunk))

        assert len(opened) >= 1
        assert b"HTTP 20260601-120000.jpg" in transcript
        assert b"the camera's own time: file name 2026-06-01 12:00:00" in transcript
        assert office.history("picture.source")[-1].value == "push"


async def test_the_same_bytes_are_taken_once(tmp_path: Path) -> None:
    """An FTP retry, an hour and a restart later, is a duplicate: no look, no finding."""
    async with Office(tmp_path, pushing()) as office:
        office.push(jpeg(1))
        await office.settle()
        office.clock.pass_by(hours=1)
        assert office.push(jpeg(1), name="other.jpg") is Answer.DUPLICATE
    async with Office(tmp_path, pushing()) as again:
        again.clock.pass_by(hours=2)
        assert again.push(jpeg(1)) is Answer.DUPLICATE
        assert again.push(jpeg(2)) is Answer.TAKEN
        await again.settle()

        assert len(again.decoder.asked) == 1


@pytest.mark.parametrize("body", [jpeg(1), b'{"battery": {"charge": 8}}'], ids=["jpeg", "json"])
async def test_what_a_full_disk_did_not_keep_is_taken_again(
    body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The camera sends it once more within a minute: no duplicate, for nothing of it is kept."""
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def no_room(*_: object) -> None:
        raise full

    async with Office(tmp_path, pushing()) as office:
        with monkeypatch.context() as patch:
            patch.setattr(desk, "commit", no_room)
            assert office.push(body) is Answer.TAKEN
            await office.settle()
        office.clock.pass_by(minutes=1)
        assert office.push(body) is Answer.TAKEN
        await office.settle()

        assert office.push(body) is Answer.DUPLICATE


async def test_an_event_that_comes_out_alike_is_a_measurement(tmp_path: Path) -> None:
    """The same JSON within minutes is a retry; an hour later it is read again."""
    body = json.dumps({"battery": {"charge": 8}}).encode()
    async with Office(tmp_path, pushing()) as office:
        answers = []
        for pause_s in (0, 60, 3600):
            office.clock.pass_by(seconds=pause_s)
            answers.append(office.push(body))
            await office.settle()

        assert answers == [Answer.TAKEN, Answer.DUPLICATE, Answer.TAKEN]
        assert [one.value for one in office.history("battery.charge")] == [8.0, 8.0]


async def test_an_event_that_found_no_room_is_taken_when_it_comes_again(tmp_path: Path) -> None:
    """Five at once, four have room: the fifth, sent again a minute later, is no duplicate."""
    events = [json.dumps({"battery": {"charge": 50}, "n": n}).encode() for n in range(4)]
    last = json.dumps({"battery": {"charge": 8}}).encode()
    async with Office(tmp_path, pushing()) as office:
        for event in events:
            assert office.push(event) is Answer.TAKEN
        assert office.push(last) is Answer.TOO_MUCH
        await office.settle()
        office.clock.pass_by(minutes=1)
        assert office.push(last) is Answer.TAKEN
        await office.settle()


async def test_a_burst_of_events_counts_as_one_finding(tmp_path: Path) -> None:
    """A hundred events of a low battery in a minute are one finding, and open nothing."""
    async with Office(tmp_path, pushing()) as office:
        for number in range(100):
            office.push(json.dumps({"battery": {"charge": 3}, "n": number}).encode())
            await office.settle()
            office.clock.pass_by(seconds=0.6)
        memory = fault_store.read_memories(office.database.connection, "gate")["battery.low"]

        assert memory.observations == 1
        assert len(office.history("battery.charge")) == 1


async def test_a_picture_that_was_cut_leaves_the_look_to_the_next(tmp_path: Path) -> None:
    """After an upload that does not decode the whole one counts; after three the pace holds."""
    async with Office(tmp_path, pushing()) as office:
        office.decoder.failure = CameraError(Cause.DECODE_FAILED, "no picture in it")
        office.push(jpeg(1))
        await office.settle()
        office.decoder.failure = None
        office.push(jpeg(2))
        await office.settle()
        assert [r.quality for r in office.history("picture.luma_mean")] == [
            Quality.INVALID,
            Quality.GOOD,
        ]

        office.clock.pass_by(minutes=10)
        office.decoder.failure = CameraError(Cause.DECODE_LIMIT, "a bomb")
        for number in range(20):
            office.push(jpeg(100 + number))
            await office.settle()

        assert len(office.decoder.asked) == 2 + TRIES


async def test_a_flood_from_one_delays_no_other(tmp_path: Path) -> None:
    """While one camera's pictures wait and its quota is spent, another's is taken and judged."""
    ways = replace(WAYS, items_per_minute=10)
    async with Office(tmp_path, pushing("loud"), pushing("quiet"), ways=ways) as office:
        lock = office._locks["loud"]
        await lock.acquire()  # a visit to it hangs, and its tray fills
        answers = [office.push(jpeg(n), device="loud") for n in range(500)]
        events = [office.push(json.dumps({"n": n}).encode(), device="loud") for n in range(500)]
        office.push(jpeg(1000), device="quiet")
        await until(lambda: bool(office.history("picture.luma_mean", "quiet")))
        lock.release()
        await office.settle()

        assert answers.count(Answer.TAKEN) == 10
        assert set(events) == {Answer.TOO_MUCH}
        assert office.history("picture.luma_mean", "quiet")[0].good


async def test_what_is_no_picture_and_no_event_is_refused(tmp_path: Path) -> None:
    """A zip, a web page, nothing, and a JPEG that is too large: none reaches the decoder."""
    async with Office(tmp_path, pushing()) as office:
        answers = [
            office.push(b"PK\x03\x04 zip"),
            office.push(b"<html>"),
            office.push(b""),
            office.push(jpeg() + b"\0" * ITEM_CAP_BYTES),
            office.push(b'{"a": "' + b"b" * 70_000 + b'"}'),
        ]
        await office.settle()

        assert answers == [
            Answer.NOT_READ,
            Answer.NOT_READ,
            Answer.NOT_READ,
            Answer.TOO_LARGE,
            Answer.TOO_LARGE,
        ]
        assert office.decoder.asked == []


async def test_a_push_costs_the_camera_nothing(tmp_path: Path) -> None:
    """After pictures and events the day's spend is zero: no wake-up, login, byte or write."""
    async with Office(tmp_path, pushing()) as office:
        office.push(jpeg(1))
        office.push(b'{"battery": {"charge": 50}}')
        await office.settle()
        spend = spend_store.read_spend(office.database.connection, "gate", now=office.clock.now)

        assert (spend.wakeups, spend.logins, spend.bytes, spend.writes) == (0, 0, 0, 0)


async def test_an_item_and_its_receipt_commit_together(tmp_path: Path) -> None:
    """When nothing of an item could be stored, its bytes are not known as taken after a restart."""
    async with Office(tmp_path, pushing()) as office:
        office.push(jpeg(1))
        await office.settle()
        heard = read_heard(office.database.connection, "gate")
        assert heard.looked_at == office.history("picture.luma_mean")[0].taken_at
        assert len(heard.digests) == 1
        office.clock.pass_by(minutes=20)
        office.decoder.hold = asyncio.Event()  # killed while the second one is looked at
        office.push(jpeg(2))
    async with Office(tmp_path, pushing()) as again:
        assert len(read_heard(again.database.connection, "gate").digests) == 1
        assert again.push(jpeg(2)) is Answer.TAKEN


async def test_a_slow_sender_is_given_patience(tmp_path: Path) -> None:
    """For a camera that sends once a day a suspicion outlives three of its days."""
    async with Office(tmp_path, pushing(expect_every=timedelta(days=1))) as office:
        rules = office.desk.trays["gate"].settings.rules

        assert min(r.persistence.forgotten_after for r in rules) >= timedelta(days=3)


async def test_a_picture_bomb_is_invalid_and_the_next_picture_counts(tmp_path: Path) -> None:
    """In the real child a JPEG that states 65,500 x 65,500 is refused unread; a view is read."""
    bomb = bytearray(coded(view(2)))
    at = bomb.index(b"\xff\xc0")
    bomb[at + 5 : at + 9] = (65_500).to_bytes(2, "big") * 2
    decoder = Decoder()
    try:
        async with Office(tmp_path, pushing(), decode=decoder.decode) as office:
            for body in (bytes(bomb), coded(view(2))[:2000], coded(view(1))):
                assert office.push(body) is Answer.TAKEN
                await office.settle()
            luma = office.history("picture.luma_mean")

            assert luma[0].quality is Quality.INVALID
            assert luma[0].cause == Cause.DECODE_UNSUPPORTED.value
            assert luma[-1].good
    finally:
        await decoder.close()


async def test_a_fault_by_an_unproven_table_says_so(tmp_path: Path) -> None:
    """What an event told is read by a table that nothing has proven: the opened fault names it."""
    async with Office(tmp_path, pushing()) as office:
        for _ in range(4):
            office.push(json.dumps({"battery": {"charge": 3}}).encode())
            await office.settle()
            office.clock.pass_by(minutes=31)
        (opened,) = [m for m in office.told() if isinstance(m, FaultEvent)]

        assert opened.code == "battery.low"
        assert opened.profile is not None
        assert opened.profile.id == "push.canonical"
        assert not opened.profile.is_proven
        assert opened.profile.names == ("battery.charge",)


async def test_the_whole_picture_right_behind_a_cut_one_is_looked_at(tmp_path: Path) -> None:
    """A retry that arrives while the cut picture is still being decoded takes over the look."""
    async with Office(tmp_path, pushing()) as office:
        office.decoder.failure = CameraError(Cause.DECODE_FAILED, "cut")
        office.decoder.hold = asyncio.Event()
        office.push(jpeg(1))
        await until(lambda: bool(office.decoder.asked))
        office.push(jpeg(2))
        office.decoder.hold.set()
        await until(lambda: bool(office.history("picture.luma_mean")))
        office.decoder.failure = None
        await office.settle()

        assert office.decoder.asked == [jpeg(1), jpeg(2)]
