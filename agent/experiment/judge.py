"""From the pictures of a test to its verdict: what changed, and what else could explain it; pure.

A filter that moves under light with infrared in it changes the colours or, where the camera drops
its colours in night mode, the order of bright and dark places. That something changed proves a
movement. That nothing changed proves nothing by itself: the light may hold no infrared (a room lit
by LEDs), the camera may not obey, or there may be no filter. Each of these must be excluded by a
witness before it is called a fault; else the verdict is inconclusive and says what would settle it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from agent.experiment.change import DARKER, Own, has_changed
from agent.experiment.earlier import Earlier
from agent.experiment.look import Look, Shot, middle
from agent.experiment.unmoved import (
    COVERED_LUMA,
    COVERED_SHARE,
    LAMP_LUMA,
    LIT_LUMA,
    is_bleached,
    is_infrared,
    is_natural,
    judge_unmoved,
    judge_unmoved_drained,
    judge_unmoved_lamp,
    unsure,
)
from agent.experiment.verdict import FilterVerdict, Judged, Why
from agent.experiment.witness import Witness
from agent.wrong import Both

FROZEN_CHANGE: Final = 0.4  # grey levels; live key frames differ by 1.6 to 2.6
_MAGENTA_STEP: Final = 0.02
_MAGENTA_PLAIN: Final = 0.06  # with green the least nearly everywhere: no lorry is so large
_PALER: Final = 0.7
_NEARER: Final = 0.5
_GREEN_MIN_STEP: Final = 0.1
MIN_SHOTS: Final = 2
_FIGURES: Final = Both(
    "in: magenta {look_in.magenta:+.3f}, saturation {look_in.saturation:.0f}, "
    "luma {look_in.luma:.0f}; out: {look_out.magenta:+.3f}, {look_out.saturation:.0f}, "
    "{look_out.luma:.0f}; distance {distance:.2f}, pattern {pattern:.3f}",
    "移入：品红 {look_in.magenta:+.3f}，饱和度 {look_in.saturation:.0f}，"
    "亮度 {look_in.luma:.0f}；移出：{look_out.magenta:+.3f}，{look_out.saturation:.0f}，"
    "{look_out.luma:.0f}；差异 {distance:.2f}，纹理 {pattern:.3f}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The pictures by phase; ``commanded_in`` says what the middle phase asked for."""

    commanded_in: bool
    before: Sequence[Shot]
    during: Sequence[Shot]
    after: Sequence[Shot]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The picture with the filter commanded in and out, and how far the two lie apart."""

    look_in: Look
    look_out: Look
    distance: float
    least_pattern: float  # one picture as before is enough: a filter stands in front of all

    @classmethod
    def of(cls, taken: Taken) -> Sides:
        """Middle of each side; patterns are those of the commanded phase."""
        home = middle([shot.look for shot in (*taken.before, *taken.after)])
        away = middle([shot.look for shot in taken.during])
        patterns = [s.pattern for s in taken.during if s.pattern is not None]
        return cls(
            look_in=away if taken.commanded_in else home,
            look_out=home if taken.commanded_in else away,
            distance=home.distance(away),
            least_pattern=min(patterns, default=2.0),
        )

    @property
    def figures(self) -> Both:
        """For people who want to check."""
        return _FIGURES.filled(
            look_in=self.look_in,
            look_out=self.look_out,
            distance=self.distance,
            pattern=self.least_pattern,
        )


def gate(before: Sequence[Shot]) -> Why | None:
    """Why these pictures allow no test; None when the light is good enough to begin.

    Asked before anything is written: without light the camera is left alone.
    """
    sound = [shot for shot in before if not shot.picture.damaged]
    if len(sound) < MIN_SHOTS:
        return Why.NO_PICTURE
    look = middle([shot.look for shot in sound])
    if _is_white(look):
        return Why.COVERED
    if look.luma < (LAMP_LUMA if look.is_grey else LIT_LUMA):
        return Why.TOO_DARK
    if not Own.of(sound).is_calm:
        return Why.RESTLESS
    return None


def judge(taken: Taken, witness: Witness) -> Judged:
    """The verdict of a test whose mode the camera took and kept to the end."""
    sound = Taken(
        commanded_in=taken.commanded_in,
        before=_sound(taken.before),
        during=_sound(taken.during),
        after=_sound(taken.after),
    )
    if min(len(sound.before), len(sound.during), len(sound.after)) < MIN_SHOTS:
        return unsure(Why.NO_PICTURE)
    if (refusal := gate(sound.before)) is not None:
        return unsure(refusal)
    shots = (*sound.before, *sound.during, *sound.after)
    changes = [shot.change for shot in shots if shot.change is not None]
    # Four pictures alike to the bit, over the order and the way back, are one picture.
    repeats = len({shot.picture.jpeg for shot in (*sound.during, *sound.after)}) == 1
    if not changes or max(changes) < FROZEN_CHANGE or repeats:
        return unsure(Why.FROZEN)
    own, sides = Own.of(sound.before, sound.after), Sides.of(sound)
    if not own.is_calm:
        stayed = has_changed(sound.before, sound.during) and has_changed(sound.before, sound.after)
        return unsure(Why.DID_NOT_COME_BACK if stayed else Why.RESTLESS, sides.figures)
    return _by_sides(sides, own, witness)


def _by_sides(sides: Sides, own: Own, witness: Witness) -> Judged:
    if _is_white(sides.look_in) or _is_white(sides.look_out):
        return unsure(Why.UNCLEAR, sides.figures)
    lit = min(sides.look_in.luma, sides.look_out.luma) >= LIT_LUMA
    grey_in, grey_out = sides.look_in.is_grey, sides.look_out.is_grey
    if grey_out and (grey_in or sides.look_in.luma < LAMP_LUMA):
        return _by_lamp(sides, own, witness)
    if grey_out and lit:
        return _by_pattern(sides, own, witness)
    if grey_in or grey_out or not lit:
        return unsure(Why.UNCLEAR, sides.figures)
    return _by_colour(sides, own, witness)


def _by_colour(sides: Sides, own: Own, witness: Witness) -> Judged:
    """Both sides in colour: infrared adds red and blue, or what is left of it after the balance."""
    if own.colour_changed(sides.distance):
        return _by_direction(sides, own, witness)
    if own.colour_same(sides.distance) and own.pattern_same(sides.least_pattern):
        look = middle([sides.look_in, sides.look_out])
        return replace(judge_unmoved(look, witness, sides.figures), may_be_auto=True)
    return unsure(Why.UNCLEAR, sides.figures)


def _by_direction(sides: Sides, own: Own, witness: Witness) -> Judged:
    look_in, look_out = sides.look_in, sides.look_out
    step = look_out.magenta - look_in.magenta
    is_plain = abs(step) >= _MAGENTA_PLAIN and is_infrared(look_in) is not is_infrared(look_out)
    if step >= _MAGENTA_STEP and not is_infrared(look_in):
        return _found(FilterVerdict.MOVED, Why.FOLLOWED, sides, is_plain=is_plain)
    if step <= -_MAGENTA_STEP and is_infrared(look_in) and not is_infrared(look_out):
        return _found(FilterVerdict.REVERSED, Why.WRONG_WAY, sides, is_plain=is_plain)
    if _is_crossed(sides, witness.earlier):
        return _found(FilterVerdict.REVERSED, Why.WRONG_WAY, sides)
    # A white balance hides the pink: infrared then only makes pale, and leaves no longer green.
    # Pale alone could be the picture processor.
    other_greens = abs(look_out.green_min - look_in.green_min) >= _GREEN_MIN_STEP
    paler = look_out.colourfulness <= _PALER * look_in.colourfulness
    is_infrared_too = other_greens or own.pattern_changed(sides.least_pattern)
    if abs(step) < _MAGENTA_STEP and paler and is_infrared_too:
        return _found(FilterVerdict.MOVED, Why.FOLLOWED, sides)
    return unsure(Why.UNCLEAR, sides.figures)


def _is_crossed(sides: Sides, earlier: Earlier | None) -> bool:
    """Whether each side looks as the other one did when the filter moved the right way."""
    return earlier is not None and all(
        look.distance(other) < _NEARER * look.distance(same)
        for look, same, other in (
            (sides.look_in, earlier.look_in, earlier.look_out),
            (sides.look_out, earlier.look_out, earlier.look_in),
        )
    )


def _by_pattern(sides: Sides, own: Own, witness: Witness) -> Judged:
    """The camera drops its colours when the filter is asked out: only the pattern can tell."""
    earlier = witness.earlier
    if own.pattern_changed(sides.least_pattern):
        if is_infrared(sides.look_in):
            if witness.sun:
                return _found(FilterVerdict.REVERSED, Why.WRONG_WAY, sides)
        elif is_natural(sides.look_in, witness):
            return _found(FilterVerdict.MOVED, Why.FOLLOWED, sides)
        elif witness.sun and earlier is not None and is_bleached(sides.look_in, earlier.look_in):
            return _found(FilterVerdict.REVERSED, Why.WRONG_WAY, sides)
        return unsure(Why.UNCLEAR, sides.figures)
    if own.pattern_same(sides.least_pattern):
        return judge_unmoved_drained(sides.look_in, witness, sides.figures)
    return unsure(Why.UNCLEAR, sides.figures)


def _by_lamp(sides: Sides, own: Own, witness: Witness) -> Judged:
    """Grey on both sides: the night, lit by the camera's own lamp."""
    if sides.look_in.luma < DARKER * sides.look_out.luma:
        return unsure(Why.LAMP_OR_FILTER, sides.figures)
    low, high = sorted((sides.look_in.luma, sides.look_out.luma))
    if high <= 1.1 * low and own.pattern_same(sides.least_pattern):
        return judge_unmoved_lamp(witness, sides.figures)
    return unsure(Why.UNCLEAR, sides.figures)


def _is_white(look: Look) -> bool:
    return look.luma > COVERED_LUMA or look.bright_share > COVERED_SHARE


def _sound(shots: Sequence[Shot]) -> Sequence[Shot]:
    return [shot for shot in shots if not shot.picture.damaged]


def _found(verdict: FilterVerdict, why: Why, sides: Sides, *, is_plain: bool = False) -> Judged:
    return Judged(verdict=verdict, why=why, figures=sides.figures, is_plain=is_plain)
