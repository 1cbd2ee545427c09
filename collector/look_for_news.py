"""Finds what happened since the last look and keeps each thing once, to be told.

Looking and keeping are one transaction, so that a restart neither loses nor doubles anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector.claims import event_words, no_fault, partner_words, story_return
from collector.claims.outage_words import Cause
from collector.claims.revisit import Step
from collector.notify import words
from collector.notify.claim_step import MOVED
from collector.notify.topics import Topic
from collector.store import accounts, claim_news, news, notices
from collector.store.claim_news import ClaimNews
from collector.store.claim_steps import step_of
from collector.store.news import MOST_AT_ONCE, IncidentNews, TaskNews
from collector.store.notices import Happened

OPENED: Final = "opened"
CLOSED: Final = "closed"
ENDS_TOLD: Final = timedelta(days=30)  # the end of an incident is news for so long
_TOPIC_OF_CAUSE: Final = {
    Cause.SILENT.value: Topic.AGENT_SILENT,
    Cause.POWER.value: Topic.AGENT_SILENT,  # every agent of the site
    Cause.STORM.value: Topic.STORM,
}
_TOPIC_OF_STEP: Final = {
    Step.OPENED.value: Topic.TASK_OPENED,
    Step.ASSIGNED.value: Topic.TASK_ASSIGNED,
    Step.RETURNED.value: Topic.TASK_RETURNED,
}
_TOPIC_OF_STATE: Final = {
    "draft": Topic.CLAIM_DRAFT,
    "ready": Topic.CLAIM_READY,
    "need_info": Topic.CLAIM_ASKED,
    "awaiting_return": Topic.CLAIM_ASKED,
    "submitted": Topic.CLAIM_SUBMITTED,
    "approved": Topic.CLAIM_ANSWERED,
    "rejected": Topic.CLAIM_ANSWERED,
    "path_offered": Topic.CLAIM_ANSWERED,
    event_words.CORRECTED: Topic.CLAIM_ANSWERED,
    story_return.RETURNED: Topic.CLAIM_ANSWERED,
    story_return.WAIVED: Topic.CLAIM_ANSWERED,
    no_fault.JUDGED: Topic.CLAIM_ANSWERED,
    no_fault.FEE_WAIVED: Topic.CLAIM_ANSWERED,
    partner_words.ANSWERED: Topic.CLAIM_ANSWERED,
    partner_words.MERGED: Topic.CLAIM_ANSWERED,
    partner_words.DENIED: Topic.CLAIM_ANSWERED,
    partner_words.REPLIED: Topic.CLAIM_BACK,
    "path_countered": Topic.CLAIM_BACK,
    "answered": Topic.CLAIM_BACK,
    "appeal": Topic.CLAIM_BACK,
    "reopened": Topic.CLAIM_BACK,
    "not_solved": Topic.CLAIM_BACK,
}
_NAME_OF_RULE: Final = {7: "answered", 17: "appeal", 23: "reopened", 25: "not_solved"}
"""Rows of ``claims.lifecycle`` after which it is the factory's turn again."""


def look_for_news(
    db: Connection, *, settled: timedelta, now: datetime, with_entries: bool = False
) -> int:
    """Keep what is new; how much that was.

    An incident that ended less than ``settled`` ago may go on: its end is no news yet. Each entry
    of a claim's log is news only ``with_entries``: where a program asks for them.
    """
    claims = _claims(db, with_entries=with_entries)
    return _incidents(db, settled=settled, now=now) + _tasks(db) + claims + _trust(db)


def topic_of(cause: str) -> Topic:
    """Which topic an incident belongs to: one incident is one thing to be told."""
    return _TOPIC_OF_CAUSE.get(cause, Topic.INCIDENT)


def _go_on(db: Connection, source: str, numbers: list[int]) -> None:
    """Behind the last one that was read; behind all where the look was not cut short."""
    whole = len(numbers) < MOST_AT_ONCE
    notices.go_on(db, source, to=news.newest(db, source) if whole else numbers[-1])


def _incidents(db: Connection, *, settled: timedelta, now: datetime) -> int:
    found = news.incidents_after(db, notices.reached(db, "incident"))
    kept = sum(notices.add(db, _incident(one, OPENED)) for one in found)
    _go_on(db, "incident", [one.id for one in found])
    over = news.incidents_over(db, since=now - ENDS_TOLD, until=now - settled)
    return kept + sum(notices.add(db, _incident(one, CLOSED)) for one in over)


