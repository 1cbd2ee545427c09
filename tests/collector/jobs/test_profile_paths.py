"""No path leads a line that only an unproven profile carries to ready without a confirmation."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collector.claims.lifecycle import ENDED, Actor, IllegalMoveError, LineState
from collector.claims.profiles import Confirmed
from collector.confirm import confirm
from collector.store import tables
from shared.catalogue_entry import Proof
from shared.fault import EpisodeSnapshot, FaultKind, FaultState, OpenEpisode
from shared.identity import EventId
from tests.collector.house import EPOCH, NOON, House, device, fault, frame_of, health
from tests.collector.jobs.test_profiles import (
    CODE,
    FILTER,
    bring_files,
    extracted,
    make,
    move,
    settle,
)
from tests.collector.jobs.test_tend import whole_manifest

STEPS = (
    *("unproven", "unproven filter", "proven", "snapshot", "late opening", "experiment", "clear"),
    *("files", "wait", "ready", "submit", "withdraw", "right", "wrong"),
)
BEYOND_DRAFT = frozenset(LineState) - ENDED - {LineState.DRAFT}


class Walk:
    """A walk through a collector, and what was confirmed on the way."""

    def __init__(self, folder: Path) -> None:
        self.house: House = make(folder)
        self.seq = 0
        self.opened: list[int] = []
        self.free: set[int] = set()  # episodes that rest on no unproven profile
        self.confirmed: dict[int, bool] = {}  # by the episode's number in the store

    def step(self, name: str) -> None:
        """One thing that can happen."""
        self.seq += 1
        seq, of = self.seq, device(label_serial="SC24010001")
        house = self.house
        match name:
            case "unproven" | "unproven filter":
                code = CODE if name == "unproven" else FILTER
                house.take(frame_of(extracted(code, manifest=whole_manifest()), seq=seq))
                self.opened.append(seq)
            case "proven":
                house.take(frame_of(fault(FILTER, manifest=whole_manifest()), seq=seq))
                self.opened.append(seq)
                self.free.add(seq)
            case "snapshot":  # names an opening that has not come
                line = OpenEpisode(EventId(EPOCH, seq), "gate", CODE, FaultState.OPEN, NOON)
                standing = tuple(
                    OpenEpisode(EventId(EPOCH, one), "gate", CODE, FaultState.OPEN, NOON)
                    for one in self.opened
                )
                self.seq += 1
                snapshot = EpisodeSnapshot(NOON, (*standing, line))
                house.take(frame_of(health(of), seq=8000 + seq), frame_of(snapshot, seq=self.seq))
                self.opened.append(seq)
            case "late opening" if self.opened:
                told = extracted(manifest=whole_manifest())
                house.take(frame_of(told, seq=self.opened[-1]))
            case "experiment" | "clear" if self.opened:
                kind = FaultKind.CONFIRMED if name == "experiment" else FaultKind.CLEARED
                told = fault(FILTER, kind=kind, episode=self.opened[-1])
                if name == "experiment":
                    told = msgspec.structs.replace(told, proof=Proof.EXPERIMENT.value)
                house.take(frame_of(told, seq=seq))
            case "files":
                bring_files(house, since=1000 + 10 * seq)
            case "wait":
                settle(house, seq=9000 + seq)
            case "ready" | "submit" | "withdraw":
                self._try_all(name)
            case "right" | "wrong":
                self._confirm(Confirmed(name))
            case _:
                pass

    def _try_all(self, name: str) -> None:
        target = {"ready": LineState.READY, "submit": LineState.SUBMITTED}.get(
            name, LineState.WITHDRAWN
        )
        for line in self.house.rows(tables.claim_line):
            for actor in Actor:
                try:
                    move(self.house, target, actor, line=int(str(line["id"])))
                except IllegalMoveError:
                    continue

    def _confirm(self, said: Confirmed) -> None:
        for finding in self.house.rows(tables.finding):
            episode = int(str(finding["episode_id"]))
            with self.house.engine.begin() as db:
                kept = confirm(
                    db,
                    line_id=int(str(finding["line_id"])),
                    episode_id=episode,
                    said=said,
                    note=f"looked, {self.seq}",
                    actor="erin",
                    role=Actor.ENGINEER,
                    policy=self.house.policy,
                    now=self.house.now,
                )
            if kept:
                self.confirmed[episode] = said is Confirmed.RIGHT

    def check(self) -> None:
        """Nothing beyond a draft, and nothing on its way there, that nobody may have let pass."""
        findings = self.house.rows(tables.finding)
        episodes = {row["id"]: row for row in self.house.rows(tables.episode)}
        for line in self.house.rows(tables.claim_line):
            if LineState(str(line["state"])) not in BEYOND_DRAFT:
                continue
            behind = [f["episode_id"] for f in findings if f["line_id"] == line["id"]]
            if LineState(str(line["state"])) is LineState.SUBMITTED:
                assert any(self._may_carry(episodes[one], ever=True) for one in behind), line
            else:
                assert any(self._may_carry(episodes[one], ever=False) for one in behind), line

    def _may_carry(self, episode: dict[str, object], *, ever: bool) -> bool:
        """By what was sent and said, not by what the store made of it."""
        if episode["seq"] in self.free or episode["proof"] == Proof.EXPERIMENT.value:
            return True
        number = int(str(episode["id"]))
        return number in self.confirmed if ever else self.confirmed.get(number, False)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=14))
@example(steps=["unproven", "files", "wait", "ready", "submit", "right", "wait", "submit"])
@example(steps=["snapshot", "wait", "late opening", "files", "wait", "submit"])
@example(steps=["unproven", "files", "wait", "proven", "wait", "wrong", "submit"])
@example(steps=["unproven", "wait", "right", "files", "wait", "wrong", "wait", "right", "wait"])
def test_no_path_without_a_confirmation(steps: list[str]) -> None:
    """Whatever happens in whatever order, a line is beyond draft only when a proven finding, an
    experiment or an engineer's word on its readings carries it."""
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(Path(folder))
        try:
            for step in (*steps, "wait"):
                walk.step(step)
                if step == "wait":
                    walk.check()
        finally:
            walk.house.engine.dispose()
