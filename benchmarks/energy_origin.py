"""Figures about fault origin: how often the suggestion is right, open or wrong, at submission."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.origin_collector import Desk
from simulator.origins.fleet import deliver
from simulator.origins.stories import Story, tell_all

_SEEDS: Final = {Size.SHORT: 1, Size.FULL: 6}
_BEGINS: Final = datetime(2026, 1, 5, tzinfo=UTC)
_SPAN: Final = timedelta(days=90)
_SUBMITTED_AFTER: Final = timedelta(days=4)  # a person has looked at the draft; then it is frozen


@dataclass(slots=True)
class Score:
    """Claim lines with a known origin, by what was suggested when they were submitted."""

    named: Counter[str] = field(default_factory=Counter)  # by true origin
    left_open: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """All of them."""
        return self.named.total() + self.left_open.total() + len(self.wrong)

    def add(self, truth: str, suggested: str, what: str) -> None:
        """One line; 'undetermined' is right where the truth is, and never wrong."""
        if suggested == truth:
            self.named[truth] += 1
        elif suggested == "undetermined":
            self.left_open[truth] += 1
        else:
            self.wrong.append(f"{what}: {truth}, suggested {suggested}")


@cache
def score(size: Size) -> Score:
    """Live the fleets of this size through a real collector."""
    total = Score()
    for seed in range(1, _SEEDS[size] + 1):
        _live(seed, total)
    if not total.lines:
        raise RuntimeError("no line was opened: the run says nothing")
    return total


def _live(seed: int, total: Score) -> None:
    fleet = deliver(seed, _BEGINS, _SPAN)
    story = tell_all(fleet, _BEGINS + _SPAN)
    with tempfile.TemporaryDirectory(prefix="origin-") as folder:
        desk = Desk(Path(folder), fleet, begins_at=_BEGINS)
        try:
            _tell(desk, story)
            for line in desk.lines():
                truth = story.truth.get((line.serial, line.code))
                if truth is not None:
                    total.add(truth, line.suggested, f"seed {seed}, {line.serial} {line.code}")
        finally:
            desk.close()


def _tell(desk: Desk, story: Story) -> None:
    """Everything in its order; the jobs look once a day, people submit some days later."""
    desk.tell_weather(story.cold, until=story.until)
    look_at = _BEGINS
    for heard in story.heard:
        while heard.at >= look_at:
            desk.look(look_at, submit_before=look_at - _SUBMITTED_AFTER)
            look_at += timedelta(hours=24)
        desk.hear(heard, cell=story.cells[heard.agent_id])
    while look_at <= story.until + 2 * _SUBMITTED_AFTER:
        desk.look(look_at, submit_before=look_at - _SUBMITTED_AFTER)
        look_at += timedelta(hours=24)


def _made_by(total: Score) -> str:
    parts = [
        f"{origin} {total.named[origin]}+{total.left_open[origin]} open"
        for origin in sorted({*total.named, *total.left_open})
    ]
    first = next((f"; first wrong: {note}" for note in total.wrong), "")
    return f"{total.lines} lines; {', '.join(parts)}; {len(total.wrong)} wrong{first}"


def _named(size: Size) -> Measurement:
    total = score(size)
    can = [origin for origin in (*total.named, *total.left_open) if origin != "undetermined"]
    named = sum(total.named[origin] for origin in dict.fromkeys(can))
    wrong = sum(": undetermined" not in note for note in total.wrong)
    known = named + sum(total.left_open[origin] for origin in dict.fromkeys(can)) + wrong
    return Measurement(value=round(named / known, 4), made_by=_made_by(total))


def _wrong(size: Size) -> Measurement:
    total = score(size)
    return Measurement(value=round(len(total.wrong) / total.lines, 4), made_by=_made_by(total))


def counts(notes: Iterable[str]) -> Counter[str]:
    """Wrong ones by 'truth, suggested', for whoever looks at the signals."""
    return Counter(note.partition(": ")[2] for note in notes)


_HOW: Final = (
    "simulated fleets (440 units, ten lots, some thirty shipments, 37 sites, 90 days; seeds) told"
    " to a real collector on SQLite by its intake, decided by its jobs under a policy with short"
    " holds and drafts from pictures, and frozen four days after opening: a bad lot, dropped"
    " shipments, bad fitters, surges, two roll-outs, bumps (a fifth of them unseen), a cell"
    " outage, frost, lone failures, worn batteries, nuisances; every eighth unit is not registered"
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="energy.origin_named",
        what="fault origins named rightly at submission, of those that have one (target is ours)",
        unit="of 1",
        bound=Bound.AT_LEAST,
        target=0.5,
        how=_HOW,
        measure=_named,
    ),
    Figure(
        name="energy.origin_wrong",
        what="suggested origins that are another than the true one (target is ours)",
        unit="of 1",
        bound=Bound.AT_MOST,
        target=0.03,
        how=_HOW,
        measure=_wrong,
    ),
)
