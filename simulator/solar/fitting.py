"""How a healthy camera is built and fitted: panel for its place, pack for its use, firmware."""

from __future__ import annotations

from typing import Final

import numpy as np

from simulator.life.chance import draw
from simulator.solar.battery import Charger, Pack
from simulator.solar.camera import Camera, Cells, Firmware, Modem, Reception
from simulator.solar.climate import Place
from simulator.solar.gauge import Gauge, Method
from simulator.solar.grid import Grid
from simulator.solar.panel import Obstacle, Panel
from simulator.solar.use import Habits

_FIRMWARE: Final = (
    (Firmware.PERCENT, 0.15),
    (Firmware.VOLTAGE, 0.2),
    (Firmware.CURRENT, 0.35),
    (Firmware.PANEL, 0.3),
)
_MODEM: Final = ((Modem.FULL, 0.35), (Modem.USUAL, 0.35), (Modem.PLAIN, 0.15), (Modem.NONE, 0.15))
_PACKS_MAH: Final = (5200, 6800, 7800, 9600, 10400, 15000, 20000)


def fit_camera(site_seed: int, index: int, *, place: Place, grid: Grid, cells: Cells) -> Camera:
    """One camera of a site. Fitters of a site buy one model mostly, and turn panels to the sun."""
    shared = draw("model", site_seed)
    seed = site_seed * 16 + index
    own = draw("fitting", seed)
    model = shared if own.random() < 0.75 else own
    firmware = _FIRMWARE[_pick(model, [share for _, share in _FIRMWARE])][0]
    modem = _MODEM[_pick(model, [share for _, share in _MODEM])][0]
    capacity = float(model.choice(_PACKS_MAH))
    size = (capacity / 7000) ** 0.5  # larger cameras use more
    return Camera(
        device_id=f"camera-{site_seed}-{index + 1}",
        seed=seed,
        panel=_panel(place, model, own, size),
        pack=Pack(
            capacity_mah=capacity,
            ohm=float(own.uniform(0.04, 0.1)) * 7000 / capacity,
            coulomb_efficiency=float(own.uniform(0.98, 0.995)),
            wakes_at=float(own.uniform(0.04, 0.12)),
        ),
        charger=Charger(
            efficiency=float(own.uniform(0.55, 0.8)),
            limit_ma=float(model.choice([1000, 1500, 2000])) * size,
            stops_below_c=(stops := float(own.normal(0, 1.2))),
            resumes_above_c=stops + float(own.uniform(1.5, 3.5)),
            refills_below=float(model.uniform(0.93, 0.985)),
            feeds_load=bool(model.random() < 0.6),
        ),
        habits=Habits(
            asleep_ma=float(own.uniform(9, 14)) * size,
            motions_a_day=float(own.lognormal(3.5, 0.45)),
            motion_s=float(own.uniform(18, 32)),
            viewed_min_a_day=float(own.lognormal(1.9, 0.5)),
        ),
        gauge=_gauge(firmware, model),
        firmware=firmware,
        modem=modem,
        reception=Reception(
            offset_db=float(own.normal(0, 3)),
            sway_db=float(own.uniform(1.2, 2.6)),
            cell=int(own.random() < 0.15) if len(cells.names) > 1 else 0,
            wifi_rssi_dbm=float(own.uniform(-72, -48)),
            plan_gb=float(own.random() < 0.6),
        ),
        first_charge=float(own.uniform(0.75, 1.0)),
        warmer_k=float(own.normal(0.5, 0.8)),
        names_source=bool(own.random() < 0.7),
    )


def _pick(chance: np.random.Generator, shares: list[float]) -> int:
    return int(chance.choice(len(shares), p=shares))


def _panel(
    place: Place, model: np.random.Generator, own: np.random.Generator, size: float
) -> Panel:
    """Towards the equator, more or less, as steep as the latitude, more or less."""
    towards = 180.0 if place.latitude_deg >= 0 else 0.0
    obstacles = []
    if own.random() < 0.35:
        # Something low that only a low sun meets: a house, a hedge.
        obstacles.append(
            Obstacle(
                azimuth_deg=float((towards + own.uniform(-80, 80)) % 360),
                half_width_deg=float(own.uniform(8, 25)),
                height_deg=float(own.uniform(6, 18)),
            )
        )
    return Panel(
        peak_w=min(10.0, max(3.0, float(model.uniform(3, 6.5)) * size)),
        tilt_deg=float(np.clip(abs(place.latitude_deg) + own.normal(0, 8), 10, 70)),
        azimuth_deg=float((towards + own.normal(0, 18)) % 360),
        obstacles=tuple(obstacles),
        soiling=float(own.uniform(0.4, 1.6)),
    )


def _gauge(firmware: Firmware, model: np.random.Generator) -> Gauge:
    simple = firmware is Firmware.PERCENT
    return Gauge(
        method=Method.VOLTAGE if model.random() < (0.5 if simple else 0.25) else Method.COULOMBS,
        step=int(model.choice([1, 1, 5])) if simple else 1,
        jumps_a_month=float(model.uniform(0, 1.0)),
        stale_share=0.05 if simple else 0.0,
        not_ready_share=0.01,
    )
