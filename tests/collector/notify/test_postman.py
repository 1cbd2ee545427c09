"""From rows to real far ends: delivered once, tried again, refused for good, never in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from collector.outlets.outlet import open_outlets
from collector.outlets.settings import HookKind, NotifySettings
from collector.postman import GIVEN_UP_AFTER, Postman
from collector.store import letters, tables
from collector.tell import tell
from shared.backoff import Backoff
from tests.collector.house import House
from tests.collector.jobs.test_tell import FITTER, add_people, begin_incident, want
from tests.collector.notify.far_ends import Mailbox, Receiver, dumb_server, mail_server


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with the people of the other tests."""
    made = House(tmp_path)
    add_people(made)
    yield made
    made.engine.dispose()


def happen(house: House, notify: NotifySettings) -> None:
    """A site is lost, and it is told as the jobs loop does."""
    with house.engine.begin() as db:
        begin_incident(db, site="farm", cause="site.silent", now=house.now)
        tell(db, notify=notify, now=house.now)


def postman(house: House, notify: NotifySettings) -> Postman:
    """Delivers at the house's time."""
    return Postman(
        house.engine,
        notify,
        base_url="https://pc.example",
        clock=lambda: house.now,
        jitter=lambda: 0.0,
        poll_s=0.02,
        pace_s=0.0,
    )


async def deliver(house: House, notify: NotifySettings, *, times: int = 1) -> None:
    """So many tries by each channel."""
    for outlet in open_outlets(notify, clock=lambda: house.now):
        for _ in range(times):
            backoff = Backoff(jitter=lambda: 0.0)
            await postman(house, notify).deliver_one(outlet, backoff)
        outlet.close()


def states(house: House) -> list[tuple[object, object]]:
    """``(state, why)`` of every letter."""
    return [(row["state"], row["why"]) for row in house.rows(tables.letter)]


@asynccontextmanager
async def running(made: Postman) -> AsyncIterator[None]:
    """The loops of ``serve``."""
    stop = asyncio.Event()
    task = asyncio.create_task(made.run(stop))
    yield
    stop.set()
    await task


async def until(check: Callable[[], object]) -> None:
    """Wait for something that other loops bring about."""
    async with asyncio.timeout(30):
        while not check():  # noqa: ASYNC110  a row of the store is no event
            await asyncio.sleep(0.02)


async def test_a_restart_neither_loses_nor_doubles(house: House) -> None:
    """Two collectors' lives over one store: one mail for one incident, in the person's language."""
    want(house, FITTER, zone="Asia/Shanghai")
    box = Mailbox()
    with mail_server(box) as settings:
        notify = NotifySettings(mail=settings)
        happen(house, notify)
        for _ in range(2):
            async with running(postman(house, notify)):
                await until(lambda: states(house) == [("sent", "")])
            with house.engine.begin() as db:
                tell(db, notify=notify, now=house.now)

    (mail,) = box.taken
    assert mail["To"] == "fitter@example.com"
    assert "https://pc.example/incidents/1" in mail.get_content().splitlines()
    assert "Asia/Shanghai" in mail.get_content()


async def test_a_server_that_is_down_gets_it_later(house: House) -> None:
    """What could not be delivered stays, with why, and goes out when the server is back."""
    box = Mailbox(says=lambda address: "450 4.2.0 come back later")
    with mail_server(box) as settings:
        notify = NotifySettings(mail=settings)
        happen(house, notify)
        await deliver(house, notify)
        assert states(house) == [("waiting", "450: 4.2.0 come back later")]
        await deliver(house, notify)  # not before its time
        assert [row["attempts"] for row in house.rows(tables.letter)] == [1]
        box.says = lambda address: "250 OK"
        house.pass_time(60)
        await deliver(house, notify)

    assert states(house) == [("sent", "")]
    assert len(box.taken) == 1


async def test_a_mailbox_that_does_not_exist_is_refused_for_good(house: House) -> None:
    """550 ends it at once; the reason stays for the administrator."""
    with mail_server(Mailbox(says=lambda address: "550 5.1.1 unknown")) as settings:
        notify = NotifySettings(mail=settings)
        happen(house, notify)
        await deliver(house, notify, times=3)

    assert states(house) == [("refused", "550: 5.1.1 unknown")]
    assert house.rows(tables.letter)[0]["attempts"] == 1


async def test_trying_has_an_end(house: House) -> None:
    """After two days a letter is given up, and says why."""
    with mail_server(Mailbox(says=lambda address: "451 4.3.0 later")) as settings:
        notify = NotifySettings(mail=settings)
        happen(house, notify)
        house.now += GIVEN_UP_AFTER + timedelta(minutes=1)
        await deliver(house, notify)

    assert states(house) == [("given_up", "451: 4.3.0 later")]


async def test_one_channel_that_hangs_delays_no_other(house: House, tmp_path: Path) -> None:
    """A mail server that never speaks holds up neither the webhook nor a decision."""
    receiver = Receiver(tmp_path)
    await receiver.start()
    assert receiver.server is not None
    with dumb_server() as port, mail_server(Mailbox()) as settings:
        mail = replace(settings, port=port, timeout_s=30.0)
        hook = receiver.hook(HookKind.WECOM, name="group")
        notify = NotifySettings(mail=mail, hooks=(hook,))
        happen(house, notify)
        async with running(postman(house, notify)):
            await until(lambda: receiver.got)
            house.tick()  # the store is free all the while
            assert ("waiting", "") in states(house)
    await receiver.server.close()

    assert "现场失联：Farm".encode() in receiver.got[0].body


async def test_a_persons_webhook_follows_the_persons_wishes(house: House, tmp_path: Path) -> None:
    """Their rules, their language, their slice; nothing goes there twice."""
    receiver = Receiver(tmp_path)
    await receiver.start()
    assert receiver.server is not None
    notify = NotifySettings(hooks=(receiver.hook(HookKind.DINGTALK, person="fitter"),))
    happen(house, notify)
    await deliver(house, notify, times=2)
    await receiver.server.close()

    (got,) = receiver.got
    assert b"Site silent: Farm" in got.body
    with house.engine.connect() as db:
        assert db.execute(select(tables.letter.c.person_id)).scalars().all() == [FITTER]


async def test_who_left_is_told_nothing(house: House) -> None:
    """A letter on its way to somebody who may sign in no more is not sent."""
    box = Mailbox()
    with mail_server(box) as settings:
        notify = NotifySettings(mail=settings)
        happen(house, notify)
        with house.engine.begin() as db:
            db.execute(tables.person.update().values(ended_at=house.now))
        await deliver(house, notify)

    assert states(house) == [("refused", "the person is here no more")]
    assert box.taken == []


async def test_a_letter_that_cannot_be_written_stops_no_other(house: House) -> None:
    """A defect of one letter is told in the log of the process; the next one goes out."""
    want(house, FITTER)
    box = Mailbox()
    with mail_server(box) as settings:
        notify = NotifySettings(mail=settings)
        with house.engine.begin() as db:
            letters.add(
                db, organisation_id="north", recipient="manager:nobody", person_id=None,
                channel="mail", kind="pack", local_day=house.now.date(), now=house.now,
            )  # fmt: skip
        happen(house, notify)
        with pytest.raises(ValueError, match="nobody"):
            await deliver(house, notify)
        await deliver(house, notify)
    assert states(house) == [("waiting", "ValueError"), ("sent", "")]
