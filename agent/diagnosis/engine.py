"""From findings to episodes: N of M, hysteresis, flapping. Pure: memory in, memory and step out."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from agent.diagnosis.rule import Finding, Persistence, Rule, Verdict, View
from shared.fault import FaultState
from shared.identity import EventId
from shared.moment import Moment
from shared.reading import Reading


class Step(enum.Enum):
    """What a finding did to a fault; all but NONE are told as an event."""

    NONE = "none"
    OPENED = "opened"
    CLEARED = "cleared"
    FLAPPING = "flapping"
    CONFIRMED = "confirmed"


class FaultMemory(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of one fault of one device; stored, so fields are only appended.

    ``window`` holds good findings only (True: fault) since the last change of state, with
    ``window_at`` beside it. ``episode`` is set by the caller after OPENED, when the opening
    event has its identity, and stays until the episode is cleared.
    """

    code: str
    state: FaultState = FaultState.HEALTHY
    window: tuple[bool, ...] = ()
    window_at: tuple[Moment, ...] = ()
    onset_at: Moment | None = None
    episode: EventId | None = None
    changes: tuple[Moment, ...] = ()
    observations: int = 0  # findings of fault in this episode
    unsaid: int = 0  # of these, since the last event
    said_at: Moment | None = None
    confirmed: bool = False
    summary_en: str = ""
    summary_zh: str = ""
    because: tuple[Reading, ...] = ()

    @property
    def is_open(self) -> bool:
        """True while an episode stands."""
        return self.state in (FaultState.OPEN, FaultState.FLAPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """One step with the finding that made it and the memory after it."""

    step: Step
    finding: Finding
    memory: FaultMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The outcome of one pass: all findings, the new memories, and what must be told."""

    findings: tuple[Finding, ...]
    memories: Mapping[str, FaultMemory]  # every memory of the device, changed or not
    steps: tuple[Diagnosed, ...]  # without Step.NONE


def advance(
    memory: FaultMemory | None, finding: Finding, *, now: datetime, persistence: Persistence
) -> tuple[FaultMemory, Step]:
    """Take one finding in; NO_VERDICT changes nothing at all."""
    raise NotImplementedError


def diagnose(view: View, memories: Mapping[str, FaultMemory], rules: Iterable[Rule]) -> Diagnosis:
    """Judge by every rule whose needs were read in this pass, and advance the memories."""
    raise NotImplementedError
