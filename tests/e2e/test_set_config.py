"""A configuration set from the command line, on real processes: collector, Mosquitto, agent."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.demo.processes import ProcessEnded, Processes, free_port, wait_for_port
from tests.stores import STORES

AGENT = """
[agent]
id = "agent-hill"
data_dir = "agent"
[broker]
port = {port}
[keys]
evidence = "agent.pem"
command = "command.pub.pem"
[[devices]]
id = "gate"
address = "127.0.0.1:9"
budget = {{ logins_per_day = 20 }}
"""
COLLECTOR = """
[collector]
data_dir = "collector"
database_url = "{url}"
[broker]
port = {port}
[web]
port = {web}
[keys]
command = "command.pem"
[[organisations]]
id = "integrator"
name = "Integrator"
kind = "integrator"
[[sites]]
id = "hill"
name = "Hill"
organisation = "integrator"
[[agents]]
id = "agent-hill"
organisation = "integrator"
site = "hill"
"""


@pytest.mark.store("sqlite")  # about settings on their way: the store has no part in it
@pytest.mark.broker
def test_what_is_set_holds_through_a_kill(
    tmp_path: Path, processes: Processes, broker_port: int
) -> None:
    """The answer 'done' comes back; what raises a limit is refused by name; kill -9 keeps it."""
    processes.run(["preclaim-collector", "keygen", str(tmp_path / "command.pem")])
    own, web = tmp_path / "agent.toml", free_port()
    own.write_text(AGENT.format(port=broker_port))
    collector = tmp_path / "collector.toml"
    collector.write_text(COLLECTOR.format(port=broker_port, web=web, url=STORES.named(tmp_path)))
    processes.start("collector", ["preclaim-collector", "serve", "-c", str(collector)])
    wait_for_port(web, timeout_s=60, processes=processes)
    processes.start("agent", ["preclaim-agent", "run", "-c", str(own)])

    def order(text: str) -> str:
        overlay = tmp_path / "overlay.toml"
        overlay.write_text(text)
        words = ["command", "agent-hill", "set_config", "--file", str(overlay), "--wait", "60"]
        return processes.run(["preclaim-collector", *words, "-c", str(collector), "--lang", "en"])

    good = "[schedule]\nhealth_every_s = 120\n"
    good += '[[devices]]\nid = "gate"\nbudget = { logins_per_day = 9 }\n'
    assert "done: configuration" in order(good)
    with pytest.raises(ProcessEnded, match=r"logins_per_day.*above the agent's own 20"):
        order(good.replace("= 9", "= 21"))
    processes.kill("agent")
    shown = processes.run(["preclaim-agent", "show-config", "-c", str(own), "--lang", "en"])
    said = {line.split()[0]: line.split()[1:] for line in shown.splitlines()}

    assert said["schedule.health_every_s"] == ["120", "order"]
    assert said["devices.gate.budget.logins_per_day"] == ["9", "order"]
