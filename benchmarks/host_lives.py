"""The figures of the recorder's self-report: weeks of made-up hosts with known truth, in seconds.

Each life goes through the real ``RecorderWatch``, its files and its memory, at the pace of an
uplink with a data plan (a look an hour, disks every six), on an injected clock.
``python -m benchmarks.host_lives`` prints what was told of each story.
"""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.config import Config
from agent.config_file import load_config
from agent.cycle import record_readings
from agent.delivery.database import Database
from agent.delivery.evidence import Signer
from agent.delivery.opening import open_file
from agent.delivery.outbox import Outbox
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.diagnosis.memory import Step
from agent.episodes import Author
from agent.host import host_device
from agent.probes.probe import good
from agent.recorder.smart_child import SmartDesk
from agent.recorder.watch import PAID_FACTOR, QUICK, SLOW, Ground, RecorderWatch
from agent.recording import Outcome, Settings
from benchmarks.figure import Bound, Figure, Measurement, Size
from simulator.host.machine import Machine
from simulator.host.stories import STORIES, Act, Story
from simulator.life.chance import uniform

DAYS: Final = {Size.SHORT: 8, Size.FULL: 21}
LIVES: Final = {Size.SHORT: 1, Size.FULL: 4}
"""Of each story: they differ in when the trouble begins and in how many channels are recorded."""
_AGENT: Final = "recorder"
_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_LOOK: Final = QUICK * PAID_FACTOR
_DISKS_EVERY: Final = SLOW / QUICK  # looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Every fault that was told of one life, and how that differs from the truth."""

    story: str
    opened: frozenset[str]
    missed: frozenset[str]
    untrue: frozenset[str]
    unended: frozenset[str]

    @property
    def right(self) -> bool:
        """All that is true was told and nothing else, and what was over has ended."""
        return not (self.missed or self.untrue or self.unended)


class Life:
    """One host from its first day to its last, and the agent on it."""

    def __init__(self, story: Story, seed: int, days: int, folder: Path) -> None:
        self._story, self._days = story, days
        channels = tuple(f"gate-{n + 1}" for n in range(1 + int(3 * uniform(seed, "channels"))))
        self._machine = Machine(folder=folder, channels=channels)
        self.channels = channels
        late_h = days * 24 - 168  # so that what ends has two days to be seen: five looks at disks
        self._begins = timedelta(hours=48 + int(late_h * uniform(seed, "begins")))
        self._config = _configuration(self._machine, story)
        self._database: Database = open_file(folder / "agent.db")
        self._database.connection.execute("PRAGMA synchronous = OFF")  # nobody cuts this power
        self._outbox = Outbox(self._database)
        self._settings = _settings(self._config)
        self.opened: set[str] = set()
        self.standing: set[str] = set()
        self._looks = 0
        self._watch = self._start()

    async def live(self) -> None:
        """To the end."""
        machine, story = self._machine, self._story
        born = machine.now
        self._do(story.before)
        begun = ended = False
        while machine.now - born < timedelta(days=self._days):
            if not begun and machine.now - born >= self._begins:
                begun = True
                self._do(story.begin)
            if begun and not ended and machine.now - born >= self._begins + story.lasts:
                ended = True
                self._do(story.end or _stays)
            machine.pass_by(_LOOK)
            await self._look()
        self._database.close()

    def _do(self, act: Act) -> None:
        for _ in act(self._machine) or ():
            self._watch = self._start()
            self._watch.begin()

    def _start(self) -> RecorderWatch:
        machine = self._machine
        return RecorderWatch(
            Ground(
                config=self._config,
                settings=self._settings,
                database=self._database,
                outbox=self._outbox,
                clock=lambda: machine.now,
                steady_s=lambda: machine.steady_s,
                clock_offset=lambda: machine.offset,
                visits_late_s=lambda: machine.visits_late_s,
                on_outcome=self._hear,
                on_channel=self._hear,
                root=machine.kernel.root,
                smart=SmartDesk(reports=machine.reports, programs=()),
            )
        )

    async def _look(self) -> None:
        if not self._looks:
            self._watch.begin()
        if self._looks % _DISKS_EVERY == 0:
            await self._watch.look_slowly()
        await self._watch.look_quickly()
        self._looks += 1
        now: datetime = self._machine.now
        self._hear(
            record_readings(
                host_device(self._config),
                [
                    good("host.temperature", self._machine.temperature_c, at=now, unit="°C"),
                    good("host.cpu", 12.0, at=now, unit="%"),
                ],
                settings=self._settings,
                database=self._database,
                outbox=self._outbox,
                now=now,
                is_visit=False,
            )
        )

    def _hear(self, outcome: Outcome) -> None:
        device = outcome.facts.device_id
        for step in outcome.diagnosis.steps:
            code = step.finding.code if device == _AGENT else f"{device}:{step.finding.code}"
            if step.step is Step.OPENED:
                self.opened.add(code)
                self.standing.add(code)
            elif step.step is Step.CLEARED:
                self.standing.discard(code)


