"""Rules on single views: what is a fault, what is none, and what is left open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from agent.camera.port import LoginKind
from agent.diagnosis import RULES, rules_with
from agent.diagnosis.levels import Levels
from agent.diagnosis.rule import Persistence, Verdict
from shared.catalogue import CATALOGUE
from shared.reading import Reading, Value
from tests.agent.diagnosis.views import NOON, judge, reading, view_of

F, H, U = Verdict.FAULT, Verdict.HEALTHY, Verdict.NO_VERDICT
KEPT_FULL: dict[str, Value] = {"host.disk_used": 40.0, "recording.disk_used": 99.9}
SUNNY: dict[str, Value] = {
    "battery.charge": 18.0,
    "battery.charging": False,
    "battery.temperature": 21.0,
    "solar.power": 1800.0,
}
SIM: dict[str, Value] = {
    "cellular.sim": "ready",
    "cellular.registered": True,
    "cellular.rsrp": -95.0,
}


@pytest.mark.parametrize(
    ("code", "values", "verdict"),
    [
        ("device.unreachable", {"reach.answers": False, "reach.layer": "tcp"}, F),
        ("device.unreachable", {"reach.answers": False, "reach.layer": "dns"}, Verdict.NO_VERDICT),
        ("device.unreachable", {"reach.answers": True}, H),
        ("device.unreachable", {"reach.answers": None}, U),
        ("device.misbehaves", {"identity.replies": "broken"}, F),
        ("device.misbehaves", {"reach.replies": "whole"}, U),
        ("device.misbehaves", {"reach.replies": "whole", "identity.replies": "whole"}, H),
        ("login.wrong_password", {"login.outcome": "refused"}, F),
        ("login.wrong_password", {"login.outcome": "locked"}, U),
        ("login.wrong_password", {"login.outcome": "accepted"}, H),
        ("login.locked_out", {"login.outcome": "locked"}, F),
        ("login.locked_out", {"login.outcome": None}, U),
        ("clock.wrong", {"clock.offset": -86400.0}, F),
        ("clock.wrong", {"clock.offset": 2.0}, H),
        ("clock.wrong", {"clock.offset": 45.0}, U),
        ("identity.placeholder", {"identity.placeholder": True}, F),
        ("identity.placeholder", {"identity.placeholder": False}, H),
        ("stream.none", {"stream.plays": False}, F),
        ("stream.none", {"stream.plays": None}, U),
        ("stream.low_rate", {"stream.fps": 2.0, "stream.fps_limit": 15.0}, F),
        ("stream.low_rate", {"stream.fps": 14.0, "stream.fps_limit": 15.0}, H),
        ("stream.low_rate", {"stream.fps": 2.0}, U),
        ("battery.low", {"battery.charge": 6.0}, F),
        ("battery.low", {"battery.charge": 20.0}, U),
        ("battery.low", {"battery.charge": 0.0, "battery.installed": False}, U),
        ("battery.low", {"battery.charge": 0.0, "battery.installed": True}, F),
        ("battery.low", {"battery.charge": None}, U),
        ("battery.low", {"battery.low": True}, F),
        ("battery.low", {"battery.low": False}, H),
        ("battery.low", {"battery.low": True, "battery.charge": 80.0}, H),
        ("cellular.modem_dead", {"cellular.sim": "error"}, F),
        ("cellular.modem_dead", {"cellular.sim": "missing"}, H),
        ("cellular.modem_dead", {"cellular.sim": "?"}, U),
        ("cellular.sim_missing", {"cellular.sim": "missing"}, F),
        ("cellular.sim_missing", {"cellular.sim": "error"}, U),
        ("cellular.not_registered", {**SIM, "cellular.registered": False}, F),
        ("cellular.not_registered", SIM, H),
        ("cellular.not_registered", {"cellular.sim": "missing", "cellular.registered": False}, U),
        ("cellular.modem_dead", {"cellular.answers": False}, F),
        ("cellular.sim_missing", {"cellular.sim": "pin"}, F),
        ("cellular.not_registered", {"cellular.sim": "pin", "cellular.registered": False}, U),
        (
            "cellular.apn_wrong",
            {**SIM, "cellular.state": "registered", "cellular.plan_bytes": 9e9},
            F,
        ),
        ("cellular.apn_wrong", {**SIM, "cellular.state": "connected"}, H),
        ("cellular.apn_wrong", {**SIM, "cellular.session": False, "cellular.plan_bytes": 9e9}, F),
        ("cellular.apn_wrong", {**SIM, "cellular.session": False}, U),
        ("cellular.apn_wrong", {**SIM, "cellular.session": True}, H),
        ("cellular.apn_wrong", {**SIM, "cellular.session": False, "cellular.rsrp": -120.0}, U),
        ("cellular.apn_wrong", {"cellular.registered": False, "cellular.session": False}, U),
        ("cellular.apn_wrong", {"cellular.registered": False, "cellular.reject_cause": 27.0}, F),
        ("cellular.apn_wrong", {"cellular.registered": False, "cellular.reject_cause": 15.0}, U),
        ("cellular.data_used_up", {"cellular.bytes_month": 2e9, "cellular.plan_bytes": 1e9}, F),
        ("cellular.data_used_up", {"cellular.bytes_month": 1e8, "cellular.plan_bytes": 1e9}, H),
        ("cellular.data_used_up", {"cellular.bytes_month": 1e8}, U),
        ("cellular.unstable", {"radio.reconnects": 14.0}, F),
        ("cellular.unstable", {"radio.reconnects": 1.0}, H),
        ("wifi.signal_weak", {"radio.wifi_day": -88.0}, F),
        ("wifi.signal_weak", {"radio.wifi_day": -50.0}, H),
        ("wifi.signal_weak", {"wifi.rssi": -88.0}, U),
        ("disk.full", {"host.disk_used": 99.5}, F),
        ("disk.full", {"host.disk_used": 40.0}, H),
        ("disk.full", {**KEPT_FULL, "recording.newest_age": 60.0}, H),
        ("disk.full", {**KEPT_FULL, "recording.newest_age": 7200.0}, F),
        ("disk.full", {**KEPT_FULL, "recording.newest_age": 60.0, "host.disk_used": 99.0}, F),
        ("disk.full", KEPT_FULL, U),
        ("host.clock_wrong", {"host.clock_offset": 1.6e7, "host.clock_synchronised": False}, F),
        ("host.clock_wrong", {"host.clock_offset": 1.6e7, "host.clock_synchronised": True}, U),
        ("recording.stopped", {"recording.newest_age": 7200.0}, F),
        ("recording.gap", {"recording.longest_gap": 60.0}, H),
        ("host.overheated", {"host.temperature": None}, U),
    ],
)
def test_verdict(code: str, values: dict[str, Value], verdict: Verdict) -> None:
    """Each rule finds what its readings say, and nothing from readings that are not good."""
    assert judge(code, view_of(values)).verdict is verdict


@pytest.mark.parametrize(
    ("accepted", "refused", "login", "verdict"),
    [
        ("digest-md5", "wsse", LoginKind.WSSE, F),
        ("wsse", "", LoginKind.WSSE, H),
        ("digest-md5", "", LoginKind.WSSE, U),
        ("none", "wsse", LoginKind.WSSE, U),
        ("digest-md5", "wsse", LoginKind.NONE, U),
        ("digest-md5", "wsse", LoginKind.DIGEST_MD5, H),
    ],
)
def test_firmware_login(accepted: str, refused: str, login: LoginKind, verdict: Verdict) -> None:
    """Only the recorder's own kind, refused beside one that works, is the firmware's fault."""
    values: dict[str, Value] = {"login.accepted": accepted, "login.refused": refused}
    code = "login.firmware_refuses_method"
    assert judge(code, view_of(values, login=login)).verdict is verdict


def test_label_serial_settles_a_placeholder() -> None:
    """With the label's serial in the configuration nothing is left to do."""
    view = view_of({"identity.placeholder": True}, label_serial="SC26010001")
    assert judge("identity.placeholder", view).verdict is H


