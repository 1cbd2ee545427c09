"""Gaps in what an agent numbered: found, filled by late rows, explained or called unexplained."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import event

from collector.compact import compact_agent
from collector.intake.arrival import Arrival
from collector.missing_rows import look_for_gaps
from collector.store import (
    gap_bound,
    gap_search,
    gaps,
    lost_ranges,
    quarantine,
    quarantine_gone,
    quarantine_list,
    tables,
)
from collector.store.engine import reader
from collector.store.known_rows import Known, Why
from collector.store.lost_ranges import Told
from collector.store.quarantine import Bound
from collector.store.views.gaps import Gap, explain, list_gaps, rows_by
from collector.store.views.health import waiting_rows
from shared import topics
from shared.fold import fold
from shared.frame import Lane, pack
from shared.health import LaneDepth, Lost
from shared.identity import Epoch
from shared.reading import Quality, Reading
from shared.receipt import SeqRange, ranges_of
from shared.wire import encode
from tests.collector.house import EPOCH, NOON, House, device, fault, frame_of, health


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def look(house: House) -> tuple[Gap, ...]:
    """Survey every agent, then list."""
    look_for_gaps(house.engine, now=house.now)
    with house.engine.begin() as db:
        return list_gaps(db, None, now=house.now, waiting=waiting_rows(db))


def row(seq: int) -> Arrival:
    """A health row."""
    return frame_of(health(device(), next_within_s=1.0), seq=seq)


def telemetry(seq: int) -> Arrival:
    """A row of readings."""
    reading = Reading("battery.charge", seq, "%", NOON, Quality.GOOD)
    return frame_of(fold([("gate", reading)], sent_at=NOON), seq=seq)


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One collector for all examples."""
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.engine.dispose()


@settings(max_examples=20, deadline=None)
@given(parts=st.lists(st.sets(st.integers(1, 25), min_size=1), min_size=1, max_size=4))
def test_the_gaps_are_what_is_not_here(shared_house: House, parts: list[set[int]]) -> None:
    """In whatever order rows come, merged or not, the gaps are exactly the missing seqs."""
    house = shared_house
    with house.engine.begin() as db:
        for table in (
            tables.frame,
            tables.seq_gap,
            tables.seq_mark,
            tables.seq_merged,
            tables.telemetry_batch,
        ):
            db.execute(table.delete())
    here: set[int] = set()
    for number, part in enumerate(parts):
        house.take(*(telemetry(seq) if seq % 3 else row(seq) for seq in sorted(part)))
        if number % 2:
            compact_agent(house.engine, "agent-farm", policy=house.policy, now=house.now)
        here |= part
        missing = set(range(1, max(here))) - here
        assert tuple(gap.range for gap in look(house)) == ranges_of(missing)


def test_a_gap_says_why(house: House) -> None:
    """Told as lost, in quarantine, or unexplained once the agent's promise has passed."""
    told = replace(health(next_within_s=1.0), lost=(Lost(4, SeqRange(2, 3), "evicted: no space"),))
    house.take(row(1), frame_of(told, seq=7), frame_of(fault(kind=fault().kind), seq=9))
    bad = frame_of(fault(), seq=5)
    house.take(Arrival(bad.topic.replace("/fault", "/health"), bad.payload))
    assert {gap.why for gap in look(house)} == {Why.LOST, Why.QUARANTINE, Why.COMING}

    house.pass_time(60)
    found = {(gap.range.first, gap.range.last): (gap.why, gap.reason) for gap in look(house)}
    assert found == {
        (2, 3): (Why.LOST, "evicted: no space"),
        (4, 4): (Why.UNEXPLAINED, ""),
        (5, 5): (Why.QUARANTINE, "topic.lane"),
        (6, 6): (Why.UNEXPLAINED, ""),
        (8, 8): (Why.UNEXPLAINED, ""),
    }
    assert rows_by(look(house)) == {
        "lost": 2,
        "refused": 0,
        "quarantine": 1,
        "coming": 0,
        "unexplained": 3,
    }


