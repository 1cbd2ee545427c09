"""The broker as it is shipped: everybody shows a certificate, and its name says what is allowed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from collector.config import read_config
from collector.config_error import ConfigError
from collector.intake.subscriber import Subscriber
from collector.store import tables
from tests.collector.certificates import Authority
from tests.collector.house import House, device, fault, frame_of
from tests.collector.mosquitto import Peer, mosquitto
from tests.collector.test_trouble import wait_until

SHIPPED = Path(__file__).parents[2] / "deploy" / "mosquitto"
CONFIG = """
[broker]
host = "127.0.0.1"
port = {port}
tls = true
ca = "ca.pem"
cert = "preclaim-collector.pem"
key = "preclaim-collector.key"
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
"""


def shipped(directory: Path) -> str:
    """The shipped configuration with paths and port of the test."""
    text = (SHIPPED / "preclaim.conf").read_text()
    assert text.count("listener 8883\n") == 1
    (directory / "preclaim.acl").write_bytes((SHIPPED / "preclaim.acl").read_bytes())
    text = text.replace("listener 8883\n", "listener {port} 127.0.0.1\n")
    text = text.replace("/etc/mosquitto/", f"{directory}/")
    # Under root Mosquitto becomes another user, who may not read the test's folder.
    return text + ("user root\n" if os.geteuid() == 0 else "")


def showing(directory: Path, name: str) -> Callable[[mqtt.Client], None]:
    """Give a client the certificate of this name."""

    def prepare(client: mqtt.Client) -> None:
        client.tls_set(
            ca_certs=str(directory / "ca.pem"),
            certfile=str(directory / f"{name}.pem"),
            keyfile=str(directory / f"{name}.key"),
        )

    return prepare


@pytest.mark.broker
def test_each_certificate_opens_its_own_branch(tmp_path: Path) -> None:
    """The collector receives and answers with its certificate; an agent that speaks under
    another's name is not heard."""
    authority = Authority(tmp_path)
    for name in ("server", "preclaim-collector", "agent-farm", "agent-shop"):
        authority.issue(name)
    (tmp_path / "store").mkdir()
    house = House(tmp_path / "store")
    with mosquitto(tmp_path, shipped(tmp_path)) as port:
        (tmp_path / "collector.toml").write_text(CONFIG.format(port=port))
        subscriber = Subscriber(
            read_config(tmp_path / "collector.toml").broker,
            engine=house.engine,
            room=house.room,
            clock=lambda: house.now,
        )
        subscriber.start()
        wait_until(lambda: subscriber.listening_since() is not None)
        farm = Peer(port, "agent-farm", showing(tmp_path, "agent-farm"))
        shop = Peer(port, "agent-shop", showing(tmp_path, "agent-shop"))
        forged = frame_of(fault(of=device("forged")), seq=1, agent_id="agent-farm")
        shop.publish(forged, frame_of(fault(of=device("till")), seq=2, agent_id="agent-shop"))
        assert shop.receipted(seqs={2}) == {2}  # what it sent before has passed the broker too
        farm.publish(frame_of(fault(of=device("gate")), seq=3))
        assert farm.receipted(seqs={3}) == {3}
        subscriber.stop()
        farm.close()
        shop.close()

    assert {(row["agent_id"], row["seq"]) for row in house.rows(tables.frame)} == {
        ("agent-shop", 2),
        ("agent-farm", 3),
    }
    assert house.count(tables.quarantine) == 0
    house.engine.dispose()


def problems(directory: Path, broker: str) -> list[str]:
    """What is wrong with a [broker], in English."""
    rest = '[[organisations]]\nid = "f"\nname = "F"\nkind = "factory"\n'
    path = directory / "collector.toml"
    path.write_text(f"[broker]\n{broker}\n{rest}")
    try:
        read_config(path)
    except ConfigError as error:
        return [problem.line("en").removeprefix(f"{path}: ") for problem in error.problems]
    return []


def test_what_is_wrong_with_certificates_is_said_at_once(tmp_path: Path) -> None:
    """Files that are missing, no certificates, not a pair, or not used; nothing asks at the
    terminal."""
    authority = Authority(tmp_path)
    authority.issue("one")
    authority.issue("two")
    (tmp_path / "junk.pem").write_text("junk")
    assert problems(tmp_path, 'tls = true\nca = "ca.pem"\ncert = "one.pem"\nkey = "one.key"') == []

    told = problems(tmp_path, 'tls = true\nca = "junk.pem"\ncert = "one.pem"\nkey = "two.key"')
    assert [line.partition(" ")[0] for line in told] == ["broker.ca:", "broker.cert:"]
    told = problems(tmp_path, 'ca = "no.pem"\ncert = "one.pem"')
    assert sorted(line.partition(";")[0] for line in told) == [
        "broker.ca: cannot be read (No such file or directory)",
        "broker.ca: is not used without TLS",
        "broker.cert: is not used without TLS",
        "broker.key: is missing beside cert",
    ]
