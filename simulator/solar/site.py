"""The life of a site: visit by visit, what an agent there hears of each camera."""

from __future__ import annotations

import enum
import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from simulator.life.chance import draw, uniform
from simulator.solar.camera import Camera, Cells
from simulator.solar.climate import Place, Weather, weather_at
from simulator.solar.grid import Grid
from simulator.solar.past import Past, live_camera
from simulator.solar.said import Values, battery_says, modem_says

_MISSED = 0.03  # of visits
_NO_ANSWER = 0.006  # of visits, for no reason that anybody will ever know
_RESTARTS_A_MONTH = 2.0
_RESTART = timedelta(minutes=40)


class Loss(enum.Enum):
    """What a site loses for hours or days."""

    POWER = "power"  # the agent is off with everything on mains
    NETWORK = "network"  # the agent lives and reaches no camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """From ``start`` until ``end``."""

    start: datetime
    end: datetime
    loss: Loss

    def holds(self, at: datetime) -> bool:
        """Whether it lasts at this moment."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSet:
    """From ``at`` on the agent's clock is ``ahead`` of the true time."""

    at: datetime
    ahead: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit; ``values`` is None when the camera does not answer."""

    at: datetime  # true time
    agent_at: datetime  # by the agent's clock
    device_id: str
    values: Values | None


@dataclass(frozen=True, kw_only=True)
class Site:
    """Cameras of one place; equal arguments give equal lives."""

    seed: int
    place: Place
    grid: Grid
    cells: Cells
    cameras: tuple[Camera, ...]
    outages: tuple[Outage, ...] = ()
    clock_sets: tuple[ClockSet, ...] = ()
    knows_place: bool = True  # the owner wrote latitude and longitude into the configuration

    @cached_property
    def weather(self) -> Weather:
        """The sky over all of them."""
        return weather_at(self.place, self.grid, self.seed)

    @cached_property
    def pasts(self) -> Mapping[str, Past]:
        """What happened, by device."""
        return {
            one.device_id: live_camera(one, self.cells, self.weather, self.seed)
            for one in self.cameras
        }

    def visits(self, every: timedelta = timedelta(hours=1)) -> Iterator[Visit]:
        """Visits to all cameras in the order of time; every camera about every ``every``."""
        gaps = self._restarts()
        return heapq.merge(
            *(self._visits(one, every, gaps) for one in self.pasts.values()),
            key=lambda visit: visit.at,
        )

    def _visits(self, past: Past, every: timedelta, gaps: tuple[datetime, ...]) -> Iterator[Visit]:
        seed = past.camera.seed
        at = self.grid.start + every * uniform(seed, "phase")
        while at < self.grid.end:
            moment = at + timedelta(minutes=6) * (uniform(seed, at, "jitter") - 0.5)
            moment = max(moment, self.grid.start)
            if self._is_awake(seed, moment, gaps):
                yield Visit(
                    at=moment,
                    agent_at=moment + self._ahead(moment),
                    device_id=past.camera.device_id,
                    values=self._answer(past, moment),
                )
            at += every

    def _is_awake(self, seed: int, at: datetime, gaps: tuple[datetime, ...]) -> bool:
        if uniform(seed, at, "missed") < _MISSED:
            return False
        if any(begins <= at < begins + _RESTART for begins in gaps):
            return False
        return not any(one.loss is Loss.POWER and one.holds(at) for one in self.outages)

    def _answer(self, past: Past, at: datetime) -> Values | None:
        step = self.grid.step_at(at)
        if not past.energy.course.is_on[step]:
            return None
        if any(one.loss is Loss.NETWORK and one.holds(at) for one in self.outages):
            return None
        if uniform(past.camera.seed, at, "no answer") < _NO_ANSWER:
            return None
        return {
            **battery_says(past, step),
            **modem_says(past, step),
        }

    def _ahead(self, at: datetime) -> timedelta:
        done = [one.ahead for one in self.clock_sets if one.at <= at]
        return done[-1] if done else timedelta(0)

    def _restarts(self) -> tuple[datetime, ...]:
        chance = draw("restarts", self.seed)
        count = int(chance.poisson(_RESTARTS_A_MONTH * self.grid.days / 30))
        return tuple(
            self.grid.start + timedelta(days=float(day))
            for day in chance.uniform(0, self.grid.days, count)
        )
