"""When one recipient is told one thing: at once, held for a moment, or never. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collector.notify.topics import IN_WORKING_HOURS, Delivery, Topic
from collector.notify.wishes import Wishes, Working
from collector.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that happened, as far as it matters to whom it is told."""

    topic: Topic
    organisation_id: str
    site_id: str = ""
    person_id: int | None = None  # only this person is told
    is_closing: bool = False
    entry: str = ""  # of a claim's log, by its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody, or a webhook, with what they want and may see; ``key`` names them for good."""

    key: str  # "person:7" or "hook:ops"
    role: Role
    organisations: frozenset[str]
    language: str
    wishes: Wishes
    channels: tuple[str, ...]
    person_id: int | None = None
    organisation_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Tell it: in a message of its own at once, or gathered at ``held_until``."""

    held_until: datetime | None = None
    over_cap: bool = False


def plan(
    news: News,
    to: Recipient,
    *,
    sent_today: int,
    now: datetime,
    working: Working | None = None,
) -> Told | None:
    """How to tell; None for never. ``sent_today`` counts messages told now on the recipient's day.
    ``working`` are the recipient's hours, for what is told only in these.

    What exceeds the day's cap is not lost: it comes with the next digest, which says so.
    """
    if not _concerns(news, to):
        return None
    wishes = to.wishes
    delivery = wishes.delivery(news.topic, site_id=news.site_id, role=to.role)
    if delivery is Delivery.NEVER or (news.is_closing and not wishes.closings):
        return None
    if delivery is Delivery.DIGEST:
        return Told(held_until=wishes.next_digest(now))
    if sent_today >= wishes.daily_cap:
        return Told(held_until=wishes.next_digest(now), over_cap=True)
    if working is not None and news.topic in IN_WORKING_HOURS:
        return Told(held_until=wishes.working_from(now, working))
    return Told(held_until=wishes.quiet_until(now))


def _concerns(news: News, to: Recipient) -> bool:
    if news.organisation_id not in to.organisations:
        return False
    wanted = to.wishes.claim_events
    if news.topic is Topic.CLAIM_EVENT and wanted and news.entry not in wanted:
        return False
    return news.person_id is None or news.person_id == to.person_id
