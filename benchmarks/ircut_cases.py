"""Which cameras are tested, in which light, with which fault: drawn once from a seed."""

from __future__ import annotations

import enum
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.ircut_lab import Scenery, Sky
from simulator.faults import Fault
from simulator.life.sources import Part, read_folder

PICTURES: Final = Path("../shared/pictures")
_CODED: Final = 10  # every so-manieth camera's pictures are coded as JPEG: it costs most
_DRAIN_TINTS: Final = ((0, 0), (0, 0), (1, 0), (2, 3))  # some never get to a pure grey
EACH: Final = 8  # healthy tests and faulty ones a camera, besides the one at its installation


class Where(enum.Enum):
    """The circumstances of a test."""

    SUN = "sun"
    CLOUDS = "clouds"
    FIRST = "first"  # sun, and no test before it
    DUSK = "dusk"
    LED_LIGHT = "led"
    SNOW = "snow"
    TURNED = "turned to another view"
    NIGHT_COMES = "night comes"
    NIGHT = "night"
    COVERED_DAY = "covered by day"
    COVERED_NIGHT = "covered at night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test: where, what is wrong, and what the owner and the nights have said."""

    where: Where
    faults: frozenset[Fault]
    scenery: Scenery
    sky: Sky
    nights_known: bool
    fitted: bool | None = True

    @property
    def is_first(self) -> bool:
        """Whether nothing is known of this camera."""
        return self.where is Where.FIRST or not self.is_obedient

    @property
    def is_obedient(self) -> bool:
        """Whether an order ever moved this camera's filter."""
        never = {Fault.IRCUT_IGNORES_MODE, Fault.IRCUT_REFUSES_MODE, Fault.IRCUT_NOT_FITTED}
        return not self.faults & never

    @property
    def is_lit(self) -> bool:
        """Whether the light must be enough for a verdict: sun, after a test at installation."""
        return self.where in (Where.SUN, Where.CLOUDS)


BROKEN: Final = (Fault.IRCUT_STUCK_OPEN, Fault.IRCUT_STUCK_CLOSED, Fault.IRCUT_REVERSED)
_ODD: Final = (
    Fault.IRCUT_SLOW,
    Fault.IRCUT_IGNORES_MODE,
    Fault.IRCUT_REFUSES_MODE,
    Fault.IRCUT_RETURNS_TO_AUTO,
    Fault.IRCUT_PERSISTS_MODE,
    Fault.IRCUT_NOT_FITTED,
)


def cameras(count: int) -> Iterator[tuple[int, list[Case]]]:
    """A seed and its healthy and faulty cases, for each camera."""
    sources = _sources()
    for seed in range(count):
        yield seed, list(_cases(seed, sources))


def _cases(seed: int, sources: list[Path]) -> Iterator[Case]:
    chance = random.Random(seed)
    source = sources[seed // 2 % len(sources)] if sources and seed % 2 else None
    kind = chance.choice(["keeps", "balances", "drains", "drains"])
    lamp_follows = chance.random() < 0.5
    drain_tint = chance.choice(_DRAIN_TINTS)
    for is_faulty in (False, True):
        for _ in range(EACH):
            where = chance.choice([*Where, Where.SUN, Where.SUN, Where.CLOUDS])
            odd = {chance.choice(_ODD)} if chance.random() < 0.5 else frozenset[Fault]()
            faults = frozenset({chance.choice(BROKEN)} if is_faulty else odd)
            is_night = where in (Where.NIGHT, Where.COVERED_NIGHT)
            clouds = where is Where.CLOUDS
            yield Case(
                where=where,
                faults=faults,
                scenery=Scenery(
                    seed=seed + 1 + (5000 if where is Where.TURNED else 0),
                    snow=chance.uniform(0.3, 1.0) if where is Where.SNOW else 0.0,
                    turns_s=chance.uniform(2, 70) if where is Where.NIGHT_COMES else None,
                    light="night_ir" if is_night else "day",
                    daylight=chance.choice([0.005, 0.02, 0.05]) if where is Where.DUSK else 1.0,
                    infrared=0.0 if where is Where.LED_LIGHT else 1.0,
                    source=None if where is Where.TURNED else source,
                    balances_white=kind == "balances",
                    drains_colour=kind == "drains",
                    drain_tint=drain_tint,
                    lamp_follows=lamp_follows,
                    is_coded=seed % _CODED == 0,
                    is_covered=where in (Where.COVERED_DAY, Where.COVERED_NIGHT),
                ),
                sky=Sky(
                    seed=chance.randrange(1000),
                    drift=chance.uniform(0.0, 0.06),
                    cloud=chance.uniform(0.1, 0.4) if clouds else 0.0,
                    passer_share=chance.choice([0.0, 0.1, 0.2]),
                ),
                nights_known=chance.random() < 0.6,
                fitted=chance.choice([Fault.IRCUT_NOT_FITTED not in faults, None]),
            )


def _sources() -> list[Path]:
    """Day pictures of outdoor cameras that nothing was tuned on; none without the folder."""
    if not PICTURES.is_dir():
        return []
    found = read_folder(PICTURES)
    return [
        source.day[0]
        for source in found
        if source.part is Part.REPORTED and source.day and not source.is_indoor
    ]
