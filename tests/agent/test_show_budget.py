"""The verb ``budget``: the day's spend of each device beside its limits, in both languages."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from agent import cli, edge
from agent.budget import Spend
from agent.delivery import spend_store
from agent.delivery.opening import open_file
from agent.exit_code import DONE, FOUND
from agent.verbs import dispatch

CONFIG = """
[agent]
id = "a"
[[devices]]
id = "gate"
address = "192.0.2.1"
power = "battery"
link = "metered"
battery = { awake_ma = 600, wake_s = 12, capacity_mah = 5000 }
budget = { logins_per_day = 20 }
[[devices]]
id = "yard"
address = "192.0.2.2"
"""


@pytest.fixture(name="config")
def a_day_spent(tmp_path: Path) -> Path:
    """An agent whose solar camera has been visited today."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    (tmp_path / "agent-data").mkdir()
    database = open_file(tmp_path / "agent-data" / "agent.db")
    with database.transaction() as db:
        spend = Spend(edge.clock().date(), 1_000_000, 5, 10, 0, 300, 30_000)
        spend_store.keep_spend(db, "gate", spend)
    database.close()
    return path


def call(*arguments: str) -> tuple[int, str]:
    """Carry out a command line; exit code and output."""
    out = io.StringIO()
    return dispatch(cli.parse(list(arguments)), out), out.getvalue()


def test_the_table_shows_spend_limit_and_share(config: Path) -> None:
    """25 mAh by hand: 600 mA x (30 s in visits + 10 x 12 s awake) / 3600 = 25, of 5000 0.5 %."""
    code, text = call("budget", "-c", str(config), "--lang", "en")
    (gate,) = (line for line in text.splitlines() if line.startswith("gate"))
    (yard,) = (line for line in text.splitlines() if line.startswith("yard"))

    assert code == DONE
    assert "battery, metered" in gate
    assert "300 / 1500 (20 %)" in gate
    assert "5 / 20 (25 %)" in gate
    assert "25.0 / 240 (10 %)" in gate
    assert gate.endswith("0.5 %")
    assert "LAN, mains" in yard
    assert "0 / 50000 (0 %)" in yard


def test_the_table_speaks_chinese(config: Path) -> None:
    """The same in Chinese, with the word that it is an estimate."""
    text = call("budget", "-c", str(config), "--lang", "zh")[1]
    assert "电池，计流量" in text
    assert "估算" in text


def test_programs_get_numbers(config: Path) -> None:
    """JSON: spent and limit apart, None where there is no battery."""
    found = json.loads(call("budget", "-c", str(config), "--json")[1])
    gate, yard = found["devices"]
    assert gate["requests"] == {"spent": 300, "limit": 1500}
    assert gate["mah"] == {"spent": 25.0, "limit": 240}
    assert gate["pack_percent"] == 0.5
    assert (yard["mah"], yard["pack_percent"]) == (None, None)


def test_an_agent_that_never_ran_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a database there is no spend to show, and the message says why."""
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG)
    assert call("budget", "-c", str(path), "--lang", "en")[0] == FOUND
    assert "agent.db" in capsys.readouterr().err
