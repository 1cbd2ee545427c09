"""Gaps in what an agent numbered: found, filled by late rows, explained or called unexplained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from collector.intake.arrival import Arrival
from collector.store import gaps, tables
from collector.store.views.gaps import Gap, Known, Why, explain, list_gaps, rows_by
from collector.store.views.health import waiting_rows
from shared.frame import Lane
from shared.health import LaneDepth, Lost
from shared.receipt import SeqRange, ranges_of
from tests.collector.house import House, device, fault, frame_of, health


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def look(house: House) -> tuple[Gap, ...]:
    """Survey every agent, then list."""
    with house.engine.begin() as db:
        for agent_id, organisation_id in gaps.to_visit(db, since=None):
            gaps.survey(db, agent_id=agent_id, organisation_id=organisation_id, now=house.now)
    with house.engine.begin() as db:
        return list_gaps(db, None, now=house.now, waiting=waiting_rows(db))


def row(seq: int) -> Arrival:
    """A health row."""
    return frame_of(health(device(), next_within_s=1.0), seq=seq)


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One collector for all examples."""
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.engine.dispose()


@settings(max_examples=20, deadline=None)
@given(parts=st.lists(st.sets(st.integers(1, 25), min_size=1), min_size=1, max_size=4))
def test_the_gaps_are_what_is_not_here(shared_house: House, parts: list[set[int]]) -> None:
    """In whatever order rows come, the gaps after each look are exactly the missing seqs."""
    house = shared_house
    with house.engine.begin() as db:
        for table in (tables.frame, tables.seq_gap, tables.seq_mark):
            db.execute(table.delete())
    here: set[int] = set()
    for part in parts:
        house.take(*(row(seq) for seq in sorted(part)))
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
    assert rows_by(look(house)) == {"lost": 2, "quarantine": 1, "coming": 0, "unexplained": 3}


def test_rows_that_wait_at_the_agent_are_not_called_missing(house: House) -> None:
    """As many as it says, and no more."""
    told = replace(health(next_within_s=1.0), outbox=(LaneDepth(int(Lane.TELEMETRY), 2, 99),))
    house.take(row(1), frame_of(told, seq=4), row(3))
    house.pass_time(60)
    assert [gap.why for gap in look(house)] == [Why.COMING]


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
    monkeypatch.setattr(gaps, "MAX_GAPS", 3)
    house.take(*(row(seq) for seq in range(1, 20, 2)))
    assert [gap.range.first for gap in look(house)] == [2, 4, 6]
    assert len(look(house)) == 3
    house.take(row(2), row(4), row(6))
    look(house)
    assert [gap.range.first for gap in look(house)] == [8, 10, 12]


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
