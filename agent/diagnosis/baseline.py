"""What a camera's own good pictures look like, kept apart by light; pure."""

from __future__ import annotations

import enum

import msgspec

from shared.moment import Moment


class Light(enum.Enum):
    """The light a picture was taken in, as far as the picture itself and the filter mode tell."""

    DAY = "day"  # colour, bright enough to judge colour and detail
    NIGHT = "night"  # lit, but without colour: the camera's night mode
    NONE = "none"  # too dark to say anything


class PictureBaseline(msgspec.Struct, frozen=True, array_like=True):
    """Running means over a camera's first good pictures in one light; fields are only appended."""

    light: Light
    count: int
    sharpness: float
    luma_mean: float
    red_share: float  # red mean over the sum of the channel means; 1/3 is neutral
    green_share: float
    blue_share: float
    learned_at: Moment
    sharpness_low: float = 1.0  # the lowest that was seen while learning
