"""Which cameras live how long, and which of them gets which fault: drawn once, from names alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.figure import Size
from simulator.life.chance import draw, uniform
from simulator.life.day import Site
from simulator.life.injury import Injury, Kind, Severity, kind_of, shows_on
from simulator.life.sources import Part, Source, own_scenes, read_clips, read_folder
from simulator.life.traits import traits_of

PICTURES: Final = Path("../shared/pictures")
CLIPS: Final = Path("../shared/clips")
EVERY: Final = timedelta(hours=1)
"""Between two looks. The agent's own pace is ten minutes: more looks, and more like each other."""
_CAMERAS_PER_SITE: Final = 3
_OWN_SCENES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is measured: healthy camera-days, and lives a fault by severity."""

    days: int
    rounds: int  # how often each source gets a life, each time another camera, season and site
    most_cameras: int
    learn_days: int
    lives: dict[Severity, int]
    kinds: tuple[Kind, ...] = tuple(Kind)
    every: timedelta = EVERY
    compare_each: int  # the competitors see every so-manieth site and life


SCALES: Final = {
    Size.SHORT: Scale(
        days=6,
        rounds=1,
        most_cameras=6,
        learn_days=4,
        lives={Severity.MILD: 0, Severity.MEDIUM: 3, Severity.SEVERE: 1},
        compare_each=4,
    ),
    Size.FULL: Scale(
        days=16,
        rounds=2,
        most_cameras=66,
        learn_days=6,
        lives={Severity.MILD: 6, Severity.MEDIUM: 20, Severity.SEVERE: 6},
        compare_each=5,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Future:
    """One fault that a camera gets after its healthy days; ``compared``: competitors look too."""

    injury: Injury
    compared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraCase:
    """One camera and the futures that are tried on it, each from the same past."""

    source: Source
    seed: int
    onset: datetime
    futures: tuple[Future, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCase:
    """Cameras that hang together, and their healthy days."""

    name: str
    site: Site
    start: datetime
    days: int
    every: timedelta
    compared: bool
    cameras: tuple[CameraCase, ...]


def find_sources(pictures: Path, clips: Path, part: Part) -> tuple[tuple[Source, ...], str]:
    """The sources of this part, and in words what was not there."""
    found: list[Source] = list(own_scenes(_OWN_SCENES))
    skipped = []
    if pictures.is_dir():
        found += read_folder(pictures)
    else:
        skipped.append(f"no folder {pictures}: the simulator's own scenes only")
    found += read_clips(clips)
    if not clips.is_dir():
        skipped.append(f"no folder {clips}")
    return tuple(one for one in found if one.part is part), "; ".join(skipped)


def plan(sources: Sequence[Source], scale: Scale) -> tuple[SiteCase, ...]:
    """Sites with their cameras; every fault and severity gets its lives, spread over cameras."""
    order = sorted(sources, key=lambda source: uniform(source.name, "order"))
    cameras = [(source, turn) for turn in range(scale.rounds) for source in order]
    cameras = cameras[: scale.most_cameras]
    futures = _spread_faults(cameras, scale)
    sites = []
    for first in range(0, len(cameras), _CAMERAS_PER_SITE):
        number = first // _CAMERAS_PER_SITE
        start = _start(number)
        members = tuple(
            CameraCase(
                source=source,
                seed=_seed(source, turn),
                onset=_onset(source, turn, start, scale),
                futures=(
                    *_futures(futures.get((source.name, turn), ()), source, turn, start, scale),
                    *_real_futures(source, turn, start, scale),
                ),
            )
            for source, turn in cameras[first : first + _CAMERAS_PER_SITE]
        )
        sites.append(
            SiteCase(
                name=f"site-{number:03d}",
                site=Site(seed=1000 + number),
                start=start,
                days=scale.days,
                every=scale.every,
                compared=number % scale.compare_each == 0,
                cameras=members,
            )
        )
    return tuple(sites)


def _futures(
    faults: Sequence[tuple[Kind, Severity, int]],
    source: Source,
    turn: int,
    start: datetime,
    scale: Scale,
) -> Iterator[Future]:
    for kind, severity, variant in faults:
        onset = _onset(source, turn, start, scale)
        yield Future(
            injury=Injury(kind=kind, severity=severity, onset=onset, seed=variant),
            compared=variant % scale.compare_each == 0,
        )


def _real_futures(source: Source, turn: int, start: datetime, scale: Scale) -> Iterator[Future]:
    """What really happened to this camera, where the folder has a picture of it."""
    for index, (fault, _) in enumerate(source.faulty):
        kind = kind_of(fault)
        if kind in scale.kinds and kind is not None:
            yield Future(
                injury=Injury(
                    kind=kind,
                    severity=Severity.MEDIUM,
                    onset=_onset(source, turn, start, scale),
                    seed=index,
                    still=index,
                ),
                compared=True,
            )


def _seed(source: Source, turn: int) -> int:
    return int(1e6 * uniform(source.name, turn, "camera"))


def _start(number: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=int(360 * uniform(number, "season")))


def _onset(source: Source, turn: int, start: datetime, scale: Scale) -> datetime:
    hour = int(24 * uniform(source.name, turn, "onset"))
    return start + timedelta(days=scale.learn_days, hours=hour)


def _spread_faults(
    cameras: Sequence[tuple[Source, int]], scale: Scale
) -> dict[tuple[str, int], list[tuple[Kind, Severity, int]]]:
    found: dict[tuple[str, int], list[tuple[Kind, Severity, int]]] = {}
    for kind in scale.kinds:
        able = [camera for camera in cameras if _shows(kind, *camera)]
        begin = int(draw(kind.value, "begin").integers(max(1, len(able))))
        turned = able[begin:] + able[:begin]
        for severity, camera, variant in _lives(turned, scale):
            found.setdefault((camera[0].name, camera[1]), []).append((kind, severity, variant))
    return found


def _lives(
    able: Sequence[tuple[Source, int]], scale: Scale
) -> Iterator[tuple[Severity, tuple[Source, int], int]]:
    place = 0
    for severity, count in scale.lives.items():
        for _ in range(count):
            if able:
                # Each life another variant: its number decides place, direction, pink or pale.
                yield severity, able[place % len(able)], place
                place += 1


def _shows(kind: Kind, source: Source, turn: int) -> bool:
    has_day = bool(source.day) or source.clip is not None or source.scene_seed is not None
    traits = traits_of(_seed(source, turn))
    return shows_on(
        kind,
        has_day=has_day,
        is_indoor=source.is_indoor,
        infrared=traits.sees_night == "infrared",
    )
