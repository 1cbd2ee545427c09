"""What an order may do to a device: within its budget, and never while its account rests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.budget import Budget
from agent.camera.port import Camera
from agent.commands import CannotDo, DidNotWork
from agent.config import IrCut
from agent.config_inbox import Push
from agent.delivery import fault_store
from agent.delivery.evidence import Signer
from agent.delivery.outbox import Outbox
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis.memory import FaultMemory
from agent.episodes import Author
from agent.experiment.desk import FilterDesk, Ground
from agent.experiment.restorer import Restorer
from agent.hands import DeviceHands
from agent.topology import WIRED_MAINS
from agent.wrong import Both
from shared import wire
from shared.command import EPISODE, KINDS
from shared.evidence import EvidenceKind, Manifest
from shared.fault import EvidenceAdded, FaultState
from shared.frame import Lane, unpack
from shared.identity import Epoch, EventId
from tests.agent.fakes import NOBODY, NOON, FakeCamera
from tests.agent.test_cycle import KEY
from tests.agent.test_rounds import Refusing, Site, device

_LATIN = re.compile("[a-z]")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site without cameras yet."""
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    yield Site(database)
    database.close()


def hands_on(
    site: Site,
    make: Callable[[], Camera],
    *,
    budget: Budget = WIRED_MAINS,
    ir_cut: IrCut = IrCut(),  # noqa: B008 - frozen
    push: Push | None = None,
) -> DeviceHands:
    """Hands on one camera, named 'one'."""
    one = replace(device("one"), ir_cut=ir_cut, push=push)
    devices, budgets = {"one": one}, {"one": budget}
    rounds, outbox = site.rounds({"one": make}, make=devices.__getitem__), Outbox(site.database)
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

    assert answer == Both("1 picture(s) sent", "已发送 1 张图片")
    assert EvidenceKind.PICTURE in kinds


def open_fault(site: Site, code: str = "picture.noise") -> EventId:
    """A fault that stands open at the camera."""
    event = EventId(Epoch(1, 7), 42)
    memory = FaultMemory(code, state=FaultState.OPEN, episode=event)
    with site.database.transaction() as db:
        fault_store.open_episode(db, event=event, device_id="one", memory=memory, now=NOON)
        fault_store.keep_memory(db, "one", memory)
    return event


async def test_evidence_that_is_wanted_is_filed_under_its_fault(site: Site) -> None:
    """Exactly the kinds that were named go, under the fault; whether a clip went is told."""
    event = open_fault(site)
    hands = hands_on(site, lambda: FakeCamera(site.clock))
    order = {EPISODE: str(event), KINDS: "picture clip a-kind-of-tomorrow"}
    answer = await hands.take_picture("one", order)
    (manifest,) = [one for one in sent(site) if one.episode is not None]
    assert (manifest.episode, manifest.code) == (event, "picture.noise")
    assert {one.kind for one in manifest.items} == {EvidenceKind.PICTURE, EvidenceKind.CLIP}
    assert answer == Both("sent: picture, clip", "已发送：图片、视频片段")
    again = await hands.take_picture("one", order)
    assert again.en.startswith("sent: picture; not to be had: clip; a clip of this camera was")
    assert "未能取得：视频片段；" in again.zh
    with pytest.raises(DidNotWork, match="not to be had: clip"):
        await hands.take_picture("one", {**order, KINDS: "clip"})

    site.clock.now += timedelta(hours=1)
    await hands.probe_now("one", {EPISODE: str(event)})
    (*_, words) = [one for one in sent(site) if one.episode is not None]
    assert {item.kind for item in words.items} <= {EvidenceKind.TRANSCRIPT, EvidenceKind.READINGS}


async def test_nothing_is_filed_under_a_fault_that_is_over(site: Site) -> None:
    """What is seen now is no evidence of it: refused before the camera is asked, with the reason
    in both languages."""
    cameras: list[FakeCamera] = []

    def make() -> FakeCamera:
        cameras.append(FakeCamera(site.clock))
        return cameras[-1]

    hands = hands_on(site, make)
    for order in (hands.take_picture, hands.probe_now):
        with pytest.raises(CannotDo, match="not open at this device") as refused:
            await order("one", {EPISODE: "1-0000000000000007:42"})
        assert "已不存在" in refused.value.why.zh
    assert cameras == []
    assert sent(site) == []


