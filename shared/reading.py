"""A reading: one measured value with the quality that says what it is worth."""

from __future__ import annotations

import enum
from typing import Annotated, TypeAlias

import msgspec

from shared.limits import Name, Number, Text, Whole
from shared.moment import Moment


class Quality(enum.Enum):
    """Only GOOD readings open or clear a fault; the others say why there is no value."""

    GOOD = "good"
    UNKNOWN = "unknown"  # the device says that it does not know (a gauge's sentinel)
    UNSUPPORTED = "unsupported"  # the device has no such thing
    MISSING = "missing"  # the path or element was absent from the reply
    INVALID = "invalid"  # off scale or of the wrong kind; raw is kept
    FAILED = "failed"  # the exchange failed; cause says where


Value: TypeAlias = bool | Whole | Number | Annotated[str, msgspec.Meta(max_length=400)] | None


class Reading(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=False):
    """One value of one device at one time; ``value`` is None unless the quality is GOOD."""

    name: Name  # "battery.charge"
    value: Value
    unit: Annotated[str, msgspec.Meta(max_length=16)]  # "%", "mV", "dBm", "" for none
    taken_at: Moment
    quality: Quality
    cause: Annotated[str, msgspec.Meta(max_length=64)] = ""  # camera.Cause value when FAILED
    raw: Text = ""  # what the device said, when INVALID or UNKNOWN; never a secret
    detail: Text = ""  # for people

    @property
    def good(self) -> bool:
        """True when the value may open or clear a fault."""
        return self.quality is Quality.GOOD

    def number(self) -> float | None:
        """The value as a number when it is good and numeric, else None."""
        if self.good and isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return float(self.value)
        return None
