"""Account managers get submitted claims by mail, with the pack or a link to it, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import update

from collector.compose import PACK_WITHIN
from collector.intake.evidence_files import EvidenceFiles
from collector.notify.recipients import Recipient, choose
from collector.outlets.outlet import open_outlets
from collector.outlets.settings import MailSettings, NotifySettings
from collector.postman import GIVEN_UP_AFTER, Postman
from collector.store import cases, packs, recipients, tables
from collector.store.packs import PackRow
from collector.store.scope import Role, scope_of
from collector.tell import tell
from shared.backoff import Backoff
from tests.collector.house import NOON, House, device, fault, frame_of, with_policy
from tests.collector.notify.far_ends import Mailbox, mail_server
from tests.collector.notify.test_claim_entries import open_claim
from tests.collector.notify.test_postman import running, states, until

DAY_S = 86400.0
PACK = b"PK\x03\x04 a pack " * 100


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def named(
    house: House, maker: str = "Maker", buyer: str = "", email: str = "wang@example.com"
) -> None:
    """Somebody at the maker, for claims of everybody under the factory."""
    one = Recipient(
        id=0, organisation_id="factory", maker=maker, buyer=buyer, name="Wang Fang", email=email,
        language="zh",
    )  # fmt: skip
    with house.engine.begin() as db:
        recipients.keep(db, one, by="admin", now=house.now)


def submit(house: House, serial: str = "SC1") -> int:
    """A claim as its submission leaves it."""
    line = open_claim(house, serial=serial)
    with house.engine.begin() as db:
        cases.append_event(
            db, line_id=line, organisation_id="north", actor="li", role="integrator",
            type_="moved", payload={"from": "ready", "to": "submitted"}, now=house.now,
        )  # fmt: skip
    return line


def pack(house: House, directory: Path, line: int, content: bytes = PACK) -> None:
    """Its pack, as the sharer keeps it."""
    sha256 = hashlib.sha256(content).hexdigest()
    files = EvidenceFiles(directory)
    files.write(sha256=sha256, offset=0, content=content)
    files.finish(sha256=sha256, size=len(content))
    row = PackRow(version=1, sha256=sha256, size=len(content), basis="b", made_at=house.now)
    with house.engine.begin() as db:
        packs.add(db, row, line_id=line, organisation_id="north")


def look(house: House, mail: MailSettings) -> int:
    """One look of the jobs loop; how many letters it made."""
    with house.engine.begin() as db:
        return tell(db, notify=NotifySettings(mail=mail), now=house.now)


def postman(house: House, mail: MailSettings, directory: Path) -> Postman:
    """Delivers at the house's time."""
    return Postman(
        house.engine, NotifySettings(mail=mail), base_url="https://pc.example",
        packs_dir=directory, clock=lambda: house.now, jitter=lambda: 0.0, poll_s=0.02,
    )  # fmt: skip


async def deliver(house: House, mail: MailSettings, directory: Path) -> None:
    """One try."""
    (outlet,) = open_outlets(NotifySettings(mail=mail), clock=lambda: house.now)
    await postman(house, mail, directory).deliver_one(outlet, Backoff(jitter=lambda: 0.0))
    outlet.close()


async def test_a_submitted_claim_is_mailed_with_its_pack_once(house: House, tmp_path: Path) -> None:
    """It waits for the pack, brings exactly its bytes, and is not sent for a second look."""
    named(house)
    named(house, maker="Another", email="other@example.com")
    box = Mailbox()
    with mail_server(box) as mail:
        line = submit(house)
        assert [look(house, mail), look(house, mail)] == [1, 0]
        await deliver(house, mail, tmp_path)
        assert box.taken == []
        pack(house, tmp_path, line)
        house.pass_time(10)
        await deliver(house, mail, tmp_path)
        await deliver(house, mail, tmp_path)

    (got,) = box.taken
    (attached,) = got.iter_attachments()
    body = got.get_body()
    assert body is not None
    assert got["To"] == "wang@example.com"
    assert attached.get_filename() == f"PC-2026-000001-{line}.zip"
    assert attached.get_content() == PACK
    assert hashlib.sha256(PACK).hexdigest() in body.get_content()
    assert "序列号：SC1" in body.get_content()
    assert "由设备代理签名" not in body.get_content(), "no agent saw it: a person reported it"
    assert states(house) == [("sent", "")]


def test_who_submits_is_named_where_no_list_names_a_buyer(house: House) -> None:
    """A claim of a unit that the registry does not know comes from its organisation."""
    line = submit(house)
    with house.engine.begin() as db:
        db.execute(tables.claim_case.update().values(buyer=""))
        told = recipients.submitted(db, line)
    assert told is not None
    assert told.buyer == "North"


