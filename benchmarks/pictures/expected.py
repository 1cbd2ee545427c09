"""What each injury must be called, and the goals of recall by group."""

from __future__ import annotations

from typing import Final

from simulator.life.injury import Kind

RIGHT_NAMES: Final[dict[Kind, frozenset[str]]] = {
    Kind.BLACK: frozenset({"picture.black"}),
    Kind.WHITE: frozenset({"picture.white", "picture.exposure"}),
    Kind.OVEREXPOSED: frozenset({"picture.exposure", "picture.white"}),
    Kind.UNDEREXPOSED: frozenset({"picture.exposure", "picture.black"}),
    # One picture cannot tell dead lamps from a filter that stays in: either name is as right.
    Kind.LEDS_DEAD: frozenset({"ir_led.dead", "ircut.stuck_closed"}),
    Kind.IRCUT_CLOSED: frozenset({"ir_led.dead", "ircut.stuck_closed"}),
    Kind.LEDS_PARTIAL: frozenset({"ir_led.partial"}),
    Kind.DECODE_DAMAGE: frozenset({"picture.decode_damage"}),
    Kind.FROZEN: frozenset({"picture.frozen"}),
    Kind.OCCLUSION: frozenset({"picture.occluded"}),
    Kind.DEFOCUS: frozenset({"picture.blurred"}),
    Kind.TILTED_FOCUS: frozenset({"picture.tilted_focus"}),
    Kind.IRCUT_OPEN: frozenset({"ircut.stuck_open"}),
    Kind.IRCUT_FLAPPING: frozenset({"ircut.flapping"}),
    Kind.CONDENSATION: frozenset({"picture.condensation"}),
    Kind.DIRT: frozenset({"picture.dirty"}),
    Kind.SPRAY: frozenset({"picture.dirty", "picture.occluded"}),
    Kind.WEB: frozenset({"picture.dirty"}),
    Kind.FILM: frozenset({"picture.film_left_on", "picture.dirty"}),
    Kind.COLOUR_CAST: frozenset({"picture.colour_cast"}),
    Kind.NOISE: frozenset({"picture.noise"}),
    Kind.STRIPES: frozenset({"picture.stripes"}),
    Kind.DEAD_LINES: frozenset({"picture.dead_lines"}),
    Kind.BLOCKY: frozenset({"picture.blocky"}),
    Kind.MOVED: frozenset({"picture.moved"}),
    Kind.FLIPPED: frozenset({"picture.flipped"}),
    Kind.DISTORTION: frozenset({"picture.distorted"}),
}
GROSS: Final = (
    Kind.BLACK,
    Kind.WHITE,
    Kind.LEDS_DEAD,
    Kind.DECODE_DAMAGE,
    Kind.FROZEN,
    Kind.OCCLUSION,
    Kind.DEFOCUS,
    Kind.MOVED,
)
"""Goal 98 % within 24 h, medium or worse."""
PASSIVE: Final = (
    Kind.IRCUT_OPEN,
    Kind.CONDENSATION,
    Kind.STRIPES,
    Kind.DEAD_LINES,
    Kind.BLOCKY,
    Kind.FLIPPED,
)
"""Goal 90 %."""
HARD: Final = (Kind.TILTED_FOCUS, Kind.LEDS_PARTIAL, Kind.NOISE, Kind.DISTORTION)
"""Goal 80 %."""
OTHER: Final = tuple(kind for kind in Kind if kind not in (*GROSS, *PASSIVE, *HARD))
"""Without a goal of their own; measured all the same."""
MAINTENANCE: Final = frozenset(
    {Kind.DIRT, Kind.SPRAY, Kind.WEB, Kind.FILM, Kind.OCCLUSION, Kind.MOVED, Kind.FLIPPED}
)
"""Must never lead to a claim."""