async def test_nothing_of_an_exchanged_device_is_filed(site: Site) -> None:
    """The visit finds another camera there: its pictures are no evidence of the old one's fault,
    and the next order is refused, although nothing has shown that the fault ended."""
    hung = ["SN-2401-0001"]
    hands = hands_on(site, lambda: FakeCamera(site.clock, serial=hung[0]))
    await hands.probe_now("one")
    event = open_fault(site)
    hung[0], site.clock.now = "SN-2401-0002", NOON + timedelta(hours=1)
    with pytest.raises(DidNotWork, match="not to be had: probe transcript, readings"):
        await hands.probe_now("one", {EPISODE: str(event)})
    with pytest.raises(CannotDo, match="not open at this device"):
        await hands.take_picture("one", {EPISODE: str(event)})
    assert [one for one in sent(site) if one.episode is not None] == []


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


async def test_a_filter_is_not_tested_without_consent(site: Site) -> None:
    """The owner has not allowed it: the order is refused with the remedy, nothing is written."""
    cameras: list[FakeCamera] = []

    def make() -> FakeCamera:
        cameras.append(FakeCamera(site.clock))
        return cameras[-1]

    with pytest.raises(CannotDo, match="allow_ir_cut_test = true") as refused:
        await hands_on(site, make).test_ir_cut("one", ordered_by="collector: c-1")
    assert refused.value.why.zh == "配置未允许；请为该设备填写 allow_ir_cut_test = true"
    with pytest.raises(CannotDo, match="no device 'two'"):
        await hands_on(site, make).test_ir_cut("two", ordered_by="collector: c-1")

    assert not any(camera.writes or camera.asked for camera in cameras)


@pytest.mark.parametrize(
    ("ir_cut", "english", "chinese"),
    [
        pytest.param(
            IrCut(is_fitted=False),
            "no_filter_fitted: the configuration says that this camera has no filter",
            "未安装滤光片：配置中注明该摄像机没有滤光片",
            id="a verdict",
        ),
        pytest.param(
            IrCut(allow_test=True),
            "inconclusive: the camera stopped answering (connection refused);"
            " test again when the camera answers steadily",
            "无法判定：摄像机停止应答（connection refused）；请在摄像机稳定应答后重新测试",
            id="none, with what would settle it and the device's words as they came",
        ),
    ],
)
async def test_a_filter_test_is_told_in_both_languages(
    site: Site, ir_cut: IrCut, english: str, chinese: str
) -> None:
    """The verdict, its reason, and what would settle an unclear one."""
    hands = hands_on(
        site,
        lambda: FakeCamera(site.clock, failure=NOBODY),
        budget=replace(WIRED_MAINS, writes_per_day=2),
        ir_cut=ir_cut,
    )
    answer = await hands.test_ir_cut("one", ordered_by="collector: c-1")
    assert answer == Both(english, chinese)


async def test_a_filter_test_beyond_the_budget_is_refused_in_words(site: Site) -> None:
    """Which budget ran out is Chinese in Chinese."""
    nothing = Budget(bytes_per_day=0, logins_per_day=0, wakeups_per_day=0)
    hands = hands_on(
        site,
        lambda: FakeCamera(site.clock),
        budget=nothing,
        ir_cut=IrCut(allow_test=True),
    )
    with pytest.raises(CannotDo, match="the day's budget") as refused:
        await hands.test_ir_cut("one", ordered_by="collector: c-1")
    assert refused.value.why.zh.startswith("当日")
    assert not _LATIN.search(refused.value.why.zh)


async def test_no_order_wakes_a_camera_that_only_pushes(site: Site) -> None:
    """Probe, picture and log are refused with the reason; probing everything passes it by."""
    camera = FakeCamera(site.clock)
    hands = hands_on(site, lambda: camera, push=Push(expect_every=timedelta(days=1)))
    for order in (hands.probe_now, hands.take_picture, hands.fetch_log):
        with pytest.raises(CannotDo) as refused:
            await order("one")
        assert "only pushes" in str(refused.value)
    await hands.probe_now("")

    assert camera.asked == []
