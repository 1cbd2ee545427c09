"""Set the demo up: files, keys, and processes in the order in which they need each other."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from simulator.demo.calls import CallFailed, Http
from simulator.demo.cast import Cast
from simulator.demo.files import (
    HEALTH_EVERY_S,
    Folder,
    write_agent,
    write_collector,
    write_policy,
    write_registry,
    write_secret,
)
from simulator.demo.fleet import write_fleet
from simulator.demo.processes import Processes, free_port, wait_for_port

PASSWORD = "demo-pass-2026"  # of simulated cameras on loopback only
WEB_PORT = 8480
BROKER_PORT = 18830
CONTROL_PORT = 18900


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that runs, and where to ask it."""

    folder: Folder
    cast: Cast
    processes: Processes
    fleet: Http
    api: Http
    page: str
    setup_link: str
    broker_port: int
    addresses: dict[str, str]

    def inject(self, onvif_serial: str, fault: str, *, on: bool = True) -> None:
        """Begin or end a fault at a simulated camera."""
        self.fleet.post(f"/control/cameras/{onvif_serial}/faults", {"fault": fault, "on": on})

    def cut_power(self, site: str) -> None:
        """A site goes dark: its cameras and its agent, without a word."""
        self.processes.kill(f"agent-{site}")
        self.fleet.post(f"/control/sites/{site}/power", {"on": False})


def prepare(root: Path) -> Folder:
    """Start from an empty folder; one that holds anything but a demo is left alone."""
    mark = root / ".preclaim-demo"
    if root.exists() and any(root.iterdir()) and not mark.exists():
        raise FileExistsError(
            f"{root} is not empty and holds no demo. Name another folder with --dir."
        )
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True, mode=0o700)
    mark.write_text("Made by preclaim-demo; made anew at each start.\n")
    return Folder(root=root.resolve())


def set_up(
    folder: Folder,
    cast: Cast,
    processes: Processes,
    *,
    language: str,
    embedded_broker: bool = True,
    broker_port: int = 0,
    database_url: str = "",
    health_every_s: float = HEALTH_EVERY_S,
) -> Stage:
    """Write the files, start simulator, collector and agents, and return what to talk to."""
    web_port, control_port = free_port(WEB_PORT), free_port(CONTROL_PORT)
    broker_port = broker_port or free_port(BROKER_PORT)
    write_secret(folder.password, PASSWORD + "\n")
    write_fleet(folder, cast, control_port=control_port)
    write_registry(folder, cast)
    write_policy(folder)
    _start_fleet(folder, processes, control_port)
    fleet = Http(f"http://127.0.0.1:{control_port}")
    addresses = _addresses(fleet)
    _make_keys(folder, cast, processes)
    write_collector(
        folder,
        cast,
        broker_port=broker_port,
        web_port=web_port,
        embedded=embedded_broker,
        database_url=database_url,
    )
    configuration = str(folder.collector)
    processes.run(["preclaim-collector", "migrate", "-c", configuration])
    processes.run(
        [
            "preclaim-collector",
            "import-registry",
            "-c",
            configuration,
            str(folder.registry),
            "--confirm",
        ]
    )
    token = make_token(processes, folder)
    start_collector(folder, processes)
    wait_for_port(web_port, timeout_s=60, processes=processes)  # it listens after its broker
    for site in cast.sites:
        write_agent(
            folder,
            site,
            cast,
            addresses=addresses,
            broker_port=broker_port,
            health_every_s=health_every_s,
        )
        start_agent(folder, site, processes)
    page = f"http://127.0.0.1:{web_port}"
    return Stage(
        folder=folder,
        cast=cast,
        processes=processes,
        fleet=fleet,
        api=Http(page, token),
        page=f"{page}/?lang={language}",
        setup_link=_setup_link(folder, page),
        broker_port=broker_port,
        addresses=addresses,
    )


def start_collector(folder: Folder, processes: Processes) -> None:
    """Start the collector, for the first time or again."""
    processes.start("collector", ["preclaim-collector", "serve", "-c", str(folder.collector)])


def start_agent(folder: Folder, site: str, processes: Processes) -> None:
    """Start a site's agent, for the first time or again."""
    processes.start(f"agent-{site}", ["preclaim-agent", "run", "-c", str(folder.agent(site))])


def _start_fleet(folder: Folder, processes: Processes, control_port: int) -> None:
    processes.start(
        "simulator",
        ["preclaim-sim", "run", "-c", str(folder.fleet)],
    )
    wait_for_port(control_port, timeout_s=60, processes=processes)


def _addresses(fleet: Http) -> dict[str, str]:
    cameras = fleet.get("/control/cameras")
    return {camera["serial"]: camera["address"] for camera in cameras["cameras"]}


def _make_keys(folder: Folder, cast: Cast, processes: Processes) -> None:
    folder.keys.mkdir(parents=True, exist_ok=True)
    for site in cast.sites:
        processes.run(["preclaim-agent", "keygen", str(folder.keys / f"agent-{site}.pem")])
    processes.run(["preclaim-collector", "keygen", str(folder.keys / "command.pem")])


def make_token(processes: Processes, folder: Folder) -> str:
    """A token of an administrator for the API; CallFailed when none was printed."""
    command = ["preclaim-collector", "token", "-c", str(folder.collector)]
    printed = processes.run([*command, "--name", "demo", "--role", "admin"])
    words = printed.split()
    if not words:
        raise CallFailed("preclaim-collector token printed nothing")
    return words[-1]


def _setup_link(folder: Folder, page: str) -> str:
    """The one-time link for the first administrator, from the file where the collector put it."""
    file = folder.root / "collector" / "setup-link"
    for _ in range(50):
        if file.exists():
            return page + urlsplit(file.read_text().strip()).path
        time.sleep(0.1)
    return page
