"""Two collectors joined by a file: an integrator's claim arrives at the factory's, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from collector import keep_brought
from collector.claims.brought import recognise
from collector.claims.chain import first_break
from collector.claims.lifecycle import Actor, LineState
from collector.pack import archive
from collector.pack.check import PackError
from collector.pack.seal import fingerprint
from collector.receive_pack import Dock, Received, Taken, receive
from collector.settings import PartnerEntry
from collector.store import cases, tables
from tests.collector.house import NOON, House
from tests.collector.pack import needs
from tests.collector.pack.seed import (
    PACK_KEY,
    PICTURE,
    REFERENCE,
    SERIAL,
    TRANSCRIPT,
    draw_yard,
    open_line,
)
from tests.collector.pack.tamper import STRANGER, sealed
from tests.collector.pack.test_share import give, move

pytestmark = needs.FONT
PARTNER = PartnerEntry(
    name="south-collector",
    fingerprint=fingerprint(PACK_KEY.public_key()),
    organisation_id="south",
)


@dataclass
class Ends:
    """The integrator's collector and the factory's."""

    sender: House
    factory: House

    def take(self, content: bytes, partner: PartnerEntry = PARTNER) -> Received:
        """The factory takes a pack at its own time."""
        folder = self.factory.path.parent
        dock = Dock(
            evidence_dir=folder / "evidence",
            packs_dir=folder / "packs",
            policy=self.factory.policy,
        )
        return receive(self.factory.engine, content, partner, dock=dock, now=self.factory.now)

    def line(self) -> dict[str, object]:
        """The only line of the factory."""
        (row,) = self.factory.rows(tables.claim_line)
        return row


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    """A submitted claim at the sender; the factory knows the serial by its own registry."""
    for name in ("sender", "factory"):
        (tmp_path / name).mkdir()
    made = Ends(House(tmp_path / "sender"), House(tmp_path / "factory"))
    open_line(made.sender, files=(REFERENCE, PICTURE, TRANSCRIPT))
    move(made.sender, LineState.SUBMITTED, Actor.INTEGRATOR)
    made.factory.register(SERIAL, delivered_on=date(2024, 3, 10))
    made.factory.now = NOON + timedelta(days=12)  # two years are over by then, at the onset not
    yield made
    made.sender.engine.dispose()
    made.factory.engine.dispose()


def test_a_submitted_claim_is_a_claim_at_the_factory(ends: Ends) -> None:
    """Its fault, files and history are there; the warranty is the factory's own word: seen
    inside, as the agent signed for, and submitted here after the last day, is grey and not out."""
    received = ends.take(give(ends.sender).content)
    assert received.how is Taken.OPENED
    line = ends.line()
    assert (line["via"], line["label_serial"], line["organisation_id"]) == ("pack", SERIAL, "south")
    assert (line["warranty_verdict"], line["warranty_until"]) == (
        "grey_observed_in", date(2026, 3, 10),
    )  # fmt: skip
    (report,) = ends.factory.rows(tables.claim_report)
    assert (report["code"], report["via"], report["reporter"]) == (
        "ircut.stuck_open", "pack", "south-collector",
    )  # fmt: skip
    kept = {row["sha256"] for row in ends.factory.rows(tables.claim_file)}
    folder = ends.factory.path.parent / "evidence"
    assert len(kept) == 3
    assert PICTURE.content in [(folder / str(n)[:2] / str(n)).read_bytes() for n in kept]
    with ends.factory.engine.begin() as db:
        assert first_break(cases.chain_of(db, received.line_id)) is None
    assert received.held_by is None
    assert line["state"] == "submitted"


def test_twice_changes_nothing(ends: Ends) -> None:
    """The same pack again, or an older one after a newer, leaves the store as it was."""
    first = give(ends.sender).content
    ends.take(first)
    before = ends.factory.everything()
    assert ends.take(first).how is Taken.KNOWN
    assert ends.factory.everything() == before
    ends.sender.pass_time(60)
    move(ends.sender, LineState.IN_REVIEW, Actor.ENGINEER)
    newer = give(ends.sender).content
    assert ends.take(newer).how is Taken.RENEWED
    after = ends.factory.everything()
    assert len(after["claim_line"]) == 1
    assert len(after["claim_file"]) == 3
    assert ends.take(first).how is Taken.KNOWN
    assert ends.factory.everything() == after


def test_an_open_line_of_the_serial_takes_it(ends: Ends) -> None:
    """Two senders of one device make one line, as two reports of it do."""
    content = give(ends.sender).content
    ends.take(content)
    files = dict(archive.read(content))
    told = json.loads(files["claim.json"])
    told["made_by"]["fingerprint"] = fingerprint(STRANGER.public_key())
    files["claim.json"] = json.dumps(told).encode()
    second = replace(PARTNER, name="second", fingerprint=fingerprint(STRANGER.public_key()))
    received = ends.take(sealed(files, STRANGER), second)
    assert received.how is Taken.ATTACHED
    assert len(ends.factory.rows(tables.claim_line)) == 1


@pytest.mark.parametrize("how", ["key", "serial", "byte", "draft"])
def test_what_is_refused_leaves_nothing(ends: Ends, how: str) -> None:
    """A stranger's key, another serial, a changed byte, a claim that was never submitted."""
    content = give(ends.sender).content
    files = dict(archive.read(content))
    told = json.loads(files["claim.json"])
    match how:
        case "key":
            told["made_by"]["fingerprint"] = fingerprint(STRANGER.public_key())
            files["claim.json"] = json.dumps(told).encode()
            content, wrong = sealed(files, STRANGER), "strange_key"
        case "serial":
            told["unit"]["serial"] = "SC24010009"
            files["claim.json"] = json.dumps(told).encode()
            content, wrong = sealed(files, PACK_KEY), "other_serial"
        case "byte":
            files["log.jsonl"] = files["log.jsonl"][:-2] + b" \n"
            content, wrong = archive.write(files), "changed"
        case _:
            told["submitted_at"] = None
            files["claim.json"] = json.dumps(told).encode()
            content, wrong = sealed(files, PACK_KEY), "not_submitted"
    with pytest.raises(PackError, match=wrong):
        ends.take(content)
    assert not ends.factory.rows(tables.claim_line)
    assert not ends.factory.rows(tables.claim_file)
    assert not (ends.factory.path.parent / "packs").exists()


