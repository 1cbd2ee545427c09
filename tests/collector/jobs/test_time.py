"""What comes with time: clocks and their notices, reminders, lapse, returns, recovery, closing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select, update

from collector import review, tend, timed_moves
from collector.act import By, Wish, act
from collector.claims.clock_terms import ClockTerms
from collector.claims.lifecycle import Actor, LineState
from collector.claims.story import PauseReason
from collector.hold_line import hold_line, release_line
from collector.notify.plan import News, Recipient, plan
from collector.notify.topics import Topic
from collector.notify.wishes import Wishes
from collector.review import IllegalMoveError
from collector.roles import Role
from collector.store import stories, tables
from collector.store.scope import Scope, scope_of
from collector.store.views import claims
from collector.store.views.claim_page import ClaimFilter
from collector.tell import working_hours
from collector.verify_log import Walked, walk
from shared.fault import FaultKind
from shared.reading import Quality, Reading
from tests.collector.house import NOON, SOON, House, chunks, device, fault, frame_of
from tests.collector.jobs.test_tend import FILES, content_of, whole_manifest
from tests.collector.open_log import open_log

DAY = timedelta(days=1)
S = LineState
ENGINEER = By(
    name="ann",
    scope=Scope(
        role=Role.FACTORY_ENGINEER, organisation_ids=frozenset({"factory", "north", "south"})
    ),
)
APPROVAL = {"path": "replace_unit", "origin": "factory", "rma_number": "RMA-7"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A store with one draft line; its serial is in the registry."""
    made = House(tmp_path)
    made.register("SC24010001", delivered_on=(NOON - 30 * DAY).date())
    made.take(frame_of(fault(), seq=1))
    made.pass_time(2.5)
    made.tick()
    yield made
    made.engine.dispose()


def move(house: House, *targets: LineState, role: Actor = Actor.ENGINEER, **fields: object) -> None:
    """Move line 1, step by step, at the house's time."""
    for target in targets:
        with house.engine.begin() as db:
            review.move_line(
                db,
                line_id=1,
                target=target,
                actor="ann",
                role=role,
                reason="because",
                now=house.now,
                fields=fields,
            )


def submit(house: House) -> None:
    """Up to the factory's desk."""
    move(house, S.READY, S.SUBMITTED, role=Actor.INTEGRATOR)


def line(house: House) -> dict[str, object]:
    """The line as it stands."""
    return house.rows(tables.claim_line)[0]


def clock_rows(house: House) -> dict[tuple[object, object], dict[str, object]]:
    """The snapshots by kind and cycle."""
    return {(r["kind"], r["cycle"]): r for r in house.rows(tables.claim_clock)}


def wait(house: House, days: float) -> None:
    """Let time pass, and the jobs loop look a few times."""
    house.now += days * DAY
    for _ in range(3):
        house.pass_time(20)
        house.tick()


def told(house: House) -> list[str]:
    """The steps of a clock or a reminder that people are told of."""
    steps = [str(row["step"]) for row in house.rows(tables.notice)]
    return [s for s in steps if s.startswith(("clock.", "reminder."))]


def test_submission_starts_both_clocks_and_columns_follow(house: House) -> None:
    """Snapshot and columns are written with the event; the line is sorted by what is due first."""
    submit(house)
    clocks = clock_rows(house)
    assert clocks["response", 1]["due_at"] == house.now + timedelta(hours=48)
    assert str(clocks["resolution", 0]["calendar"]).startswith("holidays ")
    assert line(house)["due_at"] == house.now + timedelta(hours=48)
    assert line(house)["submitted_at"] == house.now
    move(house, S.IN_REVIEW)
    house.pass_time(60)
    move(house, S.APPROVED, **APPROVAL)
    assert clock_rows(house)["response", 1]["stopped_at"] == house.now
    assert line(house)["due_at"] == clock_rows(house)["resolution", 0]["due_at"]
    assert (line(house)["path"], line(house)["rma_number"]) == ("replace_unit", "RMA-7")


