"""By what a pushed event was read: a table of ours that no recording of a device has proven; pure.

Stated like a firmware profile, with the moment of the event, so that a claim which rests on such
values waits for an engineer's confirmation (``agent.diagnosis.extracted``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from agent.camera.profiles.names import UNITS
from agent.config_inbox import Mapped
from agent.diagnosis.extracted import PROFILE, STATUS
from agent.probes.probe import good
from shared.reading import Reading

_TABLE: Final = "push.table"  # the device's own, by JMESPath
_CANONICAL: Final = "push.canonical"  # the sender uses our names
_STATUS: Final = "documented"
_HASH_CHARS: Final = 16


def stated(
    readings: tuple[Reading, ...], values: Mapping[str, Mapped], *, at: datetime
) -> tuple[Reading, ...]:
    """What names the table; nothing where no reading is of a kind that profiles extract."""
    if not any(reading.name in UNITS for reading in readings):
        return ()
    digest = hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:_HASH_CHARS]
    name = _TABLE if values else _CANONICAL
    return (good(PROFILE, f"{name} {digest}", at=at), good(STATUS, _STATUS, at=at))
