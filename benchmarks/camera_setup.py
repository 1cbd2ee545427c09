"""Figures of setting up: the README's quick start, typed at simulated cameras."""

from __future__ import annotations

import functools
from typing import Final

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.setup_run import CAMERAS, Outcome, run

_HOW: Final = (
    "each line of the README's quick start in a shell, at simulated cameras on loopback (one"
    " knows Digest with SHA-256 alone, one has another password); counted by the cameras, the"
    " file and the agent's outbox"
)
_NEVER: Final = 100.0
"""In place of a count of commands that do not lead there: any further command is missing."""


@functools.cache
def _outcome() -> Outcome:
    return run()


def _made_by(found: Outcome) -> str:
    return (
        f"{found.watched} of {CAMERAS} cameras watched after {found.commands} commands,"
        f" {found.locked} locked, at most {found.most_refusals} refusals at one,"
        f" {found.site_devices} of 6 cameras at three further sites"
    )


def _commands(_: Size) -> Measurement:
    found = _outcome()
    is_there = found.watched >= CAMERAS
    return Measurement(value=found.commands if is_there else _NEVER, made_by=_made_by(found))


def _lockouts(_: Size) -> Measurement:
    found = _outcome()
    return Measurement(value=found.locked + found.over_one, made_by=_made_by(found))


def _sites(_: Size) -> Measurement:
    found = _outcome()
    is_there = found.site_devices >= 6
    return Measurement(value=found.site_commands if is_there else _NEVER, made_by=_made_by(found))


FIGURES: tuple[Figure, ...] = (
    Figure(
        name="camera.setup_commands",
        what="shell commands from nothing to 8 cameras watched and reporting into the outbox",
        unit="commands",
        bound=Bound.AT_MOST,
        target=6,
        how=_HOW,
        measure=_commands,
    ),
    Figure(
        name="camera.setup_lockouts",
        what="accounts locked, and cameras that refused more than one login, in all of it",
        unit="accounts",
        bound=Bound.AT_MOST,
        target=0,
        how=_HOW,
        measure=_lockouts,
    ),
    Figure(
        name="camera.setup_sites_commands",
        what="commands for six cameras at three further sites from sites.csv",
        unit="commands",
        bound=Bound.AT_MOST,
        target=1,
        how=_HOW,
        measure=_sites,
    ),
)
