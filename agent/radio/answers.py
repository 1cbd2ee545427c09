"""Whether a modem speaks while the device that it is in does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.reading import Quality, Reading

NAME: Final = "cellular.answers"
_FAMILY: Final = "cellular."
_SILENT: Final = frozenset({"tcp.timeout", "deadline"})
"""Causes by which a modem is silent; a port that is shut, an interface that refuses what the user
may not see, or a program that is not installed says nothing of a modem."""


def modem_answers(
    readings: Sequence[Reading], *, at: datetime, has_spoken: bool
) -> tuple[Reading, ...]:
    """One flag for one visit; () where nobody can tell.

    ``has_spoken``: it has answered before, so that a device's page from which all of it is gone
    (an empty part where figures were) is no device without a modem.

    True: something of the modem was answered, if only that it does not know. False: every question
    about it met silence, while something else of the same device was read
    well: the way to the device is sound, and it is no sleeping camera.
    """
    own = [reading for reading in readings if reading.name.startswith(_FAMILY)]
    if not own or any(reading.name == NAME for reading in own):
        return ()
    said = (Quality.GOOD, Quality.UNKNOWN, Quality.INVALID)
    if any(reading.quality in said for reading in own):
        return (Reading(NAME, True, "", at, Quality.GOOD),)
    is_silent = all(r.quality is Quality.FAILED and r.cause in _SILENT for r in own)
    qualities = {reading.quality for reading in own}
    is_gone = (
        has_spoken
        and Quality.MISSING in qualities
        and qualities <= {Quality.MISSING, Quality.UNSUPPORTED}
    )
    host_speaks = any(r.good for r in readings if not r.name.startswith(_FAMILY))
    if not (host_speaks and (is_silent or is_gone)):
        return ()
    causes = ", ".join(sorted({reading.cause or reading.quality.value for reading in own}))
    return (Reading(NAME, False, "", at, Quality.GOOD, detail=f"nothing of it: {causes}"),)