def test_a_row_that_the_agent_refused_is_lost(house: House) -> None:
    """It found no room there and never came; it is not one that came and was refused here."""
    told = replace(health(next_within_s=1.0), lost=(Lost(1, SeqRange(2, 2), "refused: no space"),))
    house.take(row(1), frame_of(told, seq=3))
    assert [(gap.why, gap.reason) for gap in look(house)] == [
        (Why.LOST, "the agent refused: no space")
    ]


def test_rows_that_wait_at_the_agent_are_not_called_missing(house: House) -> None:
    """As many as it says, and no more."""
    told = replace(health(next_within_s=1.0), outbox=(LaneDepth(int(Lane.TELEMETRY), 2, 99),))
    house.take(row(1), frame_of(told, seq=4), row(3))
    house.pass_time(60)
    assert [gap.why for gap in look(house)] == [Why.COMING]


def test_young_gaps_do_not_use_up_what_waits_at_the_agent(house: House) -> None:
    """The old gap waits at the agent by its own word, however many rows are young."""
    told = replace(health(next_within_s=1.0), outbox=(LaneDepth(int(Lane.TELEMETRY), 2, 99),))
    for message, seq in ((told, 5), (health(), 1), (health(), 4)):
        payload = pack(lane=Lane.HEALTH, epoch=Epoch(2, 7), seq=seq, body=encode(message))
        house.take(Arrival(topics.up("agent-farm", Lane.HEALTH), payload))
    look(house)
    house.pass_time(60)
    house.take(frame_of(told, seq=1), frame_of(told, seq=50))  # of the epoch before, later
    assert [(gap.range, gap.why) for gap in look(house)] == [
        (SeqRange(2, 49), Why.COMING),
        (SeqRange(2, 3), Why.COMING),
    ]


def garbage(seq: int) -> Arrival:
    """A row of readings that nobody can read."""
    payload = pack(lane=Lane.TELEMETRY, epoch=EPOCH, seq=seq, body=b"\xc1")
    return Arrival(topics.up("agent-farm", Lane.TELEMETRY), payload)


def drop_oldest(house: House) -> None:
    """As ``quarantine drop`` does."""
    with house.engine.begin() as db:
        number = quarantine_list.ids(db)[0]
        quarantine_gone.note(db, [number], now=house.now)
        assert quarantine.remove(db, quarantine_id=number, now=house.now)