def _stays(_: Machine) -> None:
    """No end comes."""


def _configuration(machine: Machine, story: Story) -> Config:
    lines = [f'[agent]\nid = "{_AGENT}"\nuplink = "metered"', "[recorder]"]
    lines.append(f"file_s = {machine.segment.total_seconds():.0f}\n{story.promises}")
    for number, channel in enumerate(machine.channels):
        lines.append(f'[[devices]]\nid = "{channel}"\naddress = "192.0.2.{number + 1}"')
        folder = machine.recordings / channel
        lines.append(f'[[recorder.channels]]\ndevice = "{channel}"\nfolder = "{folder}"')
    path = machine.folder / "agent.toml"
    path.write_text("\n".join(lines) + "\n")
    return load_config(path)


def _settings(config: Config) -> Settings:
    return Settings(
        rules=RULES,
        levels=Levels(),
        watch_seconds=1.0,
        recorder_login=config.recorder_login,
        author=Author(agent_id=_AGENT, version="1", recorder_firmware="", signer=Signer(_KEY)),
    )


def live(story: Story, seed: int, days: int) -> Told:
    """One life, and what was told of it beside what is true of it."""
    with TemporaryDirectory(prefix="preclaim-hosts-") as folder:
        life = Life(story, seed, days, Path(folder))
        asyncio.run(life.live())
    truth, also = story.truth_of(life.channels), story.also_of(life.channels)
    return Told(
        story=story.name,
        opened=frozenset(life.opened),
        missed=truth - life.opened,
        untrue=frozenset(life.opened) - truth - also,
        unended=frozenset(life.standing) - (frozenset() if story.end else truth | also),
    )


def _live(job: tuple[int, int, int]) -> Told:
    number, seed, days = job
    return live(STORIES[number], seed, days)


@functools.lru_cache(maxsize=2)
def lives(size: Size) -> tuple[Told, ...]:
    """Every story so often; deterministic."""
    return tuple(_lives(size))


def _lives(size: Size) -> Iterator[Told]:
    jobs = [
        (number, 1000 * number + life, DAYS[size])
        for number in range(len(STORIES))
        for life in range(LIVES[size])
    ]
    with ProcessPoolExecutor(2) as pool:
        yield from pool.map(_live, jobs)


def _made_by(told: tuple[Told, ...], size: Size) -> str:
    return f"{len(told)} hosts of {len(STORIES)} stories, {DAYS[size]} days each"


def _named(size: Size) -> Measurement:
    told = lives(size)
    right = sum(one.right for one in told)
    return Measurement(value=round(100 * right / len(told), 1), made_by=_made_by(told, size))


def _untrue(size: Size) -> Measurement:
    told = lives(size)
    return Measurement(value=sum(len(one.untrue) for one in told), made_by=_made_by(told, size))


_HOW: Final = (
    "made-up hosts (simulator/host: files of a kernel, disks, recordings, an injected clock) with"
    " known truth, through the real RecorderWatch and its database at the pace of a data plan"
)
FIGURES: tuple[Figure, ...] = (
    Figure(
        name="energy.recorder_named",
        what="weeks of recorders: just the true faults told, and ended when they were over",
        unit="%",
        bound=Bound.AT_LEAST,
        target=95,
        how=_HOW,
        measure=_named,
    ),
    Figure(
        name="energy.recorder_untrue",
        what="faults told of recorders and their channels that were not true",
        unit="faults",
        bound=Bound.AT_MOST,
        target=0,
        how=_HOW,
        measure=_untrue,
    ),
)


def main() -> int:
    """Live each story once, and print what was told of it."""
    wrong = 0
    for one in _lives(Size.SHORT):
        wrong += not one.right
        print(f"{'ok' if one.right else '**'} {one.story}: {_words(one.opened)}", flush=True)
        for word, codes in (
            ("missed", one.missed),
            ("untrue", one.untrue),
            ("not ended", one.unended),
        ):
            if codes:
                print(f"   {word}: {_words(codes)}", flush=True)
    return 1 if wrong else 0


def _words(codes: frozenset[str]) -> str:
    return ", ".join(sorted(codes)) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
