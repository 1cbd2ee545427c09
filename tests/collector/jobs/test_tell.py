"""From what happened in the store to letters: once, to whom it concerns, and not in a silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from collector import silence_order
from collector.claims.silence import SilenceKind, SilenceScope
from collector.notify.topics import Delivery, Topic
from collector.notify.wishes import Wishes
from collector.outlets.settings import MailSettings, NotifySettings, Security
from collector.roles import Role
from collector.steady import Steady
from collector.store import accounts, letters, notices, silences, tables, tasks, wishes
from collector.store.scope import scope_of
from collector.store.silences import NewSilence
from collector.store.upsert import insert_row
from collector.tell import tell
from tests.collector.house import House, device, fault, frame_of, health

BY_MAIL = NotifySettings(
    mail=MailSettings(
        host="127.0.0.1",
        port=25,
        security=Security.NONE,
        username="",
        password="",
        sender="Preclaim <preclaim@example.com>",
        ca=None,
        timeout_s=5.0,
    )
)
FITTER, ENGINEER, STRANGER = 1, 2, 3


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with a fitter of the farm, an engineer, and somebody of another organisation."""
    made = House(tmp_path, notify=BY_MAIL)
    add_people(made)
    yield made
    made.engine.dispose()


def add_people(house: House) -> None:
    """A fitter of the farm, an engineer, and somebody of another organisation, with addresses."""
    with house.engine.begin() as db:
        for name, role, owner in (
            ("fitter", Role.INTEGRATOR, "north"),
            ("engineer", Role.FACTORY_ENGINEER, "factory"),
            ("stranger", Role.INTEGRATOR, "south"),
        ):
            accounts.add_person(
                db, name=name, password_hash="x", role=role, organisation_id=owner, language="en"
            )
            person = accounts.find_person(db, name)
            assert person is not None
            give_address(db, person.id, owner, f"{name}@example.com")


def give_address(db: Connection, person_id: int, owner: str, email: str) -> None:
    """An address that the person has proven."""
    wishes.ask_for(
        db,
        person_id=person_id,
        organisation_id=owner,
        zone="UTC",
        email=email,
        code="1",
        until=datetime(2030, 1, 1, tzinfo=UTC),
    )
    wishes.prove(db, person_id)


def want(house: House, person_id: int, owner: str = "north", **changes: object) -> None:
    """Some of a person's wishes."""
    with house.engine.begin() as db:
        wishes.keep(
            db,
            person_id=person_id,
            organisation_id=owner,
            wishes=replace(Wishes(), **changes),  # type: ignore[arg-type]
        )


def run(house: House, notify: NotifySettings = BY_MAIL) -> int:
    """One look; how many letters it made."""
    with house.engine.begin() as db:
        return tell(db, notify=notify, now=house.now)


def begin_incident(db: Connection, *, site: str, cause: str, now: datetime) -> int:
    """An incident as the look for outages keeps it."""
    return insert_row(
        db,
        tables.incident,
        organisation_id="north" if site == "farm" else "south",
        site_id=site,
        cause=cause,
        text_en="3 of 3 devices",
        text_zh="3 台设备",
        opened_at=now,
        root=cause,
    )


def end_incident(house: House, cause: str, **more: object) -> None:
    """The outage is over; by far, for who waits until that is sure."""
    with house.engine.begin() as db:
        db.execute(
            update(tables.incident)
            .where(tables.incident.c.cause == cause)
            .values(closed_at=house.now - timedelta(hours=1), **more)
        )


def lose(
    house: House, site: str = "farm", cause: str = "site.unreachable", members: int = 3
) -> int:
    """An incident with so many devices."""
    house.take(
        *(
            frame_of(fault("device.unreachable", of=device(f"cam-{n}")), seq=100 + n)
            for n in range(members)
        )
    )
    with house.engine.begin() as db:
        number = begin_incident(db, site=site, cause=cause, now=house.now)
        for row in db.execute(tables.position.select()).all():
            db.execute(
                tables.incident_member.insert().values(
                    incident_id=number, organisation_id="north", position_id=row.id
                )
            )
    return number


