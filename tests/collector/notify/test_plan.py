"""Who is told what, when: whatever happens, once, within the limit, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.notify.plan import News, Recipient, Told, plan
from collector.notify.topics import MAY, Delivery, Topic, usual
from collector.notify.wishes import Quiet, Wishes
from collector.roles import Role

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "No/Where")
SITES = ("farm", "shop")

hours = st.integers(0, 23)
quiets = st.none() | st.tuples(hours, hours).filter(lambda h: h[0] != h[1]).map(
    lambda h: Quiet(begins=h[0], ends=h[1])
)
wishes = st.builds(
    Wishes,
    zone=st.sampled_from(ZONES),
    digest_hour=hours,
    digest_days=st.frozensets(st.integers(0, 6), min_size=1),
    daily_cap=st.integers(1, 4),
    quiet=quiets,
    closings=st.booleans(),
    rules=st.dictionaries(
        st.tuples(st.sampled_from(("", *SITES)), st.sampled_from(Topic)),
        st.sampled_from(Delivery),
    ),
)
recipients = st.builds(
    Recipient,
    key=st.just("person:1"),
    role=st.sampled_from(Role),
    organisations=st.frozensets(st.sampled_from(["north", "south"])),
    language=st.just("en"),
    wishes=wishes,
    channels=st.just(("mail",)),
    person_id=st.just(1),
)
happenings = st.builds(
    News,
    topic=st.sampled_from(Topic),
    organisation_id=st.sampled_from(["north", "south"]),
    site_id=st.sampled_from(("", *SITES)),
    person_id=st.none() | st.sampled_from([1, 2]),
    is_closing=st.booleans(),
)
moments = st.integers(0, 20 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


def by_hand(news: News, to: Recipient) -> Delivery:
    """What the settings say, read off once more: the nearest rule, else what is usual."""
    if news.organisation_id not in to.organisations or to.role not in MAY[news.topic]:
        return Delivery.NEVER
    if news.person_id not in (None, to.person_id) or (news.is_closing and not to.wishes.closings):
        return Delivery.NEVER
    rules = to.wishes.rules
    return rules.get(
        (news.site_id, news.topic), rules.get(("", news.topic), usual(to.role, news.topic))
    )


@given(to=recipients, happened=st.lists(st.tuples(moments, happenings), max_size=60))
def test_everything_comes_once_and_within_the_limit(
    to: Recipient, happened: list[tuple[datetime, News]]
) -> None:
    """Told exactly where the settings do not say never; never more now than the cap on a day of
    the recipient; what is held leaves within eight days, after it happened and not in vain."""
    now_by_day: dict[date, int] = {}
    for at, news in sorted(happened, key=lambda pair: pair[0]):
        day = to.wishes.today(at)
        told = plan(news, to, sent_today=now_by_day.get(day, 0), now=at)
        wanted = by_hand(news, to)
        assert (told is None) == (wanted is Delivery.NEVER)
        if told is None:
            continue
        if told.held_until is None:
            now_by_day[day] = now_by_day.get(day, 0) + 1
            assert wanted is Delivery.NOW
        else:
            assert at < told.held_until <= at + timedelta(days=8)
        assert told.over_cap <= (now_by_day.get(day, 0) >= to.wishes.daily_cap)
    assert all(count <= to.wishes.daily_cap for count in now_by_day.values())


@given(wanted=wishes, now=moments)
def test_digests_leave_at_the_hour_that_was_chosen(wanted: Wishes, now: datetime) -> None:
    """On a chosen day, at the chosen hour of the recipient's clock, and there is none between.

    Where the clocks are put forward over that hour it leaves as soon as the hour is over.
    """
    at = wanted.next_digest(now)
    local = wanted.local(at)

    assert at > now
    assert local.weekday() in wanted.digest_days
    assert local.hour in (wanted.digest_hour, (wanted.digest_hour + 1) % 24)
    assert wanted.next_digest(at) > at


@given(wanted=wishes, now=moments)
def test_quiet_ends_where_it_is_not_quiet(wanted: Wishes, now: datetime) -> None:
    """Within quiet hours: held until their end, at most a day; outside: not at all."""
    until = wanted.quiet_until(now)
    is_quiet = wanted.quiet is not None and wanted.quiet.covers(wanted.local(now).hour)

    assert (until is not None) == is_quiet
    if until is not None and wanted.quiet is not None:
        assert now < until <= now + timedelta(hours=25)
        assert wanted.local(until).hour == wanted.quiet.ends


def told(
    topic: Topic, *, role: Role = Role.INTEGRATOR, sent: int = 0, **wanted: object
) -> Told | None:
    """How a person of the north is told of something there."""
    to = Recipient(
        key="person:1",
        role=role,
        organisations=frozenset({"north"}),
        language="en",
        wishes=Wishes(**wanted),  # type: ignore[arg-type]
        channels=("mail",),
        person_id=1,
    )
    news = News(topic=topic, organisation_id="north", site_id="farm")
    return plan(news, to, sent_today=sent, now=NOON)


def test_what_is_usual_for_each_role() -> None:
    """A fitter hears of incidents at once, an engineer does not; a distributor never of a site."""
    assert told(Topic.INCIDENT) == Told()
    assert told(Topic.INCIDENT, role=Role.FACTORY_ENGINEER) is None
    assert told(Topic.CLAIM_SUBMITTED, role=Role.FACTORY_ENGINEER) == Told()
    rules = {("", Topic.INCIDENT): Delivery.NOW}
    assert told(Topic.INCIDENT, role=Role.DISTRIBUTOR, rules=rules) is None


def test_a_rule_for_the_site_comes_first() -> None:
    """Never here, now everywhere else: nothing is told."""
    rules = {("farm", Topic.INCIDENT): Delivery.NEVER, ("", Topic.INCIDENT): Delivery.NOW}
    assert told(Topic.INCIDENT, rules=rules) is None


@pytest.mark.parametrize(("sent", "over"), [(2, False), (3, True)])
def test_beyond_the_limit_comes_with_the_digest(sent: int, over: bool) -> None:
    """The fourth message of a day waits for tomorrow's digest, and is marked."""
    how = told(Topic.INCIDENT, sent=sent, daily_cap=3, digest_hour=7, zone="Asia/Shanghai")

    tomorrow = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)  # 07:00 in Shanghai
    assert how == (Told(held_until=tomorrow, over_cap=True) if over else Told())
