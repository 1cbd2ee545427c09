"""What a camera's modem hears of the site's cells, and what its data do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from simulator.life.chance import draw
from simulator.solar.calendar import month_starts
from simulator.solar.camera import Camera, Cells
from simulator.solar.climate import Weather
from simulator.solar.grid import STEP, STEP_H, STEPS_A_DAY, Grid
from simulator.solar.sky import Series
from simulator.solar.truth import Truth
from simulator.solar.use import Use

Flags = NDArray[np.bool_]

FLOOR_DBM = -123.0  # below it the modem finds no cell for long
EDGE_DBM = -110.0
"""Below it connections break now and then."""
_WEAK_DBM = (-118.0, -113.0)  # of a site at the edge of its cell
_NOISE_DBM = -118.0  # thermal noise of a resource element and the receiver's own
_HEARTBEAT_MB = 0.15  # a step
_MOTION_MB = 1.5
_VIEW_MB_MIN = 7.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """On the grid; ``rsrp_dbm`` is what the antenna delivers, registered or not."""

    rsrp_dbm: Series
    rsrq_db: Series
    sinr_db: Series
    cell: NDArray[np.int64]  # index into the names; one more than them: a far one
    antenna_lost_db: Series
    is_registered: Flags
    reconnects: Series  # counted since the first step


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """On the grid: whether there is a data session, and bytes since the month began."""

    has_session: Flags
    bytes_month: Series
    plan_bytes: float  # 0: no cap


def signal_of(camera: Camera, cells: Cells, weather: Weather, site_seed: int) -> Signal:
    """Path loss, fading by weather and hour, load of the cell, and what is the matter."""
    grid = weather.grid
    chance = draw("radio", camera.seed)
    cell, hears = _serving(camera, cells, grid)
    fade = 1.3 * _slow(draw("fade", site_seed).standard_normal(grid.days + 1), grid)
    own = 1.2 * _slow(chance.standard_normal(grid.days + 1), grid)
    lost = _antenna_lost(camera, weather)
    strong = hears + camera.reception.offset_db + fade + own - 1.5 * weather.rain - lost
    rsrp = strong + camera.reception.sway_db * chance.standard_normal(grid.steps)
    hours = (grid.seconds / 3600) % 24
    evening = 0.5 + 0.5 * np.cos((hours - 20) / 24 * 2 * np.pi)
    loads = np.array([*cells.load, 0.5])[np.minimum(cell, len(cells.load))]
    load = np.clip(loads * (0.6 + 0.8 * evening), 0.05, 1.0)
    others = strong - 4 - 12 * (1 - load)  # neighbours on the same frequency, same antenna
    noise = 10 * np.log10(10 ** (_NOISE_DBM / 10) + 10 ** (others / 10))
    sinr = rsrp - noise + 1.5 * chance.standard_normal(grid.steps)
    # A resource block has 12 elements; 2 of them carry reference signals when the cell is idle.
    rsrq = -10 * np.log10(2 + 10 * load + 12 * 10 ** (-sinr / 10))
    weak = np.clip((EDGE_DBM - rsrp) / 8, 0, 2)
    breaks = chance.poisson((0.01 + 0.25 * weak**2) * STEP_H)
    return Signal(
        rsrp_dbm=np.clip(rsrp, -139, -45),
        rsrq_db=np.clip(rsrq, -19.5, -3),
        sinr_db=np.clip(sinr, -20, 30),
        cell=cell,
        antenna_lost_db=lost,
        is_registered=_registered(camera, grid, rsrp),
        reconnects=np.cumsum(breaks).astype(float),
    )


def retries_of(signal: Signal) -> Series:
    """By how much weak signal lengthens sending: 0 when strong, about 1 at the edge."""
    retries: Series = np.clip((-100 - signal.rsrp_dbm) / 18, 0, 1.5)
    return retries


def traffic_of(camera: Camera, signal: Signal, use: Use, is_on: list[bool], grid: Grid) -> Traffic:
    """Bytes by use, against the plan; the count begins anew with each calendar month."""
    wanted = (_HEARTBEAT_MB + use.motions * _MOTION_MB + use.viewed_min * _VIEW_MB_MIN) * 1e6
    apn = camera.matter(Truth.APN_WRONG)
    has_apn = np.ones(grid.steps, bool) if apn is None else grid.since(apn.onset) < 0
    plan = _plan_bytes(camera, wanted, grid)
    months = month_starts(grid)
    attached = signal.is_registered & np.array(is_on) & has_apn
    counted, sessions, total = [], [], _before(camera, wanted, months, grid)
    for step, (may, more) in enumerate(zip(attached.tolist(), wanted.tolist(), strict=True)):
        if step in months:
            total = 0.0
        session = may and (plan == 0 or total < plan)
        total += more if session else 0.0
        counted.append(total)
        sessions.append(session)
    return Traffic(has_session=np.array(sessions), bytes_month=np.array(counted), plan_bytes=plan)


def _before(camera: Camera, wanted: Series, months: frozenset[int], grid: Grid) -> float:
    """Bytes of the month that began before the life did; what the owner's plan bore so far."""
    if 0 in months:
        return 0.0
    share = (grid.start.day - 1) * STEPS_A_DAY * float(wanted.mean())
    return 0.3 * share if camera.has(Truth.PLAN_USED_UP) else share


