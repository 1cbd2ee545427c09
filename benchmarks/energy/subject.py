"""The agent under test: its own database, days, rules and episodes, over one simulated site.

Only sockets and probes are left out: each visit's readings go in where a probe's would
(``record_readings``), and everything is judged and stored as on a real site. The file is thrown
away, so it lies in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.camera.port import LoginKind, Target
from agent.config import Device
from agent.cycle import record_readings
from agent.delivery.database import Outside
from agent.delivery.evidence import Signer
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.diagnosis.memory import Step
from agent.diagnosis.rule import Rule
from agent.episodes import Author
from agent.recording import TELEMETRY_UPTO, Settings
from agent.sun import Site as Place
from agent.sun import sun_elevation_deg
from agent.sun_watch import Sun
from benchmarks.energy.expected import JUDGED
from benchmarks.energy.profile import readings_of
from simulator.solar.site import Site, Visit

_A_BATCH: Final = 6  # visits to a camera between two batches of telemetry
_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_ELSEWHERE: Final = ("picture.", "ircut.", "ir_led.", "stream.", "login.", "disk.", "recording.")
_RULES: Final[tuple[Rule, ...]] = tuple(
    rule for rule in RULES if not rule.code.startswith(_ELSEWHERE)
)
"""All but those whose readings no life has: they would only be asked and say nothing."""


@dataclass(kw_only=True)
class Episode:
    """One fault of one device from its opening until it cleared; None: it stands at the end."""

    device_id: str
    code: str
    onset_at: datetime
    opened_at: datetime
    summary: str
    cleared_at: datetime | None = None

    def stood_in(self, start: datetime, end: datetime) -> bool:
        """Whether it was open at some time between these."""
        return self.opened_at < end and (self.cleared_at is None or self.cleared_at > start)


@dataclass(kw_only=True)
class Heard:
    """All that the agent told of a site."""

    episodes: list[Episode] = field(default_factory=list)
    causes: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)  # energy.cause
    visits: int = 0

    def open_of(self, device_id: str, code: str) -> Episode | None:
        """The standing episode of this fault."""
        for one in reversed(self.episodes):
            if (one.device_id, one.code) == (device_id, code):
                return one if one.cleared_at is None else None
        return None


class Agent:
    """Use as a context: the database is closed, and gone, at its end."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._folder = TemporaryDirectory(prefix="preclaim-lives-")  # ballast and marks lie there
        self._database = open_file(Path(self._folder.name) / "agent.db", outside=_MEMORY)
        self._outbox = Outbox(self._database)
        self._devices = {one.device_id: one for one in _devices_of(site)}
        self._settings = Settings(
            rules=_RULES,
            levels=Levels(),
            watch_seconds=1.0,
            recorder_login=LoginKind.NONE,
            author=Author(agent_id="lives", version="1", recorder_firmware="", signer=Signer(_KEY)),
            sun=_sun_over,
            mates={
                one: tuple(other for other in self._devices if other != one)
                for one in self._devices
            },
        )
        self.heard = Heard()

    def __enter__(self) -> Agent:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def live(self, every: timedelta) -> Heard:
        """Visit the site's cameras to the end of their lives."""
        for number, visit in enumerate(self._site.visits(every)):
            self._take(visit)
            if number % (_A_BATCH * len(self._devices)) == 0:
                self._send_telemetry()
        return self.heard

    def _send_telemetry(self) -> None:
        """What the history holds is in a batch: without it a file keeps 21,600 of each name."""
        with self._database.transaction() as db:
            (newest,) = db.execute("SELECT coalesce(max(id), 0) FROM history").fetchone()
            self._database.set_meta(TELEMETRY_UPTO, str(newest))

    def _take(self, visit: Visit) -> None:
        outcome = record_readings(
            self._devices[visit.device_id],
            readings_of(visit.values, visit.agent_at),
            settings=self._settings,
            database=self._database,
            outbox=self._outbox,
            now=visit.agent_at,
        )
        heard = self.heard
        heard.visits += 1
        for reading in outcome.readings:
            if reading.name == "energy.cause" and reading.good:
                told = heard.causes.setdefault(visit.device_id, [])
                told.append((visit.at, str(reading.value)))
        for one in outcome.diagnosis.steps:
            memory = one.memory
            if one.step is Step.OPENED:
                heard.episodes.append(
                    Episode(
                        device_id=visit.device_id,
                        code=memory.code,
                        onset_at=memory.onset_at or visit.at,
                        opened_at=visit.at,
                        summary=memory.summary_en,
                    )
                )
            elif one.step is Step.CLEARED:
                standing = heard.open_of(visit.device_id, memory.code)
                if standing is not None:
                    standing.cleared_at = visit.at


def is_judged(code: str) -> bool:
    """Whether this is a fault of energy or radio; reach and login are others' figures."""
    return code.startswith(JUDGED)


def _devices_of(site: Site) -> Iterator[Device]:
    here = Place(latitude_deg=site.place.latitude_deg, longitude_deg=site.place.longitude_deg)
    place = here if site.knows_place else None
    for number, camera in enumerate(site.cameras, start=1):
        yield Device(
            device_id=camera.device_id,
            name=camera.device_id,
            target=Target(address=f"192.0.2.{number}"),
            label_serial=f"LABEL-{site.seed}-{number}",
            is_battery=True,
            is_metered=True,
            profile="",
            budget={},
            site=f"site-{site.seed}",
            place=place,
        )


def _sun_over(device: Device, at: datetime) -> Sun:
    """As ``SunWatch`` tells it of cameras whose pictures say nothing."""
    return Sun(elevation_deg=sun_elevation_deg(device.place, at))


def _connect(_: Path) -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


_MEMORY: Final = Outside(connect=_connect)
