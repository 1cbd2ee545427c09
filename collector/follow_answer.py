"""Does one step of the factory here as it was done there, with all that follows from it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection

from collector import action_effects
from collector.act import By, Wish, act
from collector.claims import guard_words, partner_fields, partner_words
from collector.claims.action_words import SAME_AS_BEFORE
from collector.claims.actions import BY_ID
from collector.claims.guards import same_serial
from collector.claims.lifecycle import Actor, IllegalMoveError, LineState
from collector.claims.no_fault import FEE_WAIVED, JUDGED
from collector.claims.policy import Policy
from collector.claims.problem import Both
from collector.claims.story import SAID_AT, Story
from collector.claims.story_return import RETURNED, WAIVED
from collector.keep_steps import Order
from collector.notify.claim_step import fields_of
from collector.pack.answer import BESIDE, CORRECTED, OFFERED, TOLD, Step
from collector.pack.record import Told, make_id
from collector.review import line_and_story, move_line
from collector.store import cases, partner_answers, units
from collector.store.cases import LineRow
from collector.store.partner_steps import Record
from collector.store.scope import Role, ancestors_of, scope_of

NAME_CHARS: Final = 120  # of an actor
STATES: Final = {state.value: state for state in TOLD}
ORDER: Final = Order(family=lambda what: "step", overtakes=lambda what: what in STATES)
"""Nothing from before a move that was made here changes it afterwards."""
_OWN: Final = frozenset({"from", "to", "rule", "reason", SAID_AT})
_EFFECTS: Final = {
    LineState.APPROVED: BY_ID["approve"],
    LineState.FULFILLED: BY_ID["fulfil"],
}
"""Steps that mean something elsewhere too (``action_effects.follow``)."""
_ACTS: Final = {
    CORRECTED: ("correct", ("field", "new")),
    OFFERED: ("offer_path", ("path", "repair_partner")),
    RETURNED: ("receive_old", ("scanned_serial",)),
    WAIVED: ("waive_return", ()),
    JUDGED: ("judge_return", ("finding", "bench")),
    FEE_WAIVED: ("waive_fee", ()),
}
"""What is told beside moves, as the action that does it, and its fields."""


def told_of(step: Step) -> Told:
    """The step as it is kept."""
    made = make_id(seq=step.seq, at=step.at, actor=step.actor, what=step.to)
    return Told(
        step_id=step.id or made,
        seq=step.seq,
        at=step.at,
        actor=step.actor,
        what=step.to,
        body=msgspec.json.encode(step).decode(),
    )


def follow(
    db: Connection, record: Record, told: Told, *, policy: Policy, now: datetime
) -> Both | None:
    """None when it is done, or the line stands there already; else why it cannot be, and nothing
    of it was written. A step that this version does not know is passed over."""
    step = msgspec.json.decode(told.body, type=Step)
    try:
        with db.begin_nested():
            return _do(db, record, step, policy=policy, now=now)
    except IllegalMoveError as error:
        return Both(error.line("en"), error.line("zh"))


def _do(
    db: Connection, record: Record, step: Step, *, policy: Policy, now: datetime
) -> Both | None:
    target = STATES.get(step.to)
    if target is None and step.to not in BESIDE:
        return None
    if (why := _refuse(db, record, step)) is not None:
        return why
    if target is None:
        _act(db, record, step, policy=policy, now=now)
        return None
    if target is LineState.MERGED:
        _merge(db, record, step, policy=policy, now=now)
        return None
    line, story = line_and_story(db, record.line_id)
    if line.state is target:
        other = partner_fields.differing(step.to, step.fields, story)
        return partner_words.stands_otherwise(other) if other else None
    fields = _fields(step, story)
    after = _move(db, record, step, target, fields, policy=policy, now=now)
    if (action := _EFFECTS.get(target)) is not None:
        action_effects.follow(
            db,
            line,
            story,
            action,
            {**fields, "origin": after.origin},
            reason=_reason(step, record),
            by=_actor(step, record),
            policy=policy,
            now=now,
        )
    return None


def _refuse(db: Connection, record: Record, step: Step) -> Both | None:
    """Why what the step says cannot be taken here, wherever the line stands; None when it can."""
    serial = partner_fields.new_unit(step.to, step.fields)
    if serial and _is_others(db, serial, record.organisation_id):
        return partner_words.others_unit(serial)
    return partner_fields.unknown(step.fields)


def _is_others(db: Connection, serial: str, organisation_id: str) -> bool:
    """Whether the unit is in the list of an organisation neither above nor below this one: the
    partner decides for this one alone, and a replacement changes a unit's warranty."""
    unit = units.find(db, serial)
    if unit is None or unit.organisation_id in ancestors_of(db, organisation_id):
        return False
    below = scope_of(db, organisation_id=organisation_id, role=Role.INTEGRATOR)
    return unit.organisation_id not in below.organisation_ids


