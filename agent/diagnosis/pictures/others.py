"""What the site's other cameras say: whether they share what this one shows; pure.

Only cameras that are lit as this one is are asked, each is held against its own usual, and one
under suspicion of the same fault bears no witness: two of a bad batch must not excuse each other,
nor may rain that one of them noticed first become a fault of the next.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from agent.diagnosis.pictures.look import Look, baseline_of
from agent.diagnosis.rule import Sibling, View

_VEILS: Final = frozenset(("picture.condensation", "picture.dirty", "picture.film_left_on"))
_FOR_EACH: Final = 2  # that see clearly, for each that does not
_DIM_GAP: Final = timedelta(days=2)  # a camera seen once a day, and that a little late
_DIM_KEPT: Final = 64  # days: far more than any weather


class Others(enum.Enum):
    """What the other cameras of the site show."""

    NOBODY = "nobody"  # none is there, or none in the same light: nobody controls
    CLEAR = "clear"  # as usual, and at least two for each that shows it too
    ALIKE = "alike"  # it is everywhere, or who could refute it is doubtful


def others(
    view: View, look: Look, *, shows: Callable[[Sibling], bool | None], codes: frozenset[str]
) -> Others:
    """What the others show; ``shows`` is None for one that cannot know.

    ``codes`` are the faults that this figure is told by. A close view, or one indoors, hardly
    knows fog: one that sees clearly does not refute one that does not.
    """
    asked = [
        (one, shown)
        for one in view.siblings
        if _is_lit_alike(view, look, one) and (shown := shows(one)) is not None
    ]
    if not asked:
        return Others.NOBODY
    witnesses = [shown for one, shown in asked if one.suspected.isdisjoint(codes)]
    clear, alike = witnesses.count(False), witnesses.count(True)
    return Others.CLEAR if clear and clear >= _FOR_EACH * alike else Others.ALIKE


def _is_lit_alike(view: View, look: Look, one: Sibling) -> bool:
    """By what the decoder said of both pictures, or by the rules' word for this one's light."""
    return one.light in (look.light.value, view.text("picture.light"))


def fog_of(view: View, look: Look) -> Others:
    """Whether the others see a veil: less contrast than their own, or blacks lifted."""
    levels = view.levels

    def shows(one: Sibling) -> bool | None:
        contrast, veil = one.figures.get("ref_contrast"), one.figures.get("ref_veil", 0.0)
        if contrast is None:
            return None
        usual, blacks = one.norms.get("ref_contrast"), one.norms.get("ref_veil")
        least = levels.weather_contrast * (1.0 if usual is None else min(usual.median, 1.0))
        return contrast < least or veil > levels.weather_veil + (
            0.0 if blacks is None else max(blacks.median, 0.0)
        )

    return others(view, look, shows=shows, codes=_VEILS)


def below(view: View, look: Look, name: str, level: float, *, code: str) -> Others:
    """Whether the others have this figure under the level too, and under what is usual there."""

    def shows(one: Sibling) -> bool | None:
        value, usual = one.figures.get(name), one.norms.get(name)
        if value is None:
            return None
        return value < (level if usual is None else min(level, usual.low))

    return others(view, look, shows=shows, codes=frozenset((code,)))


def above(view: View, look: Look, name: str, least: float, *, code: str) -> Others:
    """Whether the others have this figure at least so far above their own usual too.

    Figures of the reference are beside its own already; of others one whose usual is not known
    cannot tell.
    """

    def shows(one: Sibling) -> bool | None:
        value, usual = one.figures.get(name), one.norms.get(name)
        if value is None or (usual is None and not name.startswith("ref_")):
            return None
        return value > (least if usual is None else max(usual.median + least, usual.high))

    return others(view, look, shows=shows, codes=frozenset((code,)))


def sees_clearly(view: View, look: Look) -> bool | None:
    """Whether this camera itself has its contrast; None where that is not known."""
    bar, contrast = _bar(view, look), look.get("ref_contrast")
    return None if bar is None or contrast is None else contrast >= bar


def dim_days(view: View, look: Look) -> tuple[datetime, ...]:
    """When this camera was first without its contrast on each day since its last clear picture.

    With this pass, oldest first; what is to be kept for the next. After two days without a picture
    that could be judged it begins anew: what nobody saw is not known to have been dim.
    """
    is_clear, known = sees_clearly(view, look), view.dim_days
    if is_clear is None:
        return known
    if is_clear:
        return ()
    if known and abs(view.now - known[-1]) > _DIM_GAP:
        known = ()
    if known and known[-1].date() == view.now.date():
        return known
    return (*known, view.now)[-_DIM_KEPT:]


def outlasts_weather(view: View, look: Look) -> bool:
    """Whether this camera was seen without its contrast for so many days, and never clear.

    On at least ``weather_seen_days`` of them (UTC dates): an outage of a week between two fogs, or
    a clock that was set on, makes a week of nothing.
    """
    if _bar(view, look) is None:
        return False
    seen = dim_days(view, look)
    lasts = bool(seen) and view.now - seen[0] >= timedelta(days=view.levels.weather_days)
    return lasts and len(seen) >= view.levels.weather_seen_days


def _bar(view: View, look: Look) -> float | None:
    baseline = baseline_of(view, look.light)
    usual = baseline.norm("ref_contrast", support=1) if baseline else None
    return None if usual is None else view.levels.weather_contrast * usual.median
