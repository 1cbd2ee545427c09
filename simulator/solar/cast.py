"""Who lives where and what befalls them: a seed's site, with its cameras and their truths."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np

from simulator.life.chance import draw
from simulator.solar.camera import Camera, Modem
from simulator.solar.fitting import fit_camera
from simulator.solar.grid import Grid
from simulator.solar.panel import Obstacle
from simulator.solar.placing import cells_of, place_of
from simulator.solar.site import ClockSet, Loss, Outage, Site
from simulator.solar.truth import CLAIMABLE, PANEL_SIDE, RADIO, SEASONAL, SITE_WIDE, Matter, Truth

DAYS: Final = 90

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
    place, grid = place_of(story, chance, days=DAYS)
    cells = cells_of(chance, several=story is Truth.BAND_CHANGE)
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


def _behind_trees(camera: Camera) -> Camera:
    """The small panel and the horizon that do well enough until late autumn."""
    horizon = Obstacle(azimuth_deg=camera.panel.azimuth_deg, half_width_deg=90, height_deg=9)
    panel = replace(camera.panel, peak_w=0.7 * camera.panel.peak_w, obstacles=(horizon,))
    return replace(camera, panel=panel)


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
        if truth in (*SEASONAL, Truth.MAINS):
            day = 0.0
        if truth is Truth.WEAK_CELL and chance.random() < 0.4:
            day = 0.0
        if truth is Truth.PLAN_USED_UP:
            day = 0.0
        onset = grid.start + timedelta(days=day)
        return Matter(truth=truth, onset=onset, variant=float(chance.random()))

    if story in SITE_WIDE:
        common = matter(story)
        return [
            one if story in RADIO and one.modem is Modem.NONE else replace(one, matters=(common,))
            for one in cameras
        ]
    if story is not Truth.HEALTHY:
        cameras[0] = _with(cameras[0], matter(story))
    if story in (Truth.HEALTHY, Truth.BAND_CHANGE):
        return cameras
    turn = seed // len(STORIES) + seed
    for place, fewest, away in ((1, 4, 0), (2, 6, 6)):
        truth = _SECOND[(turn + away) % len(_SECOND)]
        if len(cameras) >= fewest and truth is not story:
            cameras[place] = _with(cameras[place], matter(truth))
    if any(one.has(Truth.ANTENNA_BROKEN, Truth.ANTENNA_CORRODING) for one in cameras):
        # Its proof is siblings that hear the same cell better, and say which cell it is.
        cameras = [
            replace(one, modem=Modem.USUAL) if one.modem in (Modem.PLAIN, Modem.NONE) else one
            for one in cameras
        ]
    return cameras


_NEEDS_CELL: Final = frozenset(
    {Truth.APN_WRONG, Truth.PLAN_USED_UP, Truth.ANTENNA_BROKEN, Truth.ANTENNA_CORRODING}
)
"""Nobody can tell these where the device states neither its cell nor its connection's state."""


def _with(camera: Camera, matter: Matter) -> Camera:
    """The camera with this matter, and with what it takes for anybody to tell it."""
    truth, modem = matter.truth, camera.modem
    if truth is Truth.PLAN_USED_UP:
        modem = Modem.FULL
    elif (truth in RADIO and modem is Modem.NONE) or (
        truth in _NEEDS_CELL and modem is Modem.PLAIN
    ):
        modem = Modem.USUAL
    panel, pack = camera.panel, camera.pack
    if truth is Truth.OVER_USE:
        panel = replace(panel, peak_w=0.6 * panel.peak_w)
    if truth is Truth.BATTERY_WORN and pack.capacity_mah > 11_000:
        # So large a pack is hardly used in a day: nobody could tell what is left of it.
        pack = replace(pack, capacity_mah=7_800)
    return replace(
        camera,
        modem=modem,
        panel=panel,
        pack=pack,
        names_source=camera.names_source or truth is Truth.MAINS,
        matters=(matter,),
    )


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
