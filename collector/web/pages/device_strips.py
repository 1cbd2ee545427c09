"""The strips of a device page: lanes of checks drawn here, places for the plots, last values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup
from sqlalchemy import Connection

from collector.store.views.device_file import LatestReading
from collector.store.views.devices import Device
from collector.telemetry.lanes import Drawn, Grid, State
from collector.telemetry.samples import moment_of
from collector.web import strips
from collector.web.call import Call
from collector.web.lane_plot import draw_lane
from collector.web.pages.device_trend import zone_of
from collector.web.strips import Strip
from collector.web.voice import Voice

_QUIET: Final = (State.OK, State.GAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane as it stands on the page."""

    name: str
    now: str  # the state of its last slot
    track: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A line of the table that says what the lanes draw; what is OK needs no line."""

    lane: str
    state: str
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the template is given."""

    span: str
    spans: tuple[str, ...]
    zone: str
    since_s: int
    until_s: int
    strips: tuple[Strip, ...]
    lanes: tuple[Lane, ...]
    stretches: tuple[Stretch, ...]
    states: tuple[str, ...]  # those that are drawn, for the legend

    @property
    def is_empty(self) -> bool:
        """True when nothing was heard in this span and no number is known."""
        return not self.lanes and not any(one.latest for one in self.strips)


def read_shown(
    db: Connection, call: Call, device: Device, readings: Sequence[LatestReading]
) -> Shown:
    """The strips that the URL asks for; the caller has found the device in the visitor's slice."""
    span = call.asked("span") if call.asked("span") in strips.SPANS else "24h"
    latest = {one.name: one for one in readings}
    lanes = strips.read_lanes(db, device.id, span=span, now=call.now)
    grid = strips.grid_of(span, call.now)
    clock = _Clock(device.zone)
    return Shown(
        span=span,
        spans=tuple(strips.SPANS),
        zone=clock.zone,
        since_s=grid.since_s,
        until_s=grid.until_s,
        strips=strips.read_strips(db, device.id, latest, span=span, now=call.now),
        lanes=tuple(_lane(one, grid, call.voice, clock) for one in lanes),
        stretches=tuple(_stretches(lanes, grid, clock)),
        states=tuple(
            state.value
            for state in State
            if any(part.state is state for lane in lanes for part in lane.parts)
        ),
    )


class _Clock:
    """Tells seconds in the site's time; UTC where its zone is not known here."""

    def __init__(self, zone: str) -> None:
        self._zone = zone_of(zone)
        self.zone = str(self._zone)

    def __call__(self, second: int) -> str:
        return f"{self._local(second):%Y-%m-%d %H:%M}"

    def short(self, second: int) -> str:
        """The same without the year."""
        return f"{self._local(second):%m-%d %H:%M}"

    def _local(self, second: int) -> datetime:
        return moment_of(second).astimezone(self._zone)


def _lane(lane: Drawn, grid: Grid, voice: Voice, clock: _Clock) -> Lane:
    return Lane(
        name=lane.name,
        now=lane.parts[-1].state.value,
        track=Markup(
            draw_lane(
                lane,
                grid,
                name=voice.name("lane", lane.name),
                say=lambda state: voice.name("lane_state", state.value),
                clock=clock.short,
            )
        ),
    )


def _stretches(lanes: Sequence[Drawn], grid: Grid, clock: _Clock) -> list[Stretch]:
    return [
        Stretch(
            lane=lane.name,
            state=part.state.value,
            since=clock(grid.since_s + part.first * grid.slot_s),
            until=clock(grid.since_s + (part.first + part.count) * grid.slot_s),
        )
        for lane in lanes
        for part in lane.parts
        if part.state not in _QUIET
    ]
