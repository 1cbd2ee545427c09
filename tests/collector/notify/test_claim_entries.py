"""Programs follow claims: each entry of a log arrives once, with its fields, whatever is down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import collector.web
from collector.claims.lifecycle import Actor, LineState
from collector.notify.claim_step import NAMES, fields_of
from collector.notify.topics import Delivery, Topic
from collector.notify.wishes import EVERY_SITE, Wishes
from collector.outlets.settings import HookKind, HookSettings, NotifySettings
from collector.review import move_line
from collector.store import cases, tables
from collector.tell import tell
from tests.collector.house import House
from tests.collector.notify.far_ends import Receiver
from tests.collector.notify.test_postman import deliver, postman, states

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def follow(
    receiver: Receiver, *, only: frozenset[str] = frozenset(), **more: object
) -> HookSettings:
    """A program that wants the entries of claims' logs."""
    wishes = Wishes(
        daily_cap=1000,
        rules={
            (EVERY_SITE, topic): Delivery.NOW if topic is Topic.CLAIM_EVENT else Delivery.NEVER
            for topic in Topic
        },
        claim_events=only,
    )
    return receiver.hook(HookKind.STANDARD, secrets=(SECRET,), wishes=wishes, **more)


def open_claim(house: House, *, serial: str = "SC1", owner: str = "north") -> int:
    """A line as an opening leaves it."""
    with house.engine.begin() as db:
        line = cases.open_line(
            db,
            cases.NewLine(
                organisation_id=owner,
                site_id=None,
                position_id=None,
                serial_key=serial,
                label_serial=serial,
                serial_source="label",
                model="SC-200",
                batch="B7",
                buyer="Buyer",
                maker="Maker",
                component="camera",
                warranty_verdict="in",
                warranty_until=None,
                warranty_reason_en="",
                warranty_reason_zh="",
            ),
            now=house.now,
        )
        note(house, line, "opened", db=db, owner=owner)
    return line


def note(house: House, line: int, type_: str, *, owner: str = "north", db: object = None) -> None:
    """One more entry of the log."""
    cases.append_event(
        db,  # type: ignore[arg-type]
        line_id=line,
        organisation_id=owner,
        actor="collector",
        role="system",
        type_=type_,
        payload={"code": "ircut.stuck_open", "secret_of_a_newer_version": 1},
        now=house.now,
    )


def withdraw(house: House, line: int) -> None:
    """A person moves the line."""
    with house.engine.begin() as db:
        move_line(
            db,
            line_id=line,
            target=LineState.WITHDRAWN,
            actor="li",
            role=Actor.INTEGRATOR,
            reason="swapped",
            now=house.now,
        )


def look(house: House, *hooks: HookSettings) -> int:
    """One look of the jobs loop; how many letters it made."""
    with house.engine.begin() as db:
        return tell(db, notify=NotifySettings(hooks=hooks), now=house.now)


async def test_a_receiver_that_is_down_delays_no_claim_and_misses_no_entry(
    house: House, tmp_path: Path
) -> None:
    """While it answers 503 claims go on; when it is back it gets every entry once, each under the
    id it had before, in an order that its sequence tells."""
    receiver = Receiver(tmp_path, status=503)
    await receiver.start()
    assert receiver.server is not None
    hook = follow(receiver)
    notify = NotifySettings(hooks=(hook,))
    line = open_claim(house)
    assert look(house, hook) == 1
    await deliver(house, notify)
    withdraw(house, line)
    assert [look(house, hook), look(house, hook)] == [1, 0]
    assert {state for state, _ in states(house)} == {"waiting"}
    (failed,) = receiver.got
    receiver.status = 200
    house.pass_time(3600)
    await deliver(house, notify, times=3)
    await receiver.server.close()

    assert states(house) == [("sent", "")] * 2
    first, second = sorted(
        (json.loads(got.body) for got in receiver.got[1:]), key=lambda event: event["sequence"]
    )
    assert [first["type"], second["type"]] == ["preclaim.claim.opened", "preclaim.claim.withdrawn"]
    assert failed.headers["webhook-id"] == first["id"] != second["id"]
    assert second["subject"] == f"claim/{line}"
    told = second["data"]
    assert {key: told[key] for key in ("serial", "state", "actor", "buyer", "maker", "number")} == {
        "serial": "SC1",
        "state": "withdrawn",
        "actor": "li",
        "buyer": "Buyer",
        "maker": "Maker",
        "number": "PC-2026-000001",
    }
    assert told["fields"] == {
        "from": "draft", "to": "withdrawn", "rule": 18, "reason": "swapped"
    }  # fmt: skip
    assert first["data"]["fields"] == {"code": "ircut.stuck_open"}  # what is not named stays


async def test_a_program_that_is_down_over_the_holidays_misses_nothing(
    house: House, tmp_path: Path
) -> None:
    """After ten days its events are still tried, and nothing sweeps them away; after fourteen they
    end with the server's word. Letters for a channel that is gone end by themselves."""
    receiver = Receiver(tmp_path, status=503)
    await receiver.start()
    assert receiver.server is not None
    hook = follow(receiver)
    notify = NotifySettings(hooks=(hook,))
    open_claim(house)
    look(house, hook)
    house.now += timedelta(days=10)
    postman(house, notify).sweep_once()
    await deliver(house, notify)
    assert states(house) == [("waiting", "HTTP 503")]
    house.now += timedelta(days=4)
    await deliver(house, notify)
    await receiver.server.close()
    assert states(house) == [("given_up", "HTTP 503")]

    open_claim(house, serial="SC2")
    look(house, hook)
    house.now += timedelta(days=5)
    postman(house, NotifySettings()).sweep_once()
    assert states(house)[1] == ("given_up", "no such channel is configured now")


async def test_who_asks_for_some_entries_gets_those_of_their_slice(
    house: House, tmp_path: Path
) -> None:
    """By name and organisation; who follows nothing costs no row."""
    receiver = Receiver(tmp_path)
    await receiver.start()
    assert receiver.server is not None
    mine, theirs = open_claim(house), open_claim(house, serial="SC2", owner="south")
    assert look(house) == 0
    assert house.rows(tables.notice) != []  # people may be told of drafts
    assert {row["topic"] for row in house.rows(tables.notice)} == {"claim_draft"}

    hook = follow(receiver, only=frozenset({"withdrawn"}))
    with house.engine.begin() as db:
        note(house, mine, "file_added", db=db)
    withdraw(house, mine)
    withdraw(house, theirs)
    assert look(house, hook) == 1
    await deliver(house, NotifySettings(hooks=(hook,)))
    await receiver.server.close()

    (got,) = receiver.got
    assert json.loads(got.body)["data"]["preclaim"] == mine


def test_what_counts_other_organisations_devices_stays() -> None:
    """Of a suggested origin only the origin leaves: its reasons count others' devices."""
    payload = {"origin": "factory", "reason": "3 of 9 elsewhere", "shares": {"factory": 1}}

    assert fields_of("origin_suggested", payload) == {"origin": "factory"}
    assert fields_of("moved", {"reason": "ok", "shares": 1}) == {"reason": "ok"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_page_names_is_what_a_program_can_ask_for(language: str) -> None:
    """Every entry that can stand in ``claim_events`` has a name on the page, and the other way."""
    texts = Path(collector.web.__file__).parent / "texts" / f"{language}.json"
    named = {
        key.removeprefix("event.") for key in json.loads(texts.read_text()) if key[:6] == "event."
    }

    states = {state.value for state in LineState}
    assert named - {"moved", "finding"} == set(NAMES) - states
