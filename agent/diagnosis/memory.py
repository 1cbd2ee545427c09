"""What is remembered of one fault of one device."""

from __future__ import annotations

import enum

import msgspec
from msgspec.structs import replace

from agent.diagnosis.rule import Persistence
from shared.fault import FaultState
from shared.identity import EventId
from shared.moment import Moment
from shared.profile import ProfileUsed
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
    profile: ProfileUsed | None = None  # the least proven one that its findings rest on

    @property
    def is_open(self) -> bool:
        """True while an episode stands."""
        return self.state in (FaultState.OPEN, FaultState.FLAPPING)


def experiment_key(code: str) -> str:
    """Under which an active test remembers a fault: apart from what pictures alone say of it."""
    return f"{code}+experiment"


def taken_over(passive: FaultMemory, proven: FaultMemory) -> FaultMemory:
    """What an active test just opened, as the episode that pictures alone had opened before."""
    return replace(
        proven,
        episode=passive.episode,
        onset_at=min(filter(None, (passive.onset_at, proven.onset_at)), default=None),
        observations=passive.observations + proven.observations,
        changes=passive.changes,
        confirmed=True,
    )


def is_refuted(passive: FaultMemory, tested: FaultMemory, *, by: Persistence) -> bool:
    """Whether the newest tests, all since pictures alone opened the fault, found it well."""
    opened_at = passive.changes[-1] if passive.changes else passive.onset_at
    since = [
        is_fault
        for at, is_fault in zip(tested.window_at, tested.window, strict=True)
        if opened_at is None or at >= opened_at
    ]
    return len(since) >= by.clear_m and since.count(False) >= by.clear_n
