"""Battery, solar and cellular values over time. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.faults import Fault
from simulator.power import Status, status_of
from simulator.spec import Kind
from tests.simulator.specs import camera_spec

START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def _status(
    hours: float, *faults: Fault, kind: Kind = Kind.SOLAR_4G, light: str = "day"
) -> Status | None:
    spec = camera_spec(kind=kind, light=light, battery_percent=60)
    now = START + timedelta(hours=hours)
    return status_of(spec, frozenset(faults), started_at=START, now=now)


def _percents(*faults: Fault, light: str = "day") -> list[int]:
    stated = [_status(hours, *faults, light=light) for hours in (0, 3, 6)]
    return [one["battery"]["percent"] for one in stated if one is not None]


def test_healthy_battery_rises_by_day_and_falls_at_night() -> None:
    """The charge moves slowly with the light, in whole percent."""
    by_day, at_night = _percents(), _percents(light="night_ir")

    assert by_day[0] == at_night[0] == 60
    assert by_day[0] < by_day[1] < by_day[2]
    assert at_night[0] > at_night[1] > at_night[2]


def test_battery_that_does_not_charge_falls_under_a_working_panel() -> None:
    """The fault shows as low and falling charge while the panel delivers."""
    falling = _percents(Fault.BATTERY_NOT_CHARGING)
    stated = _status(1, Fault.BATTERY_NOT_CHARGING)

    assert stated is not None
    assert falling[0] < 20 and falling[0] > falling[1] > falling[2]
    assert not stated["battery"]["charging"] and stated["solar"]["power_mw"] > 1000


@pytest.mark.parametrize(("light", "end"), [("day", 100), ("night_ir", 0)])
def test_charge_stays_on_the_scale(light: str, end: int) -> None:
    """After weeks the battery is full or empty, never beyond."""
    stated = _status(2000, light=light)

    assert stated is not None and stated["battery"]["percent"] == end


def test_gauge_that_is_not_ready_says_255() -> None:
    """255 is the gauge's sentinel; the voltage stays believable."""
    stated = _status(0, Fault.GAUGE_NOT_READY)

    assert stated is not None and stated["battery"]["percent"] == 255
    assert 3300 <= stated["battery"]["millivolts"] <= 4200


@pytest.mark.parametrize(
    ("fault", "sim"), [(Fault.MODEM_DEAD, "error"), (Fault.SIM_MISSING, "missing")]
)
def test_unregistered_modem_states_no_signal(fault: Fault, sim: str) -> None:
    """Without registration there is no signal value, not an invented one."""
    stated = _status(0, fault)

    assert stated is not None
    assert (stated["cellular"]["sim"], stated["cellular"]["registered"]) == (sim, False)
    assert stated["cellular"]["rsrp_dbm"] is None


def test_weak_signal_is_weak() -> None:
    """signal_weak states -121 dBm, at the edge of what LTE can hold."""
    stated = _status(5, Fault.SIGNAL_WEAK)

    assert stated is not None and stated["cellular"]["rsrp_dbm"] == -121


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (Kind.SOLAR_4G, {"battery", "solar", "cellular"}),
        (Kind.DOORBELL, {"battery"}),
        (Kind.WIFI, None),
        (Kind.NVR_KIT_CAMERA, None),
    ],
)
def test_each_kind_states_what_it_has(kind: Kind, parts: set[str] | None) -> None:
    """Kinds differ in their power and radio; mains cameras have no such page."""
    stated = _status(0, kind=kind)

    assert (None if stated is None else set(stated)) == parts
