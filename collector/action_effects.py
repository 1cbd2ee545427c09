"""What goes with an action beside the step itself: what the machine fills in, what follows."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector import goods_in
from collector.claims import action_words, correction, guard_words, no_fault, owed_unit
from collector.claims.action import Action, Kind
from collector.claims.guards import same_serial
from collector.claims.origin.kinds import Origin
from collector.claims.policy import Policy
from collector.claims.refusal import IllegalMoveError
from collector.claims.story import Story
from collector.store import answers, cases, origins, replacements, units
from collector.store.cases import LineRow
from collector.store.replacements import TakenError
from collector.store.scope import Scope
from collector.suggest_answer import suggest_answer
from collector.waive_fees import waive_fees
from shared.device import is_placeholder


def fill(
    db: Connection,
    line_id: int,
    action: Action,
    fields: dict[str, object],
    *,
    reason: str,
    story: Story,
    scope: Scope,
    policy: Policy,
    now: datetime,
) -> dict[str, object]:
    """The fields with what the collector suggests where nobody said otherwise, and with the id of
    the line that a number names; of a correction, with what stood there."""
    fields = _spell_unit(db, fields)
    if action.id == "correct":
        return correction.complete(story, fields)
    if action.id in _JUDGES:
        return no_fault.terms_of(story, action.id, fields, policy.origin)
    if action.id in _SCANS:
        fields = goods_in.name_unit(db, line_id, action, fields)
    if action.id == "receive_old":
        label = answers.read(db, line_id).label_serial
        return owed_unit.complete(
            story, fields, label_serial=label, reason=reason, terms=policy.clocks, now=now
        )
    for one in action.fields:
        if one.kind is Kind.LINE and one.name in fields:
            fields = {**fields, one.name: _line(db, scope, str(fields[one.name]))}
    if all(one.name in fields or not one.suggested for one in action.fields):
        return fields
    made = suggest_answer(db, line_id, story, policy=policy, now=now)
    return {
        "path": made.path.path.value,
        "origin": made.origin.value,
        "rma_number": made.rma_number,
        **fields,
    }


def follow(
    db: Connection,
    line: LineRow,
    story: Story,
    action: Action,
    fields: dict[str, object],
    *,
    reason: str,
    by: str,
    policy: Policy,
    now: datetime,
) -> None:
    """Write what the step means elsewhere, in its transaction; ``story`` is that before the step.

    IllegalMoveError when the new unit's serial names no single device, or already stands in
    another chain.
    """
    if isinstance(address := fields.get("ship_to"), str):
        answers.ship_to(db, line_id=line.id, address=address, actor=by, now=now)
    if no_fault.is_confirmed(story, action.id, fields, returns=policy.clocks.return_paths):
        waive_fees(db, line, now=now)
    if action.id == "approve":
        _decide_origin(db, line, str(fields["origin"]), reason=reason, by=by, now=now)
    if action.id == "correct":
        _correct(db, line, story, fields, reason=reason, by=by, policy=policy, now=now)
    # A second unit is sent for the first one that was sent: a serial is replaced once.
    old, serial = story.replacement_serial or line.label_serial, fields.get("new_serial")
    if isinstance(serial, str) and old and not same_serial(serial, old):
        _replace(db, line, old, serial, reason=reason, by=by, policy=policy, now=now)


_JUDGES: Final = frozenset({"reject", "judge_return"})
_SCANS: Final = frozenset({"receive", "receive_old"})


def _spell_unit(db: Connection, fields: dict[str, object]) -> dict[str, object]:
    """A new unit by the serial of its label: in small letters the registry would not know it."""
    name = "new" if fields.get("field") == "new_serial" else "new_serial"
    if name not in fields:
        return fields
    return {**fields, name: units.spelling_of(db, str(fields[name]))}


def _line(db: Connection, scope: Scope, text: str) -> int:
    named = answers.lines_named(db, scope, text)
    if len(named) != 1:
        raise IllegalMoveError(guard_words.NO_OTHER)
    return named[0]


def _decide_origin(
    db: Connection, line: LineRow, origin: str, *, reason: str, by: str, now: datetime
) -> None:
    """An approval decides the origin: it counts in the table of suggested beside decided. The
    event of the move carries it; only a line of which something was suggested has a row there."""
    kept, holds = origins.find(db, line.id), origins.newest(db, line.id)
    if kept is None or (holds is not None and holds.decided.value == origin):
        return
    origins.decide(
        db,
        line_id=line.id,
        organisation_id=line.organisation_id,
        suggested=kept.origin,
        version=kept.version,
        decided=Origin(origin),
        reason=reason,
        actor=by,
        now=now,
    )


def _correct(
    db: Connection,
    line: LineRow,
    story: Story,
    fields: dict[str, object],
    *,
    reason: str,
    by: str,
    policy: Policy,
    now: datetime,
) -> None:
    """Another unit was sent than was typed: the wrong one leaves the chain, this one takes its
    place, after the checks of a fulfilment. Words go with every correction: a unit that cannot
    well have been sent needs its own yes."""
    if fields["field"] != "new_serial":
        return
    wrong, serial = str(fields["old"]), str(fields["new"])
    old = story.sent_before or line.label_serial
    if old and same_serial(serial, old):
        raise IllegalMoveError(guard_words.SAME_SERIAL)
    if not old:
        return
    replacements.take_back(db, old=old, new=wrong, actor=by, reason=reason, now=now)
    if not fields.get("anyway") and _is_elsewhere(db, old, serial):
        raise IllegalMoveError(action_words.sent_by_mistake(serial))
    _replace(db, line, old, serial, reason=reason, by=by, policy=policy, now=now)


def _replace(
    db: Connection,
    line: LineRow,
    old: str,
    serial: str,
    *,
    reason: str,
    by: str,
    policy: Policy,
    now: datetime,
) -> None:
    """The new serial takes over the rest of the old one's warranty; history stays where it was."""
    facts = answers.read(db, line.id)
    if is_placeholder(serial, model=facts.model):
        raise IllegalMoveError(action_words.no_device(serial))
    if not reason and _is_elsewhere(db, old, serial):
        raise IllegalMoveError(action_words.elsewhere(serial))
    try:
        replacements.note(
            db,
            old=old,
            new=serial,
            model=facts.model,
            organisation_id=line.organisation_id,
            sent_on=now.astimezone(ZoneInfo(policy.zone)).date(),
            actor=by,
            reason=reason or facts.case_number,
            now=now,
        )
    except TakenError as taken:
        raise IllegalMoveError(action_words.taken_serial(taken.serial, taken.by)) from taken


def _is_elsewhere(db: Connection, old: str, serial: str) -> bool:
    """Whether the scanned unit cannot well be the one that is sent: it is claimed itself, blocked,
    or another buyer's, whose warranty would become that of a replacement."""
    if cases.open_line_of(db, serial) is not None:
        return True
    sent, was = units.find(db, serial), units.find(db, old)
    if sent is None:
        return False
    is_others = sent.delivered_on is not None and was is not None and sent.buyer != was.buyer
    return bool(sent.blocked) or is_others