def _incident(one: IncidentNews, step: str) -> Happened:
    topic = topic_of(one.cause)
    if step == OPENED:
        said = words.of_incident(topic, site=one.site_name, text=one.text)
    else:
        said = words.of_closing(site=one.site_name, text=one.text)
    return Happened(
        organisation_id=one.organisation_id,
        topic=topic.value,
        thing="incident",
        thing_id=one.id,
        step=step,
        title=said.title,
        text=said.text,
        path=f"/incidents/{one.id}",
        at=one.at,
        site_id=one.site_id,
    )


def _tasks(db: Connection) -> int:
    found = news.task_steps_after(db, notices.reached(db, "task_event"))
    kept = sum(
        notices.add(db, _task(one))
        for one in found
        if not (one.step == Step.ASSIGNED.value and one.given_by_self)
    )
    _go_on(db, "task_event", [one.seq for one in found])
    return kept


def _task(one: TaskNews) -> Happened:
    topic = _TOPIC_OF_STEP[one.step]
    said = words.of_task(topic, code=one.code, device=one.device_name, site=one.site_name)
    person_id = {Topic.TASK_ASSIGNED: one.given_to, Topic.TASK_RETURNED: one.assignee_id}
    return Happened(
        organisation_id=one.organisation_id,
        topic=topic.value,
        thing="task",
        thing_id=one.task_id,
        step=OPENED if topic is Topic.TASK_OPENED else f"{one.step}.{one.seq}",
        title=said.title,
        text=said.text,
        path=f"/tasks/{one.task_id}",
        at=one.at,
        site_id=one.site_id,
        position_id=one.position_id,
        code=one.code,
        person_id=person_id.get(topic),
    )


def _claims(db: Connection, *, with_entries: bool) -> int:
    last = notices.reached(db, "claim_event")
    found = claim_news.claim_steps_after(db, last, only_moves=not with_entries)
    kept = sum(notices.add(db, _claim(one)) for one in found if _is_news(one))
    if with_entries:
        kept += sum(notices.add(db, _entry(one)) for one in found)
    _go_on(db, "claim_event", [one.seq for one in found])
    return kept


def _is_news(one: ClaimNews) -> bool:
    """A step that somebody acts on; a line that went on within the same look is told as it is."""
    if one.to in ("draft", "ready") and one.state != one.to:
        return False
    if one.type == partner_words.ANSWERED and not one.values.en:
        return False  # every step of it was followed, and is told itself
    return _name(one) in _TOPIC_OF_STATE


def _name(one: ClaimNews) -> str:
    """The state that it came to, or what was said of it."""
    return _NAME_OF_RULE.get(one.rule) or one.to or one.type


def _claim(one: ClaimNews) -> Happened:
    name = _name(one)
    topic = _TOPIC_OF_STATE[name]
    said = words.of_claim(
        topic,
        number=one.number,
        code=one.code,
        device=one.device_name,
        site=one.site_name,
        state=name,
        reason=one.reason,
        values=one.values,
    )
    return Happened(
        organisation_id=one.organisation_id,
        topic=topic.value,
        thing="claim",
        thing_id=one.line_id,
        step=f"{name}.{one.seq}",
        title=said.title,
        text=said.text,
        path=f"/preclaims/{one.line_id}",
        at=one.at,
        site_id=one.site_id,
        position_id=one.position_id,
        code=one.code,
    )


def _entry(one: ClaimNews) -> Happened:
    """One entry of the log, whatever it says; ``code`` is its name, for who wants some alone."""
    name = one.to if one.type == MOVED else one.type
    said = words.of_entry(number=one.number, name=name, reason=one.reason)
    return Happened(
        organisation_id=one.organisation_id,
        topic=Topic.CLAIM_EVENT.value,
        thing="claim",
        thing_id=one.line_id,
        step=step_of(one.seq),
        title=said.title,
        text=said.text,
        path=f"/preclaims/{one.line_id}",
        at=one.at,
        site_id=one.site_id,
        position_id=one.position_id,
        code=name,
    )


def _trust(db: Connection) -> int:
    """A pair belongs to no organisation: it is told at the top, where engineers rule on it."""
    found = news.trust_lost_after(db, notices.reached(db, "trust_change"))
    roots = accounts.find_roots(db) if found else ()
    kept = 0
    for one in found:
        said = words.of_trust(code=one.code, model=one.model, reason=one.reason)
        for root in roots[:1]:
            kept += notices.add(
                db,
                Happened(
                    organisation_id=root.id,
                    topic=Topic.TRUST_STOPPED.value,
                    thing="trust",
                    thing_id=one.id,
                    step="stopped",
                    title=said.title,
                    text=said.text,
                    path="/trust",
                    at=one.at,
                    code=one.code,
                ),
            )
    _go_on(db, "trust_change", [one.id for one in found])
    return kept