NOW_SETS = Levels(battery_days=0, battery_observations=1)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, F),
        ({"battery.charging": True}, H),
        ({"solar.power": 20.0}, U),
        ({"battery.temperature": -3.0}, U),
        ({"battery.charge": 97.0}, U),
        ({"battery.charge": None}, U),
        ({"battery.temperature": None}, U),
    ],
)
def test_not_charging_now(change: dict[str, Value], verdict: Verdict) -> None:
    """Sun, room and a fit temperature are needed before a charger is blamed."""
    view = view_of({**SUNNY, **change}, levels=NOW_SETS)
    assert judge("battery.not_charging", view).verdict is verdict


@pytest.mark.parametrize(("said", "verdict"), [("none", F), ("panel voltage high", U), (None, F)])
def test_a_controller_that_says_why_leaves_the_battery_open(
    said: str | None, verdict: Verdict
) -> None:
    """Its own word is a cause outside the battery; without one it stands behind the fault."""
    told: dict[str, Value] = {"charger.fault": said, "solar.voltage": 6100.0}
    finding = judge("battery.not_charging", view_of({**SUNNY, **told}, levels=NOW_SETS))
    because = {reading.name: reading.value for reading in finding.because}

    assert finding.verdict is verdict
    assert verdict is F or "says: panel voltage high" in finding.summary_en
    assert verdict is U or because.items() >= told.items()


