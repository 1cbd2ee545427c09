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
from agent.experiment.desk import FilterDesk, Ground
from agent.experiment.restorer import Restorer
from agent.hands import DeviceHands
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
    devices, budgets = {"one": device("one")}, {"one": budget}
    rounds, outbox = site.rounds({"one": make}), Outbox(site.database)
    author = Author(agent_id="a", version="1", recorder_firmware="", signer=Signer(KEY))
    restorer = Restorer(
        devices, database=site.database, camera_for=lambda _: make(), clock=site.clock
    )
    desk = FilterDesk(
        Ground(
            devices=devices,
            budgets=budgets,
            camera_for=lambda _: make(),
            database=site.database,
            outbox=outbox,
            author=author,
            clock=site.clock,
            restorer=restorer,
            alone=rounds.alone,
            rests_until=rounds.logins_rest_until,
        )
    )
    return DeviceHands(
        devices=devices,
        budgets=budgets,
        rounds=rounds,
        camera_for=lambda _: make(),
        database=site.database,
        outbox=outbox,
        author=author,
        clock=site.clock,
        desk=desk,
        settle=restorer.settle,
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

    assert answer == "1 picture(s) sent"
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
    with pytest.raises(DidNotWork, match="refused"):
        await getattr(hands, what)("one")


async def test_a_defect_in_reading_a_log_stops_nothing(site: Site) -> None:
    """An error of ours is an answer too: an agent that died of an order would get it again."""
    hands = hands_on(site, lambda: FakeCamera(site.clock, defect="GetSystemLog"))
    with pytest.raises(DidNotWork, match="ZeroDivisionError"):
        await hands.fetch_log("one")


async def test_an_order_beyond_the_budget_is_refused(site: Site) -> None:
    """A person's wish does not spend more of a data plan than its operator allowed."""
    nothing = Budget(bytes_per_day=0, logins_per_day=0, wakeups_per_day=0)
    hands = hands_on(site, lambda: FakeCamera(site.clock), budget=nothing)
    with pytest.raises(CannotDo):
        await hands.fetch_log("one")


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

    assert (len(tally), "no login" in first) == (2, False)
    assert all("no login before" in answer for answer in later)


async def test_a_device_that_is_not_ours_is_refused(site: Site) -> None:
    """An order for a position that this agent does not have names it."""
    hands = hands_on(site, lambda: FakeCamera(site.clock))
    for order in (hands.probe_now, hands.take_picture, hands.fetch_log):
        with pytest.raises(CannotDo, match="'two'"):
            await order("two")


async def test_a_filter_is_not_tested_without_consent(site: Site) -> None:
    """The owner has not allowed it: the order is refused with the remedy, nothing is written."""
    cameras: list[FakeCamera] = []

    def make() -> FakeCamera:
        cameras.append(FakeCamera(site.clock))
        return cameras[-1]

    with pytest.raises(CannotDo, match="allow_ir_cut_test = true"):
        await hands_on(site, make).test_ir_cut("one", ordered_by="collector: c-1")
    with pytest.raises(CannotDo, match="no device 'two'"):
        await hands_on(site, make).test_ir_cut("two", ordered_by="collector: c-1")

    assert not any(camera.writes or camera.asked for camera in cameras)
