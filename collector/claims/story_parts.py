"""What can be said of one claim line: one event of its log, and all of them together. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from collector.claims.lifecycle import ENDED, LineState


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One event of the line's log, as it was appended."""

    seq: int
    at: datetime
    actor: str
    role: str
    type: str
    payload: Mapping[str, object]


class PauseReason(enum.Enum):
    """Why the resolution clock stood still."""

    NEED_INFO = "need_info"
    AWAITING_RETURN = "awaiting_return"
    HOLD = "hold"  # a manager's, with words
    STOPPED = "stopped"  # it had been answered or fulfilled, and went on afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One run of the response clock, as Jira Service Management tells them."""

    started_at: datetime
    because: str  # submitted | answered | appeal | reopened
    stopped_at: datetime | None = None
    stopped_by: str = ""  # the state that stopped it


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One time in which the resolution clock stood still; ``ended_at`` None: it still does."""

    began_at: datetime
    reason: PauseReason
    note: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Where a line stands and how it came there."""

    state: LineState = LineState.DRAFT
    last_seq: int = 0
    opened_at: datetime | None = None
    moved_at: datetime | None = None  # into the present state, as it was learnt here
    timed_at: datetime | None = None  # the last step that moved a clock, when it was taken
    closed_at: datetime | None = None  # None while it is open
    submitted_at: datetime | None = None
    approved_at: datetime | None = None  # for the first time
    rejected_at: datetime | None = None
    fulfilled_at: datetime | None = None
    resolved_at: datetime | None = None
    cycles: tuple[Cycle, ...] = ()
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None  # the resolution clock; None while it runs or is paused
    named_gaps: tuple[str, ...] = ()  # what the factory asked for last
    reminders: int = 0  # since it was asked, or heard of
    reminded_at: datetime | None = None
    heard_at: datetime | None = None  # the last sign of the asker since it was asked
    evidence_at: datetime | None = None  # when something was last added to its file
    path: str = ""
    path_said: str = ""  # of the buyer: accepted | countered
    counter: str = ""
    ship_to: str = ""
    origin: str = ""
    reject_code: str = ""
    rma_number: str = ""
    rma_at: datetime | None = None
    appeal_used: bool = False
    received_serial: str = ""
    bench: str = ""
    replacement_serial: str = ""
    sent_before: str = ""  # the unit that the replacement was sent for; "" the claimed one
    tracking: str = ""
    carrier: str = ""
    credit_note: str = ""
    fixed_version: str = ""
    merged_into: int | None = None
    verified_by_probe: bool = False
    frozen_by: str = ""  # why it may not be submitted
    corrected: frozenset[str] = frozenset()  # reasons to freeze that an engineer cleared up
    repeat_of: int | None = None
    shared_sha256: str = ""  # of the pack that went with the submission
    owed: tuple[str, ...] = ()  # units that were replaced ahead and are not back; see story_return
    owed_since: datetime | None = None  # when the last of them was replaced
    return_reminders: int = 0  # since then
    return_reminded_at: datetime | None = None
    returned_at: datetime | None = None  # when one of them last came back
    finding: str = ""  # of the bench: fault_confirmed | no_fault_found
    fee: str = ""  # for what has no fault: '25.00 GBP'
    fee_payer: str = ""  # who pays the ways then
    fee_waived_by: str = ""  # the claim that showed the fault after all, or who waived it
    repair_partner: str = ""  # who repairs on site

    @property
    def is_open(self) -> bool:
        """No other line may be opened for the serial."""
        return self.state not in ENDED

    @property
    def fulfilled_here_at(self) -> datetime | None:
        """Since when the probes here may prove the repair: what they saw before a partner's word
        arrived proves nothing, whatever time that one gives."""
        if self.fulfilled_at is None or self.state is not LineState.FULFILLED:
            return self.fulfilled_at
        return max(self.fulfilled_at, self.moved_at or self.fulfilled_at)

    @property
    def pause(self) -> Pause | None:
        """What holds the resolution clock now; the first where there are two."""
        return next((one for one in self.pauses if one.ended_at is None), None)

    @property
    def is_held(self) -> bool:
        """A manager holds it."""
        return any(p.ended_at is None and p.reason is PauseReason.HOLD for p in self.pauses)

    @property
    def typed(self) -> Mapping[str, str]:
        """What people typed and can correct, by the name of its field; '' for what nobody has."""
        return {
            "rma_number": self.rma_number,
            "tracking": self.tracking,
            "carrier": self.carrier,
            "credit_note": self.credit_note,
            "new_serial": self.replacement_serial,
        }


CORRECTABLE: Final = tuple(Story().typed)