def falling_to(
    charge: Value, times: Sequence[datetime], *, step: float = 1.0
) -> tuple[Reading, ...]:
    """A gauge that reaches this charge after these moments."""
    assert isinstance(charge, float)
    return tuple(
        reading("battery.charge", charge + step * (len(times) - number), at)
        for number, at in enumerate(times)
    )


@pytest.mark.parametrize(
    ("days", "charged_day", "verdict"),
    [
        pytest.param(4, None, F, id="four sunny days"),
        pytest.param(2, None, U, id="two days"),
        pytest.param(4, 3, U, id="it charged yesterday"),
    ],
)
def test_not_charging_needs_days(days: int, charged_day: int | None, verdict: Verdict) -> None:
    """By default three unbroken sunny days are needed, and one charge begins them anew."""
    times = [NOON - timedelta(days=days) + timedelta(hours=6 * i) for i in range(4 * days)]
    charging = tuple(
        reading("battery.charging", index // 4 == charged_day, at) for index, at in enumerate(times)
    )
    history = {
        "battery.charging": charging,
        "solar.power": tuple(reading("solar.power", 1800.0, at) for at in times),
        "battery.charge": falling_to(SUNNY["battery.charge"], times),
    }
    view = view_of(SUNNY, history=history)
    assert judge("battery.not_charging", view).verdict is verdict


@pytest.mark.parametrize(
    ("fall", "charge", "verdict"),
    [
        pytest.param(1.0, 18.0, F, id="it falls"),
        pytest.param(0.0, 18.0, U, id="a gauge that stands still"),
        pytest.param(0.0, 0.0, F, id="an empty battery cannot fall"),
    ],
)
def test_a_gauge_that_stands_still_convicts_no_charger(
    fall: float, charge: float, verdict: Verdict
) -> None:
    """Its charging flag may hang with it: what is really not charged falls from day to day."""
    times = [NOON - timedelta(hours=6 * steps) for steps in range(16, 0, -1)]
    history = {
        "battery.charging": tuple(reading("battery.charging", False, at) for at in times),
        "solar.power": tuple(reading("solar.power", 1800.0, at) for at in times),
        "battery.charge": falling_to(charge, times, step=fall),
    }
    view = view_of({**SUNNY, "battery.charge": charge}, history=history)
    assert judge("battery.not_charging", view).verdict is verdict


def test_codes_are_in_the_catalogue_and_unique() -> None:
    """Each rule speaks of one catalogue code that no other rule speaks of."""
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(CATALOGUE)


def test_persistence_can_be_replaced() -> None:
    """The operator's counts reach every rule without a pace of its own (days); impossible ones
    are refused."""
    paced = rules_with(opens=(2, 3), clears=(3, 3))
    own = {rule.code for rule in RULES if rule.persistence.open_m != Persistence().open_m}
    assert all(rule.persistence.open_n == 2 for rule in paced if rule.code not in own)
    assert len(own) < len(RULES) / 2
    with pytest.raises(ValueError, match="no persistence"):
        rules_with(opens=(4, 3), clears=(3, 3))
