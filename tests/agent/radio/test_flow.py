"""Why no data flow: by the months before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from agent.radio.day import RadioDay
from agent.radio.flow import Why, why_dry

FIRST = date(2026, 3, 1)


def story(month_ends: Sequence[float], *, session: bool | None) -> dict[date, RadioDay]:
    """Days by what the month's counter says at their end; data flow while it rises."""
    days, before = {}, 0.0
    for number, total in enumerate(month_ends):
        rose = total > before
        used = total - before if rose else 0.0 if total == before else total
        told = session is not None
        days[FIRST + timedelta(days=number)] = RadioDay(
            registered=24,
            in_session=24 if told and (rose or used) else 0,
            sessionless=24 if told and not (rose or used) else 0,
            bytes_used=used,
            bytes_month=total,
        )
        before = total
    return days


CAPPED = [100.0, 200.0, 300.0, 300.0, 300.0]


@pytest.mark.parametrize("session", [True, None])
@pytest.mark.parametrize(
    ("ends", "why"),
    [
        ([100.0, 200.0], None),
        (CAPPED, Why.OPEN),  # the first time nobody can say
        ([*CAPPED, 100.0, 200.0], None),
        ([*CAPPED, 100.0, 200.0, 300.0, 300.0], Why.PLAN),
        ([*CAPPED, 100.0, 150.0, 150.0], Why.OPEN),  # long before the cap: something else
        ([*CAPPED, 0.0, 0.0, 0.0], Why.APN),  # no month brings any
        ([*CAPPED, *[300.0] * 10], Why.LONG_OPEN),
        ([0.0, 0.0, 0.0], Why.APN),  # it never worked
    ],
)
def test_why(ends: list[float], why: Why | None, session: bool | None) -> None:
    """With or without a word for its session, a month tells plan from APN."""
    days = story(ends, session=session)

    assert why_dry(days, max(days)) is why


def test_another_apn_than_when_it_worked() -> None:
    """Whoever changed the APN need not wait for a month."""
    days = story([100.0, 200.0, 200.0], session=True)
    last = max(days)
    days[last] = RadioDay(registered=24, sessionless=24, bytes_month=200.0, apn_changed=True)

    assert why_dry(days, last) is Why.APN


def test_without_the_network_nobody_is_dry() -> None:
    """A day that was mostly unregistered says nothing of plan or APN."""
    days = {FIRST: RadioDay(registered=2, unregistered=22, sessionless=24)}

    assert why_dry(days, FIRST) is None