def test_a_refused_row_stays_explained_when_the_quarantine_lets_it_go(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropped by a person, pushed out by others, or never kept: it came, and is not missing."""
    monkeypatch.setattr(quarantine, "Bound", lambda: Bound(rows=2, bytes=10**6))
    refused = [garbage(seq) for seq in range(2, 9)]
    house.take(row(1), refused[0])
    drop_oldest(house)
    house.take(*refused[1:4])
    house.take(*refused[4:], row(9))
    house.pass_time(60)

    found = look(house)
    counts = rows_by(found)
    assert (counts["refused"], counts["quarantine"], counts["unexplained"]) == (5, 2, 0)
    assert {gap.reason for gap in found} == {"wire.malformed"}


def test_a_row_that_shall_come_again_is_missed_when_the_quarantine_lets_it_go(
    house: House,
) -> None:
    """It was refused for its topic alone and not receipted: its agent still has it."""
    bad = frame_of(fault(), seq=2)
    house.take(row(1), Arrival(bad.topic.replace("/fault", "/health"), bad.payload), row(3))
    drop_oldest(house)
    house.pass_time(60)
    look(house)
    house.pass_time(60)
    assert [gap.why for gap in look(house)] == [Why.UNEXPLAINED]


def test_loss_of_an_earlier_epoch_is_kept_under_it(house: House) -> None:
    """The agent names the other epoch in the reason; the gap there is explained, not one here."""
    lost = Lost(1, SeqRange(2, 2), "row damaged on disk (epoch 1-0000000000000007)")
    house.take(row(1), row(3), frame_of(replace(health(), lost=(lost,)), seq=4))
    house.pass_time(60)
    assert [(gap.why, gap.reason) for gap in look(house)] == [(Why.LOST, "row damaged on disk")]


def test_many_gaps_are_bounded_and_none_is_skipped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark waits at the bound; what is behind it is found when there is room."""
    monkeypatch.setattr(gap_bound, "MAX_GAPS", 3)
    house.take(*(row(seq) for seq in range(1, 20, 2)))
    assert [gap.range.first for gap in look(house)] == [2, 4, 6]
    assert len(look(house)) == 3
    house.take(row(2), row(4), row(6))
    look(house)
    assert [gap.range.first for gap in look(house)] == [8, 10, 12]
    assert unseen(house) == [14]


@pytest.mark.parametrize("dropped", [False, True])
def test_refused_rows_leave_the_room_to_others(
    house: House, monkeypatch: pytest.MonkeyPatch, dropped: bool
) -> None:
    """However many were refused, in quarantine or gone from it, a missing row behind them is
    found; a bound that is reached all the same is told."""
    monkeypatch.setattr(gap_bound, "MAX_GAPS", 2)
    monkeypatch.setattr(gap_bound, "MAX_EXPLAINED", 6)
    house.take(*(garbage(seq) if seq % 2 else row(seq) for seq in range(1, 9)), row(10))
    for _ in range(4 if dropped else 0):
        drop_oldest(house)
    look(house)
    look(house)
    assert [gap.range.first for gap in look(house)] == [1, 3, 5, 7, 9]
    assert unseen(house) == []

    house.take(*(garbage(seq) if seq % 2 else row(seq) for seq in range(11, 31)))
    for _ in range(5):
        look(house)
    assert len(look(house)) == 8
    assert unseen(house) == [17]


@contextlib.contextmanager
def statements_of(house: House) -> Iterator[list[str]]:
    """What is asked of the store meanwhile."""
    asked: list[str] = []

    def note(*said: object) -> None:
        asked.append(str(said[2]))

    event.listen(house.engine, "before_cursor_execute", note)
    yield asked
    event.remove(house.engine, "before_cursor_execute", note)


def test_agents_with_nothing_new_cost_no_statement_each(house: House) -> None:
    """However many agents and known gaps: a look that finds nothing asks the same few things."""
    counts: list[int] = []
    for agent_id in ("agent-farm", "agent-shop"):
        house.take(*(frame_of(health(), seq=seq, agent_id=agent_id) for seq in (1, 3)))
        look_for_gaps(house.engine, now=house.now)
        with statements_of(house) as asked:
            look_for_gaps(house.engine, now=house.now)
        counts.append(len(asked))
        assert not [said for said in asked if said.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert counts[0] == counts[1]
    assert [gap.range for gap in look(house)] == [SeqRange(2, 2)] * 2


def test_a_decision_does_not_wait_for_the_search(house: House) -> None:
    """What is due is decided first; who has missing rows is asked after it."""
    house.take(frame_of(fault(), seq=1))
    house.pass_time(120)
    with statements_of(house) as asked:
        assert house.tick() == 1
    decided = max(n for n, said in enumerate(asked) if said.startswith("UPDATE decision"))
    searched = min(n for n, said in enumerate(asked) if "seq_mark" in said)
    assert decided < searched


def test_rows_of_every_epoch_are_searched_whenever_they_come(house: House) -> None:
    """Rows carried in a file for an epoch that is over, and merged ones, show their gaps too."""
    for counter, seqs in ((3, (1, 3)), (1, (2, 4)), (2, (1, 2))):
        for seq in seqs:
            payload = pack(
                lane=Lane.HEALTH, epoch=Epoch(counter, 7), seq=seq, body=encode(health())
            )
            house.take(Arrival(topics.up("agent-farm", Lane.HEALTH), payload))
        look(house)
    assert [(gap.epoch[0], gap.range) for gap in look(house)] == [
        ("1", SeqRange(1, 1)),
        ("1", SeqRange(3, 3)),
        ("3", SeqRange(2, 2)),
    ]


def test_a_mark_moves_forward_only(house: House) -> None:
    """The command ``gaps`` looks beside the jobs: who was slower moves no mark back and finds no
    gap twice."""
    house.take(row(1), row(3))
    with reader(house.engine) as db:
        (slow,) = gap_search.past_the_mark(db)
    house.take(row(4), row(6))
    found = look(house)
    with house.engine.begin() as db:
        gaps.survey(db, slow, now=house.now)
        gap_search.move_marks(db, [(slow, slow.newest)], now=house.now)
    assert house.rows(tables.seq_mark)[0]["checked_to"] == 6
    assert look(house) == found


def unseen(house: House) -> list[int]:
    """From where on rows were not looked at, by epoch."""
    with house.engine.begin() as db:
        return [one.first for one in gap_bound.list_unseen(db, None)]


@given(
    st.sets(st.integers(1, 40), min_size=1),
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)), max_size=6),
)
def test_every_missing_row_has_one_explanation(
    missing: set[int], told: list[tuple[int, int]]
) -> None:
    """Pieces cover the gap once, and a piece is explained exactly where something covers it."""
    gap = SeqRange(min(missing), max(missing))
    known = [
        Known(range=SeqRange(first, first + n), why=Why.LOST, reason=str(n)) for first, n in told
    ]
    pieces = explain(gap, known)
    seqs = [seq for part, _ in pieces for seq in range(part.first, part.last + 1)]
    assert seqs == list(range(gap.first, gap.last + 1))
    for part, one in pieces:
        for seq in range(part.first, part.last + 1):
            covered = any(k.range.first <= seq <= k.range.last for k in known)
            assert covered == (one is not None)


