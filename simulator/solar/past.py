"""All that happened to one camera: its energy, its radio, and what its gauge made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.solar.camera import Camera, Cells, Modem
from simulator.solar.climate import Weather
from simulator.solar.energy import Energy, energy_of
from simulator.solar.gauge import percent_of
from simulator.solar.grid import Grid
from simulator.solar.radio import Signal, Traffic, retries_of, signal_of, traffic_of
from simulator.solar.sky import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """On the grid of its site."""

    camera: Camera
    cells: Cells
    grid: Grid
    energy: Energy
    signal: Signal
    traffic: Traffic
    percent: Series


def live_camera(camera: Camera, cells: Cells, weather: Weather, site_seed: int) -> Past:
    """Live one camera through the weather; equal arguments give equal pasts."""
    signal = signal_of(camera, cells, weather, site_seed)
    none = np.zeros(weather.grid.steps)
    retries = none if camera.modem is Modem.NONE else retries_of(signal)
    energy = energy_of(camera, weather, retries)
    course = energy.course
    return Past(
        camera=camera,
        cells=cells,
        grid=weather.grid,
        energy=energy,
        signal=signal,
        traffic=traffic_of(camera, signal, energy.use, course.is_on, weather.grid),
        percent=percent_of(
            camera.gauge,
            charge=np.array(course.charge),
            voltage_mv=np.array(course.voltage_mv),
            seed=camera.seed,
        ),
    )