def _fields(step: Step, story: Story) -> dict[str, object]:
    """A path that is the line's already is left out: what the buyer said of it stays said."""
    told = fields_of("moved", step.fields)
    fields = {key: value for key, value in told.items() if key not in _OWN}
    if step.to != LineState.APPROVED.value and fields.get("path") == story.path:
        del fields["path"]
    return fields


def _move(
    db: Connection,
    record: Record,
    step: Step,
    target: LineState,
    fields: dict[str, object],
    *,
    policy: Policy,
    now: datetime,
) -> Story:
    return move_line(
        db,
        line_id=record.line_id,
        target=target,
        actor=_actor(step, record),
        role=Actor.ENGINEER,
        reason=_reason(step, record),
        now=now,
        fields={**fields, SAID_AT: step.at.isoformat()},
        terms=policy.clocks,
    )


def _act(db: Connection, record: Record, step: Step, *, policy: Policy, now: datetime) -> None:
    """What a person does beside moves, by the same checks; whether a unit can have been sent the
    factory has looked itself. What stands so already is done."""
    _, story = line_and_story(db, record.line_id)
    if _is_done(step, story):
        return
    scope = scope_of(db, organisation_id=record.organisation_id, role=Role.FACTORY_ENGINEER)
    action, named = _ACTS[step.to]
    fields = {key: step.fields.get(key) for key in named}
    if step.to == CORRECTED:
        fields["anyway"] = "yes"
    wish = Wish(action=action, reason=_reason(step, record), fields=fields)
    by, mark = By(name=_actor(step, record), scope=scope), {SAID_AT: step.at.isoformat()}
    if step.to == JUDGED:  # what it costs is the factory's word, not our policy's
        mark |= {key: str(step.fields.get(key, "")) for key in ("fee", "fee_payer")}
    try:
        with db.begin_nested():
            act(db, record.line_id, wish, by=by, policy=policy, now=now, mark=mark)
    except IllegalMoveError as error:
        if error.refusal.code != SAME_AS_BEFORE:
            raise


def _is_done(step: Step, story: Story) -> bool:
    """The line stands so already: somebody said so here too, or the machine saw the same."""
    match step.to:
        case "path_offered":
            return story.path == step.fields.get("path") and not story.path_said
        case "unit_returned":
            scanned = str(step.fields.get("scanned_serial", ""))
            return same_serial(scanned, story.received_serial) and not story.owed
        case "return_waived":
            return bool(story.replacement_serial) and not story.owed
        case "return_judged":
            return bool(story.finding) and story.finding == step.fields.get("finding")
        case "fee_waived":
            return bool(story.fee_waived_by)
        case _:
            return False


def _merge(db: Connection, record: Record, step: Step, *, policy: Policy, now: datetime) -> None:
    """Into a line of ours where the factory names one; else the line goes on here, and what is
    decided there of the claim that it was merged into."""
    line, _ = line_and_story(db, record.line_id)
    if line.state is LineState.MERGED:
        return
    number, other = step.fields.get("number"), step.fields.get("line")
    if isinstance(number, str) and isinstance(other, int):
        if partner_answers.find_line(db, number=number, line=other) != line.organisation_id:
            raise IllegalMoveError(guard_words.NO_OTHER)
        _move(db, record, step, LineState.MERGED, {"into": other}, policy=policy, now=now)
        return
    _note_merged(db, line, record, step, now=now)


def _note_merged(
    db: Connection, line: LineRow, record: Record, step: Step, *, now: datetime
) -> None:
    cases.append_event(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        actor=_actor(step, record),
        role=Actor.ENGINEER.value,
        type_=partner_words.MERGED,
        payload={
            "partner": record.partner,
            "number": str(step.fields.get("into", ""))[:80],
            "reason": step.reason,
            SAID_AT: step.at.isoformat(),
        },
        now=now,
    )


def _actor(step: Step, record: Record) -> str:
    return f"{step.actor} ({record.partner})"[:NAME_CHARS]


def _reason(step: Step, record: Record) -> str:
    return step.reason or f"{record.partner}: {step.to}"
