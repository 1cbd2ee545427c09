"""The figures of one picture beside this camera's own baseline, as a JSON document of evidence."""

from __future__ import annotations

from typing import Annotated

import msgspec

from shared.limits import Count, Name, Number
from shared.moment import Moment

MEDIA_TYPE = "application/json"
MAX_BYTES = 64 * 1024


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One figure: its value now, what is usual for this camera in this light, and the level.

    ``below`` and ``above`` are the levels beyond which it counts as departed; None where it does
    not count to that side. A verdict asks for more than one of them, and for hours.
    """

    name: Name  # of the reading, without "picture."
    value: Number
    median: Number
    spread: Number  # 1.4826 times the median absolute deviation
    low: Number  # lowest and highest that was learnt, a twentieth left out at each end
    high: Number
    count: Count  # values behind all this
    below: Number | None = None
    above: Number | None = None

    @property
    def is_beyond(self) -> bool:
        """True when the value lies beyond a level."""
        under = self.below is not None and self.value < self.below
        return under or (self.above is not None and self.value > self.above)


class Figures(msgspec.Struct, frozen=True, omit_defaults=True):
    """All of one picture; without a baseline that is old enough ``figures`` is empty.

    Moments are by the agent's clock.
    """

    taken_at: Moment
    light: Annotated[str, msgspec.Meta(max_length=32)]  # "day", "night", "night_colour", "none"
    wanted: Count  # pictures that a baseline must rest on before it judges
    learnt: Count = 0  # pictures that it rests on
    began_at: Moment | None = None
    learned_at: Moment | None = None
    reference: Count = 0  # pictures merged into the reference
    figures: Annotated[tuple[Figure, ...], msgspec.Meta(max_length=128)] = ()


_decoder = msgspec.json.Decoder(Figures)


def write(figures: Figures) -> bytes:
    """The document's bytes."""
    return msgspec.json.encode(figures)


def read(content: bytes) -> Figures | None:
    """The document; None when these bytes are none, or longer than one may be."""
    if len(content) > MAX_BYTES:
        return None
    try:
        return _decoder.decode(content)
    except msgspec.MsgspecError:
        return None
