"""What a camera's own good pictures look like, kept apart by light; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from agent.camera.light import Light
from agent.diagnosis.pictures.spread import Norm, norm_of
from shared.moment import Moment

RING: Final = 64
"""Values kept of a figure: at one an hour several days of this light, and 20 KB for all."""
STRANGERS: Final = 6
STRANGE_FOR: Final = timedelta(days=1)
"""So many pictures of another kind in a row, over so long, begin a baseline anew: until then it
may be a snapshot in the place of a stream that is away for hours."""
STEP_EVERY: Final = timedelta(days=1)
"""How often a full column may give way to a season."""
_DAYS_PER_HALF_SPREAD: Final = 14.0  # so it gives way by a quarter of a spread a week


class Kind(NamedTuple):
    """What pictures must have in common to be compared: their size, and where they come from.

    The same view in another size, or coded by another coder, has other detail.
    """

    width_px: int = 0  # 0: not known
    height_px: int = 0
    source: str = ""  # "stream" or "snapshot"; '': not known


class Column(msgspec.Struct, frozen=True, array_like=True):
    """The past of one figure; fields are only appended.

    Once full it is frozen. What healthy pictures show later moves ``shift`` and the two ends by
    small steps, and in all by no more than a leeway that is less than any rule's least change:
    seasons pass, while decay runs into that wall and is seen.
    """

    values: tuple[float, ...] = ()
    shift: float = 0.0  # of the median, since it was full
    low_by: float = 0.0  # how far the lowest has been lowered
    high_by: float = 0.0


class PictureBaseline(msgspec.Struct, frozen=True, array_like=True):
    """The past of one camera in one light; stored, so fields are only appended.

    Up to ``sharpness_low`` it is what agents before the columns wrote: means over the first good
    pictures. They go on being written, so that an agent that is set back reads its own; the
    baseline of such an agent speaks through ``norm`` until columns have grown.
    """

    light: Light
    count: int  # pictures that were learnt
    sharpness: float
    luma_mean: float
    red_share: float  # red mean over the sum of the channel means; 1/3 is neutral
    green_share: float
    blue_share: float
    learned_at: Moment
    sharpness_low: float = 1.0  # the lowest that was seen while learning
    columns: dict[str, Column] = {}  # by figure, without "picture."
    began_at: Moment | None = None  # None: begun by an agent without columns
    stepped_at: Moment | None = None  # when full columns last gave way
    width_px: int = 0  # of the pictures that were learnt; 0: not noted
    height_px: int = 0
    strangers: int = 0  # pictures of another kind since the last of this one
    strange_since: Moment | None = None  # the first of them
    source: str = ""  # "stream" or "snapshot"; '': not noted

    def took(self, at: datetime) -> bool:
        """Whether a picture of this moment was learnt, and not only counted as a stranger."""
        return at in (self.learned_at, self.stepped_at)

    def is_of(self, kind: Kind) -> bool:
        """Whether pictures of this kind may be compared with it; what is not known is no bar."""
        own = Kind(self.width_px, self.height_px, self.source)
        return all(
            one == other or not one or not other for one, other in zip(own, kind, strict=True)
        )

    def with_stranger(self, at: datetime) -> PictureBaseline | None:
        """One more picture of another kind; None when there were enough to begin anew."""
        since = self.strange_since or at
        if self.strangers + 1 >= STRANGERS and abs(at - since) >= STRANGE_FOR:
            return None
        return replace(self, strangers=self.strangers + 1, strange_since=since)

    def without_strangers(self) -> PictureBaseline:
        """As it is when a picture of its own kind was seen again."""
        return replace(self, strangers=0, strange_since=None) if self.strangers else self

    @property
    def is_full(self) -> bool:
        """True when a figure that every picture has fills its column."""
        column = self.columns.get("luma_mean")
        return column is not None and len(column.values) >= RING

    def norm(self, name: str, *, support: float) -> Norm | None:
        """What is usual for a figure; None with fewer than ``support`` values of it."""
        column = self.columns.get(name)
        if column is not None and len(column.values) >= max(support, 1):
            found = norm_of(column.values)
            return Norm(
                median=found.median + column.shift,
                spread=found.spread,
                low=found.low - column.low_by,
                high=found.high + column.high_by,
                count=found.count,
            )
        return self._inherited(name) if self.count >= support else None

    def _inherited(self, name: str) -> Norm | None:
        """The means of an agent without columns: their spread is not known, but for a lowest."""
        means = {
            "sharpness": self.sharpness,
            "luma_mean": self.luma_mean,
            "red_share": self.red_share,
            "green_share": self.green_share,
            "blue_share": self.blue_share,
        }
        if name not in means:
            return None
        mean = means[name]
        low = min(self.sharpness_low, mean) if name == "sharpness" else mean
        return Norm(median=mean, spread=0.0, low=low, high=mean, count=self.count)


def begun(light: Light, *, at: datetime) -> PictureBaseline:
    """A baseline without a picture."""
    return PictureBaseline(light, 0, 0.0, 0.0, 0.0, 0.0, 0.0, at, 1.0, {}, at)


def filled(column: Column, value: float) -> Column:
    """The column with one more value while it has room; else as it is."""
    if len(column.values) >= RING:
        return column
    return replace(column, values=(*column.values, value))


def stepped(column: Column, value: float, *, leeway: float) -> Column:
    """A full column, one step nearer to what a healthy picture shows; once in STEP_EVERY.

    A step is a 28th of the spread (of the leeway, where nothing strays); the median and each end
    stay within ``leeway`` of where they were when the column became full.
    """
    if len(column.values) < RING:
        return column
    norm = norm_of(column.values)
    step = max(norm.spread, leeway / 2) / 2 / _DAYS_PER_HALF_SPREAD
    away = value - norm.median - column.shift
    return Column(
        values=column.values,
        shift=_within(column.shift + _within(away, step), leeway),
        low_by=_within(column.low_by + min(max(norm.low - column.low_by - value, 0), step), leeway),
        high_by=_within(
            column.high_by + min(max(value - norm.high - column.high_by, 0), step), leeway
        ),
    )


def _within(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
