"""The fault catalogue: every code, its component, what may come of it, and its plain text.

Sources of the rows: the auto-open table and the four scenes of the factory's policy
(IC fault and humidity after shipping; image distortion or IR trouble in a batch; firmware that
breaks login on NVR kits; misaligned sensor modules), and the wishes of users.
``docs/faults.md`` has one entry a code; a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from shared.catalogue import filters, login, mainboard, picture, power, radio, recorder, stream
from shared.catalogue_entry import CatalogueEntry

ENTRIES: Final[tuple[CatalogueEntry, ...]] = (
    *filters.ENTRIES,
    *picture.ENTRIES,
    *power.ENTRIES,
    *radio.ENTRIES,
    *mainboard.ENTRIES,
    *login.ENTRIES,
    *stream.ENTRIES,
    *recorder.ENTRIES,
)

CATALOGUE: Final[dict[str, CatalogueEntry]] = {entry.code: entry for entry in ENTRIES}
