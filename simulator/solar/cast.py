"""Who lives where and what befalls them: a seed's site, with its cameras and their truths."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from simulator.life.chance import draw
from simulator.solar.camera import Camera, Cells
from simulator.solar.climate import Place
from simulator.solar.fitting import fit_camera
from simulator.solar.grid import Grid
from simulator.solar.panel import Obstacle
from simulator.solar.site import ClockSet, Loss, Outage, Site
from simulator.solar.truth import CLAIMABLE, PANEL_SIDE, RADIO, SITE_WIDE, Matter, Truth

DAYS: Final = 90
_YEAR_START: Final = datetime(2025, 1, 1, tzinfo=UTC)

STORIES: Final = (
    *(Truth.HEALTHY, Truth.DIRTY, Truth.PANEL_DEAD, Truth.ANTENNA_BROKEN, Truth.COLD),
    *(Truth.BATTERY_WORN, Truth.HEALTHY, Truth.SIM_GONE, Truth.SHADED, Truth.CHARGER_DEAD),
    *(Truth.LOW_SUN, Truth.MODEM_DEAD, Truth.OVER_USE, Truth.COLD, Truth.WEAK_CELL),
    *(Truth.GAUGE_STUCK, Truth.SITE_OUTAGE, Truth.DIRTY, Truth.APN_WRONG, Truth.SNOW),
    *(Truth.BATTERY_WORN, Truth.PLAN_USED_UP, Truth.LOW_SUN, Truth.ANTENNA_CORRODING),
    *(Truth.SHADED, Truth.PANEL_LOOSE, Truth.CELL_OUTAGE, Truth.PANEL_DEAD, Truth.MAINS),
    *(Truth.OVER_USE, Truth.BAND_CHANGE),
)
"""What a site is about: seed after seed in this order, so that any long run has them all."""

_SECOND: Final = (
    *(Truth.DIRTY, Truth.SIM_GONE, Truth.BATTERY_WORN, Truth.APN_WRONG, Truth.OVER_USE),
    *(Truth.MODEM_DEAD, Truth.SHADED, Truth.ANTENNA_BROKEN, Truth.CHARGER_DEAD),
    *(Truth.PLAN_USED_UP, Truth.GAUGE_STUCK, Truth.PANEL_DEAD, Truth.MAINS),
)
"""A second camera's truth at sites of four and more, a third one's at sites of six and more."""


def cast_site(seed: int) -> Site:
    """The site of a seed: 90 days, the first 30 or so of them before anything befalls it."""
    chance = draw("cast", seed)
    story = STORIES[seed % len(STORIES)]
    grid = Grid(start=_start(story, chance), days=DAYS)
    place = _place(story, grid, chance)
    cells = _cells(chance, several=story is Truth.BAND_CHANGE)
    count = _count(story, chance)
    cameras = [
        fit_camera(seed, index, place=place, grid=grid, cells=cells) for index in range(count)
    ]
    if story is Truth.LOW_SUN:
        cameras = [_behind_trees(one) for one in cameras]
    cameras = _befall(story, cameras, grid, seed, chance)
    return Site(
        seed=seed,
        place=place,
        grid=grid,
        cells=cells,
        cameras=tuple(cameras),
        outages=_outages(story, grid, chance),
        clock_sets=_clock_sets(grid, chance),
        knows_place=bool(chance.random() < 0.85),
    )


def _start(story: Truth, chance: np.random.Generator) -> datetime:
    """Any day of two years; winter for what only a winter does (turned in the south)."""
    day = int(chance.integers(0, 700))
    if story in (Truth.COLD, Truth.LOW_SUN, Truth.SNOW):
        day = int(chance.choice([0, 365])) + int(chance.integers(295, 330))
    elif story in PANEL_SIDE:
        day = int(chance.choice([0, 365])) + int(chance.integers(30, 200))
    elif story is Truth.OVER_USE:
        day = (
            int(chance.choice([0, 365])) + int(chance.choice([20, 220])) + int(chance.integers(30))
        )
    return _YEAR_START + timedelta(days=day)


def _place(story: Truth, grid: Grid, chance: np.random.Generator) -> Place:
    latitude = float(chance.uniform(5, 58))
    cloudiness = float(chance.uniform(0.3, 0.62))
    continental, warmer = float(chance.uniform(0.6, 1.3)), 0.0
    if story is Truth.COLD:
        latitude, cloudiness = float(chance.uniform(44, 51)), float(chance.uniform(0.3, 0.42))
        continental, warmer = 1.5, -3.0
    elif story is Truth.LOW_SUN:
        latitude, cloudiness = float(chance.uniform(58, 64)), float(chance.uniform(0.65, 0.75))
        continental, warmer = 0.4, 5.0
    elif story is Truth.SNOW:
        latitude, cloudiness = float(chance.uniform(43, 50)), float(chance.uniform(0.5, 0.6))
        continental, warmer = 0.9, -1.0
    elif story in PANEL_SIDE:
        latitude = float(chance.uniform(5, 50))
    elif story is Truth.OVER_USE:
        latitude, cloudiness = float(chance.uniform(40, 50)), float(chance.uniform(0.5, 0.6))
    south = chance.random() < 0.35
    shift = timedelta(days=183) if south and latitude > 20 else timedelta(0)
    if shift:
        # The seasons above are the north's: live the same one half a year earlier.
        object.__setattr__(grid, "start", grid.start - shift)
    gloom = None
    if chance.random() < 0.3:
        first = int(chance.integers(35, 75))
        gloom = (first, first + int(chance.integers(5, 10)))
    return Place(
        latitude_deg=round(-latitude if south else latitude, 3),
        longitude_deg=round(float(chance.uniform(-120, 150)), 3),
        cloudiness=cloudiness,
        continentality=continental,
        warmer_k=warmer,
        gloom=gloom,
    )


def _behind_trees(camera: Camera) -> Camera:
    """The small panel and the horizon that do well enough until late autumn."""
    horizon = Obstacle(azimuth_deg=camera.panel.azimuth_deg, half_width_deg=90, height_deg=9)
    panel = replace(camera.panel, peak_w=0.7 * camera.panel.peak_w, obstacles=(horizon,))
    return replace(camera, panel=panel)


def _cells(chance: np.random.Generator, *, several: bool) -> Cells:
    near = float(chance.uniform(-98, -80))
    other = near - float(chance.uniform(12, 18) if several else chance.uniform(2, 10))
    if not several and chance.random() < 0.4:
        return Cells(rsrp_dbm=(near,), load=(float(chance.uniform(0.2, 0.7)),))
    return Cells(
        rsrp_dbm=(near, other),
        load=(float(chance.uniform(0.2, 0.7)), float(chance.uniform(0.2, 0.7))),
        names=("1A2B01", "1A2B02"),
        bands=("B3", "B7" if several else "B3"),
    )


def _count(story: Truth, chance: np.random.Generator) -> int:
    if chance.random() < 0.12:
        return 1
    fewest = 3 if story in CLAIMABLE or story in PANEL_SIDE else 2
    return int(chance.integers(fewest, 9))


def _befall(
    story: Truth, cameras: list[Camera], grid: Grid, seed: int, chance: np.random.Generator
) -> list[Camera]:
    """Give the story to one camera, or to all; a second one at larger sites."""

    def matter(truth: Truth) -> Matter:
        day = float(chance.uniform(30, 36))
        if truth in (Truth.COLD, Truth.LOW_SUN, Truth.SNOW, Truth.MAINS):
            day = 0.0
        if truth is Truth.WEAK_CELL and chance.random() < 0.4:
            day = 0.0
        if truth is Truth.PLAN_USED_UP:
            day = 0.0
        onset = grid.start + timedelta(days=day)
        return Matter(truth=truth, onset=onset, variant=float(chance.random()))

    if story in SITE_WIDE:
        common = matter(story)
        return [replace(one, matters=(common,)) for one in cameras]
    if story is not Truth.HEALTHY:
        cameras[0] = _with(cameras[0], matter(story))
    if story in (Truth.HEALTHY, Truth.BAND_CHANGE):
        return cameras
    turn = seed // len(STORIES) + seed
    for place, fewest, away in ((1, 4, 0), (2, 6, 6)):
        truth = _SECOND[(turn + away) % len(_SECOND)]
        if len(cameras) >= fewest and truth is not story:
            cameras[place] = _with(cameras[place], matter(truth))
    return cameras


def _with(camera: Camera, matter: Matter) -> Camera:
    """The camera with this matter, and what it takes for it to be told at all."""
    if matter.truth in RADIO and camera.modem.value == "none":
        camera = replace(camera, modem=type(camera.modem).USUAL)
    if matter.truth in (Truth.APN_WRONG, Truth.PLAN_USED_UP) and camera.modem.value == "plain":
        camera = replace(camera, modem=type(camera.modem).USUAL)
    if matter.truth is Truth.PLAN_USED_UP:
        camera = replace(camera, modem=type(camera.modem).FULL)
    if matter.truth is Truth.MAINS:
        camera = replace(camera, names_source=True)
    if matter.truth is Truth.OVER_USE:
        panel = replace(camera.panel, peak_w=0.6 * camera.panel.peak_w)
        camera = replace(camera, panel=panel)
    if matter.truth is Truth.BATTERY_WORN and camera.pack.capacity_mah > 11_000:
        # So large a pack is hardly used in a day: nobody could tell what is left of it.
        camera = replace(camera, pack=replace(camera.pack, capacity_mah=7_800))
    return replace(camera, matters=(matter,))


def _outages(story: Truth, grid: Grid, chance: np.random.Generator) -> tuple[Outage, ...]:
    count = 3 if story is Truth.SITE_OUTAGE else int(chance.random() < 0.25)
    outages = []
    for _ in range(count):
        start = grid.start + timedelta(days=float(chance.uniform(5, DAYS - 6)))
        longest = 72 if story is Truth.SITE_OUTAGE else 12
        end = start + timedelta(hours=float(chance.uniform(2, longest)))
        loss = Loss.POWER if chance.random() < 0.5 else Loss.NETWORK
        outages.append(Outage(start=start, end=end, loss=loss))
    return tuple(sorted(outages, key=lambda one: one.start))


def _clock_sets(grid: Grid, chance: np.random.Generator) -> tuple[ClockSet, ...]:
    """On one site in eight the agent's clock is wrong for some days, then it is set."""
    if chance.random() > 0.125:
        return ()
    begins = grid.start + timedelta(days=float(chance.uniform(10, 70)))
    hours = float(chance.choice([-1.0, 1.0, 3.0, -7.0, 0.4]))
    ends = begins + timedelta(days=float(chance.uniform(1, 6)))
    return (
        ClockSet(at=begins, ahead=timedelta(hours=hours)),
        ClockSet(at=ends, ahead=timedelta(0)),
    )
