"""Lines that nobody has submitted: ready, cleared by themselves, or frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.claims.read_policy import parse_policy
from collector.review import move_line
from collector.store import tables
from shared import signing, wire
from shared.catalogue import CATALOGUE
from shared.evidence import FILTER_TEST, EvidenceItem, EvidenceKind, Manifest, SignedManifest
from shared.fault import FaultKind
from tests.collector.house import (
    AGENT_KEY,
    NOON,
    SOON,
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
TEST_LOG = b"commanded twice"
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
    """Names one file of every kind that the catalogue wants for the fault, and a test's log."""
    named = [(kind, kind.value, content_of(kind)) for kind in FILES]
    items = tuple(
        EvidenceItem(
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            kind=kind,
            media_type="text/plain",
            name=name,
            taken_at=NOON,
        )
        for kind, name, content in (*named, (EvidenceKind.READINGS, FILTER_TEST, TEST_LOG))
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


def submit(house: House, *, reason: str = "") -> None:
    """An integrator submits line 1, whatever is missing of it."""
    with house.engine.begin() as db:
        move_line(
            db,
            line_id=1,
            target=LineState.SUBMITTED,
            actor="ann",
            role=Actor.INTEGRATOR,
            reason=reason,
            now=house.now,
        )


def make_ready(house: House) -> None:
    """The line has what it needs."""
    with house.engine.begin() as db:
        db.execute(tables.claim_line.update().values(state="ready"))


def tick_twice(house: House) -> None:
    """What a tick changes, the next one draws its conclusions from."""
    for _ in range(2):
        house.pass_time(11)
        house.tick()


def test_a_line_whose_serial_turns_up_twice_is_frozen(house: House) -> None:
    """The verdict changes, the history says why, and nobody submits it until one is corrected."""
    house.take(frame_of(fault(), seq=1000))
    decide_all(house)
    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "in"

    with house.engine.begin() as db:
        db.execute(tables.agent.update().values(health_seq=None, health_epoch=None))
        db.execute(tables.unit.delete())
    alive_twice(house)
    tick_twice(house)
    (line,) = house.rows(tables.claim_line)
    assert (line["warranty_verdict"], line["frozen_by"]) == ("duplicate_serial",) * 2
    assert [row["type"] for row in house.rows(tables.claim_event)][-2:] == [
        "warranty_changed", "frozen",
    ]  # fmt: skip
    make_ready(house)
    with pytest.raises(IllegalMoveError, match="frozen"):
        submit(house, reason="the label at the other site was read wrongly")

    with house.engine.begin() as db:
        other = tables.position.update().where(tables.position.c.agent_id == "agent-shop")
        db.execute(other.values(label_serial="SC24010009"))
    tick_twice(house)
    (line,) = house.rows(tables.claim_line)
    assert (line["warranty_verdict"], line["frozen_by"]) == ("in", "")
    assert house.rows(tables.claim_event)[-1]["type"] == "thawed"


def test_a_draft_with_gaps_is_called_ready_only_with_a_word(house: House) -> None:
    """What is missing is named to whoever calls it ready; with the reason it goes on."""
    house.take(frame_of(fault(), seq=1))
    decide_all(house)

    def call_ready(reason: str) -> None:
        with house.engine.begin() as db:
            move_line(
                db, line_id=1, target=LineState.READY, actor="ann", role=Actor.INTEGRATOR,
                reason=reason, now=house.now,
            )  # fmt: skip

    with pytest.raises(IllegalMoveError, match="picture or clip"):
        call_ready("")
    assert state_of(house) == "draft"
    call_ready("the camera is at the bottom of a lake, no picture will come")
    assert state_of(house) == "ready"


def test_what_the_registry_says_later_counts_until_the_claim_is_submitted(house: House) -> None:
    """A unit that is blocked after the draft was opened is judged again; a plain one is not."""
    house.take(frame_of(fault(), seq=1))
    decide_all(house)
    tick_twice(house)
    assert [row["type"] for row in house.rows(tables.claim_event)].count("warranty_changed") == 0

    with house.engine.begin() as db:
        db.execute(tables.unit.update().values(blocked="stolen", imported_at=house.now))
    tick_twice(house)
    (line,) = house.rows(tables.claim_line)
    assert line["warranty_verdict"] == "stolen/blocked"
    assert "stolen" in str(line["warranty_reason_en"])


def test_a_claim_submitted_after_its_last_day_tells_both_days(house: House) -> None:
    """Seen inside and submitted after the end is grey: it is not out, and not simply in."""
    house.take(frame_of(fault(), seq=1))
    decide_all(house)
    make_ready(house)
    house.pass_time(400 * 86_400)
    submit(house)

    (line,) = house.rows(tables.claim_line)
    assert (line["warranty_verdict"], line["warranty_until"]) == (
        "grey_observed_in", date(2027, 1, 1),
    )  # fmt: skip
    assert "2027-04-" in str(line["warranty_reason_en"])


@pytest.mark.parametrize(("days", "repeats"), [(89, True), (91, False)])
def test_the_same_fault_soon_after_it_was_resolved_is_a_repeat(
    house: House, days: int, repeats: bool
) -> None:
    """Within 90 days of the resolution the new line says which one it repeats; later it is new."""
    house.take(frame_of(fault(), seq=1))
    decide_all(house)
    with house.engine.begin() as db:
        done = {"state": "closed", "closed_at": house.now}
        db.execute(tables.claim_line.update().values(done))
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=1), seq=2))
    house.pass_time(days * 86_400)
    house.take(frame_of(fault(), seq=3), frame_of(health(at=house.now), seq=9005))
    house.pass_time(3)
    house.take(frame_of(health(at=house.now), seq=9006))
    house.tick()

    _, again = house.rows(tables.claim_line)
    assert again["repeat_of"] == (1 if repeats else None)


def test_the_policy_says_otherwise_for_single_codes(tmp_path: Path) -> None:
    """A factory that answers for no batteries gets none claimed; the rest of its table holds."""
    policy = replace(
        SOON, opening=parse_policy('[opening.outcomes]\n"battery.not_charging" = "never"\n').opening
    )
    house = House(tmp_path, policy)
    house.take(frame_of(fault(), seq=1))
    decide_all(house)

    assert house.count(tables.claim_line) == 0
    (decided,) = house.rows(tables.decision)
    assert decided["outcome"] == "not_applicable"
    house.engine.dispose()


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
