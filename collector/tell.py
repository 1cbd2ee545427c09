"""Tells what happened: makes a letter now, holds an item for later, or leaves it; each once.

Runs in the jobs loop and only writes rows: delivery has a loop of its own, so that a slow mail
server delays neither a decision nor a receipt.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from collector.claims.clock_terms import ClockTerms
from collector.claims.lifecycle import LineState
from collector.claims.policy import DEFAULT
from collector.claims.workdays import MondayToFriday
from collector.factory_calendar import calendar_of
from collector.look_for_news import CLOSED, OPENED, look_for_news
from collector.notify import firmware_words
from collector.notify.plan import News, Recipient, plan
from collector.notify.topics import Delivery, Topic
from collector.notify.wishes import Working
from collector.outlets.settings import MAIL, NotifySettings
from collector.roles import Role
from collector.store import (
    cases,
    firmware_cases,
    letters,
    news,
    notices,
    silences,
    stories,
    wishes,
)
from collector.store import clocks as claim_clocks
from collector.store.notices import Waiting
from collector.store.scope import scope_of
from collector.store.wishes import Settings
from collector.tell_partners import is_theirs
from collector.tell_recipients import tell_recipients

MOST_AT_ONCE: Final = 500
KEPT: Final = timedelta(days=90)  # letters that ended, and what they said


def tell(
    db: Connection,
    *,
    notify: NotifySettings,
    now: datetime,
    settled: timedelta = DEFAULT.outages.reopen,
    clocks: ClockTerms = DEFAULT.clocks,
) -> int:
    """Look for news, tell what waits, gather what was held; how many letters were made."""
    look_for_news(db, settled=settled, now=now, with_entries=_follows_claims(notify))
    waiting = notices.waiting(db, now=now, limit=MOST_AT_ONCE)
    recipients = recipients_of(db, notify) if waiting else ()
    made = sum(_tell_one(db, one, recipients, notify, clocks=clocks, now=now) for one in waiting)
    return made + _gather(db, notify, now=now)


def recipients_of(db: Connection, notify: NotifySettings) -> tuple[Recipient, ...]:
    """Everybody who can be reached: people by mail and their own webhooks, and webhooks that are
    recipients of their own."""
    people = [
        _person(db, settings, notify)
        for settings in wishes.every(db)
        if channels_of(settings, notify)
    ]
    hooks = [
        Recipient(
            key=f"hook:{hook.name}",
            role=hook.role,
            organisations=scope_of(
                db, organisation_id=hook.organisation_id, role=hook.role
            ).organisation_ids,
            language=hook.language,
            wishes=hook.wishes,
            channels=(hook.name,),
            organisation_id=hook.organisation_id,
        )
        for hook in notify.hooks
        if not hook.person
    ]
    return (*people, *hooks)


def _follows_claims(notify: NotifySettings) -> bool:
    """Whether a program wants each entry of claims' logs."""
    return any(
        delivery is not Delivery.NEVER
        for hook in notify.hooks
        for (_, topic), delivery in hook.wishes.rules.items()
        if topic is Topic.CLAIM_EVENT
    )


def channels_of(settings: Settings, notify: NotifySettings) -> tuple[str, ...]:
    """The ways to a person that are open now."""
    own = tuple(hook.name for hook in notify.hooks if hook.person == settings.name)
    return ((MAIL,) if notify.mail and settings.email else ()) + own


def _person(db: Connection, settings: Settings, notify: NotifySettings) -> Recipient:
    slice_of = scope_of(db, organisation_id=settings.organisation_id, role=settings.role)
    return Recipient(
        key=f"person:{settings.person_id}",
        role=settings.role,
        organisations=slice_of.organisation_ids,
        language=settings.language,
        wishes=settings.wishes,
        channels=channels_of(settings, notify),
        person_id=settings.person_id,
        organisation_id=settings.organisation_id,
    )


def _tell_one(
    db: Connection,
    one: Waiting,
    recipients: tuple[Recipient, ...],
    notify: NotifySettings,
    *,
    clocks: ClockTerms,
    now: datetime,
) -> int:
    if not _still_matters(db, one):
        notices.set_state(db, notice_id=one.id, state="over")
        return 0
    quiet = _silence(db, one, now=now)
    if quiet is not None:
        notices.set_state(db, notice_id=one.id, state="silenced", look_at=quiet)
        return 0
    told = News(
        topic=Topic(one.topic),
        organisation_id=one.organisation_id,
        site_id=one.site_id,
        person_id=one.person_id,
        is_closing=one.step == CLOSED,
        entry=one.code if one.topic == Topic.CLAIM_EVENT.value else "",
    )
    made = sum(
        _tell_to(db, one, told, to, channel, working=working_hours(to, clocks), now=now)
        for to in recipients
        if is_theirs(db, one, to.key)
        for channel in to.channels
    )
    made += tell_recipients(db, one, notify, now=now)
    notices.set_state(db, notice_id=one.id, state="told")
    return made


