"""What the factory's answers can say: the path of a resolution and why a claim is rejected. Pure.

Source: claims and warranty, section 8; on-site repair is the issue's own.
"""

from __future__ import annotations

import enum
from typing import Final


class Path(enum.Enum):
    """How an approved claim is resolved."""

    PARTS = "parts"  # a module is sent: IR-cut, mainboard, antenna, battery
    REPAIR_KIT = "repair_kit"
    REPLACE_UNIT = "replace_unit"
    ADVANCE_REPLACE = "advance_replace"  # the new unit leaves before the old one is back
    CREDIT = "credit"
    RETURN_REPAIR = "return_repair"
    ONSITE_REPAIR = "onsite_repair"  # by a regional partner
    FIRMWARE_FIX = "firmware_fix"
    GUIDANCE = "guidance"


class RejectCode(enum.Enum):
    """Why a claim is rejected; words go with it."""

    OUT_OF_WARRANTY = "out_of_warranty"
    NOT_OURS = "not_ours"
    NO_FAULT_FOUND = "no_fault_found"
    USER_DAMAGE = "user_damage"
    INSTALLATION = "installation"
    ENVIRONMENT = "environment"
    NOT_PROVEN = "not_proven"
    DUPLICATE = "duplicate"
    OTHER = "other"


BRINGS_UNIT: Final = frozenset({Path.REPLACE_UNIT, Path.ADVANCE_REPLACE})
"""Another serial hangs there afterwards."""

SHIPS: Final = frozenset({Path.PARTS, Path.REPAIR_KIT, Path.RETURN_REPAIR}) | BRINGS_UNIT
"""Something is sent, so that there is a tracking number."""

PATHS: Final = {path.value: path for path in Path}
REJECT_CODES: Final = {code.value: code for code in RejectCode}
