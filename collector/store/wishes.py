"""Rows of notify_person and notify_rule: what each person wants to be told, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from collector.notify.topics import Delivery, Topic
from collector.notify.wishes import Quiet, Wishes
from collector.roles import Role
from collector.store.scope import Scope
from collector.store.tables import notify_person, notify_rule, person, site
from collector.store.upsert import insert_into

DEFAULT = Wishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A person's settings as they stand; defaults where nothing was said."""

    person_id: int
    name: str
    role: Role
    organisation_id: str
    language: str
    email: str  # proven; '' for none
    wanted_email: str  # not proven yet; '' for none
    wishes: Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What proves a wanted address."""

    code: str
    until: datetime | None
    tries: int


def every(db: Connection) -> tuple[Settings, ...]:
    """Everybody who may sign in."""
    return _read(db, None)


def find(db: Connection, person_id: int) -> Settings | None:
    """One person's; None when there is no such, or no longer."""
    found = _read(db, person_id)
    return found[0] if found else None


def _read(db: Connection, person_id: int | None) -> tuple[Settings, ...]:
    query = (
        select(person.c.id, person.c.name, person.c.role, person.c.language)
        .add_columns(person.c.organisation_id.label("home"), notify_person)
        .outerjoin(notify_person, notify_person.c.person_id == person.c.id)
        .where(person.c.ended_at.is_(None))
        .order_by(person.c.id)
    )
    rules = select(notify_rule)
    if person_id is not None:
        query = query.where(person.c.id == person_id)
        rules = rules.where(notify_rule.c.person_id == person_id)
    told: dict[int, dict[tuple[str, Topic], Delivery]] = {}
    topics = {topic.value: topic for topic in Topic}
    for rule in db.execute(rules):
        if rule.topic in topics:  # one that a newer version knew is left alone
            told.setdefault(rule.person_id, {})[rule.site_id, topics[rule.topic]] = Delivery(
                rule.delivery
            )
    made: list[Settings] = []
    for row in db.execute(query).mappings():
        number = row[person.c.id]
        made.append(
            Settings(
                person_id=number,
                name=row["name"],
                role=Role(row["role"]),
                organisation_id=row["home"],
                language=row["language"],
                email=row["email"] or "",
                wanted_email=row["wanted_email"] or "",
                wishes=_wishes(row, told.get(number, {})) if row["zone"] else DEFAULT,
            )
        )
    return tuple(made)


def _wishes(row: RowMapping, rules: Mapping[tuple[str, Topic], Delivery]) -> Wishes:
    begins, ends = row["quiet_begins"], row["quiet_ends"]
    quiet = Quiet(begins=begins, ends=ends) if begins is not None else None
    return Wishes(
        zone=row["zone"],
        digest_hour=row["digest_hour"],
        digest_days=frozenset(int(day) for day in row["digest_days"]),
        daily_cap=row["daily_cap"],
        quiet=quiet,
        closings=bool(row["closings"]),
        rules=rules,
    )


def zone_of(db: Connection, scope: Scope) -> str:
    """Where most of the slice's sites are: a person who said nothing is probably there."""
    return (
        db.execute(
            select(site.c.zone)
            .where(scope.covers(site.c.organisation_id))
            .group_by(site.c.zone)
            .order_by(func.count().desc(), site.c.zone)
            .limit(1)
        ).scalar_one_or_none()
        or "UTC"
    )


def zones_of(db: Connection, scope: Scope) -> tuple[str, ...]:
    """The zones of the slice's sites, and UTC: what a form offers first."""
    rows = db.execute(
        select(site.c.zone).where(scope.covers(site.c.organisation_id)).distinct()
    ).scalars()
    return tuple(sorted({*rows, "UTC"}))


def keep(db: Connection, *, person_id: int, organisation_id: str, wishes: Wishes) -> None:
    """Replace a person's wishes; their rules for single sites too."""
    quiet = wishes.quiet
    values: dict[str, object] = {
        "zone": wishes.zone,
        "digest_hour": wishes.digest_hour,
        "digest_days": "".join(str(day) for day in sorted(wishes.digest_days)),
        "daily_cap": wishes.daily_cap,
        "quiet_begins": quiet.begins if quiet else None,
        "quiet_ends": quiet.ends if quiet else None,
        "closings": wishes.closings,
    }
    made = insert_into(db, notify_person).values(
        person_id=person_id, organisation_id=organisation_id, **values
    )
    db.execute(made.on_conflict_do_update(index_elements=["person_id"], set_=values))
    db.execute(delete(notify_rule).where(notify_rule.c.person_id == person_id))
    for (site_id, topic), delivery in wishes.rules.items():
        db.execute(
            insert(notify_rule).values(
                person_id=person_id,
                organisation_id=organisation_id,
                site_id=site_id,
                topic=topic.value,
                delivery=delivery.value,
            )
        )


def set_language(db: Connection, *, person_id: int, language: str) -> None:
    """In which language messages and, unless the browser says otherwise, pages are."""
    db.execute(update(person).where(person.c.id == person_id).values(language=language))


def ask_for(
    db: Connection,
    *,
    person_id: int,
    organisation_id: str,
    zone: str,
    email: str,
    code: str,
    until: datetime,
) -> None:
    """An address is wanted; until the code has come back nothing else is sent to it.

    ``zone`` is that of a person who has set nothing yet.
    """
    values = {"wanted_email": email, "code": code, "code_until": until, "code_tries": 0}
    made = insert_into(db, notify_person).values(
        person_id=person_id, organisation_id=organisation_id, zone=zone, **values
    )
    db.execute(made.on_conflict_do_update(index_elements=["person_id"], set_=values))


def code_of(db: Connection, person_id: int) -> Code:
    """What proves the wanted address now; an empty code proves nothing."""
    row = db.execute(
        select(notify_person.c.code, notify_person.c.code_until, notify_person.c.code_tries).where(
            notify_person.c.person_id == person_id
        )
    ).one_or_none()
    if row is None:
        return Code(code="", until=None, tries=0)
    return Code(code=row.code, until=row.code_until, tries=row.code_tries)


def count_try(db: Connection, person_id: int) -> None:
    """A code was entered that is not the right one."""
    db.execute(
        update(notify_person)
        .where(notify_person.c.person_id == person_id)
        .values(code_tries=notify_person.c.code_tries + 1)
    )


def prove(db: Connection, person_id: int) -> None:
    """The code came back: the wanted address is the person's."""
    db.execute(
        update(notify_person)
        .where(notify_person.c.person_id == person_id)
        .values(email=notify_person.c.wanted_email, wanted_email="", code="", code_until=None)
    )


def forget_address(db: Connection, person_id: int) -> None:
    """No mail from now on."""
    db.execute(
        update(notify_person)
        .where(notify_person.c.person_id == person_id)
        .values(email="", wanted_email="", code="", code_until=None)
    )
