"""Rows of letter and letter_item: what is on its way to whom, and what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from collector.store.tables import letter, letter_item, notice
from collector.store.upsert import insert_into, insert_row

WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A letter that is to be delivered now; its fields are columns of the table."""

    id: int
    public_id: str
    recipient: str
    person_id: int | None
    channel: str
    kind: str
    made_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whose held items are due to be gathered."""

    recipient: str
    channel: str
    organisation_id: str


def sent_now(db: Connection, *, recipient: str, channel: str, local_day: date) -> int:
    """How many messages were told now on this day of the recipient: waiting ones count too."""
    return int(
        db.execute(
            select(func.count())
            .select_from(letter)
            .where(
                letter.c.recipient == recipient,
                letter.c.channel == channel,
                letter.c.local_day == local_day,
                letter.c.kind == "now",
            )
        ).scalar_one()
    )


def add_item(
    db: Connection,
    *,
    organisation_id: str,
    recipient: str,
    channel: str,
    notice_id: int,
    letter_id: int | None = None,
    held_until: datetime | None = None,
    over_cap: bool = False,
) -> bool:
    """Tell this notice there, once; False when it is on its way or told already."""
    made = db.execute(
        insert_into(db, letter_item)
        .values(
            organisation_id=organisation_id,
            recipient=recipient,
            channel=channel,
            notice_id=notice_id,
            letter_id=letter_id,
            held_until=held_until,
            over_cap=over_cap,
        )
        .on_conflict_do_nothing(index_elements=["recipient", "channel", "notice_id"])
    )
    return made.rowcount == 1


def is_known(db: Connection, *, recipient: str, channel: str, notice_id: int) -> bool:
    """True when this is told there, or on its way."""
    found = db.execute(
        select(letter_item.c.id).where(
            letter_item.c.recipient == recipient,
            letter_item.c.channel == channel,
            letter_item.c.notice_id == notice_id,
        )
    )
    return found.first() is not None


def add(
    db: Connection,
    *,
    organisation_id: str,
    recipient: str,
    person_id: int | None,
    channel: str,
    kind: str,
    local_day: date,
    now: datetime,
) -> int:
    """A new letter, due at once. Returns its id."""
    return insert_row(
        db,
        letter,
        organisation_id=organisation_id,
        public_id=f"msg_{secrets.token_urlsafe(18)}",
        recipient=recipient,
        person_id=person_id,
        channel=channel,
        kind=kind,
        local_day=local_day,
        made_at=now,
        due_at=now,
        state=WAITING,
    )


def held(db: Connection, *, now: datetime) -> tuple[Held, ...]:
    """Who has held items whose time has come."""
    rows = db.execute(
        select(
            letter_item.c.recipient,
            letter_item.c.channel,
            func.min(letter_item.c.organisation_id).label("organisation_id"),
        )
        .where(letter_item.c.letter_id.is_(None), letter_item.c.held_until <= now)
        .group_by(letter_item.c.recipient, letter_item.c.channel)
        .order_by(letter_item.c.recipient, letter_item.c.channel)
    )
    return tuple(Held(**row) for row in rows.mappings())


def gather(db: Connection, one: Held, *, letter_id: int, now: datetime) -> None:
    """Put every held item whose time has come into the letter."""
    db.execute(
        update(letter_item)
        .where(
            letter_item.c.recipient == one.recipient,
            letter_item.c.channel == one.channel,
            letter_item.c.letter_id.is_(None),
            letter_item.c.held_until <= now,
        )
        .values(letter_id=letter_id)
    )


def next_due(db: Connection, *, channel: str, now: datetime) -> Due | None:
    """The letter of this channel that has been due for longest."""
    rows = db.execute(
        select(*(letter.c[field.name] for field in fields(Due)))
        .where(letter.c.channel == channel, letter.c.state == WAITING, letter.c.due_at <= now)
        .order_by(letter.c.due_at, letter.c.id)
        .limit(1)
    )
    row = rows.mappings().one_or_none()
    return None if row is None else Due(**row)


def end(db: Connection, *, letter_id: int, state: str, why: str, now: datetime) -> None:
    """It was delivered, refused for good, or given up."""
    db.execute(
        update(letter)
        .where(letter.c.id == letter_id)
        .values(state=state, why=why, ended_at=now, attempts=letter.c.attempts + 1)
    )


def put_off(db: Connection, *, letter_id: int, why: str, due_at: datetime) -> None:
    """It could not be delivered now: try again then."""
    db.execute(
        update(letter)
        .where(letter.c.id == letter_id)
        .values(why=why, due_at=due_at, attempts=letter.c.attempts + 1)
    )


def wait(db: Connection, *, letter_id: int, until: datetime) -> None:
    """It was not tried: what it brings is not here yet."""
    db.execute(update(letter).where(letter.c.id == letter_id).values(due_at=until))


def live_longer(db: Connection, *, by: timedelta) -> None:
    """Nobody delivered for so long: what waits is given up so much later."""
    waiting = db.execute(
        select(letter.c.id, letter.c.made_at).where(letter.c.state == WAITING)
    ).all()
    moved = [{"of_id": row.id, "at": row.made_at + by} for row in waiting]
    if moved:
        one = update(letter).where(letter.c.id == bindparam("of_id"))
        db.execute(one.values(made_at=bindparam("at")), moved)


def sweep(db: Connection, *, before: datetime) -> None:
    """Forget letters that ended long ago, and the notices that nothing on its way names."""
    ended = select(letter.c.id).where(letter.c.ended_at < before)
    db.execute(delete(letter_item).where(letter_item.c.letter_id.in_(ended)))
    db.execute(delete(letter).where(letter.c.ended_at < before))
    named = select(letter_item.c.notice_id)
    db.execute(
        delete(notice).where(
            notice.c.at < before, notice.c.state.in_(("told", "over")), notice.c.id.not_in(named)
        )
    )


def give_up(db: Connection, *, before: datetime, but: Collection[str], now: datetime) -> None:
    """End what waits since then for a channel that is configured no more; ``but`` are those that
    are, and end their letters themselves."""
    db.execute(
        update(letter)
        .where(
            letter.c.state == WAITING,
            letter.c.made_at < before,
            letter.c.channel.not_in(sorted(but)),
        )
        .values(
            state="given_up",
            ended_at=now,
            why=case((letter.c.why == "", "no such channel is configured now"), else_=letter.c.why),
        )
    )


def count_kind(db: Connection, *, person_id: int, kind: str, since: datetime) -> int:
    """How many letters of a kind were made for a person since then."""
    return int(
        db.execute(
            select(func.count())
            .select_from(letter)
            .where(letter.c.person_id == person_id, letter.c.kind == kind, letter.c.made_at > since)
        ).scalar_one()
    )


def move_along(db: Connection, *, by: timedelta) -> None:
    """The clock was set: what waits, waits as long as before it, and is given up no sooner.

    Held items keep their hour of the day, for a person's morning is what the new clock says: they
    move by whole days.
    """
    waiting = db.execute(
        select(letter.c.id, letter.c.made_at, letter.c.due_at).where(letter.c.state == WAITING)
    ).all()
    for row in waiting:
        db.execute(
            update(letter)
            .where(letter.c.id == row.id)
            .values(made_at=row.made_at + by, due_at=row.due_at + by)
        )
    days = timedelta(days=int(by / timedelta(days=1)))
    held = db.execute(
        select(letter_item.c.id, letter_item.c.held_until).where(
            letter_item.c.letter_id.is_(None), letter_item.c.held_until.is_not(None)
        )
    ).all()
    for item in held:
        db.execute(
            update(letter_item)
            .where(letter_item.c.id == item.id)
            .values(held_until=item.held_until + days)
        )