def told(house: House) -> list[tuple[object, object, str]]:
    """``(person, kind, titles)`` of every letter that was made."""
    notices = {row["id"]: row["title_en"] for row in house.rows(tables.notice)}
    made = []
    for letter in house.rows(tables.letter):
        items = [i for i in house.rows(tables.letter_item) if i["letter_id"] == letter["id"]]
        titles = " + ".join(str(notices[item["notice_id"]]) for item in items)
        made.append((letter["person_id"], letter["kind"], titles))
    return made


def test_one_incident_is_one_message(house: House) -> None:
    """However many devices are its members and however often is looked; a stranger hears nothing,
    and what the engineer did not ask for does not come."""
    lose(house)
    assert [run(house) for _ in range(3)] == [1, 0, 0]

    assert told(house) == [(FITTER, "now", "Outage at Farm")]


def test_its_end_is_told_to_who_wants_it(house: House) -> None:
    """Only with 'closings', and once."""
    lose(house)
    run(house)
    end_incident(house, "site.unreachable")
    assert run(house) == 0

    want(house, FITTER, closings=True)
    with house.engine.begin() as db:
        db.execute(update(tables.incident).values(closed_at=None))
    lose_again = lose(house, cause="site.silent")
    run(house)
    end_incident(house, "site.silent")
    assert [run(house), run(house)] == [1, 0]
    assert lose_again == 2
    assert [title for *_, title in told(house)] == [
        "Outage at Farm", "Site silent: Farm", "Over: Farm"
    ]  # fmt: skip


def test_what_was_there_before_is_no_news(house: House) -> None:
    """With nothing configured it is looked at all the same: a channel that opens later brings
    nothing old."""
    lose(house)
    assert run(house, NotifySettings()) == 0
    assert run(house) == 0

    assert told(house) == []


def test_silence_holds_back_what_its_end_brings(house: House) -> None:
    """Within a maintenance window nobody is told; what is still wrong at its end is told then,
    and what was over by then never."""
    with house.engine.begin() as db:
        silences.add(
            db,
            NewSilence(
                organisation_id="north", scope=SilenceScope.SITE, site_id="farm",
                position_id=None, code="", kind=SilenceKind.MAINTENANCE, reason="new switch",
                made_by="fitter", starts_at=house.now, ends_at=house.now + timedelta(hours=1),
            ),
            now=house.now,
        )  # fmt: skip
    lose(house)
    assert run(house) == 0
    house.pass_time(3000)
    lose(house, cause="site.silent", members=0)
    assert run(house) == 0
    end_incident(house, "site.silent")
    house.pass_time(700)

    assert [run(house), run(house)] == [1, 0]
    assert told(house) == [(FITTER, "now", "Outage at Farm")]


def test_a_storm_and_the_early_end_of_a_silence_are_told_at_once(house: House) -> None:
    """A silence of the site that a storm names first keeps nobody from hearing of the storm; of
    the site itself is told as soon as somebody ends its silence."""
    with house.engine.begin() as db:
        number = silences.add(
            db,
            NewSilence(
                organisation_id="north", scope=SilenceScope.SITE, site_id="farm",
                position_id=None, code="", kind=SilenceKind.SILENCE, reason="known",
                made_by="fitter", starts_at=house.now, ends_at=house.now + timedelta(days=30),
            ),
            now=house.now,
        )  # fmt: skip
    lose(house, cause="storm", members=0)
    lose(house)
    run(house)
    title = "Many sites say the same at once, Farm first"
    assert told(house) == [(FITTER, "now", title)]

    house.pass_time(60)
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id="north", role=Role.INTEGRATOR)
        assert silence_order.end(db, scope, silence_id=number, actor="fitter", now=house.now)
    run(house)
    assert told(house)[1:] == [(FITTER, "now", "Outage at Farm")]


