"""Gateways: configured as devices, asked for what their profile says, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.asking import ask
from agent.budget import Spend
from agent.camera.decoder import Decoder
from agent.camera.gateway import NetworkGateway
from agent.camera.http import CameraHttp
from agent.camera.port import CameraError, Cause, Target
from agent.camera.profiles.profile import Format, Profile, Source
from agent.camera.profiles.profile_file import load_profiles
from agent.camera.profiles.transport_kind import TransportKind
from agent.config import Mates, budget_of
from agent.config_problem import ConfigError
from agent.delivery.salvage import open_or_salvage
from agent.edge import network_edge
from agent.gateway import DeviceKind, takes
from agent.hangs_on import hang_all
from agent.probes import PROBES, reachability
from agent.probes.probe import Pass
from shared.health import HangsOn
from shared.reading import Quality
from tests.agent.camera.transports.test_modbus import tcp_server
from tests.agent.fakes import NOON, Clock, FakeCamera
from tests.agent.test_config import load
from tests.agent.test_rounds import Site, device

GOOD = """
[agent]
id = "a"
[[devices]]
id = "modem"
kind = "gateway"
address = "local"
serial_port = "/dev/ttyUSB2"
profile = "gateway.quectel"
[[devices]]
id = "gate"
address = "192.0.2.20"
gateway = "modem"
vendor_port = 34568
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site without devices yet."""
    database, _ = open_or_salvage(tmp_path / "agent.db", now=NOON)
    yield Site(database)
    database.close()


def test_what_hangs_on_what_is_told(tmp_path: Path) -> None:
    """Supply, place, gateway and recorder of each device go out with its health, and whether it
    sleeps; a gateway names itself, and a recorder's channels its address."""
    text = (
        GOOD
        + """power_from = "pole-1"
[[sites]]
name = "East"
[[devices]]
id = "door"
address = "192.0.2.21"
channel = 3
power = "battery"
site = "East"
[[devices]]
id = "nvr"
address = "192.0.2.21"
"""
    )
    assert hang_all(load(tmp_path, text).devices) == {
        "modem": HangsOn(gateway="modem", feed="mains", contact="called"),
        "gate": HangsOn(power="pole-1", gateway="modem", feed="mains", contact="called"),
        "door": HangsOn(place="East", recorder="192.0.2.21", feed="battery", contact="sleeps"),
        "nvr": HangsOn(recorder="192.0.2.21", feed="mains", contact="called"),
    }


def test_a_gateway_is_a_device(tmp_path: Path) -> None:
    """Kind, port and the camera's gateway come from the file; a gateway is nobody's control."""
    modem, gate = load(tmp_path, GOOD).devices

    assert (modem.kind, modem.target.serial_port) == (DeviceKind.GATEWAY, "/dev/ttyUSB2")
    assert (gate.kind, gate.gateway, gate.target.vendor_port) == (
        DeviceKind.CAMERA,
        "modem",
        34568,
    )
    assert dict(Mates((modem, gate))) == {"gate": ()}


