"""Picture files judged as a visit would judge them: what ``preclaim-agent picture`` does."""

from __future__ import annotations

import errno
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from agent.camera.decoder import Decoder
from agent.camera.decoder_wire import PICTURE_CAP_BYTES
from agent.camera.jpeg_header import name_format
from agent.camera.port import CameraError, Picture
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.learning import learn
from agent.diagnosis.pictures.rules import RULES
from agent.diagnosis.pictures.spread import Norm
from agent.diagnosis.rule import Finding, View
from agent.probes.picture_readings import readings_of, why_filled, without_picture
from agent.probes.probe import Pass
from shared.reading import Reading

_PICTURE_EVERY = timedelta(hours=1)
"""How far apart the reference files are taken to be; a baseline learns no faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What reference files say of a camera, by light."""

    references: Mapping[str, bytes]
    baselines: Mapping[str, PictureBaseline]
    levels: Levels  # with as much support as there are files
    refused: Mapping[str, str]  # file and why it is no reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One file: what was read of it, what each rule says, and what is usual for this camera."""

    path: Path
    picture: Picture | None  # None: it is invalid, and the readings say why
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    norms: Mapping[str, Norm]  # by figure, without "picture."

    @property
    def is_valid(self) -> bool:
        """Whether it can be judged: decoded without a complaint, and of a sensor."""
        return self.picture is not None and not self.picture.damaged and not self.why_filled

    @property
    def why_filled(self) -> str:
        """Why what was decoded is no picture of a sensor; '' when it is one."""
        return why_filled(self.picture.features) if self.picture is not None else ""


async def learn_own(paths: Sequence[Path], decoder: Decoder, *, now: datetime) -> Own:
    """Make a camera's own reference and baseline of these files; OSError for one unreadable.

    The reference is made first, of all files, and the figures are taken against it afterwards:
    so a single file is of use too. Rules then ask for no more support than there are files.
    """
    references: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for path in paths:
        try:
            picture = await _decode(path, decoder, references, now=now)
        except CameraError as error:
            refused[str(path)] = error.detail
            continue
        if why := why_filled(picture.features):
            refused[str(path)] = why
        elif picture.merged:
            references[picture.light] = picture.merged
        else:
            refused[str(path)] = "damaged, or without light"
    usual, few = Levels(), max(1.0, float(len(paths) - len(refused)))
    levels = replace(
        usual,
        baseline_pictures=min(usual.baseline_pictures, few),
        reference_pictures=min(usual.reference_pictures, few),
    )
    baselines: dict[str, PictureBaseline] = {}
    for number, path in enumerate(path for path in paths if str(path) not in refused):
        at = now - _PICTURE_EVERY * (len(paths) - number)
        picture = await _decode(path, decoder, references, now=at)
        learnt = learn(_view(readings_of(picture, None, Pass(now=at)), baselines, levels, at), ())
        if learnt is not None:
            baselines[learnt.light.value] = learnt
    return Own(references=references, baselines=baselines, levels=levels, refused=refused)


async def explain(
    path: Path, own: Own, decoder: Decoder, *, now: datetime, with_map: bool = False
) -> Explained:
    """Judge one file as the picture of one visit; OSError when it cannot be read."""
    visit = Pass(now=now)
    picture: Picture | None = None
    try:
        picture = await _decode(path, decoder, own.references, now=now, with_map=with_map)
        readings = readings_of(picture, None, visit)
    except CameraError as error:
        readings = without_picture(error, visit)
    view = _view(readings, own.baselines, own.levels, now)
    baseline = own.baselines.get(picture.light) if picture is not None else None
    return Explained(
        path=path,
        picture=picture,
        readings=readings,
        findings=tuple(rule.judge(view) for rule in RULES),
        norms={} if baseline is None else _norms(baseline, own.levels),
    )


def _norms(baseline: PictureBaseline, levels: Levels) -> dict[str, Norm]:
    found = {
        name: baseline.norm(name, support=levels.baseline_pictures) for name in baseline.columns
    }
    return {name: norm for name, norm in found.items() if norm is not None}


def _view(
    readings: Sequence[Reading],
    baselines: Mapping[str, PictureBaseline],
    levels: Levels,
    now: datetime,
) -> View:
    by_name = {reading.name: reading for reading in readings}
    return View(
        now=now, readings=by_name, fresh=frozenset(by_name), levels=levels, baselines=baselines
    )


async def _decode(
    path: Path,
    decoder: Decoder,
    references: Mapping[str, bytes],
    *,
    now: datetime,
    with_map: bool = False,
) -> Picture:
    content = _read(path)
    codec = "PNG" if name_format(content) == "PNG" else "JPEG"
    return await decoder.decode(
        content,
        codec=codec,
        previous=None,
        taken_at=now,
        references=references,
        map_as_png=with_map,
    )


def _read(path: Path) -> bytes:
    """What is in a file; a pipe would keep us waiting for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "this is no regular file", str(path))
    with path.open("rb") as file:
        return file.read(PICTURE_CAP_BYTES + 1)
