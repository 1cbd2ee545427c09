"""Which profile is for a device, and which known issues its firmware has; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.camera.port import DeviceInformation
from agent.camera.profiles.profile import KnownIssue, Match, Profile

_MAX_CHARS = 256
_Rank = tuple[int, int, bool, int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The profile for a device; None when none fits, or when several fit equally well."""

    profile: Profile | None
    ambiguous: tuple[str, ...] = ()  # their ids: a guess could misread a battery


def choose(profiles: Sequence[Profile], information: DeviceInformation) -> Choice:
    """The profile for a device: highest priority, then the most specific.

    More specific is, in this order: ``model`` matches more of the model's name, hardware is asked
    for, more ends of a firmware range, the manufacturer is asked for.
    """
    ranked = [
        (rank, profile)
        for profile in profiles
        if (rank := _rank(profile.match, information)) is not None
    ]
    if not ranked:
        return Choice(profile=None)
    best = max(rank for rank, _ in ranked)
    winners = [profile for rank, profile in ranked if rank == best]
    if len(winners) > 1:
        return Choice(profile=None, ambiguous=tuple(sorted(p.id for p in winners)))
    return Choice(profile=winners[0])


def known_issues(profile: Profile, firmware: str | None) -> tuple[KnownIssue, ...]:
    """The known issues that this firmware has; one that cannot be read has those of all."""
    return tuple(
        issue
        for issue in profile.known_issues
        if profile.match.firmware.fits(firmware, issue.firmware)
    )


def _rank(match: Match, information: DeviceInformation) -> _Rank | None:
    """How specific the match is; None when the device is another."""
    model = (information.model or "")[:_MAX_CHARS]
    is_maker = _is_maker(match, information.manufacturer, model)
    found = re.search(match.model, model)
    if not is_maker or found is None:
        return None
    if not re.search(match.hardware, (information.hardware_id or "")[:_MAX_CHARS]):
        return None
    if not match.firmware.fits(information.firmware):
        return None
    return (
        match.priority,
        len(found.group()),
        bool(match.hardware),
        len(match.firmware.range),
        bool(match.manufacturer),
    )


def _is_maker(match: Match, manufacturer: str | None, model: str) -> bool:
    """Some devices do not say who made them; then the model may hint at it."""
    said = (manufacturer or "").strip()[:_MAX_CHARS]
    if not said and match.hint:
        return re.search(match.hint, model) is not None
    return re.search(match.manufacturer, said) is not None
