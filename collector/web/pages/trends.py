"""Trends: failed of delivered, with the exact interval, as a plot and as its table."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup
from sqlalchemy import Connection

from collector.stats.contract import ONE_IN, Contract, judge
from collector.stats.interval import Interval, exact_interval
from collector.store.scope import Role, Scope
from collector.store.views import trends
from collector.store.views.trends import Grouping, Trend
from collector.web.call import Call
from collector.web.plots import Bar, draw_intervals
from collector.web.render import page


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A group with its intervals: of what is confirmed, and if all that is pending were too."""

    trend: Trend
    confirmed: Interval
    with_pending: Interval
    contract: Contract


def judge_groups(db: Connection, scope: Scope, grouping: Grouping) -> tuple[Judged, ...]:
    """The groups of the slice with what the counts can and cannot say."""
    return tuple(
        Judged(
            trend=trend,
            confirmed=exact_interval(failed=trend.confirmed, delivered=trend.delivered),
            with_pending=exact_interval(
                failed=trend.confirmed + trend.pending, delivered=trend.delivered
            ),
            contract=judge(failed=trend.confirmed, delivered=trend.delivered),
        )
        for trend in trends.list_trends(db, scope, grouping)
    )


async def show_trends(call: Call) -> web.StreamResponse:
    """One grouping at a time; the URL says which."""
    asked = call.asked("by")
    grouping = Grouping(asked) if asked in {g.value for g in Grouping} else Grouping.BATCH
    groups = await call.house.read(lambda db: judge_groups(db, call.scope, grouping))
    plot = draw_intervals(
        [
            Bar(
                label=group.trend.name,
                share=(group.trend.confirmed + group.trend.pending) / group.trend.delivered,
                firm_share=group.trend.confirmed / group.trend.delivered,
                interval=group.with_pending,
            )
            for group in groups[:20]
        ],
        threshold=1 / ONE_IN,
        title=call.voice.t("trends.plot.title"),
        description=call.voice.t("trends.plot.text"),
    )
    return page(
        call,
        "trends.html",
        groups=groups,
        grouping=grouping.value,
        plot=Markup(plot),  # draw_intervals escapes every text that it is given
        seen_only=call.known.role in (Role.DISTRIBUTOR, Role.INTEGRATOR),
        undated=await call.house.read(lambda db: trends.count_undated(db, call.scope)),
    )
