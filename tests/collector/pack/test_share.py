"""A submitted claim is one file that is named in its log, and given again while nothing changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, LineState
from collector.intake.evidence_files import EvidenceFiles
from collector.pack.check import open_pack
from collector.pack.room import MadePack, PackRoom
from collector.pack.seal import sha256_of
from collector.pack.share import Sharer, is_submitted, share
from collector.review import move_line
from collector.settings import DEFAULT_FONT
from collector.share_packs import PackSharer
from collector.store import cases, stories, tables
from tests.collector.house import House
from tests.collector.pack import needs
from tests.collector.pack.seed import (
    PACK_KEY,
    PICTURE,
    REFERENCE,
    TRANSCRIPT,
    desk_of,
    open_line,
    take_weeks,
)

pytestmark = needs.FONT
ENGINEER = Sharer(actor="wang", role="factory_engineer")


@pytest.fixture
def submitted(house: House) -> Iterator[House]:
    """A collector with a claim that its integrator has submitted."""
    open_line(house, files=(REFERENCE, PICTURE, TRANSCRIPT))
    move(house, LineState.SUBMITTED, Actor.INTEGRATOR)
    return house


def move(house: House, target: LineState, role: Actor) -> None:
    """Move the line as people do; what lacks something is called ready with the reason."""
    with house.engine.begin() as db:
        is_draft = stories.story_of(db, 1).state is LineState.DRAFT
        for step in (LineState.READY, target) if is_draft else (target,):
            move_line(
                db, line_id=1, target=step, actor="li", role=role, reason="as told", now=house.now
            )


def room_of(house: House) -> PackRoom:
    """Where this house makes and keeps its packs."""
    return PackRoom(
        desk=desk_of(house),
        key=PACK_KEY,
        font=DEFAULT_FONT,
        directory=house.path.parent / "packs",
    )


def give(house: House, by: Sharer = ENGINEER) -> MadePack:
    """The pack as somebody gets it."""
    made = share(house.engine, room_of(house), 1, organisation_id="north", by=by, now=house.now)
    assert made is not None
    return made


def told(house: House) -> list[tuple[str, str, int]]:
    """Who got which version, by the log."""
    return [
        (str(row["actor"]), said["sha256"], said["version"])
        for row in house.rows(tables.claim_event)
        if row["type"] == "shared"
        for said in [json.loads(str(row["payload_json"]))]
    ]


def test_frozen_with_the_submission(submitted: House) -> None:
    """The loop makes it once; its SHA-256 stands in the log, whose chain goes on; whoever asks
    later gets that very file, also when more readings have come meanwhile."""
    sharer = PackSharer(submitted.engine, room_of(submitted), clock=lambda: submitted.now)
    assert [sharer.turn(), sharer.turn()] == [1, 0]
    ((actor, sha256, version),) = told(submitted)
    assert (actor, version) == ("collector", 1)
    take_weeks(submitted)
    made = give(submitted)
    assert sha256_of(made.content) == sha256
    assert len(told(submitted)) == 1
    pack = open_pack(made.content)
    assert pack.claim.state == "submitted"
    assert pack.claim.submitted_at is not None
    with submitted.engine.begin() as db:
        assert stories.story_of(db, 1).shared_sha256 == sha256
        assert first_break(cases.chain_of(db, 1)) is None


def test_a_later_state_is_a_new_version(submitted: House) -> None:
    """What changed makes another file beside the first, told with who got it."""
    first = give(submitted)
    move(submitted, LineState.IN_REVIEW, Actor.ENGINEER)
    second = give(submitted)
    assert second.content != first.content
    assert give(submitted).content == second.content
    assert [(actor, version) for actor, _, version in told(submitted)] == [("wang", 1), ("wang", 2)]
    files = EvidenceFiles(submitted.path.parent / "packs")
    assert all(files.path_of(sha256).is_file() for _, sha256, _ in told(submitted))
    open_pack(second.content)


def test_a_kept_file_that_was_damaged_is_not_given(submitted: House) -> None:
    """Its bytes are compared with the log: a changed file is made anew and told as another."""
    first = give(submitted)
    path = EvidenceFiles(submitted.path.parent / "packs").path_of(sha256_of(first.content))
    path.write_bytes(first.content[:-1] + b"x")
    again = give(submitted)
    open_pack(again.content)
    assert [version for _, _, version in told(submitted)] == [1, 2]


def test_nothing_is_kept_of_a_draft(house: House, tmp_path: Path) -> None:
    """Before the submission nothing leaves, so nothing is told or frozen."""
    open_line(house, files=(REFERENCE, PICTURE, TRANSCRIPT))
    assert not is_submitted(house.engine, 1)
    sharer = PackSharer(house.engine, room_of(house), clock=lambda: house.now)
    assert sharer.turn() == 0
    assert not (tmp_path / "packs").exists()


def test_one_that_cannot_be_drawn_holds_up_no_other(
    submitted: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect with one claim is told in the log of the process, and its line is passed over."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(PackRoom, "write", fail)
    sharer = PackSharer(submitted.engine, room_of(submitted), clock=lambda: submitted.now)
    assert [sharer.turn(), sharer.turn()] == [1, 0]
    assert "no pack could be made of line 1" in caplog.text