def test_a_line_that_came_before_keeps_its_serial(ends: Ends) -> None:
    """A partner cannot send another device under the number of one that came before."""
    content = give(ends.sender).content
    ends.take(content)
    files = {
        name: body
        for name, body in archive.read(content).items()
        if not name.startswith(("agent/", "evidence/"))
    }
    told = json.loads(files["claim.json"])
    told["unit"]["serial"] = "SC24010009"
    told.update(statements=[], files=[], as_of="2027-01-01T00:00:00Z")
    files["claim.json"] = json.dumps(told).encode()
    before = ends.factory.everything()
    with pytest.raises(PackError, match="other_serial"):
        ends.take(sealed(files, PACK_KEY))
    assert ends.factory.everything() == before


def test_out_of_warranty_it_waits_for_a_person(ends: Ends) -> None:
    """What our own guards do not let be submitted stays, with the reason in both languages."""
    with ends.factory.engine.begin() as db:
        db.execute(tables.unit.update().values(delivered_on=date(2020, 1, 1)))
    received = ends.take(give(ends.sender).content)
    line = ends.line()
    assert line["warranty_verdict"] == "out"
    assert received.held_by is None or received.held_by.zh
    assert line["state"] in ("draft", "ready", "submitted")


def test_more_evidence_comes_with_a_later_pack(ends: Ends) -> None:
    """A photo that was brought later joins the line that is there."""
    ends.take(give(ends.sender).content)
    ends.sender.pass_time(600)
    photo = recognise(draw_yard(magenta=True, width=800), name="later.jpg")
    keep_brought.put(ends.sender.path.parent / "evidence", (photo,))
    with ends.sender.engine.begin() as db:
        keep_brought.note(
            db,
            (photo,),
            line_id=1,
            actor="li",
            role="integrator",
            words="",
            now=ends.sender.now,
        )
    assert ends.take(give(ends.sender).content).how is Taken.RENEWED
    assert len(ends.factory.rows(tables.claim_file)) == 4