def _plan_bytes(camera: Camera, wanted: Series, grid: Grid) -> float:
    a_month = float(wanted.sum()) / grid.days * 30.4
    matter = camera.matter(Truth.PLAN_USED_UP)
    if matter is not None:
        return a_month * (0.35 + 0.25 * matter.variant)
    return a_month * 1.9 if camera.reception.plan_gb else 0.0


def _serving(camera: Camera, cells: Cells, grid: Grid) -> tuple[NDArray[np.int64], Series]:
    """Which cell each step is on, and the site's mean RSRP of it."""
    chance = draw("cell", camera.seed)
    here, several = camera.reception.cell, len(cells.names)
    cell = np.full(grid.steps, here)
    if several > 1:
        # A modem tries another cell now and then, for some hours.
        tries = np.repeat(chance.random(grid.days * 4) < 0.03, STEPS_A_DAY // 4)
        cell = np.where(tries, (here + 1) % several, cell)
    level = np.array([*cells.rsrp_dbm, 0.0])
    changed = camera.matter(Truth.BAND_CHANGE)
    if changed is not None and several > 1:
        cell = np.where(grid.since(changed.onset) >= 0, (here + 1) % several, cell)
    hears = level[cell]
    weak = camera.matter(Truth.WEAK_CELL)
    if weak is not None:
        edge = _WEAK_DBM[0] + (_WEAK_DBM[1] - _WEAK_DBM[0]) * weak.variant
        after = grid.since(weak.onset) >= 0
        hears = np.where(after, edge, hears)
        if weak.variant < 0.5:  # the near cell is gone: a far one serves
            cell = np.where(after, several, cell)
    return cell, hears


def _antenna_lost(camera: Camera, weather: Weather) -> Series:
    grid = weather.grid
    if (broken := camera.matter(Truth.ANTENNA_BROKEN)) is not None:
        depth = 18 + 9 * broken.variant
        return np.where(grid.since(broken.onset) >= 0, depth, 0.0)
    if (corrodes := camera.matter(Truth.ANTENNA_CORRODING)) is not None:
        depth = 19 + 7 * corrodes.variant
        grown = np.clip(grid.since(corrodes.onset) / 20, 0, 1)
        wet = 1 + 0.15 * weather.rain  # water in the plug
        lost: Series = depth * grown * wet
        return lost
    return np.zeros(grid.steps)


def _registered(camera: Camera, grid: Grid, rsrp: Series) -> Flags:
    registered = rsrp > FLOOR_DBM
    for truth in (Truth.SIM_GONE, Truth.MODEM_DEAD):
        if (matter := camera.matter(truth)) is not None:
            registered &= grid.since(matter.onset) < 0
    if (outage := camera.matter(Truth.CELL_OUTAGE)) is not None:
        for away in (0, 11, 26):
            begins = outage.onset + timedelta(days=away)
            since = grid.since(begins) * 24
            registered &= ~((since >= 0) & (since < 5 + 40 * outage.variant))
    flags: Flags = registered
    return flags


def _slow(days: Series, grid: Grid) -> Series:
    """Values of days joined by lines."""
    steps = np.arange(grid.steps) * (STEP / timedelta(days=1))
    joined: Series = np.interp(steps, np.arange(days.size), days)
    return joined
