"""Where the views of a laboratory come from: picture folders with a manifest, clips, own scenes."""

from __future__ import annotations

import csv
import enum
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.csv"
_CLIP_SUFFIXES: Final = frozenset({".mp4", ".mkv", ".avi", ".mov"})
_INDOOR_WORDS: Final = ("indoor", "hall", "office", "classroom", "aisle", "wall", "shop", "factory")
_NIGHT: Final = "night_ir"
_USABLE: Final = frozenset({"healthy"})
_DOUBTFUL: Final = frozenset({"ambiguous", ""})


class UnreadableManifest(ValueError):
    """The manifest lacks a column, or names a file that is not there."""


class Part(enum.Enum):
    """Whether thresholds may be fitted on a source, or figures are reported from it."""

    TUNING = "tuning"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """All pictures of one fixed camera; ``clip`` or ``scene_seed`` take the place of pictures.

    ``faulty`` are real pictures of this camera that are not healthy, with the fault's name.
    """

    name: str
    day: tuple[Path, ...] = ()
    night: tuple[Path, ...] = ()
    faulty: tuple[tuple[str, Path], ...] = ()
    clip: Path | None = None
    scene_seed: int | None = None
    is_indoor: bool = False

    @property
    def part(self) -> Part:
        """By a hash of the name alone: no picture of a reported camera was ever tuned on.

        Clips are reported: a folder of pictures may hold the same camera under another name.
        """
        return Part.REPORTED if self.clip is not None else part_of(self.name)


def part_of(name: str) -> Part:
    """Two fifths of all names are for tuning."""
    digest = hashlib.sha256(name.encode()).digest()
    return Part.TUNING if digest[0] % 5 < 2 else Part.REPORTED


def read_folder(folder: Path) -> tuple[Source, ...]:
    """Sources of a folder with a manifest (columns file, scene, light, fault, seq), by name.

    Pictures of one ``seq`` are one camera, one without is a camera of its own. Raises
    UnreadableManifest, naming the column or file.
    """
    manifest = folder / MANIFEST
    try:
        with manifest.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise UnreadableManifest(f"{manifest} cannot be read: {error.strerror}") from error
    lacking = {"file", "scene", "light", "fault", "seq"} - set(rows[0] if rows else ())
    if lacking:
        raise UnreadableManifest(f"{manifest} lacks the columns {', '.join(sorted(lacking))}")
    cameras: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if not (folder / row["file"]).is_file():
            raise UnreadableManifest(f"{manifest} names {row['file']}, which is not there")
        cameras.setdefault(row["seq"] or row["file"], []).append(row)
    found = (_source(name, rows, folder) for name, rows in sorted(cameras.items()))
    return tuple(source for source in found if source.day or source.night)


def _source(name: str, rows: list[dict[str, str]], folder: Path) -> Source:
    healthy = [row for row in rows if row["fault"] in _USABLE]
    day = tuple(folder / row["file"] for row in healthy if row["light"] != _NIGHT)
    return Source(
        name=name,
        day=day,
        night=tuple(folder / row["file"] for row in healthy if row["light"] == _NIGHT),
        faulty=tuple(
            (row["fault"], folder / row["file"])
            for row in rows
            if row["fault"] not in _USABLE | _DOUBTFUL
        ),
        is_indoor=any(word in row["scene"] for row in rows for word in _INDOOR_WORDS),
    )


def read_clips(folder: Path) -> tuple[Source, ...]:
    """One source a clip of the folder, by name; none when there is no folder."""
    if not folder.is_dir():
        return ()
    clips = sorted(path for path in folder.iterdir() if path.suffix.lower() in _CLIP_SUFFIXES)
    return tuple(
        Source(name=f"clip:{p.name}", clip=p, is_indoor="car" not in p.name) for p in clips
    )


def own_scenes(count: int) -> Iterator[Source]:
    """The simulator's own landscapes, each another."""
    for seed in range(count):
        yield Source(name=f"scene:{seed}", scene_seed=seed)
