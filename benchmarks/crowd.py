"""Many healthy simulated cameras, Mosquitto, and one agent that watches them all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.demo.calls import Http
from simulator.demo.cast import Cast, Role
from simulator.demo.files import Folder, write_agent, write_secret
from simulator.demo.fleet import write_fleet
from simulator.demo.processes import Processes, free_port, wait_for_port
from simulator.demo.stage import PASSWORD

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


def cameras(count: int) -> Cast:
    """``count`` healthy cameras at one site."""
    return Cast(
        tuple(
            Role(
                site="crowd",
                device_id=f"camera-{number:03d}",
                name=f"Camera {number}",
                kind="nvr_kit_camera",
                model="NK-800",
                batch="B1",
                label_serial=f"NK99{number:06d}",
                onvif_serial=f"CROWD-{number:04d}",
                mac=f"02:00:00:01:{number >> 8:02x}:{number & 255:02x}",
            )
            for number in range(1, count + 1)
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A running fleet and its files."""

    folder: Folder
    cast: Cast
    addresses: Mapping[str, str]
    broker_port: int
    processes: Processes
    control: Http

    def visits(self) -> dict[str, int]:
        """Streams played by each camera so far, by the camera's own count."""
        listed = self.control.get("/control/cameras")["cameras"]
        return {camera["serial"]: camera["rtsp_sessions"] for camera in listed}

    def switch(self, serial: str, fault: str, *, on: bool) -> None:
        """Give a camera a fault, or take it away."""
        self.control.post(f"/control/cameras/{serial}/faults", {"fault": fault, "on": on})


@contextlib.contextmanager
def mosquitto(processes: Processes, root: Path) -> Iterator[int]:
    """Debian's Mosquitto on a free loopback port.

    Its default queue (1000) drops in silence; payloads without an outbox behind them would be
    lost there and not at the collector, so the queue has no limit here.
    """
    if MOSQUITTO is None:
        raise RuntimeError("mosquitto is missing: apt-get install mosquitto")
    port = free_port()
    configuration = root / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        "max_queued_messages 0\n"
    )
    processes.start("mosquitto", [MOSQUITTO, "-c", str(configuration)])
    wait_for_port(port, timeout_s=10, processes=processes)
    yield port


@contextlib.contextmanager
def crowd(
    count: int, *, width: int = 640, height: int = 360, views: int = 10_000
) -> Iterator[Crowd]:
    """Start the cameras and the broker; the agent is started by the caller."""
    with tempfile.TemporaryDirectory(prefix="preclaim-crowd-") as name:
        folder = Folder(root=Path(name))
        cast = cameras(count)
        control_port = free_port()
        write_secret(folder.password, PASSWORD + "\n")
        write_fleet(
            folder, cast, control_port=control_port, width=width, height=height, views=views
        )
        with (
            Processes(folder.root / "logs") as processes,
            mosquitto(processes, folder.root) as broker_port,
        ):
            processes.start("simulator", ["preclaim-sim", "run", "-c", str(folder.fleet)])
            wait_for_port(control_port, timeout_s=60, processes=processes)
            control = Http(f"http://127.0.0.1:{control_port}")
            listed = control.get("/control/cameras")
            addresses = {c["serial"]: c["address"] for c in listed["cameras"]}
            yield Crowd(
                folder=folder,
                cast=cast,
                addresses=addresses,
                broker_port=broker_port,
                processes=processes,
                control=control,
            )


def start_agent(
    crowd: Crowd, *, every_s: float, watch_seconds: float = 1.0, concurrency: int = 8
) -> int:
    """Start one agent over all cameras with every probe at the same pace; its process id."""
    probes = ("reachability", "clock", "identity", "login", "stream", "imaging", "picture")
    folder = crowd.folder
    folder.keys.mkdir(exist_ok=True)
    crowd.processes.run(["preclaim-agent", "keygen", str(folder.keys / "agent-crowd.pem")])
    crowd.processes.run(["preclaim-agent", "keygen", str(folder.keys / "command.pem")])
    write_agent(
        folder,
        "crowd",
        crowd.cast,
        addresses=dict(crowd.addresses),
        broker_port=crowd.broker_port,
        every_s={**dict.fromkeys(probes, every_s), "vendor": every_s},
        watch_seconds=watch_seconds,
        health_every_s=30,
        concurrency=concurrency,
    )
    crowd.processes.start(
        "agent-crowd", ["preclaim-agent", "run", "-c", str(folder.agent("crowd"))]
    )
    time.sleep(1)
    crowd.processes.check()
    return crowd.processes.pid("agent-crowd")