def test_each_share_is_told_once(house: House) -> None:
    """Half, three quarters, late: one notice each, however often the loop looks; the end of a
    clock ends them."""
    submit(house)
    wait(house, 1.1)
    assert told(house) == ["clock.response.1.50"]
    wait(house, 0.5)
    wait(house, 0.0)
    assert told(house)[1:] == ["clock.response.1.75"]
    wait(house, 0.5)
    assert told(house)[2:] == ["clock.response.1.100"]
    assert clock_rows(house)["response", 1]["breached_at"] is not None
    wait(house, 90)
    assert told(house)[3:] == ["clock.resolution.0.100"], "what passed unseen is told by its last"


def test_stopped_clock_tells_nothing(house: House) -> None:
    """Answered in time: no share of the response is told."""
    submit(house)
    move(house, S.IN_REVIEW)
    move(house, S.REJECTED, reason_code="other")
    wait(house, 60)
    assert told(house) == []
    assert line(house)["due_at"] is None


def test_hold_stands_still_and_is_shown(house: House) -> None:
    """A held clock is due on no day; going on, the paused working days are given back."""
    submit(house)
    before = clock_rows(house)["resolution", 0]["due_at"]
    with house.engine.begin() as db:
        hold_line(db, line_id=1, actor="max", role=Actor.ADMIN, reason="mould", now=house.now)
    held = clock_rows(house)["resolution", 0]
    assert (held["pause_reason"], held["next_at"]) == ("hold", None)
    with pytest.raises(IllegalMoveError), house.engine.begin() as db:
        hold_line(db, line_id=1, actor="max", role=Actor.ADMIN, reason="x", now=house.now)
    with pytest.raises(IllegalMoveError), house.engine.begin() as db:
        release_line(db, line_id=1, actor="i", role=Actor.INTEGRATOR, reason="", now=house.now)
    house.now += 7 * DAY
    with house.engine.begin() as db:
        release_line(db, line_id=1, actor="max", role=Actor.ADMIN, reason="", now=house.now)
        story = stories.story_of(db, 1)
    assert [p.reason for p in story.pauses] == [PauseReason.HOLD]
    after = clock_rows(house)["resolution", 0]
    assert after["paused_days"] == 5
    assert isinstance(before, datetime)
    assert after["due_at"] == before + 7 * DAY


def test_silence_lapses_after_two_reminders(house: House) -> None:
    """10 and 20 days after the question a reminder, after 30 the line lapses; not a day before."""
    submit(house)
    move(house, S.NEED_INFO, missing=["clip"])
    wait(house, 9.9)
    assert told(house) == []
    wait(house, 0.2)
    wait(house, 10.0)
    assert [s.split(".")[0] for s in told(house)] == ["reminder", "reminder"]
    wait(house, 9.8)
    assert line(house)["state"] == "need_info"
    wait(house, 0.3)
    assert line(house)["state"] == "lapsed"
    move(house, S.IN_REVIEW, role=Actor.INTEGRATOR)
    assert line(house)["closed_at"] is None
    assert clock_rows(house)["response", 2]["stopped_at"] is None


def test_a_collector_that_was_away_reminds_first(house: House) -> None:
    """40 days of darkness lapse nothing: both reminders go out, and have their time."""
    submit(house)
    move(house, S.NEED_INFO, missing=["clip"])
    wait(house, 40)
    assert len(told(house)) == 1
    assert line(house)["state"] == "need_info"


def test_a_return_is_asked_for_where_the_path_needs_one(house: House) -> None:
    """A replacement waits for the old unit; a credit goes on at once."""
    submit(house)
    move(house, S.IN_REVIEW)
    move(house, S.APPROVED, **APPROVAL)
    wait(house, 0.01)
    assert line(house)["state"] == "awaiting_return"
    assert line(house)["due_at"] is None, "paused while it is on its way"