class SmallBox(Mailbox):
    """Takes no message of more than 20 kB, and says so only when it has come."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """552 as RFC 1870 has it."""
        if len(envelope.content or b"") > 20_000:
            return "552 5.3.4 too large"
        return await super().handle_DATA(server, session, envelope)


async def test_a_large_pack_is_linked(house: House, tmp_path: Path) -> None:
    """Beyond our own limit, and beyond what the far end turns out to take; the claim arrives."""
    named(house)
    box = SmallBox()
    with mail_server(box) as mail:
        for serial, settings, content in (
            ("SC1", replace(mail, pack_mib=0.001), PACK),
            ("SC2", mail, PACK * 20),
        ):
            line = submit(house, serial)
            pack(house, tmp_path, line, content)
            look(house, settings)
            await deliver(house, settings, tmp_path)

    assert [list(got.iter_attachments()) for got in box.taken] == [[], []]
    assert f"https://pc.example/preclaims/{line}/pack" in box.taken[1].get_content()
    assert states(house) == [("sent", "")] * 2


async def test_a_claim_goes_without_a_pack_that_cannot_be_made(
    house: House, tmp_path: Path
) -> None:
    """After an hour: a missing font must not keep the claim from the factory."""
    named(house)
    box = Mailbox()
    with mail_server(box) as mail:
        submit(house)
        look(house, mail)
        house.now += PACK_WITHIN
        await deliver(house, mail, tmp_path)

    (got,) = box.taken
    assert "索赔包尚未生成" in got.get_content()


async def test_who_was_taken_off_gets_nothing(house: House, tmp_path: Path) -> None:
    """Also what was on its way."""
    named(house)
    box = Mailbox()
    with mail_server(box) as mail:
        submit(house)
        look(house, mail)
        with house.engine.begin() as db:
            scope = scope_of(db, organisation_id="factory", role=Role.ADMIN)
            (one,) = recipients.every(db, scope)
            assert recipients.remove(db, scope, one.id) == one
        await deliver(house, mail, tmp_path)

    assert states(house) == [("refused", "the recipient is here no more")]
    assert box.taken == []


async def test_no_letter_expires_while_the_collector_is_off(house: House, tmp_path: Path) -> None:
    """Off for a week with a letter that could not be delivered: it is tried again, not given up,
    and goes out when the far end is back."""
    named(house)
    box = Mailbox(says=lambda address: "451 4.3.0 later")
    with mail_server(box) as mail:
        line = submit(house)
        pack(house, tmp_path, line)
        look(house, mail)
        async with running(postman(house, mail, tmp_path)):
            await until(lambda: states(house) == [("waiting", "451: 4.3.0 later")])
        house.now += timedelta(days=7)
        async with running(postman(house, mail, tmp_path)):
            await until(lambda: int(str(house.rows(tables.letter)[0]["attempts"])) == 2)
            assert states(house) == [("waiting", "451: 4.3.0 later")]
        house.now += GIVEN_UP_AFTER - timedelta(hours=1)
        box.says = lambda address: "250 OK"
        await deliver(house, mail, tmp_path)

    assert len(box.taken) == 1


def test_who_is_named_most_closely_gets_the_claim() -> None:
    """For maker and buyer, then the maker, then the buyer, then all; each address once."""

    def one(number: int, maker: str, buyer: str, email: str = "") -> Recipient:
        return Recipient(
            id=number, organisation_id="factory", maker=maker, buyer=buyer, name="n",
            email=email or f"{number}@x", language="en",
        )  # fmt: skip

    known = (
        one(1, "", ""),
        one(2, "", "B"),
        one(3, "m", ""),
        one(4, "M", "b "),
        one(5, "M", "B", "4@X"),
        one(6, "M", "B"),
        one(7, "N", "B"),
    )
    for maker, buyer, want in (
        ("M", "B", [4, 6]),
        ("M", "C", [3]),
        ("", "B", [2]),
        ("P", "Q", [1]),
    ):
        assert [r.id for r in choose(known, maker=maker, buyer=buyer)] == want
    assert choose(known[1:], maker="P", buyer="Q") == ()


def test_a_claim_that_the_machine_opened_names_its_maker(tmp_path: Path) -> None:
    """The maker and buyer of the registry, also where a list brought them after the opening."""
    heard = with_policy(default_promise_s=DAY_S, max_promise_s=DAY_S, site_loss_wait=False)
    house = House(tmp_path, heard)
    house.register("SC24010001", delivered_on=(NOON - timedelta(days=30)).date())
    with house.engine.begin() as db:
        db.execute(update(tables.unit).values(maker="Maker"))
    for seq, (name, serial) in enumerate((("gate", "SC24010001"), ("yard", "SC24010002")), start=1):
        house.take(frame_of(fault(of=device(name, label_serial=serial)), seq=seq))
    for _ in range(3):
        house.pass_time(20)
        house.tick()
    makers = [row["maker"] for row in house.rows(tables.claim_case)]
    assert makers == ["Maker", ""]

    house.register("SC24010002", delivered_on=None)
    with house.engine.begin() as db:
        db.execute(update(tables.unit).values(maker="Maker"))
        assert [recipients.parties(db, line) for line in (1, 2)] == [("Maker", "North")] * 2
    house.engine.dispose()
