"""The files a demo runs on: keys, configurations, secrets, policy and the delivery list."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.demo.cast import SITE_NAMES, Cast, Role

AGENT_HEADER = """\
# One agent of the demo. Its pace is that of a demo: a product's defaults are in minutes.
[agent]
id = {agent_id}
data_dir = {data_dir}
uplink = "wired"
recorder_firmware = "NVR 4.2.1"
recorder_login = "wsse"

[broker]
host = "127.0.0.1"
port = {broker_port}
keepalive_s = 20

[keys]
evidence = {evidence_key}
command = {command_key}

[schedule]
concurrency = {concurrency}
watch_seconds = {watch_seconds}
clip_seconds = 3
health_every_s = {health_every_s}
telemetry_every_s = 5
login_retry_s = 21
every_s = {every_s}

[diagnosis]
opens = [2, 3]
clears = [3, 3]
span_factor = 0  # a product's picture faults must stand for hours
levels = {levels}
"""

AGENT_DEVICE = """
[[devices]]
id = {device_id}
name = {name}
address = {address}
user = "admin"
password_file = {password_file}
label_serial = {label_serial}
power = {power}
min_poll_interval_s = 0  # simulated batteries do not run down
wake_window_s = 0  # and never sleep
budget = {budget}
"""

HEALTH_EVERY_S = 1.0  # a site that went away is seen at once
EVERY_S = {
    "reachability": 2,
    "clock": 5,
    "identity": 5,
    "login": 5,
    "stream": 1,
    "imaging": 1,
    "picture": 1,
    "vendor": 1,
}
BUDGET = {
    "bytes_per_day": 10**10,
    "requests_per_day": 10**6,
    "logins_per_day": 10**5,
    "wakeups_per_day": 10**6,
    "mah_per_day": 10**5,
}
LEVELS = {
    "battery_days": 0,
    "battery_observations": 1,
    "baseline_pictures": 3,
    "baseline_every_s": 0,
    "reference_pictures": 1,
}


def quote(text: str | Path) -> str:
    """A TOML string: JSON's quoting is a subset of TOML's."""
    return json.dumps(str(text), ensure_ascii=False)


def inline(table: Mapping[str, float]) -> str:
    """A TOML inline table of numbers."""
    return "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Where everything of one demo lies."""

    root: Path

    @property
    def keys(self) -> Path:
        """Keys of agents and collector."""
        return self.root / "keys"

    @property
    def password(self) -> Path:
        """The password that the agents know; the simulator is told the same."""
        return self.root / "secrets" / "cameras"

    @property
    def collector(self) -> Path:
        """The collector's configuration."""
        return self.root / "collector.toml"

    @property
    def policy(self) -> Path:
        """The demo's policy."""
        return self.root / "policy.toml"

    @property
    def registry(self) -> Path:
        """The delivery list to import."""
        return self.root / "deliveries.csv"

    @property
    def fleet(self) -> Path:
        """The simulator's scenario."""
        return self.root / "fleet.toml"

    def agent(self, site: str) -> Path:
        """One agent's configuration."""
        return self.root / f"agent-{site}.toml"


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def write_agent(
    folder: Folder,
    site: str,
    cast: Cast,
    *,
    addresses: dict[str, str],
    broker_port: int,
    every_s: Mapping[str, float] = EVERY_S,
    watch_seconds: float = 0.5,
    health_every_s: float = HEALTH_EVERY_S,
    concurrency: int = 8,
) -> None:
    """Write one site's agent; ``addresses`` are by ONVIF serial."""
    text = AGENT_HEADER.format(
        agent_id=quote(f"agent-{site}"),
        data_dir=quote(folder.root / f"agent-{site}"),
        broker_port=broker_port,
        evidence_key=quote(folder.keys / f"agent-{site}.pem"),
        command_key=quote(folder.keys / "command.pub.pem"),
        every_s=inline(every_s),
        watch_seconds=watch_seconds,
        health_every_s=health_every_s,
        concurrency=concurrency,
        levels=inline(LEVELS),
    )
    for role in cast.at(site):
        text += AGENT_DEVICE.format(
            device_id=quote(role.device_id),
            name=quote(role.name),
            address=quote(addresses[role.onvif_serial]),
            password_file=quote(folder.password),
            label_serial=quote(role.label_serial),
            power=quote("battery" if _on_battery(role) else "mains"),
            budget=inline(BUDGET),
        )
    folder.agent(site).write_text(text, encoding="utf-8")


