"""Which incident a cause of an outage belongs to: kept, restated, merged, opened, closed. Pure.

One outage is one incident, in whatever order its parts are noticed, and however slowly they come
back. So an incident follows its members: to the higher cause when more is lost, to the smaller one
that stays, and over a short return.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from collector.claims.outage import Root


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An incident of the site that is open, or was until lately."""

    id: int
    root: str  # the node as it is kept
    members: frozenset[int]  # positions that it took away, back or not
    is_open: bool
    away: frozenset[int] = frozenset()  # those that were not back when it was last looked at
    last_back_at: datetime | None = None  # when the last of them came back
    is_flapping: bool = False
    lost_at: datetime | None = None  # when something of it last went or came back
    cause: str = ""  # as it is kept


def returned(incident: Known, *, away: frozenset[int], now: datetime) -> Known:
    """The incident after some of its members came back."""
    return replace(incident, away=away, last_back_at=now, lost_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How patient the plan is; see ``[site_loss]`` and ``[flapping]`` of the policy."""

    min_devices: int
    recovery: timedelta  # after the last return, what stays away is looked at alone
    calm: timedelta  # without a loss, after which what flapped is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has to be written."""

    follow: tuple[tuple[int, Root], ...] = ()  # an incident, and what it is now
    reopen: tuple[tuple[int, Root], ...] = ()
    open: tuple[Root, ...] = ()
    merge: tuple[tuple[int, int], ...] = ()  # an incident, and the one that explains it
    close: tuple[int, ...] = ()
    add: tuple[tuple[int, Root], ...] = ()  # further losses of an incident that stays as it is


@dataclass(slots=True)
class _Draft:
    follow: list[tuple[int, Root]] = field(default_factory=list)
    reopen: list[tuple[int, Root]] = field(default_factory=list)
    open: list[Root] = field(default_factory=list)
    merge: list[tuple[int, int]] = field(default_factory=list)
    add: list[tuple[int, Root]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)


def plan(
    roots: Sequence[Root],
    incidents: Iterable[Known],
    *,
    still_lost: frozenset[int],
    terms: Terms,
    now: datetime,
) -> Plan:
    """Match the causes of now with the incidents of the site.

    ``still_lost`` are the positions of which nothing is heard now, whatever explains them.
    """
    known = sorted(incidents, key=lambda one: one.id)
    draft = _Draft()
    shared = _shared_by_many(roots, known)
    for root in roots:
        _place(root, known, shared, draft)
    closing = [
        one.id
        for one in known
        if one.is_open
        and one.id not in draft.used
        and _is_over(one, still_lost=still_lost, terms=terms, now=now)
    ]
    return Plan(
        follow=tuple(draft.follow),
        reopen=tuple(draft.reopen),
        open=tuple(draft.open),
        merge=tuple(draft.merge),
        close=tuple(closing),
        add=tuple(draft.add),
    )


def _shared_by_many(roots: Sequence[Root], known: Sequence[Known]) -> frozenset[int]:
    """Open incidents of which several causes are left: they stay as they are."""
    return frozenset(
        one.id for one in known if one.is_open and sum(_belongs(root, one) for root in roots) > 1
    )


def _belongs(root: Root, incident: Known) -> bool:
    if incident.root == str(root.node):
        return True
    return not incident.members.isdisjoint(root.lost)


def _place(root: Root, known: Sequence[Known], shared: frozenset[int], draft: _Draft) -> None:
    """Find the incident of one cause; a new one only when nothing awaited could change it."""
    mine = [one for one in known if one.is_open and _belongs(root, one)]
    if kept := next((one for one in mine if one.id in shared), None):
        draft.add.append((kept.id, root))
        draft.used.add(kept.id)
        return
    free = [one for one in mine if one.id not in draft.used]
    if free:
        first, *others = free
        draft.follow.append((first.id, root))
        draft.merge.extend((other.id, first.id) for other in others)
        draft.used.update(one.id for one in free)
        return
    if mine:  # one that another cause follows already
        draft.add.append((mine[0].id, root))
        return
    lately = [one for one in known if not one.is_open and _belongs(root, one)]
    if lately and lately[-1].id not in draft.used:
        draft.reopen.append((lately[-1].id, root))
        draft.used.add(lately[-1].id)
    elif root.is_settled:
        draft.open.append(root)


def _is_over(incident: Known, *, still_lost: frozenset[int], terms: Terms, now: datetime) -> bool:
    """No cause of now is its own: all are back, or the rest had the time to come back.

    Clocks may have been set: what is far away in either direction is long ago.
    """
    if incident.is_flapping:
        return incident.lost_at is None or abs(now - incident.lost_at) >= terms.calm
    if len(incident.members & still_lost) < terms.min_devices or incident.last_back_at is None:
        return True
    return abs(now - incident.last_back_at) >= terms.recovery
