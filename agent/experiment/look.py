"""What one picture of a test looks like, and how far two looks lie apart; pure.

Distances are in units of what a filter that moves changes at least: measured by taking pictures
of eight painted landscapes and twelve real views with and without the filter, the smallest change
was 0.08 in magenta excess without white balance; with a white balance that hides the pink, 0.02
in a channel's share or a halving of the saturation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final

import msgspec

from agent.camera.port import Picture, PictureFeatures

_MAGENTA: Final = 0.02
_GREEN_MIN: Final = 0.2
_SHARE: Final = 0.012
_SATURATION_OCTAVES: Final = 0.5
GREY: Final = 4.0  # saturation below which the camera has dropped its colours
GREY_STD: Final = 1.2  # so little a single tint varies by coding


class Look(msgspec.Struct, frozen=True, array_like=True):
    """Colours and light of a picture; stored with a test, so fields are only appended."""

    luma: float  # 0..255
    saturation: float  # 0..255
    magenta: float  # -1..1
    green_min: float  # 0..1
    red: float  # share of the channel means, 1/3 is neutral
    green: float
    blue: float
    bright_share: float  # 0..1
    chroma_std: float = 99.0  # 0..255; those stored before it was kept had colours

    @property
    def is_grey(self) -> bool:
        """Whether the camera has dropped its colours, be it to a grey that has a tint."""
        return self.saturation < GREY or self.chroma_std < GREY_STD

    @property
    def colourfulness(self) -> float:
        """Saturation over luma: a cloud or another exposure takes from both alike."""
        return (self.saturation + 1) / (self.luma + 1)

    def distance(self, other: Look) -> float:
        """The largest difference of a colour figure, in the units above; brightness is none."""
        octaves = abs(math.log2(self.colourfulness / other.colourfulness))
        return max(
            abs(self.magenta - other.magenta) / _MAGENTA,
            abs(self.green_min - other.green_min) / _GREEN_MIN,
            abs(self.red - other.red) / _SHARE,
            abs(self.green - other.green) / _SHARE,
            abs(self.blue - other.blue) / _SHARE,
            octaves / _SATURATION_OCTAVES,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture of a test, compared with the first sound one before anything was changed."""

    picture: Picture
    at: datetime

    @property
    def look(self) -> Look:
        """Its figures."""
        return look_of(self.picture.features)

    @property
    def change(self) -> float | None:
        """Mean luma difference to the picture it was compared with; None for the first."""
        return self.picture.features.change_from_previous

    @property
    def likeness(self) -> float | None:
        """Of its edges to the view in which the filter was seen to move; None: not compared."""
        return self.picture.features.ref_similarity

    @property
    def pattern(self) -> float | None:
        """Change of the order of bright and dark places to that picture; None for the first."""
        return self.picture.features.pattern_change


def look_of(features: PictureFeatures) -> Look:
    """The look of a measured picture."""
    total = max(features.red_mean + features.green_mean + features.blue_mean, 1e-6)
    return Look(
        luma=features.luma_mean,
        saturation=features.saturation_mean,
        magenta=features.magenta_excess,
        green_min=features.green_min,
        red=features.red_mean / total,
        green=features.green_mean / total,
        blue=features.blue_mean / total,
        bright_share=features.bright_share,
        chroma_std=features.chroma_std,
    )


def middle(looks: Sequence[Look]) -> Look:
    """The mean of looks; of none there is no middle (ValueError)."""
    if not looks:
        raise ValueError("no picture")
    rows = [msgspec.structs.astuple(look) for look in looks]
    return Look(*(sum(column) / len(rows) for column in zip(*rows, strict=True)))


def spread(looks: Iterable[Look]) -> float:
    """The largest distance between two of them; 0 for fewer than two."""
    return max((a.distance(b) for a, b in combinations(tuple(looks), 2)), default=0.0)