def test_a_step_that_failed_once_comes_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at the next look, and not only after a restart."""
    submit(house)
    move(house, S.IN_REVIEW)
    move(house, S.APPROVED, **APPROVAL)

    def broken(*_: object, **__: object) -> bool:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(timed_moves, "go_on", broken)
        wait(house, 0.01)
    wait(house, 0.01)
    assert line(house)["state"] == "approved"
    wait(house, 0.04)
    assert line(house)["state"] == "awaiting_return"


def test_resolved_closes_after_14_days(house: House) -> None:
    """And keeps the time at which it was resolved."""
    fulfil(house, path="credit", credit_note="CN-1")
    move(house, S.RESOLVED, role=Actor.INTEGRATOR)
    resolved = house.now
    wait(house, 13.9)
    assert line(house)["state"] == "resolved"
    wait(house, 0.2)
    assert (line(house)["state"], line(house)["closed_at"]) == ("closed", resolved)


def test_what_was_replaced_ahead_is_owed(house: House) -> None:
    """The buyer is reminded after 25 days and once more, not again; the line is resolved meanwhile
    and closed only when the old unit is back."""
    fulfil(house, path="advance_replace", tracking="SF1", new_serial="SC24010099")
    move(house, S.RESOLVED, role=Actor.INTEGRATOR)

    def reminded() -> list[tuple[str, str]]:
        return [
            (str(row["topic"]), str(row["title_en"]))
            for row in house.rows(tables.notice)
            if str(row["step"]).startswith("return.")
        ]

    wait(house, 24.9)
    assert reminded() == []
    for days, times in ((0.2, 1), (24, 1), (2, 2), (60, 2)):
        wait(house, days)
        assert len(reminded()) == times
    assert reminded()[0][0] == "claim_asked"
    assert "SC24010001" in reminded()[0][1]
    assert line(house)["state"] == "resolved", "not closed: something is still to come"

    scan(house, "SC24010077", refused="serial_mismatch")
    scan(house, "SC24010001", refused="rma_expired")
    scan(house, "sc24010001", reason="the box was late")
    wait(house, 0.1)
    assert line(house)["state"] == "closed"
    scan(house, "SC24010001", refused="not_owed")


def test_a_return_can_be_waived(house: House) -> None:
    """With a reason; nobody is reminded then, and the line is closed as any other."""
    fulfil(house, path="advance_replace", tracking="SF1", new_serial="SC24010099")
    move(house, S.RESOLVED, role=Actor.INTEGRATOR)
    with house.engine.begin() as db:
        act(db, 1, Wish(action="waive_return", reason="scrapped there"), by=ENGINEER,
            policy=house.policy, now=house.now)  # fmt: skip
    wait(house, 30)
    steps = [str(row["step"]) for row in house.rows(tables.notice)]
    assert [step for step in steps if step.startswith("return.")] == []
    assert line(house)["state"] == "closed"


def scan(house: House, serial: str, *, refused: str = "", reason: str = "") -> None:
    """Goods-in scans a label for line 1, which is received or refused for this."""
    wish = Wish(action="receive_old", reason=reason, fields={"scanned_serial": serial})
    try:
        with house.engine.begin() as db:
            act(db, 1, wish, by=ENGINEER, policy=house.policy, now=house.now)
    except IllegalMoveError as error:
        assert error.refusal.code == refused
    else:
        assert not refused


def fulfil(house: House, *, path: str, **fields: object) -> None:
    """Up to fulfilled, on a path."""
    submit(house)
    move(house, S.IN_REVIEW)
    move(house, S.APPROVED, **{**APPROVAL, "path": path})
    move(house, S.RESOLVING)
    move(house, S.FULFILLED, **fields)


def probe(house: House, *, standing: str, read_at: datetime | None, serial: str = "") -> None:
    """What the device's agent says lately; a good reading of the test that had failed."""
    with house.engine.begin() as db:
        db.execute(update(tables.position).values(standing=standing, standing_at=house.now))
        if serial:
            db.execute(update(tables.position).values(label_serial=serial, serial_since=house.now))
        charge = Reading(
            name="battery.charge", value=90.0, unit="%", taken_at=NOON, quality=Quality.GOOD
        )
        because = msgspec.json.encode((charge,)).decode()
        db.execute(update(tables.episode).values(because_json=because))
        db.execute(tables.reading_latest.delete())
        if read_at is not None:
            db.execute(
                insert(tables.reading_latest).values(
                    position_id=1,
                    organisation_id="north",
                    name="battery.charge",
                    value_json="90.0",
                    unit="%",
                    quality="good",
                    taken_at=read_at,
                    received_at=read_at,
                )
            )


