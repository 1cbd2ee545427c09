"""What only a person at the site can prove: that there is power at the camera, and how it looks.

Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import Final

from collector.claims.dead_device import DEAD


class ProofKind(enum.Enum):
    """What somebody brought."""

    POWER = "power"
    PHOTO = "photo"


NEEDED: Final = {DEAD: (ProofKind.POWER, ProofKind.PHOTO)}
"""A dead device looks from afar like one without power (claims and warranty, section 11)."""


def needed_by(codes: Collection[str]) -> tuple[ProofKind, ...]:
    """What these faults need from the site, in order."""
    return tuple(kind for kind in ProofKind if any(kind in NEEDED.get(code, ()) for code in codes))