def test_what_was_refused_costs_no_row_each(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of refused rows between good ones, none of them kept, is one range."""
    monkeypatch.setattr(quarantine, "Bound", lambda: Bound(rows=0, bytes=0))
    for seq in range(1, 60, 2):
        house.take(row(seq), garbage(seq + 1))
    house.take(row(61))
    house.pass_time(60)
    assert rows_by(look(house))["refused"] == 30
    assert [(told["first"], told["last"]) for told in house.rows(tables.seq_lost)] == [(2, 60)]
    assert rows_by(look(house))["refused"] == 30


def test_what_cannot_be_joined_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many explanations refused rows are forgotten first, and are called unexplained."""
    monkeypatch.setattr(quarantine, "Bound", lambda: Bound(rows=0, bytes=0))
    monkeypatch.setattr(lost_ranges, "MAX_LOST", 3)
    told = replace(health(next_within_s=1.0), lost=(Lost(4, SeqRange(50, 50), "evicted"),))
    house.take(row(1), frame_of(told, seq=51))
    for seq in range(10, 20, 2):
        house.take(garbage(seq))
    house.pass_time(60)
    look(house)
    assert house.count(tables.seq_lost) == 3
    house.pass_time(60)
    counts = rows_by(look(house))
    assert (counts["lost"], counts["refused"], counts["unexplained"]) == (1, 2, 46)


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)), st.integers(0, 40))
def test_joined_ranges_explain_the_same_missing_rows(
    lost: set[int], gone: set[int], checked_to: int
) -> None:
    """Whatever is told and whatever else is missing: no row gains or loses its explanation."""
    here = set(range(1, 41)) - lost - gone
    missing = ranges_of(seq for seq in range(1, checked_to + 1) if seq not in here)
    joined = lost_ranges.join(
        [Told(seq, seq, NOON) for seq in lost], missing, checked_to=checked_to
    )
    explained = {seq for one in joined for seq in range(one.first, one.last + 1)}
    assert explained - here == lost
    if checked_to == 40 and not gone - lost:
        assert len(joined) == min(len(lost), 1)
