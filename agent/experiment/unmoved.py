"""Nothing changed by order: which explanation is left when the witnesses have spoken; pure."""

from __future__ import annotations

from typing import Final

from agent.experiment.look import Look
from agent.experiment.verdict import FilterVerdict, Judged, Why
from agent.experiment.witness import Nights, Witness
from agent.wrong import Both

LIT_LUMA: Final = 60.0  # as ``Levels.light_luma``: below, colours drift by themselves
LAMP_LUMA: Final = 40.0  # as ``Levels.night_luma``
COVERED_LUMA: Final = 220.0
COVERED_SHARE: Final = 0.5  # of pixels near white: a covered lamp throws its light back
PALE: Final = 12.0  # healthy daylight had 12.9 to 53; below, colours prove nothing
MAGENTA_FAULT: Final = 0.065  # no healthy one of 112 real daylight pictures reached it
GREEN_MIN_FAULT: Final = 0.65
MAGENTA_GREEN: Final = -0.015  # more green than any infrared picture has after a white balance
PATTERN_CHANGED: Final = 0.12
_PALER: Final = 0.7
_GREEN_MIN_STEP: Final = 0.1
_NEARER: Final = 0.4
_LIKE: Final = 0.8
_APART: Final = 1.0


def is_infrared(look: Look) -> bool:
    """Colours that only infrared makes, whatever the scene."""
    return look.magenta >= MAGENTA_FAULT and look.green_min >= GREEN_MIN_FAULT


def is_natural(look: Look, witness: Witness) -> bool:
    """Colours of a filter that is in: as in the test in which it moved, else plainly green."""
    if is_infrared(look):
        return False
    if witness.earlier is not None:
        return look.distance(witness.earlier.look_in) <= _LIKE
    return look.saturation >= PALE and look.magenta <= MAGENTA_GREEN


def is_bleached(look: Look, natural: Look) -> bool:
    """Infrared behind a white balance that hides its pink: paler, with green more often the least.

    Fog makes paler too, and leaves which colour is the least as it was.
    """
    paler = look.colourfulness <= _PALER * natural.colourfulness
    return paler and look.green_min >= natural.green_min + _GREEN_MIN_STEP


def judge_unmoved(look: Look, witness: Witness, figures: Both) -> Judged:
    """In colour on both sides, and the same on both."""
    earlier = witness.earlier
    if earlier is not None and earlier.look_in.distance(earlier.look_out) >= _APART:
        to_in, to_out = look.distance(earlier.look_in), look.distance(earlier.look_out)
        # Snow is as pale as infrared behind a white balance, and leaves the least colour the least.
        is_proof = look.saturation >= PALE or is_bleached(look, earlier.look_in)
        if is_infrared(look) or (to_out <= _NEARER * to_in and is_proof):
            return _stuck_open(witness, figures)
        if to_in <= _NEARER * to_out:
            return _stuck_closed(witness, figures)
        return unsure(Why.UNCLEAR, figures)
    if is_infrared(look):
        return _stuck_open(witness, figures)
    if is_natural(look, witness):
        return _stuck_closed(witness, figures)
    return unsure(Why.UNCLEAR, figures)


def judge_unmoved_drained(look_in: Look, witness: Witness, figures: Both) -> Judged:
    """The camera drops its colours on one side, and the pattern is the same on both.

    A scene without plants may look alike in infrared: only one whose pattern was seen to change
    before says something. In another one a filter that moves the wrong way looks like one that
    stays out.
    """
    earlier = witness.earlier
    if earlier is None or earlier.pattern < PATTERN_CHANGED:
        return unsure(Why.DRAINED, figures)
    if is_natural(look_in, witness):
        return _stuck_closed(witness, figures)
    if is_infrared(look_in) or is_bleached(look_in, earlier.look_in):
        return _stuck_open(witness, figures)
    return unsure(Why.UNCLEAR, figures)


def judge_unmoved_lamp(witness: Witness, figures: Both) -> Judged:
    """By night, lit by the lamp, and as bright with the filter commanded in."""
    if witness.night and witness.went_dark:
        return Judged(verdict=FilterVerdict.STUCK_OPEN, why=Why.LIT_ALL_THE_SAME, figures=figures)
    return unsure(Why.MAYBE_IGNORES, figures)


def unsure(why: Why, figures: str | Both = "") -> Judged:
    """No verdict, and why."""
    return Judged(verdict=FilterVerdict.INCONCLUSIVE, why=why, figures=figures)


def _stuck_open(witness: Witness, figures: Both) -> Judged:
    if not witness.sun:
        return unsure(Why.MAYBE_NO_INFRARED_LIGHT, figures)
    known = witness.earlier is not None or witness.was_natural or witness.filter_fitted is True
    if not known:
        return unsure(Why.MAYBE_NONE_FITTED, figures)
    return Judged(verdict=FilterVerdict.STUCK_OPEN, why=Why.INFRARED_STAYS, figures=figures)


def _stuck_closed(witness: Witness, figures: Both) -> Judged:
    if not witness.sun:
        return unsure(Why.MAYBE_NO_INFRARED_LIGHT, figures)
    if witness.nights is Nights.LIT:
        return unsure(Why.MOVES_BY_ITSELF, figures)
    if witness.earlier is None:
        if witness.filter_fitted is not True:
            return unsure(Why.MAYBE_FIXED, figures)
        if witness.nights is not Nights.DARK or not witness.was_lit:
            return unsure(Why.MAYBE_IGNORES, figures)
    return Judged(verdict=FilterVerdict.STUCK_CLOSED, why=Why.NO_INFRARED, figures=figures)
