"""Which readings a firmware profile extracted, proven from the readings themselves. Pure.

The vendor probe states the profile with the time of its visit (``vendor.profile``); a reading of
a profile's name that was taken at that very moment is the profile's. What ONVIF,
RTSP or a picture gave is not, whatever profile fits the device; an event that a camera pushed is
stated in the same way, by the table that read it (``agent.inbox.provenance``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from agent.camera.profiles.names import UNITS
from shared.profile import UNKNOWN, ProfileUsed, weaker
from shared.reading import Reading

if TYPE_CHECKING:
    from agent.diagnosis.rule import View

PROFILE: Final = "vendor.profile"  # "id hash"
STATUS: Final = "vendor.profile_status"
STATED: Final = (PROFILE, STATUS)
"""The names under which the vendor probe states which profile it used."""


def profile_of(
    because: Iterable[Reading], view: View, *, looks_back: Iterable[str]
) -> ProfileUsed | None:
    """The profile that extracted readings of these; None when none of them is a profile's.

    A rule that looks back on a profile's readings rests on what an earlier file read as well: the
    least proven one of its history counts.
    """
    now = _stated(view.readings)
    if now is None:
        return None
    at, used = now
    names = tuple(dict.fromkeys(r.name for r in because if r.name in UNITS and r.taken_at == at))
    if not names:
        return None
    if not UNITS.keys().isdisjoint(looks_back):
        for earlier in _history(view.history):
            used = weaker(earlier, used) or used
    return ProfileUsed(used.id, used.hash, used.status, names[:48])


def unless_unproven(name: str, readings: Mapping[str, Reading]) -> Reading | None:
    """The latest reading of this name; None when an unproven profile extracted it.

    A witness that can convict a part must be proven itself.
    """
    reading, stated = readings.get(name), _stated(readings)
    if reading is None or stated is None:
        return reading
    at, used = stated
    return None if reading.taken_at == at and not used.is_proven else reading


def _stated(readings: Mapping[str, Reading]) -> tuple[datetime, ProfileUsed] | None:
    """What was stated last, and when; None when the vendor probe has never named a profile."""
    profile = readings.get(PROFILE)
    if profile is None:
        return None
    return profile.taken_at, _used(profile, readings.get(STATUS))


def _used(profile: Reading, status: Reading | None) -> ProfileUsed:
    id_, _, hash_ = str(profile.value or "").partition(" ")
    is_stated = status is not None and status.good and status.taken_at == profile.taken_at
    word = str(status.value) if status is not None and is_stated else UNKNOWN
    return ProfileUsed(id_[:64], hash_[:64], word[:24])


def _history(history: Mapping[str, tuple[Reading, ...]]) -> Iterable[ProfileUsed]:
    statuses = {reading.taken_at: reading for reading in history.get(STATUS, ())}
    return (_used(one, statuses.get(one.taken_at)) for one in history.get(PROFILE, ()))
