"""What an order may do to a device: within its budget, and never while its account rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.budget import WIRED_MAINS, Budget
from agent.camera.port import Camera
from agent.commands import CannotDo, DidNotWork
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.episodes import Author
from agent.hands import DeviceHands
from agent.wrong import Both
from shared import wire
from shared.evidence import EvidenceKind, Manifest
from shared.fault import EvidenceAdded
from shared.frame import Lane, unpack
from tests.agent.fakes import NOBODY, NOON, FakeCamera
from tests.agent.test_cycle import KEY
from tests.agent.test_rounds import Refusing, Site, device


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site without cameras yet."""
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    yield Site(database)
    database.close()


def hands_on(
    site: Site, make: Callable[[], Camera], *, budget: Budget = WIRED_MAINS
) -> DeviceHands:
    """Hands on one camera, named 'one'."""
    return DeviceHands(
        devices={"one": device("one")},
        budgets={"one": budget},
        rounds=site.rounds({"one": make}),
        camera_for=lambda _: make(),
        database=site.database,
        outbox=Outbox(site.database),
        author=Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY)),
        clock=site.clock,
    )


def sent(site: Site) -> list[Manifest]:
    """Manifests of evidence that belongs to no episode."""
    outbox = Outbox(site.database)
    with site.database.transaction():
        rows = outbox.take(Lane.FAULT, limit=50, now=site.clock.now)
    found = [wire.decode_up(unpack(row.frame).body, row.lane) for row in rows]
    added = [message for message in found if isinstance(message, EvidenceAdded)]
    return [wire.decode_manifest(message.manifest.body) for message in added]


async def test_a_picture_is_taken_and_sent(site: Site) -> None:
    """Whatever it shows, the person who asked gets it."""
    answer = await hands_on(site, lambda: FakeCamera(site.clock)).take_picture("one")
    kinds = [item.kind for manifest in sent(site) for item in manifest.items]

    assert answer == Both("1 picture(s) sent", "已发送 1 张图片")
    assert EvidenceKind.PICTURE in kinds


async def test_a_log_is_fetched_sent_and_paid_for(site: Site) -> None:
    """The device's own log travels as evidence, and what it cost is in the day's spend."""
    hands = hands_on(site, lambda: FakeCamera(site.clock))
    await hands.fetch_log("one")
    ((item,),) = [manifest.items for manifest in sent(site)]
    (logins,) = site.database.connection.execute("SELECT logins FROM spend").fetchone()

    assert (item.name, item.size, logins) == ("system-log.txt", len("all quiet"), 1)


@pytest.mark.parametrize("what", ["take_picture", "fetch_log"])
async def test_what_the_device_does_not_give_is_said(site: Site, what: str) -> None:
    """Nobody answers: the order failed, and the reason is the device's."""
    hands = hands_on(site, lambda: FakeCamera(site.clock, failure=NOBODY))
    with pytest.raises(DidNotWork, match="refused") as failed:
        await getattr(hands, what)("one")
    assert failed.value.why.zh.startswith("连接被拒绝（tcp.refused）")


async def test_a_defect_in_reading_a_log_stops_nothing(site: Site) -> None:
    """An error of ours is an answer too: an agent that died of an order would get it again."""
    hands = hands_on(site, lambda: FakeCamera(site.clock, defect="GetSystemLog"))
    with pytest.raises(DidNotWork, match="ZeroDivisionError"):
        await hands.fetch_log("one")


async def test_an_order_beyond_the_budget_is_refused(site: Site) -> None:
    """A person's wish does not spend more of a data plan than its operator allowed."""
    nothing = Budget(bytes_per_day=0, logins_per_day=0, wakeups_per_day=0)
    hands = hands_on(site, lambda: FakeCamera(site.clock), budget=nothing)
    for order in (hands.take_picture, hands.fetch_log):
        with pytest.raises(CannotDo, match="the day's budget") as refused:
            await order("one")
        assert "当日登录次数预算为 0，已用 0，此操作还需" in refused.value.why.zh


async def test_orders_do_not_wear_out_an_account(site: Site) -> None:
    """Fifty impatient orders on a wrong password: two logins, and each answer says why."""
    tally: list[int] = []
    hands = hands_on(site, lambda: Refusing(site.clock, tally=tally))
    first = await hands.probe_now("one")
    later = [await hands.probe_now("") for _ in range(50)]
    with pytest.raises(CannotDo, match="refused the password"):
        await hands.take_picture("one")
    with pytest.raises(CannotDo, match="refused the password"):
        await hands.fetch_log("one")

    assert (len(tally), "no login" in first.en) == (2, False)
    assert all("no login before" in answer.en for answer in later)
    assert all("之前不再登录：设备拒绝了密码" in answer.zh for answer in later)


async def test_a_device_that_is_not_ours_is_refused(site: Site) -> None:
    """An order for a position that this agent does not have names it."""
    hands = hands_on(site, lambda: FakeCamera(site.clock))
    for order in (hands.probe_now, hands.take_picture, hands.fetch_log):
        with pytest.raises(CannotDo, match="'two'"):
            await order("two")
