"""A computed sun is believed only when a camera of the site saw its days by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.camera.port import Target
from agent.config import Device
from agent.delivery import reading_store
from agent.delivery.collector_clock import CollectorClock
from agent.delivery.database import Database
from agent.delivery.opening import open_file
from agent.sun import Site, sun_elevation_deg
from agent.sun_watch import SunWatch
from shared.identity import Epoch
from shared.receipt import Receipt
from tests.agent.diagnosis.views import reading

SHANGHAI = Site(latitude_deg=31.2, longitude_deg=121.5)
WRONG_SIGN = Site(latitude_deg=31.2, longitude_deg=-121.5)
MIDNIGHT = datetime(2026, 11, 12, 16, 0, tzinfo=UTC)  # in Shanghai
NOON = MIDNIGHT - timedelta(hours=12)
GATE = Device(
    device_id="gate",
    name="Gate",
    target=Target(address="192.0.2.1"),
    label_serial="",
    is_battery=False,
    is_metered=False,
    profile="",
    budget={},
    place=SHANGHAI,
)


class Bench:
    """Cameras in Shanghai, and an agent whose clock is ``ahead`` of the truth."""

    def __init__(self, folder: Path) -> None:
        self.database: Database = open_file(folder / "agent.db")
        self.now = MIDNIGHT
        self.ahead = timedelta(0)
        self.collector_clock = CollectorClock(
            self.database,
            clock=lambda: self.now + self.ahead,
            steady_s=self.steady_s,
        )

    def steady_s(self) -> float:
        """Goes on with the truth."""
        return (self.now - MIDNIGHT).total_seconds()

    def told_the_time(self) -> None:
        """A receipt of this run tells it."""
        self.collector_clock.note(Receipt(Epoch(1, 1), "one", self.now))

    def lived(self, days: float, *, device_id: str = "gate", night_luma: float = 5.0) -> None:
        """Pictures every 20 minutes until now, by the agent's clock; dark nights, coloured days."""
        found = []
        for back in range(int(days * 72), 0, -1):
            truth = self.now - timedelta(minutes=20 * back)
            up = (sun_elevation_deg(SHANGHAI, truth) or 0.0) > -4
            at = truth + self.ahead
            found.append(reading("picture.luma_mean", 110.0 if up else night_luma, at))
            found.append(reading("picture.saturation_mean", 40.0 if up else 1.0, at))
        with self.database.transaction() as db:
            reading_store.add(db, device_id, found)

    def sun(self, place: Site = SHANGHAI) -> tuple[float | None, float | None]:
        """What is known of the sun now, and what of it may convict."""
        watch = SunWatch(
            self.database,
            collector_clock=self.collector_clock,
            clock=lambda: self.now + self.ahead,
            mates={"gate": ("barn",)},
        )
        found = watch.over(replace(GATE, place=place), self.now + self.ahead)
        return found.elevation_deg, found.certain_deg


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh one."""
    made = Bench(tmp_path)
    yield made
    made.database.close()


@pytest.mark.parametrize("is_told", [True, False], ids=["told the time", "not told"])
def test_a_right_clock_and_place_are_believed(bench: Bench, is_told: bool) -> None:
    """By night and by noon, once two days were seen."""
    bench.lived(2.5)
    if is_told:
        bench.told_the_time()
    known, certain = bench.sun()
    assert known == certain == pytest.approx(-76, abs=2)
    bench.now = NOON
    assert bench.sun()[1] is not None


def test_nothing_is_certain_on_the_first_day(bench: Bench) -> None:
    """The sun is computed, and convicts nobody; without coordinates there is none."""
    bench.told_the_time()
    bench.lived(0.6)
    known, certain = bench.sun()
    assert (known is not None, certain) == (True, None)


def test_a_wrong_sign_of_the_longitude_is_not_believed(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """In the first night it convicts nobody; from then on there is no sun at all."""
    bench.told_the_time()
    bench.lived(0.4)
    assert bench.sun(WRONG_SIGN)[1] is None
    bench.lived(2.5)
    assert bench.sun(WRONG_SIGN) == (None, None)
    assert "check clock, latitude and longitude" in caplog.text


@pytest.mark.parametrize("hours", [12, 8, -6, 2])
def test_a_wrong_clock_is_put_right_or_not_believed(bench: Bench, hours: int) -> None:
    """With the collector's word the sun is where it is; without, a camera's days deny it."""
    bench.ahead = timedelta(hours=hours)
    bench.lived(2.5)
    assert bench.sun()[1] is None
    bench.told_the_time()
    assert bench.sun()[1] == pytest.approx(-76, abs=2)


def test_a_clock_that_jumps_to_noon_at_midnight_is_not_believed(bench: Bench) -> None:
    """After a restart with a clock that stood still: the record agrees, this night does not."""
    bench.lived(2.5)
    with bench.database.transaction() as db:
        for minutes in (0, 10, 20):
            at = NOON + timedelta(days=1, minutes=minutes)
            dark = (
                reading("picture.luma_mean", 5.0, at),
                reading("picture.saturation_mean", 1, at),
            )
            reading_store.add(db, "gate", dark)
    bench.ahead = timedelta(hours=12, minutes=30)
    assert bench.sun() == (None, None)


def test_a_dark_run_by_day_does_not_deny_the_sun(bench: Bench) -> None:
    """A camera that went black is what the sun is asked for."""
    bench.told_the_time()
    bench.now = NOON
    bench.lived(2.5)
    with bench.database.transaction() as db:
        for minutes in range(0, 300, 10):
            at = NOON + timedelta(minutes=minutes)
            dark = (
                reading("picture.luma_mean", 3.0, at),
                reading("picture.saturation_mean", 0, at),
            )
            reading_store.add(db, "gate", dark)
    assert bench.sun()[1] == pytest.approx(40, abs=3)


def test_a_mate_bears_the_sun_out(bench: Bench) -> None:
    """A camera that was black from the first day on has no record; its neighbour has."""
    bench.told_the_time()
    bench.lived(2.5, device_id="barn")
    assert bench.sun()[1] is not None
