"""A camera's months of energy: what the sun gave, what was the matter, what the battery did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.life.chance import draw
from simulator.solar.battery import Course, live
from simulator.solar.camera import Camera
from simulator.solar.climate import Weather
from simulator.solar.grid import STEP_H, STEPS_A_DAY
from simulator.solar.panel import Obstacle, Yield, yield_of
from simulator.solar.sky import Series
from simulator.solar.truth import Matter, Truth
from simulator.solar.use import Use, use_of

_BOX_IN_SUN_K = 0.006  # K in the housing for each W/m2 of the whole sky
_CARRIED = (0.35, 0.75)  # what dirt, shade and over-use leave of the balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """What happened, on the grid; ``fault_w`` is what a dead or loose panel kept back."""

    panel: Yield
    given_w: Series  # at the charger's terminals
    fault_w: Series
    use: Use
    cell_c: Series
    health: Series
    course: Course


def energy_of(camera: Camera, weather: Weather, retries: Series) -> Energy:
    """Live the camera's energy; ``retries`` is what weak signal costs (``radio.retries_of``)."""
    grid = weather.grid
    none = np.zeros(grid.steps)
    usual = use_of(camera.habits, weather, retries=retries, more_viewed_min=none, seed=camera.seed)
    clean = yield_of(camera.panel, weather, seed=camera.seed)
    panel = _behind(camera, weather, clean, usual)
    given, kept_back = _through_wire(camera, weather, panel.given_w, usual)
    more = _over_use(camera, weather, given, usual)
    use = use_of(camera.habits, weather, retries=retries, more_viewed_min=more, seed=camera.seed)
    sky = weather.light.diffuse + weather.light.beam * 0.5
    cell_c = weather.temperature_c + camera.warmer_k + _BOX_IN_SUN_K * sky
    dead = camera.matter(Truth.CHARGER_DEAD)
    health = _health(camera, weather)
    mains = camera.has(Truth.MAINS)
    course = live(
        camera.pack,
        camera.charger,
        panel_w=np.full(grid.steps, 5.0) if mains else given,
        load_ma=use.load_ma,
        cell_c=cell_c,
        health=health,
        charger_dead_from=None if dead is None else grid.step_at(dead.onset),
        first_charge=camera.first_charge,
    )
    return Energy(
        panel=panel,
        given_w=given,
        fault_w=kept_back,
        use=use,
        cell_c=cell_c,
        health=health,
        course=course,
    )


def carried_share(panel_w: Series, use_ma: Series, *, efficiency: float, since: int) -> float:
    """The panel's energy from step ``since`` on, over what the camera uses meanwhile."""
    offered = panel_w[since:].sum() * 1e6 * efficiency / 3850
    return float(offered / max(use_ma[since:].sum(), 1e-9))


def _behind(camera: Camera, weather: Weather, clean: Yield, usual: Use) -> Yield:
    """The panel with its dirt or its new obstacle, as heavy as the matter says.

    Both are scaled so that the panel no longer carries the camera (a share of its use that the
    variant picks): less of it is no matter to anybody.
    """
    matter = camera.matter(Truth.DIRTY) or camera.matter(Truth.SHADED)
    if matter is None:
        return clean
    grid = weather.grid
    since = grid.step_at(matter.onset)
    wanted = _wanted(matter)
    has = carried_share(
        clean.given_w, usual.load_ma, efficiency=camera.charger.efficiency, since=since
    )
    left = min(0.9, wanted / has)
    if matter.truth is Truth.DIRTY:
        grown = np.clip(weather.grid.since(matter.onset) / (1 + 9 * matter.variant), 0, 1)
        return yield_of(camera.panel, weather, dirt=(1 - left) * grown, seed=camera.seed)
    low, high, behind = 0.0, 1.0, clean
    for _ in range(7):
        middle = (low + high) / 2
        behind = yield_of(
            camera.panel,
            weather,
            late=_obstacle(camera, middle),
            late_from=since,
            seed=camera.seed,
        )
        kept = behind.given_w[since:].sum() / max(clean.given_w[since:].sum(), 1e-9)
        low, high = (middle, high) if kept > left else (low, middle)
    return behind


