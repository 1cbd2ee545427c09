"""Whether pictures differ by more than a scene does by itself; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.experiment.look import Shot, middle, spread
from agent.experiment.unmoved import PATTERN_CHANGED

# Units of ``Look.distance``: the smallest change by a filter was 1.2, the largest between two
# pictures of an untouched scene 0.3.
CHANGED: Final = 1.0
SAME: Final = 0.4
CALM: Final = 0.6
# Of ``pattern_change``: scenes with plants change by 0.04 to 0.46, untouched ones by up to 0.05.
PATTERN_SAME: Final = 0.03
PATTERN_MOST_SAME: Final = 0.06
PATTERN_CALM: Final = 0.25  # what passes covers few tiles; where it matters 4 x is asked for
_TIMES: Final = 4.0  # a change must exceed the picture's own variation so often
_WITHIN: Final = 1.5
DARKER: Final = 0.5
_SETTLED: Final = 0.05  # of luma
_STILL: Final = 0.2
_PATTERN_STILL: Final = 0.01
# Similarity of edges (``ref_similarity``): 24 drawn and real views were alike themselves by 0.66 to
# 1.0, in sun, clouds, snow and infrared, and another view by up to 0.38.
VIEW_ALIKE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """How much the picture varies while nothing is commanded."""

    colour: float
    pattern: float

    @classmethod
    def of(cls, before: Sequence[Shot], after: Sequence[Shot] = ()) -> Own:
        """Within each phase and between them."""
        looks = [[shot.look for shot in shots] for shots in (before, after) if shots]
        apart = middle(looks[0]).distance(middle(looks[-1])) if looks else 0.0
        patterns = [s.pattern for s in (*before, *after) if s.pattern is not None]
        return cls(
            colour=max(apart, *(spread(group) for group in looks)) if looks else 0.0,
            pattern=max(patterns, default=0.0),
        )

    @property
    def is_calm(self) -> bool:
        """Whether a filter's change would stand out."""
        return self.colour <= CALM and self.pattern <= PATTERN_CALM

    def colour_changed(self, distance: float) -> bool:
        """Whether a distance is more than the picture's own variation."""
        return distance >= max(CHANGED, _TIMES * self.colour)

    def colour_same(self, distance: float) -> bool:
        """Whether a distance is within the picture's own variation."""
        return distance <= max(SAME, _WITHIN * self.colour)

    def pattern_changed(self, change: float) -> bool:
        """Whether the order of bright and dark places is another one."""
        return change >= max(PATTERN_CHANGED, _TIMES * self.pattern)

    def pattern_same(self, change: float) -> bool:
        """Whether it is the same."""
        return change <= max(PATTERN_SAME, min(_WITHIN * self.pattern, PATTERN_MOST_SAME))


def is_known_view(before: Sequence[Shot]) -> bool:
    """Whether this is the view in which the filter was seen to move.

    A camera that was turned since then has other plants before it, and other colours.
    """
    found = [shot.likeness for shot in before if shot.likeness is not None]
    return bool(found) and max(found) >= VIEW_ALIKE


def has_changed(before: Sequence[Shot], now: Sequence[Shot]) -> bool:
    """Whether the picture differs from before by more than it does by itself."""
    if not before or not now:
        return False
    own, earlier = Own.of(before), middle([shot.look for shot in before])
    later = middle([shot.look for shot in now])
    low, high = sorted((earlier.luma, later.luma))
    patterns = [shot.pattern for shot in now if shot.pattern is not None]
    if low < DARKER * high or own.pattern_changed(min(patterns, default=0.0)):
        return True
    # Dropping the colours is the picture processor's work, and a slow filter may come after it.
    is_drained = earlier.is_grey or later.is_grey
    return not is_drained and own.colour_changed(earlier.distance(later))


def is_same(before: Sequence[Shot], now: Sequence[Shot]) -> bool:
    """Whether the picture is as before, but for the colours where the camera drops them."""
    if not before or not now:
        return False
    own, earlier = Own.of(before), middle([shot.look for shot in before])
    later = middle([shot.look for shot in now])
    patterns = [shot.pattern for shot in now if shot.pattern is not None]
    is_drained = earlier.is_grey or later.is_grey
    return own.pattern_same(min(patterns, default=2.0)) and (
        is_drained or own.colour_same(earlier.distance(later))
    )


def has_settled(before: Sequence[Shot], since: Sequence[Shot]) -> bool:
    """Whether a change stands still: what passes by does not, nor an exposure that still seeks."""
    own = Own.of(before)
    lumas = [shot.look.luma for shot in since]
    patterns = [shot.pattern for shot in since if shot.pattern is not None]
    return (
        spread(shot.look for shot in since) <= max(_STILL, own.colour)
        and max(patterns, default=0.0) - min(patterns, default=0.0)
        <= max(_PATTERN_STILL, own.pattern)
        and max(lumas) - min(lumas) <= _SETTLED * max(lumas)
    )


def is_still(before: Sequence[Shot]) -> bool:
    """Whether nothing passes: worth waiting for, but no condition."""
    own = Own.of(before)
    return own.colour <= SAME and own.pattern <= PATTERN_MOST_SAME
