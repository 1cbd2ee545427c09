"""What agents found of logins: one row a combination, kept from first to last."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from collector.store import tables as t
from shared.login_fact import LoginFact, read_login_fact
from tests.collector.house import House, device, fault, frame_of, health

WORKS = LoginFact(accepted="wsse", refused="", cause="none").write()
REFUSED = LoginFact(
    accepted="digest-md5", refused="wsse", cause="login.firmware_refuses_method"
).write()


def rows(house: House) -> list[tuple[str, str, str, str, str]]:
    """Firmware, recorder, accepted, refused, cause; oldest first."""
    with house.engine.connect() as db:
        found = db.execute(select(t.login_fact).order_by(t.login_fact.c.id))
        return [
            (row.firmware, row.recorder_firmware, row.accepted, row.refused, row.cause)
            for row in found
        ]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A collector with one agent."""
    return House(tmp_path)


def test_what_stays_the_same_is_one_row(house: House) -> None:
    """The same facts again move the last moment on; another firmware is another row."""
    house.take(frame_of(health(device(login=WORKS)), seq=1))
    house.now += timedelta(hours=24)
    house.take(frame_of(health(device(login=WORKS)), seq=2))
    house.take(frame_of(health(device(login=REFUSED, firmware="1.5.0")), seq=3))

    assert rows(house) == [
        ("1.4.2", "", "wsse", "", "none"),
        ("1.5.0", "", "digest-md5", "wsse", "login.firmware_refuses_method"),
    ]
    with house.engine.connect() as db:
        first = db.execute(select(t.login_fact).order_by(t.login_fact.c.id)).first()
    assert first is not None
    assert first.last_at - first.first_at == timedelta(hours=24)


def test_the_recorder_is_that_of_the_message(house: House) -> None:
    """A fault names its recorder's firmware, and the facts beside it are of that recorder."""
    house.take(frame_of(fault("login.firmware_refuses_method", of=device(login=REFUSED)), seq=1))

    assert [row[1] for row in rows(house)] == ["NVR 4.2.1"]


def test_who_says_nothing_leaves_nothing(house: House) -> None:
    """An older agent has no such field, and what a newer one may mean by it is passed over."""
    house.take(frame_of(health(device()), seq=1), frame_of(health(device(login="eSIM")), seq=2))

    assert rows(house) == []


@pytest.mark.parametrize("text", ["", "eSIM", "a|b", "a|b|", "a|b|c|d", "a|b|" + "c" * 81])
def test_only_a_whole_fact_is_read(text: str) -> None:
    """Three parts with a cause, none beyond its column: everything else is no fact."""
    assert read_login_fact(text) is None