def test_the_limit_of_a_day_and_the_digest_after_it(house: House) -> None:
    """Beyond the cap nothing is lost: it comes in one digest, which counts what exceeded."""
    want(house, FITTER, daily_cap=1, digest_hour=18)
    lose(house)
    run(house)
    end_incident(house, "site.unreachable")
    for cause in ("site.silent", "site.unreachable"):
        lose(house, cause=cause, members=0)
        run(house)
    house.pass_time(7 * 3600)  # 19:00

    assert [run(house), run(house)] == [1, 0]
    assert told(house)[1:] == [(FITTER, "gathered", "Site silent: Farm + Outage at Farm")]
    assert [item["over_cap"] for item in house.rows(tables.letter_item)] == [False, True, True]
    end_incident(house, "site.silent")
    with house.engine.connect() as db:
        said, over_cap = notices.of_letter(db, 2)
    assert [(one.is_over, over_cap) for one in said] == [(True, 2), (False, 2)]


def test_a_task_is_told_to_whom_it_was_given(house: House) -> None:
    """Given by another: told now, to that person alone. Taken by oneself: no news. Still there
    after the visit: told to its owner."""
    house.take(frame_of(fault("picture.dirty", of=device(label_serial="S1")), seq=1))
    house.pass_time(3)
    house.take(frame_of(health(), seq=2))
    house.tick()
    with house.engine.begin() as db:
        scope = scope_of(db, organisation_id="north", role=Role.INTEGRATOR)
        tasks.assign(db, scope, task_id=1, person_id=FITTER, actor="fitter", now=house.now)
    run(house)
    assert told(house) == []  # a new task comes with the digest

    with house.engine.begin() as db:
        tasks.assign(db, scope, task_id=1, person_id=None, actor="boss", now=house.now)
        tasks.assign(db, scope, task_id=1, person_id=FITTER, actor="boss", now=house.now)
        tasks.finish(db, scope, task_id=1, actor="fitter", note="", now=house.now)
        tasks.return_(db, task_id=1, done_at=house.now, now=house.now)
    run(house)

    assert [(who, title.partition(":")[0]) for who, _, title in told(house)] == [
        (FITTER, "Task for you"),
        (FITTER, "Still there after the visit"),
    ]


def test_a_draft_needs_somebody(house: House) -> None:
    """A pre-claim that opens as a draft is told to the site's keeper, with its number."""
    want(house, FITTER, rules={("", Topic.CLAIM_DRAFT): Delivery.NOW})
    house.take(frame_of(fault(), seq=1))
    house.pass_time(3)
    house.take(frame_of(health(), seq=2))
    house.tick()
    run(house)

    assert [(who, kind) for who, kind, _ in told(house)] == [(FITTER, "now")]
    assert told(house)[0][2].startswith("Pre-claim PC-2026-000001 needs you: Battery does not")


def test_trust_that_is_lost_is_told_at_the_factory(house: House) -> None:
    """An engineer hears that a verdict opens nothing now; what never had trust is no news."""
    for standing in ("shadow", "claimable", "shadow"):
        with house.engine.begin() as db:
            db.execute(
                tables.trust_change.insert().values(
                    code="picture.blurred", model="SC-1", standing=standing,
                    reason_en="8 of 12 right", reason_zh="12 台中 8 台正确", at=house.now,
                )
            )  # fmt: skip
        run(house)

    assert told(house) == [(ENGINEER, "now", "No longer trusted: Focus lost on SC-1")]


def test_a_crash_between_looking_and_keeping_loses_nothing(house: House) -> None:
    """What a transaction that failed had told is told by the next one, once."""
    lose(house)

    class CrashError(Exception):
        """The process ends here."""

    def look_and_crash() -> None:
        with house.engine.begin() as db:
            tell(db, notify=BY_MAIL, now=house.now)
            raise CrashError

    with pytest.raises(CrashError):
        look_and_crash()
    assert told(house) == []
    assert [run(house), run(house)] == [1, 0]


