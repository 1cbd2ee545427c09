"""The energy days of a device on a real database: folded, closed, judged, shown."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from agent import cli
from agent.cycle import record_readings
from agent.days import Closed
from agent.delivery import day_store
from agent.delivery.database import Database
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.diagnosis import energy_rules, power_rules
from agent.energy.folding import read_day
from agent.energy_days import KIND, look
from agent.exit_code import DONE, FOUND
from agent.probes.probe import good
from agent.radio.blob import write as write_radio_day
from agent.radio.day import RadioDay
from agent.recording import Outcome, Settings
from agent.sun_watch import Sun
from agent.verbs import dispatch
from shared.fault import FaultState
from tests.agent.energy.cameras import ALL, MADRID, MATES, Cam, Sky, elevation_deg, visits
from tests.agent.test_cycle import DEVICE, Bench

CONFIG = """
[agent]
id = "a"
latitude = 40.0
longitude = 0.0
[[devices]]
id = "gate-north"
address = "192.0.2.1"
power = "battery"
[[devices]]
id = "yard"
address = "192.0.2.2"
"""
DEAD = Cam(
    panel_mw=lambda day: 0.0 if day >= 8 else 6000.0,
    capacity_mah=lambda _: 11_000.0,
    names=ALL,
)
NAMES = ("gate-north", *MATES)


@dataclass
class Site:
    """A database and a camera with its siblings."""

    path: Path
    database: Database
    settings: Settings

    def take(self, name: str, at: datetime, readings: object) -> Outcome:
        """One visit."""
        assert isinstance(readings, dict)
        place = replace(DEVICE, device_id=name, place=MADRID, is_battery=True)
        return record_readings(
            place,
            list(readings.values()),
            settings=self.settings,
            database=self.database,
            outbox=Outbox(self.database),
            now=at,
        )

    def again(self) -> None:
        """Killed and started: what was committed is there."""
        self.database.connection.close()
        self.database = open_file(self.path)


@pytest.fixture(name="site")
def a_site(tmp_path: Path) -> Iterator[Site]:
    """Rules of energy alone, and the sun of Madrid."""
    (tmp_path / "agent-data").mkdir()
    path = tmp_path / "agent-data" / "agent.db"
    settings = replace(
        Bench(tmp_path).settings,
        rules=(*energy_rules.RULES, *power_rules.RULES),
        sun=lambda _, at: Sun(elevation_deg=elevation_deg(40.0, 0.0, at), is_certain=True),
        mates={name: tuple(one for one in NAMES if one != name) for name in NAMES},
    )
    site = Site(path=path, database=open_file(path), settings=settings)
    yield site
    site.database.connection.close()


def live(site: Site, cams: dict[str, Cam], sky: Sky) -> list[Outcome]:
    """All visits of some cameras, every third one of them, as time goes."""
    found = []
    every = zip(*(list(visits(cam, sky))[::3] for cam in cams.values()), strict=True)
    for moment in every:
        for name, (at, _, readings) in zip(cams, moment, strict=True):
            found.append(site.take(name, at, readings))
    return found


def test_a_dead_panel_opens_its_fault_and_explains_the_low_battery(site: Site) -> None:
    """From visits through days to one fault: the cause, not that the battery is low."""
    outcomes = live(site, {"gate-north": DEAD, "pump": MATES["pump"]}, Sky(days=25))
    memories, low = outcomes[-2].memories, outcomes[-2].diagnosis.findings

    assert memories["solar.panel_dead"].state is FaultState.OPEN
    assert [code for code, one in memories.items() if one.is_open] == ["solar.panel_dead"]
    (said,) = (one for one in low if one.code == "battery.low")
    assert "explained by: Solar panel" in said.summary_en
    last = {reading.name: reading.value for one in outcomes for reading in one.readings}
    assert {"energy.gained", "energy.spent", "energy.autonomy", "energy.panel_yield"} <= set(last)
    assert {"energy.use_night", "energy.use_standby"} <= set(last)  # no visits: no pack is known


def test_a_restart_in_the_middle_of_a_day_changes_nothing(site: Site) -> None:
    """Killed at any visit, the day goes on from what was committed, and comes to the same."""
    steady = list(visits(Cam(names=ALL), Sky(days=3)))
    for at, _, readings in steady:
        site.take("gate-north", at, readings)
        site.take("pump", at, readings)
        if at.hour % 7 == 0:
            site.again()
    db = site.database.connection
    killed = day_store.read(db, "gate-north", KIND, since=date.min)
    (tmp := site.path.with_name("other.db")).unlink(missing_ok=True)
    site.database.connection.close()
    site.path, site.database = tmp, open_file(tmp)
    for at, _, readings in steady:
        site.take("gate-north", at, readings)

    assert len(killed) >= 2
    assert day_store.read(site.database.connection, "gate-north", KIND, since=date.min) == killed


def test_a_closed_day_is_told_once_and_stays(site: Site) -> None:
    """Its readings come in the pass that closed it; a clock set back rewrites nothing."""
    outcomes = live(site, {"gate-north": Cam(names=ALL)}, Sky(days=3))
    told = [one for one in outcomes for reading in one.readings if reading.name == "energy.cause"]
    db = site.database.connection
    before = day_store.read(db, "gate-north", KIND, since=date.min)
    live(site, {"gate-north": DEAD}, Sky(days=3))

    assert len(told) == 2
    assert day_store.read(db, "gate-north", KIND, since=date.min) == before


def test_our_own_visits_are_in_the_day(site: Site) -> None:
    """Readings that no camera was woken for cost none."""
    at = datetime(2026, 4, 1, 12, tzinfo=UTC)
    (_, _, readings) = next(iter(visits(Cam(), Sky(days=1))))
    site.take("gate-north", at, readings)
    _, blob = day_store.read_open(site.database.connection, "gate-north", KIND) or (None, None)
    day = read_day(blob)

    assert day is not None
    assert (day.visits, day.wakeups, day.awake_s) == (1, 0, 0.0)
    assert day.tail is not None
    assert day.tail.at == at
    assert day.tail.sun_deg is not None


def shown(config: Path, *arguments: str) -> tuple[int, str]:
    """What the verb prints."""
    out = io.StringIO()
    code = dispatch(cli.parse(["energy", "-c", str(config), *arguments]), out)
    return code, out.getvalue()


def test_the_verb_prints_the_ledger(site: Site, tmp_path: Path) -> None:
    """Days, cause, autonomy and the year ahead, in both languages and as JSON."""
    config = tmp_path / "agent.toml"
    config.write_text(CONFIG)
    live(site, {"gate-north": Cam(names=ALL)}, Sky(days=8))
    code, english = shown(config, "gate-north", "--lang", "en")
    _, chinese = shown(config, "--lang", "zh")
    _, document = shown(config, "--json")
    (one,) = json.loads(document)

    assert code == DONE
    assert "cause: healthy: the sun gives what it takes" in english
    assert "2026-04-05" in english
    assert "原因：正常：日照充电满足耗电" in chinese
    assert "our visits unknown" in english
    assert "capacity of day 0: unknown\n" in english and "the rest" not in english
    assert "相对初始容量：未知\n" in chinese
    assert "year ahead: the darkest week, 2026-12-" in english and "of today's sun" in english
    assert 0.2 < one["darkest_week"]["sun_of_today"] < 0.6 and one["worst_week"] is None
    assert one["percent_a_day"].keys() == {"visits", "night", "standby"}
    assert (one["device"], one["cause"], len(one["days"])) == ("gate-north", "healthy", 7)
    assert one["days"][-1]["spent_percent"] == pytest.approx(9, abs=3)


def test_the_verb_says_what_is_missing(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a closed day, and for a device that nobody knows."""
    config = tmp_path / "agent.toml"
    config.write_text(CONFIG)
    site.database.connection.execute("PRAGMA wal_checkpoint")

    assert shown(config, "yard", "--lang", "zh") == (
        FOUND,
        "尚无已结束的电池或太阳能日记录：每天在站点午夜后的首次访问时结算\n",
    )
    assert shown(config, "nobody", "--lang", "en")[0] == FOUND
    assert "no device nobody" in capsys.readouterr().err