def look(house: House) -> bool:
    """Whether the line goes on by itself now."""
    with house.engine.begin() as db:
        return timed_moves.go_on(db, 1, terms=ClockTerms(), now=house.now)


def clear(house: House) -> None:
    """The agent's test is well again."""
    house.take(frame_of(fault(kind=FaultKind.CLEARED, episode=1), seq=2))


def test_probe_verifies_a_repair(house: House) -> None:
    """Cleared after the parts came, well for seven days and read since: verified by probe."""
    fulfil(house, path="parts", tracking="SF1")
    house.now += DAY
    clear(house)
    house.now += 8 * DAY
    probe(house, standing="ok", read_at=house.now)
    assert look(house)
    with house.engine.begin() as db:
        assert stories.story_of(db, 1).verified_by_probe


@pytest.mark.parametrize(
    ("standing", "read", "cleared", "days"),
    [
        pytest.param("unknown", True, True, 8, id="the device is silent"),
        pytest.param("ok", False, True, 8, id="the test was not made again"),
        pytest.param("ok", True, False, 8, id="the fault is still open"),
        pytest.param("ok", True, True, 5, id="not long enough"),
    ],
)
def test_silence_is_no_recovery(
    house: House, standing: str, read: bool, cleared: bool, days: int
) -> None:
    """Whatever is not known leaves the line to the integrator."""
    fulfil(house, path="parts", tracking="SF1")
    house.now += DAY
    if cleared:
        clear(house)
    house.now += days * DAY
    probe(house, standing=standing, read_at=house.now if read else None)
    assert not look(house)
    assert line(house)["state"] == "fulfilled"


def test_only_the_new_unit_verifies_a_replacement(house: House) -> None:
    """While the old serial hangs there, its good word says nothing of the new unit."""
    move_all = {"path": "replace_unit", "tracking": "SF1", "new_serial": "SC26010009"}
    fulfil(house, **move_all)  # type: ignore[arg-type]
    clear(house)
    house.now += 8 * DAY
    probe(house, standing="ok", read_at=house.now)
    assert not look(house)
    probe(house, standing="ok", read_at=house.now, serial="SC26010009")
    assert not look(house), "it has hung there for a moment only"
    house.now += 7 * DAY + timedelta(minutes=1)
    with house.engine.begin() as db:
        db.execute(update(tables.reading_latest).values(received_at=house.now))
    assert look(house)


@pytest.mark.parametrize("is_whole", [True, False])
def test_line_of_a_named_organisation_goes_by_itself(tmp_path: Path, is_whole: bool) -> None:
    """Where the policy names the organisation, in warranty and whole; one that a person called
    ready without its pictures stays with that person."""
    policy = replace(SOON, clocks=ClockTerms(auto_submit=frozenset({"north"})))
    house = House(tmp_path, policy)
    house.register("SC24010001", delivered_on=(NOON - 30 * DAY).date())
    house.take(frame_of(fault(manifest=whole_manifest()), seq=1))
    house.pass_time(2.5)
    house.tick()
    if is_whole:
        for seq, kind in enumerate(FILES, start=10):
            house.take(*(frame_of(one, seq=seq) for one in chunks(content_of(kind), size=1000)))
    else:
        move(house, S.READY, role=Actor.INTEGRATOR)
    wait(house, 0.01)
    wait(house, 0.01)
    assert line(house)["state"] == ("submitted" if is_whole else "ready")
    house.engine.dispose()


def test_policy_is_counted_anew(house: House, tmp_path: Path) -> None:
    """Other terms, or another version of the calendar: the loop makes the due dates again."""
    submit(house)
    with house.engine.begin() as db:
        db.execute(update(tables.claim_clock).values(calendar="holidays 0.1 CN", due_at=NOON))
    wait(house, 0.01)
    with house.engine.begin() as db:
        found = db.execute(select(tables.claim_clock.c.calendar)).scalars().all()
    assert all(str(name).startswith("holidays ") and "0.1 CN" not in name for name in found)


