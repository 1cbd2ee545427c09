"""Every action that people take on claim lines, by role: a list. Pure.

Rows of ``lifecycle.MOVES`` that only the machine takes have none. Source: claims and warranty,
sections 8 and 15; what the buyer says of a path and where things go is the issue's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from collector.claims.action import Action, Field, Kind
from collector.claims.answer import BRINGS_UNIT, SHIPS, Path, RejectCode
from collector.claims.lifecycle import OPEN, Actor, LineState
from collector.claims.no_fault import FEE_WAIVED, JUDGED, BenchFinding
from collector.claims.origin.kinds import Origin
from collector.claims.report import Tried
from collector.claims.story_parts import CORRECTABLE, Story
from collector.claims.story_return import RETURNED, WAIVED
from collector.claims.troubleshooting import CHECKED, CheckOutcome

S = LineState
_ASKERS: Final = frozenset({Actor.INTEGRATOR, Actor.DISTRIBUTOR})
_FACTORY: Final = frozenset({Actor.ENGINEER, Actor.ADMIN})
_OFFERED: Final = frozenset({S.APPROVED, S.AWAITING_RETURN})
_ON_ITS_WAY: Final = _OFFERED | {S.RECEIVED, S.RESOLVING}
_SENT: Final = frozenset({S.RESOLVING, S.FULFILLED, S.RESOLVED, S.CLOSED})
"""Closed only by a version that knew of nothing owed."""
ASKABLE: Final = (
    "picture", "reference", "image", "clip", "photo", "readings", "transcript", "power", "tried",
    "description", "serial", "model", "firmware", "delivery", "test", "two_days", "night",
    "label_photo",
)  # fmt: skip
"""What an engineer can name as missing; every must item of the line can be named besides."""

PATH: Final = Field(
    name="path",
    kind=Kind.CHOICE,
    options=tuple(one.value for one in Path),
    family="path",
    suggested=True,
)
ORIGIN: Final = Field(
    name="origin",
    kind=Kind.CHOICE,
    options=tuple(one.value for one in Origin),
    family="origin",
    suggested=True,
)
RMA: Final = Field(name="rma_number", kind=Kind.TEXT, longest=64, suggested=True)
MISSING: Final = Field(name="missing", kind=Kind.ITEMS, options=ASKABLE, family="must", needed=True)
BROUGHT: Final = Field(name="brought", kind=Kind.ITEMS, family="must")
REJECT: Final = Field(
    name="reason_code",
    kind=Kind.CHOICE,
    options=tuple(one.value for one in RejectCode),
    family="reject",
    needed=True,
)
SCANNED: Final = Field(
    name="scanned_serial", kind=Kind.SERIAL, needed=True, per_line=True, longest=64
)
BENCH: Final = Field(name="bench", kind=Kind.TEXT, needed=True, longest=2000)
FOUND: Final = Field(
    name="finding",
    kind=Kind.CHOICE,
    options=tuple(one.value for one in BenchFinding),
    family="finding",
)
JUDGEMENT: Final = Field(
    name="finding", kind=Kind.CHOICE, options=FOUND.options, family="finding", needed=True
)
PARTNER: Final = Field(name="repair_partner", kind=Kind.TEXT, family="partners")
REPAIRED_BY: Final = Field(
    name="repair_partner",
    kind=Kind.TEXT,
    family="partners",
    paths=frozenset({Path.ONSITE_REPAIR}),
)
TRACKING: Final = Field(name="tracking", kind=Kind.TEXT, paths=SHIPS, needed=True, longest=80)
CARRIER: Final = Field(name="carrier", kind=Kind.TEXT, paths=SHIPS, longest=80)
NEW_SERIAL: Final = Field(
    name="new_serial",
    kind=Kind.SERIAL,
    paths=BRINGS_UNIT,
    needed=True,
    per_line=True,
    longest=64,
)
CREDIT_NOTE: Final = Field(
    name="credit_note",
    kind=Kind.TEXT,
    paths=frozenset({Path.CREDIT}),
    needed=True,
    longest=80,
)
VERSION: Final = Field(
    name="firmware_version",
    kind=Kind.TEXT,
    paths=frozenset({Path.FIRMWARE_FIX}),
    needed=True,
    longest=80,
)
INTO: Final = Field(name="into", kind=Kind.LINE, needed=True, per_line=True, longest=32)
SHIP_TO: Final = Field(name="ship_to", kind=Kind.PLACE, needed=True, longest=500)
COUNTER: Final = Field(
    name="counter", kind=Kind.CHOICE, options=PATH.options, family="path", needed=True
)
NEW_PATH: Final = Field(
    name="path", kind=Kind.CHOICE, options=PATH.options, family="path", needed=True
)

WHAT: Final = Field(
    name="what",
    kind=Kind.CHOICE,
    options=tuple(one.value for one in Tried),
    family="tried",
    needed=True,
)
OUTCOME: Final = Field(
    name="outcome",
    kind=Kind.CHOICE,
    options=tuple(one.value for one in CheckOutcome if one is not CheckOutcome.NOT_TOLD),
    family="check_outcome",
    needed=True,
)
CORRECTED: Final = Field(
    name="field", kind=Kind.CHOICE, options=CORRECTABLE, family="field", needed=True
)
RIGHT: Final = Field(name="new", kind=Kind.TEXT, needed=True, longest=80)
ANYWAY: Final = Field(name="anyway", kind=Kind.CHOICE, options=("yes",), family="anyway")


def _runs(story: Story) -> bool:
    return story.submitted_at is not None and story.stopped_at is None and not story.is_held


ACTIONS: Final[tuple[Action, ...]] = (
    Action(id="ready", rule=2),
    Action(id="submit", rule=4),
    Action(id="take", rule=5, key="t"),
    Action(id="approve", rule=8, key="a", fields=(PATH, PARTNER, ORIGIN, RMA)),
    Action(id="ask", rule=6, key="n", fields=(MISSING,)),
    Action(id="reject", rule=9, key="r", fields=(REJECT,)),
    Action(id="answer", rule=7, fields=(BROUGHT,)),
    Action(
        id="accept_path",
        event="path_accepted",
        states=_OFFERED,
        actors=_ASKERS,
        when=lambda story: not story.path_said,
    ),
    Action(
        id="counter_path",
        event="path_countered",
        states=_OFFERED,
        actors=_ASKERS,
        fields=(COUNTER,),
        reason_needed=True,
        when=lambda story: not story.path_said,
    ),
    Action(
        id="offer_path",
        event="path_offered",
        states=_OFFERED | {S.RECEIVED},  # the unit may come back while a counter waits
        actors=_FACTORY,
        fields=(NEW_PATH, PARTNER),
        reason_needed=True,
    ),
    Action(
        id="confirm_ship_to",
        event="ship_to_confirmed",
        states=_ON_ITS_WAY | {S.SUBMITTED, S.IN_REVIEW, S.NEED_INFO},
        actors=_ASKERS,
        fields=(SHIP_TO,),
    ),
    Action(id="await_return", rule=10),
    Action(id="receive", rule=11, fields=(SCANNED,)),
    Action(id="bench", rule=12, fields=(BENCH, FOUND)),
    Action(id="begin", rule=13),
    Action(
        id="fulfil",
        rule=14,
        fields=(NEW_SERIAL, TRACKING, CARRIER, CREDIT_NOTE, VERSION, REPAIRED_BY),
    ),
    Action(
        id="correct",
        event="corrected",
        states=_ON_ITS_WAY | {S.FULFILLED, S.RESOLVED},
        actors=_FACTORY,
        fields=(CORRECTED, RIGHT, ANYWAY),
        reason_needed=True,
        when=lambda story: any(story.typed.values()),
    ),
    Action(
        id="receive_old",
        event=RETURNED,
        states=_SENT,
        actors=_FACTORY,
        fields=(SCANNED,),
        when=lambda story: bool(story.owed),
    ),
    Action(
        id="judge_return",
        event=JUDGED,
        states=_SENT,
        actors=_FACTORY,
        fields=(JUDGEMENT, BENCH),
        when=lambda story: story.returned_at is not None and not story.finding,
    ),
    Action(
        id="waive_fee",
        event=FEE_WAIVED,
        states=frozenset(S),
        actors=_FACTORY,
        reason_needed=True,
        when=lambda story: bool(story.fee) and not story.fee_waived_by,
    ),
    Action(
        id="waive_return",
        event=WAIVED,
        states=_SENT,
        actors=_FACTORY,
        reason_needed=True,
        when=lambda story: bool(story.owed),
    ),
    Action(id="resolve", rule=15),
    Action(id="not_solved", rule=25),
    Action(id="appeal", rule=17, when=lambda story: not story.appeal_used),
    Action(id="reopen", rule=23),
    Action(id="withdraw", rule=18),
    Action(id="merge", rule=19, fields=(INTO,)),
    Action(
        id="check", event=CHECKED, states=OPEN, actors=_ASKERS | _FACTORY, fields=(WHAT, OUTCOME)
    ),
    Action(
        id="hold",
        event="held",
        states=frozenset(S),
        actors=_FACTORY,
        reason_needed=True,
        when=_runs,
    ),
    Action(
        id="release",
        event="released",
        states=frozenset(S),
        actors=_FACTORY,
        when=lambda story: story.is_held,
    ),
    Action(
        id="thaw",
        event="thawed",
        states=frozenset(S),
        actors=_FACTORY,
        reason_needed=True,
        when=lambda story: bool(story.frozen_by),
    ),
)
BY_ID: Final = {action.id: action for action in ACTIONS}


def offered(story: Story, actor: Actor) -> tuple[Action, ...]:
    """What this actor can do to a line that stands so, the usual step first."""
    return tuple(action for action in ACTIONS if action.is_offered(story, actor))


def possible(states: Iterable[LineState], actor: Actor) -> tuple[Action, ...]:
    """What this actor can do to lines in these states, as far as states tell: for lists."""
    known = frozenset(states)
    return tuple(
        action
        for action in ACTIONS
        if action.allows(actor) and any(action.is_from(state) for state in known)
    )