def _still_matters(db: Connection, one: Waiting) -> bool:
    """Nobody is told of what ended before it could be told; nor of the end of such a thing."""
    match one.thing, one.step:
        case "incident", "closed":
            begun = notices.state_of(db, thing="incident", thing_id=one.thing_id, step=OPENED)
            return begun == "told"
        case "incident", _:
            return news.is_incident_open(db, one.thing_id)
        case "task", _:
            return news.is_task_open(db, one.thing_id)
        case "claim", step:
            return _claim_still_matters(db, one.thing_id, step)
        case "firmware_case", step:
            state = firmware_cases.state_of(db, one.thing_id)
            return state in firmware_words.MATTERS_IN.get(step.partition(".")[0], {state})
        case _:
            return True


def _claim_still_matters(db: Connection, line_id: int, step: str) -> bool:
    match step.split("."):
        case ["draft", _]:
            return cases.state_name(db, line_id) == LineState.DRAFT.value
        case ["reminder", _]:
            return cases.state_name(db, line_id) == LineState.NEED_INFO.value
        case ["return", _]:
            return bool(stories.story_of(db, line_id).owed)
        case ["clock", kind, cycle, _]:
            return claim_clocks.is_running(db, line_id=line_id, kind=kind, cycle=int(cycle))
        case _:
            return True


def _silence(db: Connection, one: Waiting, *, now: datetime) -> datetime | None:
    """Until when it is quiet there; what a person does is told all the same."""
    by_machine = one.step == OPENED or one.step.startswith("draft.")
    if not by_machine or not one.site_id or one.topic == Topic.STORM.value:
        return None  # a storm names the first of many sites: that one's silence is not theirs
    found = silences.covering(
        db, position_id=one.position_id, site_id=one.site_id, code=one.code, at=now
    )
    return found.ends_at if found else None


def working_hours(to: Recipient, terms: ClockTerms) -> Working:
    """The hours in which a recipient can do something: the factory's people by its calendar."""
    days = calendar_of(terms) if to.role is Role.FACTORY_ENGINEER else MondayToFriday()
    return Working(begins=terms.notice_begins, ends=terms.notice_ends, is_working=days.is_working)


def _tell_to(
    db: Connection,
    one: Waiting,
    told: News,
    to: Recipient,
    channel: str,
    *,
    working: Working,
    now: datetime,
) -> int:
    if letters.is_known(db, recipient=to.key, channel=channel, notice_id=one.id):
        return 0
    today = to.wishes.today(now)
    sent = letters.sent_now(db, recipient=to.key, channel=channel, local_day=today)
    how = plan(told, to, sent_today=sent, now=now, working=working)
    if how is None:
        return 0
    letter_id = None
    if how.held_until is None:
        letter_id = letters.add(
            db,
            organisation_id=to.organisation_id,
            recipient=to.key,
            person_id=to.person_id,
            channel=channel,
            kind="now",
            local_day=today,
            now=now,
        )
    letters.add_item(
        db,
        organisation_id=to.organisation_id,
        recipient=to.key,
        channel=channel,
        notice_id=one.id,
        letter_id=letter_id,
        held_until=how.held_until,
        over_cap=how.over_cap,
    )
    return int(letter_id is not None)


def _gather(db: Connection, notify: NotifySettings, *, now: datetime) -> int:
    """One letter for each recipient and channel whose held items are due."""
    due = letters.held(db, now=now)
    known = {to.key: to for to in recipients_of(db, notify)} if due else {}
    for one in due:
        to = known.get(one.recipient)
        letter_id = letters.add(
            db,
            organisation_id=one.organisation_id,
            recipient=one.recipient,
            person_id=to.person_id if to else None,
            channel=one.channel,
            kind="gathered",
            local_day=(to.wishes if to else wishes.DEFAULT).today(now),
            now=now,
        )
        letters.gather(db, one, letter_id=letter_id, now=now)
    return len(due)
