"""Lives one site: its healthy days hour by hour, then every future from its camera's past."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from msgspec import structs

from agent.diagnosis.rule import Sibling, Verdict
from benchmarks.pictures.cases import CameraCase, Future, SiteCase
from benchmarks.pictures.competitors import (
    Episodes,
    FfmpegSet,
    decode_frame,
    luma_of,
    script_alarms,
)
from benchmarks.pictures.expected import RIGHT_NAMES
from benchmarks.pictures.result import Alarm, Faulty, Healthy, SiteResult
from benchmarks.pictures.subject import JUDGED, Subject, Visit
from shared.catalogue import ENTRIES
from shared.catalogue_entry import Outcome
from simulator.life.life import Life, Shot
from simulator.life.views import open_view

_WITHIN: Final = timedelta(hours=24)
CLAIMABLE: Final = frozenset(entry.code for entry in ENTRIES if entry.outcome is Outcome.CLAIMABLE)


@dataclass
class _Rivals:
    """The competitors' state on one camera."""

    script: Episodes = field(default_factory=Episodes)
    ffmpeg: Episodes = field(default_factory=Episodes)
    frames: int = 0
    script_frames: int = 0
    ffmpeg_frames: int = 0

    def look(self, shot: Shot) -> None:
        frame = decode_frame(shot.coded, shot.codec)
        script = ffmpeg = True  # a picture that cannot be decoded is an alarm
        if frame is not None:
            script = script_alarms(luma_of(frame))
            ffmpeg = FfmpegSet().alarms(frame)
        self.frames += 1
        self.script_frames += script
        self.ffmpeg_frames += ffmpeg
        self.script.take(script)
        self.ffmpeg.take(ffmpeg)


@dataclass
class _Camera:
    """One camera of the site while it lives."""

    case: CameraCase
    life: Life
    subject: Subject = field(default_factory=Subject)
    past: Subject | None = None  # as it was at the onset
    hours: dict[str, float] = field(default_factory=dict)
    alarms: list[Alarm] = field(default_factory=list)
    findings: dict[str, int] = field(default_factory=dict)
    unsure: dict[str, int] = field(default_factory=dict)
    rivals: _Rivals = field(default_factory=_Rivals)
    seen: dict[datetime, Sibling | None] = field(default_factory=dict)  # what siblings know of it


def run_site(case: SiteCase) -> SiteResult:
    """All lives of a site; deterministic but for the CPU time."""
    began = time.process_time()
    cameras = [
        _Camera(case=one, life=Life(view=open_view(one.source), seed=one.seed, site=case.site))
        for one in case.cameras
    ]
    for at in _moments(case.start, case.start + timedelta(days=case.days), case.every):
        for camera in cameras:
            if at == camera.case.onset:
                camera.past = camera.subject.branch()
            _live(camera, at, cameras, case)
    return SiteResult(
        name=case.name,
        healthy=[_healthy(camera, case) for camera in cameras],
        faulty=[
            _suffer(camera, future, cameras, case)
            for camera in cameras
            for future in camera.case.futures
        ],
        cpu_s=time.process_time() - began,
    )


def _moments(start: datetime, end: datetime, every: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += every


def _live(camera: _Camera, at: datetime, site: list[_Camera], case: SiteCase) -> None:
    shot = camera.life.shot(at)
    visit = camera.subject.visit(shot, _siblings(camera, site, at, case.every))
    camera.seen[at] = camera.subject.as_sibling(str(camera.case.seed), at)
    light = shot.truth_light
    camera.hours[light] = camera.hours.get(light, 0) + case.every / timedelta(hours=1)
    findings = [one for one in visit.findings if one.code.startswith(JUDGED)]
    unsure = sum(one.verdict is Verdict.NO_VERDICT for one in findings)
    camera.findings[light] = camera.findings.get(light, 0) + len(findings)
    camera.unsure[light] = camera.unsure.get(light, 0) + unsure
    camera.alarms += [
        Alarm(code=code, at=at.isoformat(), light=light, claimable=code in CLAIMABLE)
        for code in visit.opened
    ]
    if case.compared:
        camera.rivals.look(shot)


def _siblings(
    camera: _Camera, site: list[_Camera], at: datetime, every: timedelta
) -> tuple[Sibling, ...]:
    """What the site's other cameras showed last, healthy as they are."""
    found = (
        other.seen.get(at) or other.seen.get(at - every) for other in site if other is not camera
    )
    return tuple(one for one in found if one is not None)


def _healthy(camera: _Camera, case: SiteCase) -> Healthy:
    rivals = camera.rivals
    return Healthy(
        source=camera.case.source.name,
        hours=camera.hours,
        alarms=camera.alarms,
        findings=camera.findings,
        unsure=camera.unsure,
        compared_days=case.days if case.compared else 0,
        script_opened=rivals.script.opened,
        ffmpeg_opened=rivals.ffmpeg.opened,
        frames=rivals.frames,
        script_frames=rivals.script_frames,
        ffmpeg_frames=rivals.ffmpeg_frames,
    )


def _suffer(camera: _Camera, future: Future, site: list[_Camera], case: SiteCase) -> Faulty:
    """One future: until the first alarm, or 24 hours; longer ones for the competitors' sake."""
    injury, past = future.injury, camera.past
    before = frozenset() if past is None else past.open_codes
    told = Faulty(
        source=camera.case.source.name,
        kind=injury.kind.value,
        severity=injury.severity.name.lower(),
        variant=injury.seed,
        after_h=None,
        codes=[],
        claimable=[],
        visits=0,
        unsure=0,
        asked=0,
        compared=future.compared,
        script_caught=False,
        ffmpeg_caught=False,
        real=injury.still is not None,
        skipped="no past" if past is None else "an alarm stood already" if before else "",
    )
    if past is None or before:
        return told
    subject, rivals = past.branch(), _Rivals()
    life = replace(camera.life, injury=injury)
    right = RIGHT_NAMES[injury.kind]
    first: Visit | None = None
    visits = unsure = asked = 0
    for at in _moments(injury.onset, injury.onset + _WITHIN + case.every, case.every):
        shot = life.shot(at)
        if first is None:
            visit = subject.visit(shot, _siblings(camera, site, at, case.every))
            visits += 1
            named = [one for one in visit.findings if one.code in right]
            asked += len(named)
            unsure += sum(one.verdict is Verdict.NO_VERDICT for one in named)
            first = visit if visit.opened else None
        if future.compared:
            rivals.look(shot)
        if first is not None and (
            not future.compared or (rivals.script.opened and rivals.ffmpeg.opened)
        ):
            break
    codes = [] if first is None else sorted(first.opened)
    return structs.replace(
        told,
        after_h=None if first is None else (first.at - injury.onset) / timedelta(hours=1),
        codes=codes,
        claimable=[code for code in codes if code in CLAIMABLE],
        visits=visits,
        unsure=unsure,
        asked=asked,
        script_caught=rivals.script.opened > 0,
        ffmpeg_caught=rivals.ffmpeg.opened > 0,
    )
