"""What signals that count the whole fleet may tell, and to whom. Pure.

Such a signal speaks of other organisations' devices: how many of a lot were delivered, and how many
failed. Its name and its weight are for everybody at the claim, its numbers for the factory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

COUNTS_THE_FLEET: Final = frozenset(
    {
        "early_peers",
        "peers",
        "lot_above_others",
        "shipment",
        "bad_update",
        "version_above_others",
        "cell_down",
    }
)
WITHHELD: Final = {
    "en": "counted over all organisations; the factory's engineers see the numbers",
    "zh": "按所有组织统计；具体数字仅工厂工程师可见",
}


def withhold(said: Mapping[str, Any]) -> dict[str, Any]:
    """A suggestion as it is kept, without the fleet's numbers in its reasons' words."""
    kept = dict(said)
    for part in ("reasons", "not_known"):
        kept[part] = [
            {**one, **WITHHELD} if one.get("signal") in COUNTS_THE_FLEET else one
            for one in said.get(part, ())
        ]
    return kept
