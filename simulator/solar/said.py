"""What a device answers when it is asked: by its firmware, with its sentinels and habits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from simulator.life.chance import uniform
from simulator.solar.camera import Camera, Firmware, Modem
from simulator.solar.gauge import Method
from simulator.solar.grid import Grid
from simulator.solar.past import Past
from simulator.solar.truth import Matter, Truth

Values: TypeAlias = Mapping[str, float | str | bool | None]
"""By canonical name, in canonical units, as the vendor says it: sentinels are not taken out.

None: the path is absent from the reply. A name that is not there: this firmware has no such thing.
"""

NOT_READY = 255.0  # percent: the gauge does not know yet
ON_MAINS = -1.0  # percent: there is a cable
_STUCK = 80.0  # what the vendor's app shows when nobody told it
_NO_SIGNAL_DBM = -140.0


def battery_says(past: Past, step: int) -> Values:
    """The battery and panel part of the answer."""
    camera, energy = past.camera, past.energy
    course = energy.course
    seed, kind = camera.seed, camera.firmware
    said: dict[str, float | str | bool | None] = {
        "battery.charge": _percent(past, step),
        "battery.charging": course.is_charging[step],
    }
    if camera.names_source:
        said["battery.source"] = "dc" if camera.has(Truth.MAINS) else "solar"
    if kind is Firmware.PERCENT:
        return said
    noise = uniform(seed, step, "said") - 0.5
    said["battery.voltage"] = round(course.voltage_mv[step] + 8 * noise)
    said["battery.temperature"] = float(round(energy.cell_c[step] + noise))
    if kind is Firmware.VOLTAGE:
        return said
    current = course.current_ma[step]
    if shows_answering(camera):
        current -= camera.habits.awake_ma  # it shows what it draws while it answers us
    said["battery.current"] = round(current * (1 + 0.04 * noise))
    if kind is Firmware.CURRENT:
        return said
    is_mains = camera.has(Truth.MAINS)
    drawn_mw = 0.0 if is_mains else course.panel_mw[step]
    lit = 0.0 if is_mains else energy.given_w[step]
    said["solar.power"] = round(drawn_mw)
    said["solar.voltage"] = round(min(6200.0, 5200 * min(1.0, lit / 0.05) + 100 * lit))
    return said


def shows_answering(camera: Camera) -> bool:
    """Whether the current that it tells has in it what it draws while it answers us."""
    return uniform(camera.seed, "awake when asked") < 0.3


def tells_capacity(camera: Camera) -> bool:
    """Whether its answers tell a battery that holds less from one that is used more.

    Both take more percent by night, and both are charged for longer. What differs is the charge
    that a percent is: for that it takes the current, and a gauge that counts charge. A gauge by
    voltage is flat near full, where a camera spends its first weeks: nothing to hold a later
    percent against.
    """
    has_current = camera.firmware in (Firmware.CURRENT, Firmware.PANEL)
    return has_current and camera.gauge.method is Method.COULOMBS


def _percent(past: Past, step: int) -> float:
    camera, percent, grid = past.camera, past.percent, past.grid
    seed = camera.seed
    if camera.has(Truth.MAINS):
        return ON_MAINS if camera.firmware is Firmware.PERCENT else 100.0
    stuck = camera.matter(Truth.GAUGE_STUCK)
    if stuck is not None and step >= grid.step_at(stuck.onset):
        return stuck_at(past, stuck)
    luck = uniform(seed, step, "gauge")
    if luck < camera.gauge.not_ready_share:
        return NOT_READY
    if luck > 1 - camera.gauge.stale_share:
        return float(percent[max(0, step - 6)])
    return float(percent[step])


def stuck_at(past: Past, stuck: Matter) -> float:
    """What a gauge shows from its last move on."""
    if stuck.variant < 0.5:
        return _STUCK
    return (
        NOT_READY if stuck.variant > 0.85 else float(past.percent[past.grid.step_at(stuck.onset)])
    )


def modem_says(past: Past, step: int) -> Values:
    """The cellular part of the answer; a Wi-Fi camera tells its own link instead."""
    camera, cells, grid = past.camera, past.cells, past.grid
    signal, traffic = past.signal, past.traffic
    kind, seed = camera.modem, camera.seed
    sway = uniform(seed, step, "wifi") - 0.5
    if kind is Modem.NONE:
        return {"wifi.rssi": float(round(camera.reception.wifi_rssi_dbm + 8 * sway))}
    sim = _sim(camera, grid, step)
    registered = bool(signal.is_registered[step]) and sim == "ready"
    if sim is None:
        return dict.fromkeys(_names(kind))
    dead = sim in ("error", "no answer")
    keeps = uniform(seed, "prints old figures") < 0.25 and not dead
    heard = registered or keeps
    session = bool(traffic.has_session[step]) and registered
    cell = int(signal.cell[step])
    is_far = cell >= len(cells.names)
    sentinel = 0.0 if uniform(seed, "sentinel") < 0.5 else _NO_SIGNAL_DBM
    spoilt = uniform(seed, step, "spoilt") < 0.006
    rsrp = float(round(signal.rsrp_dbm[step]))
    whole: dict[str, float | str | bool | None] = {
        "cellular.sim": sim,
        "cellular.registered": registered,
        "cellular.rsrp": sentinel if spoilt else rsrp if heard else None,
        "cellular.bytes_month": None if dead else float(round(traffic.bytes_month[step])),
        "cellular.operator": cells.operator if registered else "",
        "cellular.rsrq": float(round(signal.rsrq_db[step])) if heard else None,
        "cellular.sinr": _sinr(camera, float(signal.sinr_db[step])) if heard else None,
        "cellular.cell": ("2F90C7" if is_far else cells.names[cell]) if registered else "",
        "cellular.band": ("B20" if is_far else cells.bands[cell]) if registered else "",
        "cellular.state": _state(dead=dead, registered=registered, session=session),
        "cellular.session": session,
        "cellular.apn": "iot.default" if _apn_is_wrong(camera, grid, step) else "iot.example",
        "cellular.reconnects": float(signal.reconnects[step]),
        "cellular.plan_bytes": traffic.plan_bytes or None,
        "cellular.antenna_1_rsrp": None,
        "cellular.antenna_2_rsrp": None,
    }
    if heard:
        lost = float(signal.antenna_lost_db[step])
        is_open = lost > 15 and uniform(seed, "port") < 0.5
        whole["cellular.antenna_1_rsrp"] = _NO_SIGNAL_DBM if is_open else rsrp
        whole["cellular.antenna_2_rsrp"] = float(round(rsrp - 3 + 2 * sway))
    return {name: whole[name] for name in _names(kind)}


_PLAIN = ("cellular.sim", "cellular.registered", "cellular.rsrp", "cellular.bytes_month")
_USUAL = (
    *_PLAIN,
    *("cellular.operator", "cellular.rsrq", "cellular.sinr", "cellular.cell"),
    *("cellular.band", "cellular.state"),
)
_FULL = (
    *_USUAL,
    *("cellular.session", "cellular.apn", "cellular.reconnects", "cellular.plan_bytes"),
    *("cellular.antenna_1_rsrp", "cellular.antenna_2_rsrp"),
)


def _names(kind: Modem) -> tuple[str, ...]:
    return {Modem.PLAIN: _PLAIN, Modem.USUAL: _USUAL, Modem.FULL: _FULL, Modem.NONE: ()}[kind]


def _sim(camera: Camera, grid: Grid, step: int) -> str | None:
    """What the modem says of its SIM; None when nothing of the modem is in the answer."""
    dead = camera.matter(Truth.MODEM_DEAD)
    if dead is not None and step >= grid.step_at(dead.onset):
        return "error" if dead.variant < 0.5 else "no answer" if dead.variant < 0.9 else None
    gone = camera.matter(Truth.SIM_GONE)
    if gone is not None and step >= grid.step_at(gone.onset):
        return "missing" if gone.variant < 0.6 else "locked"
    return "ready"


def _apn_is_wrong(camera: Camera, grid: Grid, step: int) -> bool:
    wrong = camera.matter(Truth.APN_WRONG)
    return wrong is not None and step >= grid.step_at(wrong.onset)


def _sinr(camera: Camera, sinr_db: float) -> float:
    """Some firmware prints it with the wrong sign."""
    wrong = uniform(camera.seed, "sign of SINR") < 0.04
    return float(round(-sinr_db if wrong else sinr_db))


def _state(*, dead: bool, registered: bool, session: bool) -> str:
    """ModemManager's words."""
    if dead:
        return "failed"
    if not registered:
        return "searching"
    return "connected" if session else "registered"
