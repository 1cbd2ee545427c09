"""A whole agent that is told another configuration over a real broker, and lives on with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent import edge
from agent.config import Config, Device
from agent.delivery import overlay_store
from agent.delivery.opening import open_for_reading
from agent.edge import Edge
from agent.life import build, live
from agent.overlay import read_source
from shared import topics, wire
from shared.command import CommandResult, Outcome, SignedCommand, Verb
from shared.frame import Lane, pack, unpack
from shared.health import Health
from shared.identity import Epoch
from shared.reading import Reading
from tests.agent.delivery.conftest import Mosquitto
from tests.agent.delivery.test_publisher import AGENT, Collector, clock, until
from tests.agent.fakes import FakeCamera
from tests.agent.test_app import messages
from tests.agent.test_commands import KEY, OTHER, command_from, public_pem

pytestmark = pytest.mark.broker
OWN = """
[agent]
id = "{agent}"
[broker]
port = {port}
[keys]
command = "command.pub.pem"
"""
NEW = "[schedule]\nhealth_every_s = 77\n"


class Steady:
    """Seconds that pass when told, on top of real ones."""

    def __init__(self) -> None:
        self.more_s = 0.0

    def __call__(self) -> float:
        return edge.steady_s() + self.more_s


def edge_of(_: Config, steady_s: Steady) -> Edge:
    """No cameras, no host."""

    async def nothing(_: datetime) -> tuple[Reading, ...]:
        return ()

    async def close() -> None:
        return

    def no_camera(_: Device) -> FakeCamera:
        raise AssertionError("this agent has no cameras")

    return Edge(camera_for=no_camera, read_host=nothing, close=close, steady_s=steady_s)


@dataclass
class Stage:
    """A living agent and the far end."""

    folder: Path
    far: Collector
    steady_s: Steady

    def order(self, text: str, command_id: str) -> None:
        """Send a signed order."""
        signed = command_from(
            Verb.SET_CONFIG,
            agent_id=AGENT,
            command_id=command_id,
            arguments={"config": text},
            now=clock(),
        )
        self.send(signed)

    def send(self, signed: SignedCommand) -> None:
        """Send anything signed."""
        framed = pack(lane=Lane.COMMAND, epoch=Epoch(1, 0), seq=0, body=wire.encode(signed))
        self.far.send(topics.command(AGENT), framed)

    def results(self) -> dict[str, Outcome]:
        """How commands ended, by id."""
        found = [m for m in messages(self.far) if isinstance(m, CommandResult)]
        return {result.command_id: result.outcome for result in found}

    def promises(self) -> list[float]:
        """What the health messages promised, in the order of their making."""
        frames = sorted(
            (unpack(frame) for frame in self.far.frames), key=lambda frame: frame.header.seq
        )
        found = [wire.decode_up(frame.body, frame.header.lane) for frame in frames]
        return [message.next_within_s for message in found if isinstance(message, Health)]


@pytest.fixture
async def stage(tmp_path: Path, mosquitto: Mosquitto) -> AsyncIterator[Stage]:
    """An agent that lives against Mosquitto."""
    (tmp_path / "command.pub.pem").write_bytes(public_pem(KEY))
    (tmp_path / "agent.toml").write_text(OWN.format(agent=AGENT, port=mosquitto.port))
    source, steady_s = read_source(tmp_path / "agent.toml"), Steady()
    far = Collector(mosquitto.port)
    task = asyncio.create_task(live(source, lambda config: edge_of(config, steady_s)))
    made = Stage(tmp_path, far, steady_s)
    await until(lambda: bool(made.promises()))
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    far.close()


async def test_an_ordered_configuration_is_lived_with(stage: Stage) -> None:
    """The agent promises what was ordered, says 'done' once heard, and survives a restart."""
    stage.order(NEW, "c-1")
    await until(lambda: stage.results() == {"c-1": Outcome.DONE})

    assert stage.promises()[-1] == 77.0
    database = open_for_reading(stage.folder / "agent-data" / "agent.db")
    assert overlay_store.in_force(database) == NEW
    database.close()


async def test_forged_late_foreign_or_twice_it_changes_nothing_more(stage: Stage) -> None:
    """Only what our collector signed for us, in time and for the first time, is tried."""
    now, arguments = clock(), {"config": NEW}
    for command_id, agent_id, key, issued_at in (
        ("forged", AGENT, OTHER, now),
        ("foreign", "neighbour", KEY, now),
        ("late", AGENT, KEY, now - timedelta(days=2)),
    ):
        signed = command_from(
            Verb.SET_CONFIG,
            key=key,
            agent_id=agent_id,
            command_id=command_id,
            arguments=arguments,
            now=issued_at,
        )
        await asyncio.to_thread(stage.send, signed)
    await until(lambda: stage.results() == {"late": Outcome.EXPIRED})
    assert set(stage.promises()) == {300.0}

    stage.order(NEW, "c-1")
    await until(lambda: stage.results().get("c-1") is Outcome.DONE)
    healths = len(stage.promises())
    stage.order("[schedule]\nhealth_every_s = 78\n", "c-1")
    await until(lambda: len([m for m in messages(stage.far) if isinstance(m, CommandResult)]) > 2)
    assert set(stage.results()) == {"late", "c-1"}
    assert stage.promises()[healths:] in ([], [77.0])


async def test_without_receipts_the_agent_goes_back_by_itself(stage: Stage) -> None:
    """The far end falls silent: the former promise returns, and the answer says 'failed'."""
    stage.far.answers = False
    stage.order(NEW, "c-1")
    await until(lambda: stage.promises()[-1] == 77.0)
    stage.steady_s.more_s = timedelta(hours=1).total_seconds()
    await until(lambda: stage.promises()[-1] == 300.0)
    await until(lambda: stage.results() == {"c-1": Outcome.FAILED})


async def test_what_may_not_be_ordered_is_refused_by_name(stage: Stage) -> None:
    """The collector reads the key and the reason; the agent goes on as it was."""
    stage.order('[agent]\nid = "other"\n', "c-1")
    await until(lambda: stage.results() == {"c-1": Outcome.REFUSED})
    (result,) = [m for m in messages(stage.far) if isinstance(m, CommandResult)]

    assert "agent: may not be set by an order" in result.detail
    assert set(stage.promises()) == {300.0}


async def test_an_order_that_no_longer_fits_the_file_is_left_out(tmp_path: Path) -> None:
    """The owner of the devices lowered a limit since: the file governs, and the agent lives."""
    device = '[[devices]]\nid = "gate"\naddress = "192.0.2.1"\nbudget = { logins_per_day = %d }\n'
    path, steady_s = tmp_path / "agent.toml", Steady()
    path.write_text('[agent]\nid = "agent"\n' + device % 50)
    order = '[[devices]]\nid = "gate"\nbudget = { logins_per_day = 40 }\n'
    first = build(read_source(path), lambda config: edge_of(config, steady_s), clock=clock)
    with first.database.transaction():
        overlay_store.confirm(
            first.database, overlay_store.Trial(command_id="c", issued_at=clock(), overlay=order)
        )
    first.database.close()
    path.write_text('[agent]\nid = "agent"\n' + device % 30)
    second = build(read_source(path), lambda config: edge_of(config, steady_s), clock=clock)
    second.database.close()

    assert second.config.devices[0].budget == {"logins_per_day": 30}
