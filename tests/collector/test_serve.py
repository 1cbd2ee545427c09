"""The whole collector as a process: configuration, serve, embedded broker, clean end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from collector import keys
from collector.__main__ import main
from collector.config import read_config
from collector.config_error import ConfigError
from collector.intake.upgrade import program_version
from shared import signing
from tests.collector.house import AGENT_KEY, device, fault, frame_of, health
from tests.collector.mosquitto import WAIT_S, Peer, free_port, wait_for_port
from tests.stores import STORES, ask

REPO = Path(__file__).parents[2]
POLICY = """
passive_opens_drafts = true
tick_s = 0.1
[hold_s]
"*" = 0.2
[site_loss]
wait = false
"""


def write_config(directory: Path, *, broker: int, web: int) -> Path:
    """A small configuration on these ports."""
    (directory / "agent.pub.pem").write_bytes(signing.public_pem(AGENT_KEY.public_key()))
    (directory / "policy.toml").write_text(POLICY)
    path = directory / "collector.toml"
    path.write_text(
        f"""
[collector]
data_dir = "data"
[broker]
port = {broker}
embedded = true
[web]
port = {web}
[policy]
file = "policy.toml"
[[organisations]]
id = "factory"
name = "Factory"
kind = "factory"
[[organisations]]
id = "north"
name = "North"
parent = "factory"
[[sites]]
id = "farm"
organisation = "north"
zone = "Europe/Berlin"
[[agents]]
id = "agent-farm"
site = "farm"
evidence_key = "agent.pub.pem"
"""
    )
    STORES.point(path)
    return path


@contextlib.contextmanager
def served(config: Path, web: int) -> Iterator[subprocess.Popen[bytes]]:
    """The collector at work; killed at the end if it is still there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "collector", "serve", "-c", str(config)],
        cwd=REPO,
        stderr=(config.parent / "log").open("wb"),
    )
    try:
        wait_for_port(web, process)
        yield process
    finally:
        process.kill()
        process.wait()


def preclaims(web: int, token: str) -> list[dict[str, object]]:
    """What the API lists."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{web}/api/v1/preclaims", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: list[dict[str, object]] = json.load(answer)["items"]
    return found


def test_fault_becomes_a_preclaim_in_the_api(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One process, one fault over the embedded broker, one pre-claim; and it ends when told to."""
    broker, web = free_port(), free_port()
    config = write_config(tmp_path, broker=broker, web=web)
    assert main(["token", "-c", str(config), "--name", "test", "--role", "admin"]) == 0
    token = capsys.readouterr().out.strip()
    with served(config, web) as process:
        peer = Peer(broker)
        rows = {
            1: frame_of(health(device(label_serial="SC24010001")), seq=1),
            2: frame_of(fault("picture.blurred"), seq=2),
        }
        until = time.monotonic() + WAIT_S
        receipted: set[int] = set()
        while not {1, 2} <= receipted and time.monotonic() < until:
            peer.publish(*rows.values())
            receipted |= peer.receipted(seqs={1, 2}, within_s=1)
        found: list[dict[str, object]] = []
        seqs = count(3)
        while not found and time.monotonic() < until:
            # An agent that says nothing more is silent on a slow machine, and nothing is decided.
            peer.publish(frame_of(health(device(label_serial="SC24010001")), seq=next(seqs)))
            found = preclaims(web, token)
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        ended = process.wait(timeout=WAIT_S)
        peer.close()

    assert [(row["serial"], row["state"], row["codes"]) for row in found] == [
        ("SC24010001", "draft", ["picture.blurred"])
    ]
    log = (tmp_path / "log").read_text()
    assert ended == 0, log
    setup = tmp_path / "data" / "setup-link"
    assert f"first administrator: open the link in {setup}" in log
    assert setup.read_text().startswith(f"http://127.0.0.1:{web}/setup/")
    assert setup.stat().st_mode & 0o777 == 0o600
    assert ask(config, "SELECT detail FROM audit WHERE action = 'collector.version'") == [
        (program_version(),)
    ]
    assert "/setup/" not in log
    assert "Traceback" not in log
    assert token not in log


def test_configuration_problems_come_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, every problem with file, key, reason and remedy, nothing started."""
    path = tmp_path / "collector.toml"
    path.write_text(
        """
[collector]
langauge = "en"
[broker]
port = 99999
password_file = "none.txt"
[policy]
file = "policy.toml"
[[organisations]]
id = "north"
name = "North"
parent = "nobody"
[[sites]]
id = "farm"
organisation = "nowhere"
zone = "Mars/Base"
[[agents]]
id = "bad id"
site = "farm"
evidence_key = "missing.pem"
"""
    )
    (tmp_path / "policy.toml").write_text("[warranty]\nmonths = -1\n")

    assert main(["serve", "-c", str(path)]) == 2
    told = capsys.readouterr().err
    for key in (
        "collector.langauge",
        "broker.port",
        "broker.password_file",
        "organisations[1].parent",
        "sites[1].organisation",
        "sites[1].zone",
        "agents[1].id",
        "agents[1].evidence_key",
        "warranty.months",
    ):
        assert key in told
    assert not (tmp_path / "data").exists()


def test_missing_file_is_said_plainly(tmp_path: Path) -> None:
    """No traceback for a path that is not there."""
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "no.toml")


def test_command_key_is_private_and_made_once(tmp_path: Path) -> None:
    """Mode 0600, the public half beside it, and the same key at the next start."""
    path = tmp_path / "keys" / "command.pem"
    first = keys.load_or_make(path)

    assert os.stat(path).st_mode & 0o777 == 0o600
    assert signing.key_id(keys.load_or_make(path).public_key()) == signing.key_id(
        signing.read_public(keys.public_path(path).read_bytes())
    )
    assert signing.key_id(first.public_key()) == signing.key_id(
        keys.load_or_make(path).public_key()
    )
    assert main(["keygen", str(path)]) == 1