def _on_battery(role: Role) -> bool:
    return role.kind in {"solar_4g", "doorbell"}


def write_registry(folder: Folder, cast: Cast, *, healthy_siblings: int = 40) -> None:
    """Write the delivery list: the cast, and siblings of each batch that were delivered too."""
    columns = ["serial", "model", "product", "batch", "buyer", "delivered_on"]
    columns += ["delivered_by", "onvif_serial", "mac"]
    with folder.registry.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, columns)
        rows.writeheader()
        for role in cast.roles:
            if role.delivered_on:  # '' stays out of the list: nobody knows when it was delivered
                rows.writerow(_unit(role, role.label_serial, role.onvif_serial, role.mac))
        for batch in dict.fromkeys((role.batch, role.model) for role in cast.roles):
            role = next(r for r in cast.roles if (r.batch, r.model) == batch)
            for number in range(healthy_siblings):
                serial = f"{role.label_serial[:-4]}{9000 + number}"
                rows.writerow(_unit(role, serial, "", ""))


def _unit(role: Role, serial: str, onvif_serial: str, mac: str) -> dict[str, str]:
    product = {"nvr_kit_camera": "nvr_kit"}.get(role.kind, role.kind)
    return {
        "serial": serial,
        "model": role.model,
        "product": product,
        "batch": role.batch,
        "buyer": "Example Distribution",
        "delivered_on": role.delivered_on,
        "delivered_by": "shipment",
        "onvif_serial": onvif_serial,
        "mac": mac,
    }


def write_collector(
    folder: Folder,
    cast: Cast,
    *,
    broker_port: int,
    web_port: int,
    embedded: bool,
    database_url: str = "",
) -> None:
    """Write the collector's configuration: one organisation tree, one agent a site.

    Without ``database_url`` its store is SQLite in its data folder.
    """
    text = f"""\
[collector]
data_dir = {quote(folder.root / "collector")}
database_url = {quote(database_url)}

[broker]
host = "127.0.0.1"
port = {broker_port}
embedded = {str(embedded).lower()}

[web]
host = "127.0.0.1"
port = {web_port}

[keys]
command = {quote(folder.keys / "command.pem")}

[policy]
file = {quote(folder.policy)}

[[organisations]]
id = "factory"
name = "Example Factory · 示例工厂"
kind = "factory"

[[organisations]]
id = "distribution"
name = "Example Distribution · 示例经销商"
kind = "distributor"
parent = "factory"

[[organisations]]
id = "integrator"
name = "Example Integrator · 示例集成商"
kind = "integrator"
parent = "distribution"
"""
    for site in cast.sites:
        text += f"""
[[sites]]
id = {quote(site)}
name = {quote(SITE_NAMES.get(site, site))}
organisation = "integrator"
zone = "Europe/Berlin"

[[agents]]
id = {quote(f"agent-{site}")}
organisation = "integrator"
site = {quote(site)}
evidence_key = {quote(folder.keys / f"agent-{site}.pub.pem")}
"""
    folder.collector.write_text(text, encoding="utf-8")


POLICY = """\
# A policy for the demo only. The product's own defaults are strict: 48 h of hold for a picture
# fault, 14 days for a battery, passive picture verdicts in shadow, site loss waited for.
passive_opens_drafts = true
tick_s = 0.2
recheck_s = 0.5

[warranty]
months = 24
zone = "Asia/Shanghai"

[hold_s]
"*" = 0.5
"device.unreachable" = 4.0

[site_loss]
# The product waits until the loss of a whole site would be known; here a decision looks at the
# site as it stands when the short hold is over.
wait = false
share = 0.6
min_devices = 2
margin_s = 0.2

[liveness]
factor = 2.5
default_promise_s = 2.0
"""


def write_policy(folder: Folder) -> None:
    """Write the policy that shortens the waiting times and trusts passive verdicts."""
    folder.policy.write_text(POLICY, encoding="utf-8")