def test_old_letters_are_forgotten_and_never_told_again(house: House) -> None:
    """After 90 days letter and notice go; another look finds nothing new."""
    want(house, FITTER, closings=True)
    lose(house)
    run(house)
    end_incident(house, "site.unreachable")
    run(house)
    with house.engine.begin() as db:
        for row in db.execute(tables.letter.select()).all():
            letters.end(db, letter_id=row.id, state="sent", why="", now=house.now)
    house.pass_time(91 * 86_400)
    with house.engine.begin() as db:
        letters.sweep(db, before=house.now - timedelta(days=90))
    run(house)

    assert (told(house), house.count(tables.notice)) == ([], 0)


def test_what_a_higher_cause_explains_is_told_with_it(house: House) -> None:
    """An incident that ended in another has no end of its own to be told, and one that did so
    before it could be told is not told at all."""
    want(house, FITTER, closings=True)
    lose(house, cause="gateway.lost")
    run(house)
    lose(house, cause="recorder.lost", members=0)
    end_incident(house, "recorder.lost", merged_into=3)
    end_incident(house, "gateway.lost", merged_into=3)
    lose(house, cause="uplink.lost", members=0)
    run(house)

    assert [title for *_, title in told(house)] == ["Outage at Farm", "Outage at Farm"]


def test_an_end_that_may_be_none_is_waited_for(house: House) -> None:
    """What is lost again within half an hour was not over: its end is told after that."""
    want(house, FITTER, closings=True)
    lose(house)
    run(house)
    with house.engine.begin() as db:
        db.execute(update(tables.incident).values(closed_at=house.now))
    house.pass_time(1700)
    assert run(house) == 0
    house.pass_time(200)
    assert run(house) == 1


def jump(house: House, by: timedelta) -> None:
    """The collector's clock is set, and the jobs loop notices."""
    steady = Steady(house.engine)
    steady.settle(now=house.now, monotonic_s=0.0)
    house.now += by
    steady.settle(now=house.now, monotonic_s=0.0)


@pytest.mark.parametrize("days", [183, -183])
def test_a_letter_that_waits_moves_with_the_clock(house: House, days: int) -> None:
    """Half a year on or back: it is due as soon as it was before, and given up no sooner."""
    lose(house)
    assert run(house) == 1
    later = house.now + timedelta(minutes=10)
    with house.engine.begin() as db:
        letters.put_off(db, letter_id=1, why="away", due_at=later)
    jump(house, timedelta(days=days))
    with house.engine.begin() as db:
        letters.give_up(db, before=house.now - timedelta(days=4), but=(), now=house.now)
        soon = letters.next_due(db, channel="mail", now=house.now + timedelta(minutes=9))
        due = letters.next_due(db, channel="mail", now=house.now + timedelta(minutes=11))
    assert (soon, due and due.made_at) == (None, house.now)


@pytest.mark.parametrize("by", [timedelta(days=-183, hours=-5), timedelta(hours=-5)])
def test_a_digest_keeps_its_hour_when_the_clock_is_set(house: House, by: timedelta) -> None:
    """Held until eight in the morning it is told at eight of the new clock, within a day or so,
    not half a year later."""
    want(house, FITTER, rules={("", Topic.INCIDENT): Delivery.DIGEST}, digest_hour=8)
    want(house, ENGINEER, "factory", rules={("", Topic.INCIDENT): Delivery.NEVER})
    lose(house)
    assert run(house) == 0
    jump(house, by)
    (item,) = house.rows(tables.letter_item)
    held_until = item["held_until"]
    assert isinstance(held_until, datetime)
    assert held_until.hour == 8
    assert house.now < held_until <= house.now + timedelta(hours=48)
