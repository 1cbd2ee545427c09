"""Lanes of checks as inline SVG: one track a family, one rectangle a stretch of one state.

States differ in shape as well as in colour: a fault fills the height, unknown is two lines, what
is not offered one line, and a gap is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Final

from collector.telemetry.lanes import Drawn, Grid, Part, State

_HEIGHT: Final = 10
_BARS: Final = {  # offsets and heights within the track
    State.OK: ((3, 4),),
    State.FAULT: ((0, 10),),
    State.FAULT_UNHEARD: ((0, 2), (8, 2)),
    State.UNKNOWN: ((2.5, 1.5), (6, 1.5)),
    State.UNSUPPORTED: ((4.5, 1),),
    State.GAP: (),
}


def draw_lane(
    lane: Drawn, grid: Grid, *, name: str, say: Callable[[State], str], clock: Callable[[int], str]
) -> str:
    """The track; ``say`` names a state, ``clock`` tells a second in the site's time."""
    parts = "".join(piece for part in lane.parts for piece in _draw(part, grid, say, clock))
    return (
        f'<svg class="track" viewBox="0 0 {grid.slots} {_HEIGHT}" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(name)}">{parts}</svg>'
    )


def _draw(
    part: Part, grid: Grid, say: Callable[[State], str], clock: Callable[[int], str]
) -> Iterator[str]:
    bars = _BARS[part.state]
    if not bars:
        return
    since_s = grid.since_s + part.first * grid.slot_s
    until_s = since_s + part.count * grid.slot_s
    yield f'<g class="{part.state.value}"><title>'
    yield escape(f"{say(part.state)}: {clock(since_s)} – {clock(until_s)}")
    yield "</title>"
    for top, height in bars:
        yield f'<rect x="{part.first}" y="{top}" width="{part.count}" height="{height}"/>'
    yield "</g>"