@pytest.mark.parametrize(
    ("forged", "broken"),
    [
        pytest.param("", [], id="whole"),
        pytest.param("UPDATE claim_event SET actor = 'x' WHERE seq = 3", [(3, "")], id="altered"),
        pytest.param("DELETE FROM claim_event WHERE seq = 3", [(4, "")], id="taken out"),
        pytest.param("UPDATE claim_line SET state = 'closed'", [(None, "state")], id="column"),
        pytest.param(
            "DELETE FROM claim_event WHERE seq = (SELECT max(seq) FROM claim_event)",
            [(None, "state")],
            id="cut off",
        ),
    ],
)
def test_walk_finds_the_first_break(
    house: House, forged: str, broken: list[tuple[int | None, str]]
) -> None:
    """An altered or missing event is named; a column that the log does not tell is, too."""
    submit(house)
    move(house, S.IN_REVIEW)
    with house.engine.begin() as db:
        open_log(db)
        if forged:
            db.exec_driver_sql(forged)
    walked = Walked()
    with house.engine.begin() as db:
        found = [(one.seq, one.column) for one in walk(db, walked)]
    assert found == broken
    assert walked.lines == 1


def test_lists_choose_and_find(house: House) -> None:
    """The filters offer what the slice has and nothing else; a search looks into serial, number
    and device name, whatever the case."""
    other = device("yard", label_serial="SC24019999", model="SC-9")
    house.take(frame_of(fault("mainboard.reboot_loop", of=other), seq=1, agent_id="agent-shop"))
    house.pass_time(2.5)
    house.tick()
    with house.engine.begin() as db:
        north = scope_of(db, organisation_id="north", role=Role.INTEGRATOR)
        factory = scope_of(db, organisation_id="factory", role=Role.ADMIN)
        assert claims.list_choices(db, north)["code"] == ("battery.not_charging",)
        assert len(claims.list_choices(db, factory)["code"]) == 2
        assert claims.list_choices(db, factory)["state"] == ("draft",)
        for text, count in (
            ("sc2401", 2),
            ("pc-2026-000002", 1),
            ("YARD", 1),
            ("%", 0),
            ("nothing", 0),
        ):
            wanted = ClaimFilter(search=text)
            assert len(claims.list_preclaims(db, factory, wanted)) == count, text
        assert claims.list_preclaims(db, north, ClaimFilter(search="yard")) == ()


def test_drafts_are_tended_in_slices(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look goes on behind the last line of the one before, and begins anew at the end."""
    other = device("yard", label_serial="SC24019999")
    house.take(frame_of(fault(of=other), seq=1, agent_id="agent-shop"))
    house.pass_time(2.5)
    house.tick()
    monkeypatch.setattr(tend, "MOST_AT_ONCE", 1)
    with house.engine.begin() as db:
        seen = [0]
        for _ in range(4):
            seen.append(tend.tend(db, policy=SOON, now=house.now, after=seen[-1]))
    assert seen == [0, 1, 2, 0, 1]


def test_notices_come_in_working_hours(house: House) -> None:
    """A breach on Saturday night is told on the next working morning of the receiver: by the
    factory's calendar for its people, Monday to Friday for others."""
    saturday = datetime(2026, 2, 14, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai, a make-up Saturday
    engineer = Recipient(
        key="person:1",
        role=Role.FACTORY_ENGINEER,
        organisations=frozenset({"north"}),
        language="en",
        wishes=Wishes(zone="Asia/Shanghai"),
        channels=("mail",),
    )
    other = replace(engineer, role=Role.ADMIN)
    late = News(topic=Topic.CLAIM_LATE, organisation_id="north")

    def held(to: Recipient, now: datetime) -> datetime | None:
        found = plan(late, to, sent_today=0, now=now, working=working_hours(to, ClockTerms()))
        assert found is not None
        return found.held_until

    assert held(engineer, saturday - timedelta(hours=10)) is None, "13:00 of a working Saturday"
    assert held(engineer, saturday) == datetime(2026, 2, 24, 1, 0, tzinfo=UTC)
    assert held(other, saturday) == datetime(2026, 2, 16, 1, 0, tzinfo=UTC)
