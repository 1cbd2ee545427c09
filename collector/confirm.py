"""What engineers confirm of the readings that an unproven firmware profile extracted.

Right: the finding carries its claim from now on, and the draft may become ready. Wrong: the
finding carries nothing, and a draft that no other finding could carry is withdrawn with the
engineer's words. The newest word holds; what is with the factory already only gets it into its
history. Each is in the audit log and in the line's own history.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from collector.claims.decide import judge_warranty
from collector.claims.lifecycle import Actor, LineState
from collector.claims.policy import Policy
from collector.claims.profiles import Confirmed
from collector.decide_episode import facts_of, profile_facts
from collector.effects import rest_on
from collector.review import move_line
from collector.store import cases, decisions, due, meta, profile_rulings, profiles
from shared.catalogue import CATALOGUE

_BEFORE_SUBMISSION: Final = frozenset({LineState.DRAFT, LineState.READY})


class NoteNeededError(ValueError):
    """A confirmation takes a note of how the device was compared: it may carry a claim."""


def confirm(
    db: Connection,
    *,
    line_id: int,
    episode_id: int,
    said: Confirmed,
    note: str,
    actor: str,
    role: Actor,
    policy: Policy,
    now: datetime,
) -> bool | None:
    """Keep what an engineer says; False when he said just that already, None when there is no
    finding of an unproven profile to confirm. NoteNeededError without a note.

    The caller has checked the role, and that the line is within the engineer's scope.
    """
    if not note:
        raise NoteNeededError("a confirmation needs a note")
    profiles.hold(db, line_id)
    found = profiles.find(db, line_id=line_id, episode_id=episode_id)
    if found is None or found.decision_id is None:
        return None
    if profile_rulings.newest_ruling(db, episode_id) == (said, note, actor):
        return False
    case = due.read(db, decision_id=found.decision_id)
    facts = profile_facts(db, case)
    if facts is None:
        return None
    was_unproven = profiles.is_unproven(db, line_id)
    profile_rulings.add_ruling(db, found, facts.key, said=said, note=note, actor=actor, now=now)
    name = f"{facts.key.id} {facts.key.hash}"
    on = f"{facts.key.model or 'an unknown model'} {facts.key.firmware}".rstrip()
    meta.note(
        db,
        actor=actor,
        action="profile.confirmed",
        detail=f"profile {name} on {on}, fault {episode_id}: {said.value}: {note}",
        now=now,
    )
    cases.append_event(
        db,
        line_id=line_id,
        organisation_id=found.organisation_id,
        actor=actor,
        role=role.value,
        type_=f"profile_{said.value}",
        payload={"code": found.code, "episode": episode_id, "profile": name, "reason": note},
        now=now,
    )
    if said is Confirmed.WRONG:
        _withdraw(db, line_id, note, policy=policy, now=now)
        return True
    entry = CATALOGUE.get(case.code)
    known = cases.state_of(db, line_id)
    if was_unproven and entry is not None and known and known[0] in _BEFORE_SUBMISSION:
        judged = judge_warranty(facts_of(db, case), entry, policy)
        rest_on(db, case, line_id, judged, now=now)
    if known and known[0] is LineState.WITHDRAWN and not found.is_over:
        decisions.reopen(db, decision_id=found.decision_id, due_at=now)
    return True


def _withdraw(db: Connection, line_id: int, note: str, *, policy: Policy, now: datetime) -> None:
    """End a line that nothing carries and nothing could carry; not one that was submitted."""
    known = cases.state_of(db, line_id)
    if known is None or known[0] not in _BEFORE_SUBMISSION or not profiles.is_refuted(db, line_id):
        return
    move_line(
        db,
        line_id=line_id,
        target=LineState.WITHDRAWN,
        actor="collector",
        role=Actor.SYSTEM,
        reason=note,
        now=now,
        terms=policy.clocks,
    )