def test_a_late_sibling_counts_with_its_open_day(site: Site) -> None:
    """One that was not visited since midnight bears witness of the day that goes on for it."""
    pump, gate = (list(visits(cam, Sky(days=2))) for cam in (MATES["pump"], Cam()))
    for at, _, readings in pump[:20]:
        site.take("pump", at, readings)
    outcomes = [site.take("gate-north", at, readings) for at, _, readings in gate[:30]]
    closing = [one for one in outcomes if any(r.name == "energy.cause" for r in one.readings)]

    assert len(closing) == 1
    assert timedelta(0) < closing[0].started_at - gate[0][0] < timedelta(days=1)


def test_a_day_knows_its_firmware(site: Site) -> None:
    """What the device said once stands in each day after it."""
    at, _, readings = next(iter(visits(DEAD, Sky(days=2))))
    told = good("identity.firmware", "1.4.2", at=at)
    site.take("gate-north", at, {**readings, told.name: told})
    site.take("gate-north", at + timedelta(hours=1), readings)

    _, blob = day_store.read_open(site.database.connection, "gate-north", KIND) or (None, None)
    day = read_day(blob)
    assert day is not None
    assert day.firmware == "1.4.2"


def test_what_its_modem_sent_stands_beside_its_days(site: Site) -> None:
    """The bytes of each closed day on the air are looked at with the charge; untold ones not."""
    days = {date(2026, 4, 1): 2.5e6, date(2026, 4, 2): None, date(2026, 4, 3): 3.5e6}
    with site.database.transaction() as db:
        for day, count in days.items():
            content = write_radio_day(RadioDay(bytes_used=count))
            day_store.keep(db, DEVICE.device_id, "radio", day, content)
        closed = Closed(
            db=db, device=DEVICE, day=date(2026, 4, 3), mates=(), levels=site.settings.levels
        )
        assert look(closed).sent == {date(2026, 4, 1): 2.5e6, date(2026, 4, 3): 3.5e6}
