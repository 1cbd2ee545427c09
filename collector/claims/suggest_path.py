"""Which path of resolution fits a line: what an engineer finds filled in. Pure.

Source: claims and warranty, section 8 (parts are a swap of IR-cut, mainboard, antenna, battery)
and section 2 (dead on arrival is replaced at once; antenna damage gets an antenna).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from collector.claims.answer import Path
from collector.claims.origin.kinds import Origin
from shared.catalogue_entry import Component

SWAPPED: Final = frozenset(
    one.value
    for one in (Component.IR_CUT, Component.MAINBOARD, Component.ANTENNA, Component.BATTERY)
)
_ARRIVED: Final = frozenset({Origin.FACTORY, Origin.TRANSPORT, Origin.UNDETERMINED})
_OUTSIDE: Final = frozenset({Origin.USER, Origin.INSTALLATION, Origin.ENVIRONMENT})


@dataclass(frozen=True, slots=True)
class SuggestedPath:
    """A path, and the key of the words that say why (``path_why.*`` of the texts)."""

    path: Path
    why: str


def suggest_path(
    *, component: str, origin: Origin, is_on_arrival: bool, subject: str
) -> SuggestedPath:
    """The path that usually fits; the engineer decides."""
    looks = (
        (
            origin is Origin.FIRMWARE or component == Component.FIRMWARE.value,
            Path.FIRMWARE_FIX,
            "firmware",
        ),
        (origin is Origin.OPERATOR, Path.GUIDANCE, "operator"),
        (subject == "module_lot", Path.PARTS, "lot"),
        (is_on_arrival and origin in _ARRIVED, Path.ADVANCE_REPLACE, "arrival"),
        (component in SWAPPED, Path.PARTS, "module"),
        (origin in _OUTSIDE, Path.RETURN_REPAIR, "outside"),
        (True, Path.REPLACE_UNIT, "unit"),
    )
    return next(SuggestedPath(path, why) for holds, path, why in looks if holds)