@pytest.mark.parametrize(
    ("change", "key", "wrong"),
    [
        pytest.param(
            ('profile = "gateway.quectel"', ""), "devices[0].profile", "gateway_without_profile"
        ),
        pytest.param(('kind = "gateway"', ""), "devices[0].kind", "local_camera"),
        pytest.param(
            ('gateway = "modem"', 'gateway = "moden"'), "devices[1].gateway", "unknown_gateway"
        ),
        pytest.param(
            ("/dev/ttyUSB2", "COM3"), "devices[0].serial_port", "bad_serial_port", id="no file"
        ),
        pytest.param(
            ("/dev/ttyUSB2", "/dev/../etc/x"), "devices[0].serial_port", "bad_serial_port"
        ),
    ],
)
def test_what_does_not_fit_is_told(
    tmp_path: Path, change: tuple[str, str], key: str, wrong: str
) -> None:
    """A gateway that nobody can read and a camera on the agent's own machine are refused."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, GOOD.replace(*change))

    assert (key, wrong) in [(problem.key, problem.wrong) for problem in caught.value.problems]


async def test_only_two_probes_ever_run(site: Site) -> None:
    """A day of visits: reachability and vendor, on schedule and by order, and no other question."""
    cameras: list[FakeCamera] = []

    def make() -> FakeCamera:
        cameras.append(FakeCamera(site.clock))
        return cameras[-1]

    rounds = site.rounds({"modem": make})
    rounds._devices["modem"] = replace(device("modem"), kind=DeviceKind.GATEWAY)
    await site.live(rounds, hours=2)
    await rounds.visit("modem")

    ran = {name for outcome in site.outcomes for name in outcome.ran}
    assert ran == {"reachability", "vendor"}
    assert len(site.outcomes) > 20


def gateway(address: str, kind: TransportKind, *, port: int | None = None) -> NetworkGateway:
    """A gateway with a profile of one source."""
    source = Source(name="s", transport=kind, request={}, format=Format.JSON)
    profile = Profile(id="g", sources={"s": source})
    return NetworkGateway(
        Target(address=address, vendor_port=port),
        http=CameraHttp(),
        decoder=Decoder(),
        profiles=[profile],
        clock=Clock(),
        named_profile=True,
    )


async def test_reachability_of_a_gateway_is_its_own_port() -> None:
    """The port that the profile asks is tried once; not a byte of ONVIF is sent."""
    heard: list[bytes] = []
    over = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        over.set()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await reachability.read(
            gateway("127.0.0.1", TransportKind.MODBUS, port=port), Pass(now=NOON)
        )
        await asyncio.wait_for(over.wait(), 5)
    silent = await reachability.read(
        gateway("127.0.0.1", TransportKind.MODBUS, port=port), Pass(now=NOON)
    )

    assert {r.name: r.value for r in found.readings} == {
        "reach.answers": True,
        "reach.layer": "none",
        "reach.replies": "whole",
    }
    assert heard == [b""]
    assert silent.readings[0].value is False


@pytest.mark.parametrize(
    ("address", "kind"), [("local", TransportKind.SERIAL_AT), ("192.0.2.1", TransportKind.SNMP)]
)
async def test_nothing_is_said_where_nothing_was_tried(address: str, kind: TransportKind) -> None:
    """A modem on this machine, or one that is asked over UDP, is neither reachable nor not."""
    found = await reachability.read(gateway(address, kind), Pass(now=NOON))

    assert {reading.quality for reading in found.readings} == {Quality.UNSUPPORTED}


async def test_a_gateway_is_never_asked_by_onvif() -> None:
    """An order for its log or its picture ends before anything is sent."""
    asked = gateway("127.0.0.1:1", TransportKind.HTTP)
    for question in (asked.system_log, asked.snapshot, asked.device_information, asked.profiles):
        with pytest.raises(CameraError) as caught:
            await question()
        assert caught.value.cause in (Cause.ONVIF_UNSUPPORTED, Cause.ONVIF_MISSING)
    assert asked.costs.requests == 0


async def test_the_agent_reads_a_configured_gateway(tmp_path: Path) -> None:
    """From the file to the readings: a charge controller behind a Modbus converter."""
    pytest.importorskip("pymodbus", reason="pymodbus is not installed")
    async with tcp_server() as port:
        text = f"""
        [agent]
        id = "a"
        [[devices]]
        id = "charger"
        kind = "gateway"
        address = "127.0.0.1"
        vendor_port = {port}
        profile = "charger.epever"
        """
        config = load(tmp_path, text)
        edge = network_edge(config, load_profiles())
        camera = edge.camera_for(config.devices[0])
        chosen = [probe for probe in PROBES if takes(DeviceKind.GATEWAY, probe.name)]
        take = await ask(
            chosen,
            camera,
            Pass(now=NOON),
            budget=budget_of(config.devices[0]),
            spend=Spend(NOON.date()),
        )
        await edge.close()

    readings = {reading.name: reading.value for reading in take.readings if reading.good}
    assert readings["reach.answers"] is True
    assert readings["battery.temperature"] == -3.5
    assert readings["vendor.profile_status"] == "documented"
    assert take.spend.logins == 0
