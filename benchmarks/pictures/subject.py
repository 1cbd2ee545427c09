"""The agent under test: what a real visit does with a picture, without network and database.

The one seam between the laboratory and the product. A shot goes through the real decoder, probes,
rules, episodes and baselines; only the socket, the child process and the SQLite file are left out.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from av.video.frame import VideoFrame

from agent.camera.examine import examine
from agent.camera.frame_planes import small_luma
from agent.camera.heap import keep_heap
from agent.camera.light import Light
from agent.camera.port import (
    Camera,
    Picture,
)
from agent.delivery.sibling_store import FIGURES, FRESH, norms_of, suspected_in
from agent.diagnosis import RULES
from agent.diagnosis.engine import Diagnosis, diagnose
from agent.diagnosis.levels import Levels
from agent.diagnosis.memory import FaultMemory, Step
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.learning import learn_from
from agent.diagnosis.rule import HISTORY_PER_NAME, Finding, Sibling, View
from agent.probes import imaging, picture, stream
from agent.probes.probe import Pass
from benchmarks.pictures.shot_camera import ShotCamera
from shared.reading import Reading
from simulator.life.life import Shot

JUDGED: Final = ("picture.", "ircut.", "ir_led.")
"""Faults that are told from pictures."""
_SUPPORT: Final = Levels().baseline_pictures
_RULES: Final = tuple(rule for rule in RULES if rule.code.startswith(JUDGED))
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one shot came to; ``opened`` are the codes whose episode began with it."""

    at: datetime
    opened: tuple[str, ...]
    findings: tuple[Finding, ...]
    picture: Picture | None


@dataclass(kw_only=True)
class Subject:
    """What the agent remembers of one camera; ``branch`` it to try one future after another."""

    readings: dict[str, Reading] = field(default_factory=dict)
    history: dict[str, tuple[Reading, ...]] = field(default_factory=dict)
    memories: Mapping[str, FaultMemory] = field(default_factory=dict)
    baselines: dict[str, PictureBaseline] = field(default_factory=dict)
    references: dict[str, bytes] = field(default_factory=dict)

    def branch(self) -> Subject:
        """A camera with the same past."""
        return Subject(
            readings=dict(self.readings),
            history=dict(self.history),
            memories=dict(self.memories),
            baselines=dict(self.baselines),
            references=dict(self.references),
        )

    @property
    def open_codes(self) -> frozenset[str]:
        """Picture faults whose episode stands."""
        return frozenset(code for code, memory in self.memories.items() if memory.is_open)

    def as_sibling(self, device_id: str, now: datetime) -> Sibling | None:
        """What the site's other cameras may know of this one now, as ``sibling_store`` tells."""
        if not self.baselines:
            return None
        newest = {name: self.readings.get(f"picture.{name}") for name in (*FIGURES, "light")}
        good = {
            name: reading
            for name, reading in newest.items()
            if reading is not None and reading.good and now - reading.taken_at <= FRESH
        }
        numbers = {name: reading.number() for name, reading in good.items()}
        light = str(good["light"].value) if "light" in good else ""
        baseline = self.baselines.get(light)
        return Sibling(
            device_id=device_id,
            figures={name: value for name, value in numbers.items() if value is not None},
            light=light,
            norms={} if baseline is None else norms_of(baseline, support=_SUPPORT),
            suspected=suspected_in(self.memories.values()),
        )

    def visit(self, shot: Shot, siblings: tuple[Sibling, ...] = ()) -> Visit:
        """Probe, judge, learn: what the agent does with this picture."""
        camera = ShotCamera(shot)
        visit = Pass(now=shot.at, references=self.references)
        seen = [
            _finish(probe.read(cast(Camera, camera), visit)) for probe in (stream, picture, imaging)
        ]
        fresh = {reading.name: reading for one in seen for reading in one.readings}
        self.readings.update(fresh)
        view = self._view(shot, frozenset(fresh), siblings)
        diagnosis = diagnose(view, self.memories, _RULES)
        self.memories = diagnosis.memories
        pictures = [taken for one in seen for taken in one.pictures]
        self._learn(view, diagnosis, pictures)
        self._remember(fresh)
        return Visit(
            at=shot.at,
            opened=tuple(s.memory.code for s in diagnosis.steps if s.step is Step.OPENED),
            findings=diagnosis.findings,
            picture=pictures[0] if pictures else None,
        )

    def _view(self, shot: Shot, fresh: frozenset[str], siblings: tuple[Sibling, ...]) -> View:
        return View(
            now=shot.at,
            readings=dict(self.readings),
            history=self.history,
            fresh=fresh,
            baselines=self.baselines,
            sun_elevation_deg=shot.sun_elevation_deg,
            siblings=siblings,
            is_outdoor=True,
        )

    def _learn(self, view: View, diagnosis: Diagnosis, pictures: list[Picture]) -> None:
        baseline = learn_from(view, diagnosis)
        if baseline is None:
            return
        light = baseline.light.value
        self.baselines[light] = baseline
        if not baseline.took(view.now):
            return
        for taken in pictures[:1]:
            if taken.merged and taken.light == light and not taken.damaged:
                self.references[light] = taken.merged

    def _remember(self, fresh: Mapping[str, Reading]) -> None:
        for name in {name for rule in _RULES for name in rule.looks_back} & fresh.keys():
            self.history[name] = (*self.history.get(name, ()), fresh[name])[-HISTORY_PER_NAME:]


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for the process: probes keep their deadlines by a clock of it, also where none passes."""
    return asyncio.new_event_loop()


def _finish(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a probe to its end."""
    return _loop().run_until_complete(work)


def measure_frame(frame: VideoFrame, before: VideoFrame, reference: bytes) -> tuple[float, bytes]:
    """CPU seconds of all that the agent does with a decoded frame, and the reference after it.

    From the decoder's frame to figures: scaling, measuring, comparing; ``before`` is prepared
    beforehand, as it is half of a pair. Not: the evidence picture, which few visits keep.
    """
    keep_heap()  # as the decoder child does
    earlier = small_luma(before)
    began = time.process_time()
    found = examine(frame, earlier, dict.fromkeys((light.value for light in Light), reference))
    return time.process_time() - began, found.merged or reference