def _obstacle(camera: Camera, size: float) -> Obstacle:
    """A wall, a tree or a shed before the panel, from nothing (0) to nearly all round (1)."""
    side = float(draw("obstacle", camera.seed).uniform(-40, 40))
    return Obstacle(
        azimuth_deg=(camera.panel.azimuth_deg + side) % 360,
        half_width_deg=20 + 160 * size,
        height_deg=10 + 78 * size,
    )


def _through_wire(
    camera: Camera, weather: Weather, given_w: Series, usual: Use
) -> tuple[Series, Series]:
    """What arrives at the charger, and what a dead or loose panel kept back."""
    grid = weather.grid
    passes = np.ones(grid.steps)
    if (dead := camera.matter(Truth.PANEL_DEAD)) is not None:
        # Cracked cells or a broken lead: nothing, or the few percent that are no use.
        passes = np.where(grid.since(dead.onset) >= 0, 0.01 * (dead.variant > 0.7), 1.0)
    if (loose := camera.matter(Truth.PANEL_LOOSE)) is not None:
        has = carried_share(
            given_w,
            usual.load_ma,
            efficiency=camera.charger.efficiency,
            since=grid.step_at(loose.onset),
        )
        contact = _contact(camera, weather, odds=min(0.6, _wanted(loose) / has))
        passes = np.where(grid.since(loose.onset) >= 0, contact, 1.0)
    arrived = given_w * passes
    return arrived, given_w - arrived


def _wanted(matter: Matter) -> float:
    """The share of its use that the panel still carries."""
    return _CARRIED[0] + (_CARRIED[1] - _CARRIED[0]) * matter.variant


def _contact(camera: Camera, weather: Weather, *, odds: float) -> Series:
    """A plug that wind and warmth move: some hours it conducts, most it does not."""
    chance = draw("contact", camera.seed)
    holds = np.repeat(chance.random(weather.grid.days * 8) < odds, STEPS_A_DAY // 8)
    contact: Series = holds.astype(float)
    return contact


def _over_use(camera: Camera, weather: Weather, given_w: Series, usual: Use) -> Series:
    """Minutes of live view a step beyond the usual: so many that the panel cannot carry them."""
    matter = camera.matter(Truth.OVER_USE)
    grid = weather.grid
    if matter is None:
        return np.zeros(grid.steps)
    since = grid.step_at(matter.onset)
    wanted = _wanted(matter)
    efficiency = camera.charger.efficiency
    has = carried_share(given_w, usual.load_ma, efficiency=efficiency, since=since)
    days = (grid.steps - since) / STEPS_A_DAY
    used_a_day = usual.load_ma[since:].sum() * STEP_H / days
    more_mah = used_a_day * max(0.5, has / wanted - 1)
    minutes = more_mah / (camera.habits.awake_ma + 0.4 * camera.habits.infrared_ma) * 60
    hours = (grid.seconds / 3600) % 24
    watched = np.abs((hours - 24 * matter.variant + 12) % 24 - 12) < 9
    a_step = min(STEP_H * 60, minutes / (18 / STEP_H))
    return np.where(watched & (grid.since(matter.onset) >= 0), a_step, 0.0)


def _health(camera: Camera, weather: Weather) -> Series:
    """Capacity over that when new: a cell that fails, or a slow fade that ends deep."""
    worn = camera.matter(Truth.BATTERY_WORN)
    since = weather.grid.since(weather.grid.start)
    usual = 0.99 - 0.00008 * since
    if worn is None:
        return usual
    left = 0.28 + 0.25 * worn.variant
    days = 2.0 if worn.variant < 0.5 else 12.0
    faded = np.clip(weather.grid.since(worn.onset) / days, 0, 1)
    health: Series = usual * (1 - (1 - left) * faded)
    return health
