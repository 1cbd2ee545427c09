"""What must hold of every animal; pure: sightings in, complaints out."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from agent.camera.port import Cause
from agent.diagnosis import RULES
from agent.diagnosis.rule import Verdict, View
from shared.reading import Quality, Reading
from tests.zoo.behaviour import Behaviour
from tests.zoo.honest import TRUTH
from tests.zoo.sighting import Report, Seen, Sighting

LONGEST_S: Final = 15.0
MOST_MB: Final = 64.0
MOST_LOGINS: Final = 3
_KNOWN_CAUSES: Final = frozenset(cause.value for cause in Cause) | {""}
_NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Kind(enum.Enum):
    """What can be wrong about a visit."""

    CRASH = "crash"  # an exception that is no CameraError, or a cause that is none
    SLOW = "slow"
    HEAVY = "heavy"
    HEALTHY = "healthy"  # a broken answer made a reading good
    HALF = "half"  # a reading is good and not what the device is
    GUESSED = "guessed"  # a rule finds a fault that this animal does not have
    UNNAMED = "unnamed"  # no reading names what happened
    LOGINS = "logins"  # more attempts than an account bears


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that does not hold."""

    kind: Kind
    animal: str
    text: str


def complaints(behaviours: Sequence[Behaviour], report: Report) -> list[Complaint]:
    """Everything that is wrong; empty when all holds."""
    found: list[Complaint] = []
    for behaviour in behaviours:
        own = [one for one in report.tour.sightings if one.animal == behaviour.name]
        found += [
            Complaint(kind=kind, animal=behaviour.name, text=text)
            for kind, text in _of_one(behaviour, own)
        ]
    for animal, growth in report.tour.growth_mb.items():
        if growth > MOST_MB:
            found.append(
                Complaint(kind=Kind.HEAVY, animal=animal or "all others", text=f"{growth:.0f} MB")
            )
    return found


def _of_one(behaviour: Behaviour, own: Sequence[Sighting]) -> Iterator[tuple[Kind, str]]:
    for sighting in own:
        if sighting.escaped:
            yield Kind.CRASH, f"{sighting.probe}: {sighting.escaped}"
        if sighting.seconds > LONGEST_S:
            yield Kind.SLOW, f"{sighting.probe}: {sighting.seconds:.1f} s"
        if sighting.login_attempts > MOST_LOGINS:
            yield Kind.LOGINS, f"{sighting.probe}: {sighting.login_attempts}"
        for one in sighting.readings:
            if one.cause not in _KNOWN_CAUSES:
                yield Kind.CRASH, f"{one.name}: {one.cause}"
    readings = [one for sighting in own for one in sighting.readings]
    yield from _too_good(behaviour, readings)
    named = {one.cause for one in readings}
    if behaviour.causes and not behaviour.causes & named:
        yield Kind.UNNAMED, f"{sorted(named)} without any of {sorted(behaviour.causes)}"
    for code in sorted(_found(readings) - behaviour.faults):
        yield Kind.GUESSED, code


def _too_good(behaviour: Behaviour, readings: Iterable[Seen]) -> Iterator[tuple[Kind, str]]:
    truth = {**TRUTH, **behaviour.states}
    for one in readings:
        if one.quality != Quality.GOOD.value:
            continue
        spoiled = any(_covers(area, one.name) for area in behaviour.spoils)
        if spoiled and not _tells_failure(one):
            yield Kind.HEALTHY, f"{one.name} = {one.value!r}"
        elif one.name in truth and one.value != truth[one.name]:
            yield Kind.HALF, f"{one.name} = {one.value!r}"


def _covers(area: str, name: str) -> bool:
    """Whether a reading is this one, or belongs to this family ("stream.")."""
    return name.startswith(area) if area.endswith(".") else name == area


# Readings of pictures that only say where they would be from, or that they are damaged.
_SAYS_DAMAGE: Final[Mapping[str, Callable[[object], bool]]] = {
    "picture.damaged": lambda value: value is True,
    "picture.source": lambda value: True,
    "picture.light": lambda value: True,
    "stream.decode_errors": lambda value: True,
    "stream.fps_limit": lambda value: True,  # the profile's word, not the stream's
    "login.refused": lambda value: True,
}


def _tells_failure(one: Seen) -> bool:
    """Whether a good reading is the failure itself: with its cause, or a sign of damage."""
    says = _SAYS_DAMAGE.get(one.name)
    return bool(one.cause) or (says is not None and says(one.value))


def _found(readings: Iterable[Seen]) -> set[str]:
    """Which faults the rules find in these readings, taken as of one pass."""
    latest: dict[str, Reading] = {}
    for one in readings:
        kept = latest.get(one.name)
        if kept is None or not kept.good:  # the worst for us: whatever once was good
            latest[one.name] = Reading(
                one.name, one.value, "", _NOON, Quality(one.quality), cause=one.cause,
                detail=one.detail,
            )  # fmt: skip
    view = View(now=_NOON, readings=latest, fresh=frozenset(latest))
    silent = view.flag("reach.answers") is False
    rules = [rule for rule in RULES if rule.judges_unreachable or not silent]
    return {
        rule.code
        for rule in rules
        if any(name in latest for name in rule.needs) and rule.judge(view).verdict is Verdict.FAULT
    }
