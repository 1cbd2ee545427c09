"""Which firmware profile extracted the readings behind a fault, and how well it is proven."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from shared.limits import Name

PROVEN: Final = frozenset({"fixture-tested", "device-tested"})
"""Statuses whose readings may carry a claim; any other word, also one of later, is unproven."""
UNKNOWN: Final = "unknown"
"""The status of a profile of which none was stated: unknown is never proven."""


class ProfileUsed(msgspec.Struct, frozen=True, array_like=True):
    """A firmware profile as it was when it extracted the readings that a finding rests on.

    ``hash`` is of all that the profile says: a changed file is another profile. ``names`` are
    those of the finding's readings that it extracted; the others came over ONVIF, RTSP or from
    pictures.
    """

    id: Annotated[str, msgspec.Meta(max_length=64)]
    hash: Annotated[str, msgspec.Meta(max_length=64)]
    status: Annotated[str, msgspec.Meta(max_length=24)]  # of PROVEN, "documented", UNKNOWN
    names: Annotated[tuple[Name, ...], msgspec.Meta(max_length=48)] = ()

    @property
    def is_proven(self) -> bool:
        """True when a test with independent recordings, or a device, has borne it out."""
        return self.status in PROVEN


def weaker(before: ProfileUsed | None, now: ProfileUsed | None) -> ProfileUsed | None:
    """Of two that one fault rests on, the less proven; the newer one where they are equal."""
    if before is None or now is None:
        return now or before
    return before if now.is_proven and not before.is_proven else now
