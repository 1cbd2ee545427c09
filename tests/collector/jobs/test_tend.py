"""Lines that nobody has submitted: ready, cleared by themselves, or frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.review import move_line
from collector.store import tables
from shared import signing, wire
from shared.catalogue import CATALOGUE
from shared.evidence import EvidenceItem, EvidenceKind, Manifest, SignedManifest
from shared.fault import FaultKind
from tests.collector.house import (
    AGENT_KEY,
    NOON,
    House,
    chunks,
    device,
    fault,
    frame_of,
    health,
)
from tests.collector.jobs.test_identity import alive_twice
from tests.collector.jobs.test_jobs import decide_all

CODE = "battery.not_charging"
# The policy wants a picture with every claim, also where the fault itself needs none.
FILES = (*CATALOGUE[CODE].needs, EvidenceKind.PICTURE)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds and the device in its registry."""
    made = House(tmp_path)
    made.register("SC24010001", delivered_on=date(2025, 1, 1))
    yield made
    made.engine.dispose()


def content_of(kind: EvidenceKind) -> bytes:
    """A file that is its kind's name."""
    return kind.value.encode()


def whole_manifest() -> SignedManifest:
    """Names one file of every kind that the catalogue wants for the fault."""
    items = tuple(
        EvidenceItem(
            sha256=hashlib.sha256(content_of(kind)).hexdigest(),
            size=len(content_of(kind)),
            kind=kind,
            media_type="text/plain",
            name=kind.value,
            taken_at=NOON,
        )
        for kind in FILES
    )
    body = wire.encode(
        Manifest(
            agent_id="agent-farm",
            device_id="gate",
            label_serial="SC24010001",
            code=CODE,
            episode=None,
            made_at=NOON,
            agent_version="0.1.0",
            profile="generic",
            items=items,
        )
    )
    return SignedManifest(
        body,
        signing.sign(AGENT_KEY, signing.MANIFEST, body),
        signing.key_id(AGENT_KEY.public_key()),
    )


def state_of(house: House) -> object:
    """Where the only line stands."""
    (line,) = house.rows(tables.claim_line)
    return line["state"]


def test_a_draft_is_ready_when_its_last_file_is_here(house: House) -> None:
    """All files but one leave it a draft; the last one makes it ready, and the history says who."""
    house.take(frame_of(fault(manifest=whole_manifest()), seq=1))
    decide_all(house)
    kinds = FILES
    for seq, kind in enumerate(kinds, start=10):
        assert state_of(house) == "draft"
        content = content_of(kind)
        house.take(*(frame_of(chunk, seq=seq) for chunk in chunks(content, size=1000)))
        house.pass_time(11)
        house.tick()

    assert kinds
    assert state_of(house) == "ready"
    assert [row["type"] for row in house.rows(tables.claim_event)][-1] == "moved"
    assert house.rows(tables.claim_event)[-1]["actor"] == "collector"


def test_an_unknown_warranty_keeps_a_whole_file_a_draft(tmp_path: Path) -> None:
    """Without a delivery date nothing becomes ready by itself."""
    house = House(tmp_path)
    house.take(frame_of(fault(manifest=whole_manifest()), seq=1))
    for seq, kind in enumerate(FILES, start=10):
        house.take(*(frame_of(chunk, seq=seq) for chunk in chunks(content_of(kind), size=1000)))
    decide_all(house)

    assert state_of(house) == "draft"
    house.engine.dispose()


def test_a_fault_gone_for_twice_its_hold_clears_the_draft(house: House) -> None:
    """The line ends as cleared by itself, not before, and a new fault opens a new line."""
    house.take(frame_of(fault(), seq=1))
    decide_all(house)
    house.take(
        frame_of(fault(kind=FaultKind.CLEARED, episode=1), seq=2),
        frame_of(health(device(label_serial="SC24010001")), seq=9002),
    )
    house.tick()
    assert state_of(house) == "draft"

    house.pass_time(11)
    house.take(frame_of(health(device(label_serial="SC24010001")), seq=9003))
    house.tick()
    assert state_of(house) == "auto_cleared"

    house.take(frame_of(fault(), seq=3))
    house.pass_time(3)
    house.take(frame_of(health(), seq=9004))
    house.tick()
    assert house.count(tables.claim_line) == 2


def test_silence_is_no_recovery(house: House) -> None:
    """A cleared fault of a device that is unknown since leaves the draft open."""
    house.take(frame_of(fault(), seq=1))
    decide_all(house)
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=1), seq=2))
    house.pass_time(3600)
    house.tick()

    assert state_of(house) == "draft"


def test_a_line_whose_serial_turns_up_twice_is_frozen(house: House) -> None:
    """The verdict changes, the history says why, and submitting it needs a reason."""
    house.take(frame_of(fault(), seq=1000))
    decide_all(house)
    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "in"

    with house.engine.begin() as db:
        db.execute(tables.agent.update().values(health_seq=None, health_epoch=None))
        db.execute(tables.unit.delete())
    alive_twice(house)
    house.pass_time(11)
    house.tick()

    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "duplicate_serial"
    assert house.rows(tables.claim_event)[-1]["type"] == "warranty_changed"
    with house.engine.begin() as db:
        db.execute(tables.claim_line.update().values(state="ready"))

        def submit(reason: str) -> None:
            move_line(
                db,
                line_id=1,
                target=LineState.SUBMITTED,
                actor="ann",
                role=Actor.INTEGRATOR,
                reason=reason,
                now=house.now,
            )

        with pytest.raises(IllegalMoveError, match="duplicate_serial"):
            submit("")
        submit("the label at the other site was read wrongly")


def test_a_list_imported_later_settles_an_unknown_warranty(tmp_path: Path) -> None:
    """A draft of an unknown serial is judged again, at its onset, when the registry knows it."""
    house = House(tmp_path)
    house.take(frame_of(fault(), seq=1))
    decide_all(house)
    assert house.rows(tables.claim_line)[0]["warranty_verdict"] == "unknown_serial"

    house.register("SC24010001", delivered_on=date(2025, 1, 1))
    house.pass_time(20)
    house.tick()

    (line,) = house.rows(tables.claim_line)
    assert (line["warranty_verdict"], line["warranty_until"]) == ("in", date(2027, 1, 1))
    house.pass_time(20)
    house.tick()
    kinds = [row["type"] for row in house.rows(tables.claim_event)]
    assert kinds.count("warranty_changed") == 1
    house.engine.dispose()
