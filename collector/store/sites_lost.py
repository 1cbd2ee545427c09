"""Reads the sites of which something is lost: their tree, and the incidents that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, or_, select

from collector.claims.outage import AgentState, HangsOn, Leaf
from collector.claims.outage_plan import Known
from collector.store.incidents import losses_of
from collector.store.tables import agent, decision, episode, incident, incident_member, position

UNREACHABLE = "device.unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLost:
    """A site at this moment, as the rules want it."""

    site_id: str
    organisation_id: str
    leaves: tuple[Leaf, ...]
    agents: tuple[AgentState, ...]


def troubled(db: Connection, *, min_devices: int) -> tuple[str, ...]:
    """Sites with a silent agent, an open incident, or enough devices that do not answer."""
    silent = select(agent.c.site_id).where(agent.c.silent_since.is_not(None))
    known = select(incident.c.site_id).where(
        incident.c.closed_at.is_(None), incident.c.level != "storm"
    )
    dark = (
        select(position.c.site_id)
        .join(episode, episode.c.position_id == position.c.id)
        .where(episode.c.code == UNREACHABLE, episode.c.cleared_at.is_(None))
        .group_by(position.c.site_id)
        .having(func.count(func.distinct(position.c.id)) >= min_devices)
    )
    return tuple(sorted(db.execute(silent.union(known, dark)).scalars()))


def read_site(
    db: Connection,
    site_id: str,
    *,
    promise: Callable[[float | None], float],
    early: Callable[[float | None], timedelta],
    allowed: Callable[[float | None], timedelta],
    now: datetime,
) -> SiteLost:
    """The site's tree, of the devices that its agents still name. By an agent's promise, ``early``
    is how long before its own decision the loss of a whole site is known, and ``allowed`` how long
    its word may be late: all moments that are moved when the clock is."""
    agents = db.execute(select(agent).where(agent.c.site_id == site_id).order_by(agent.c.id)).all()
    promised = {row.id: row.promised_within_s for row in agents}
    dark = {
        row.position_id: row
        for row in db.execute(
            select(
                episode.c.position_id,
                func.min(episode.c.onset_at).label("onset_at"),
                func.min(decision.c.due_at).label("due_at"),
            )
            .join(position, position.c.id == episode.c.position_id)
            .outerjoin(decision, decision.c.episode_id == episode.c.id)
            .where(
                position.c.site_id == site_id,
                episode.c.code == UNREACHABLE,
                episode.c.cleared_at.is_(None),
            )
            .group_by(episode.c.position_id)
        )
    }
    leaves = []
    rows = db.execute(select(position).where(position.c.site_id == site_id)).all()
    for row in still_named(rows, late=lambda agent_id: allowed(promised.get(agent_id))):
        found = dark.get(row.id)
        due_at = found.due_at if found else None
        leaves.append(
            Leaf(
                position_id=row.id,
                agent_id=row.agent_id,
                hangs_on=_hangs_on(row),
                unreachable_since=found.onset_at if found else None,
                is_due=due_at is None or now >= due_at - early(promised.get(row.agent_id)),
            )
        )
    return SiteLost(
        site_id=site_id,
        organisation_id=agents[0].organisation_id if agents else "",
        leaves=tuple(leaves),
        agents=tuple(
            AgentState(
                id=row.id,
                heard_at=row.last_seen_at,
                promise_s=promise(row.promised_within_s),
                is_silent=row.silent_since is not None,
                is_closed=row.silent_since is None and row.quiet_until is not None,
            )
            for row in agents
        ),
    )


def still_named(
    rows: Sequence[Row[tuple[object, ...]]], *, late: Callable[[str], timedelta]
) -> Iterator[Row[tuple[object, ...]]]:
    """Those that their agent still names; each health names all that its configuration has.

    Beside the last health and not the last row: after an outage faults come long before it. One
    that no health has named yet is known by its fault alone, and is there.
    """
    last: dict[str, datetime] = {}
    for row in rows:
        if row.told_at is not None:
            last[row.agent_id] = max(row.told_at, last.get(row.agent_id, row.told_at))
    for row in rows:
        if row.told_at is None or last[row.agent_id] - row.told_at <= late(row.agent_id):
            yield row


def nodes_of(db: Connection, position_id: int) -> frozenset[str]:
    """All that a position hangs on, as it is kept."""
    row = db.execute(select(position).where(position.c.id == position_id)).one()
    leaf = Leaf(position_id=row.id, agent_id=row.agent_id, hangs_on=_hangs_on(row))
    return frozenset(str(node) for node in leaf.nodes())


def _hangs_on(row: Row[tuple[object, ...]]) -> HangsOn:
    known = row._mapping
    return HangsOn(
        power=known["power_from"],
        place=known["place"],
        gateway=known["gateway"],
        recorder=known["recorder"],
    )


def incidents_at(
    db: Connection, site_id: str, *, lately: timedelta, now: datetime
) -> tuple[Known, ...]:
    """Those that are open, or were closed within ``lately`` on either side of ``now``."""
    rows = db.execute(
        select(incident)
        .where(
            incident.c.site_id == site_id,
            incident.c.level != "storm",
            incident.c.merged_into.is_(None),
            or_(
                incident.c.closed_at.is_(None),
                incident.c.closed_at.between(now - lately, now + lately),
            ),
        )
        .order_by(incident.c.id)
    ).all()
    members = _members_of(db, [row.id for row in rows])
    found = []
    for row in rows:
        mine = members.get(row.id, [])
        back = [one.back_at for one in mine if one.back_at is not None]
        losses = losses_of(row.losses_json)
        found.append(
            Known(
                id=row.id,
                root=row.root,
                members=frozenset(one.position_id for one in mine),
                away=frozenset(one.position_id for one in mine if one.back_at is None),
                is_open=row.closed_at is None,
                last_back_at=max(back, default=None),
                is_flapping=row.is_flapping,
                lost_at=max([*losses, *back], default=None),
                cause=row.cause,
            )
        )
    return tuple(found)


def _members_of(db: Connection, ids: Iterable[int]) -> dict[int, list[Row[tuple[object, ...]]]]:
    found: dict[int, list[Row[tuple[object, ...]]]] = {}
    rows = db.execute(select(incident_member).where(incident_member.c.incident_id.in_(list(ids))))
    for row in rows:
        found.setdefault(row.incident_id, []).append(row)
    return found
