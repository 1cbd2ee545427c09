"""``[inbox]`` and the devices that push: what a good file says, and what is wrong in a bad one."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from agent.camera.profiles.names import UNITS, kind_of
from agent.config import Config
from agent.config_file import load_config
from agent.config_problem import ConfigError
from agent.push_names import NAMES
from agent.secret_digest import fits

GOOD = """
[agent]
id = "agent-north"
[inbox]
items_per_minute = 20
[inbox.http]
bind = "192.168.1.2"
[inbox.ftp]
bind = "192.168.1.2"
passive_port_first = 50000
passive_port_last = 50009
[inbox.mqtt]
topics = ["cameras/{device}/+", "frigate/{device}/+/snapshot"]
[[devices]]
id = "gate"
mode = "push"
power = "battery"
[devices.push]
expect_every_s = 43200
user = "gate-cam"
password_file = "secret"
[devices.push.values]
"battery.charge" = "batt.soc"
"battery.charging" = { path = "batt.state", map = { chg = true, dis = false } }
"cellular.rsrp" = { path = "radio.rsrp", scale = 0.1, unless = [0, -1400] }
[[devices]]
id = "yard"
mode = "push"
min_poll_interval_s = 86400
address = "192.168.1.30"
push = { token_env = "YARD" }
"""


def load(folder: Path, text: str, **environment: str) -> Config:
    """Read a configuration from a text, with a password beside it."""
    (folder / "secret").write_text("hunter2\n")
    path = folder / "agent.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, environment=environment)


def test_a_good_file_opens_ways_in(tmp_path: Path) -> None:
    """Ways, promises, senders and values are read; no secret is kept, and none is printed."""
    config = load(tmp_path, GOOD, YARD="token-of-yard")
    gate, yard = config.devices
    assert config.ways is not None
    assert gate.push is not None
    assert yard.push is not None

    assert config.ways.ftp is not None
    assert config.ways.ftp.passive_ports == (50_000, 50_009)
    assert (gate.push.expect_every, gate.push.overdue_after) == (
        timedelta(hours=12),
        timedelta(hours=30),
    )
    assert fits(gate.push.password_sha256, "hunter2")
    assert fits(yard.push.token_sha256, "token-of-yard")
    assert gate.push.values["battery.charging"].map == {"chg": True, "dis": False}
    assert (gate.is_visited, yard.is_visited) == (False, True)
    assert gate.target.address == ""
    assert "hunter2" not in repr(config)


BAD = """
[agent]
id = "agent-north"
[inbox]
[inbox.http]
port = 99999
[inbox.ftp]
bind = "everywhere"
passive_port_first = 50000
passive_port_last = 40000
[inbox.mqtt]
topics = ["cameras/+/x", "a+/{device}"]
[[devices]]
id = "gate"
mode = "push"
allow_ir_cut_test = true
[devices.push]
user = "gate"
topic_name = "a/b"
[devices.push.values]
"battery.soc" = "x"
"battery.charge" = "]["
[[devices]]
id = "yard"
mode = "push"
push = { token_env = "T", expect_every_s = 1 }
[[devices]]
id = "barn"
mode = "push"
push = { token_env = "T" }
[[devices]]
id = "shed"
address = "192.168.1.9"
push = { token_env = "T" }
"""


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Each wrong key of the ways and of the senders is named, in both languages."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, BAD, T="one-token")
    keys = {problem.key for problem in caught.value.problems}

    assert keys >= {
        "inbox.http.bind",
        "inbox.http.port",
        "inbox.ftp.bind",
        "inbox.ftp.passive_port_last",
        "inbox.mqtt.topics",
        "devices[0].allow_ir_cut_test",
        "devices[0].push.user",
        "devices[0].push.topic_name",
        "devices[0].push.values.battery.soc",
        "devices[0].push.values.battery.charge",
        "devices[1].push.expect_every_s",
        "devices[2].push.token_file",
        "devices[3].push",
    }
    for problem in caught.value.problems:
        assert problem.line("en") != problem.line("zh")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[devices]]\nid = "a"\nmode = "push"\n', "devices[0].mode"),
        ("[inbox]\n", "inbox"),
        (
            '[inbox.ftp]\nbind = "127.0.0.1"\n[[devices]]\nid = "a"\nmode = "push"\n',
            "devices[0].push",
        ),
        ('[inbox.mqtt]\nhost = "h"\n', "inbox.mqtt.topics"),
    ],
    ids=["nothing listens", "nothing is open", "no way for this one", "no topics"],
)
def test_a_camera_that_could_never_be_heard_is_told(tmp_path: Path, text: str, key: str) -> None:
    """What would be silent for ever is a problem of the file, not of the first month."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, '[agent]\nid = "a"\n' + text)

    assert [problem.key for problem in caught.value.problems] == [key]


def test_without_an_inbox_nothing_of_it_is_loaded() -> None:
    """An agent that only visits holds no server, no FTP and no event code in memory."""
    code = (
        "import sys, agent.app, agent.verbs, agent.config_file; "
        "print([m for m in sys.modules if m.startswith(('agent.inbox.', 'aiohttp.web',"
        " 'pyftpdlib'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_pushed_value_is_what_a_profile_calls_so() -> None:
    """Names that firmware profiles know too have the same unit and kind as there."""
    both = NAMES.keys() & UNITS.keys()

    assert len(both) > 10
    assert {name: NAMES[name].unit for name in both} == {name: UNITS[name] for name in both}
    assert {name: NAMES[name].kind for name in both} == {name: kind_of(name) for name in both}
