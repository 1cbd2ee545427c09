"""Merged telemetry is known by ranges: repeats have no effect, conflicts of other lanes show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.compact import compact_agent
from collector.intake.arrival import Arrival
from collector.intake.ingest import Ingested
from collector.store import merged, tables, telemetry
from shared.fold import fold
from shared.reading import Quality, Reading
from shared.receipt import SeqRange, ranges_of
from tests.collector.house import EPOCH, NOON, House, fault, frame_of, health


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A collector with quick holds."""
    made = House(tmp_path)
    yield made
    made.engine.dispose()


def batch(seq: int, value: int = 7) -> Arrival:
    """A batch of one reading."""
    reading = Reading("battery.charge", value, "%", NOON, Quality.GOOD)
    return frame_of(fold([("gate", reading)], sent_at=NOON), seq=seq)


def merge_all(house: House) -> None:
    """Merge whatever its age."""
    compact_agent(house.engine, "agent-farm", policy=house.policy, now=house.now)


def ranges(house: House) -> list[tuple[object, object]]:
    """The ranges of the one epoch."""
    return [(row["first"], row["last"]) for row in house.rows(tables.seq_merged)]


def ends(done: Ingested) -> tuple[int, int, int]:
    """Stored, duplicate, quarantined."""
    return done.counts.stored, done.counts.duplicate, done.counts.quarantined


def test_merged_rows_are_one_range_whatever_lies_between(house: House) -> None:
    """Rows of other lanes keep their own row and cut no range; a row that never came does."""
    house.take(frame_of(health(), seq=1), batch(2), frame_of(health(), seq=3), batch(4), batch(6))
    merge_all(house)
    assert ranges(house) == [(1, 4), (6, 6)]
    assert [row["seq"] for row in house.rows(tables.frame)] == [1, 3]

    house.take(batch(5), frame_of(health(), seq=7), batch(8))
    merge_all(house)
    assert ranges(house) == [(1, 8)]


@pytest.mark.parametrize("repeats", [1, 3])
def test_late_repeat_of_a_merged_row_is_a_duplicate(house: House, repeats: int) -> None:
    """It is receipted and has no effect; what is new beside it is stored."""
    house.take(batch(1), batch(2))
    merge_all(house)
    before = house.everything()
    done = house.take(*[batch(1)] * repeats, batch(2))
    assert ends(done) == (0, repeats + 1, 0)
    assert done.receipts[0][1].ranges == (SeqRange(1, 2),)
    assert house.everything() == before
    assert ends(house.take(batch(2), batch(3))) == (1, 1, 0)


def test_other_telemetry_under_a_merged_identity_has_no_effect(house: House) -> None:
    """Its content cannot be told apart any more: it passes for a repeat, and changes nothing."""
    house.take(batch(1, value=7))
    assert ends(house.take(batch(1, value=8))) == (0, 0, 1)
    merge_all(house)
    before = house.everything()
    assert ends(house.take(batch(1, value=9))) == (0, 1, 0)
    assert house.everything() == before


def test_a_clone_shows_on_the_other_lanes(house: House) -> None:
    """A fault or health row under the identity of merged telemetry is a conflict, and so is
    telemetry under theirs."""
    house.take(batch(1), frame_of(health(), seq=2), batch(3))
    merge_all(house)
    assert ends(house.take(frame_of(fault(), seq=1))) == (0, 0, 1)
    assert ends(house.take(frame_of(health(), seq=3))) == (0, 0, 1)
    assert ends(house.take(batch(2))) == (0, 0, 1)
    assert {row["reason"] for row in house.rows(tables.quarantine)} == {"identity.conflict"}
    assert house.count(tables.episode) == 0


class Killed(BaseException):
    """The process ends here."""


def test_kill_before_the_commit_leaves_the_rows(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Range, rows and batches change in one transaction."""
    house.take(batch(1), batch(2))
    before = house.everything()

    def die(*_args: object, **_named: object) -> int:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(telemetry, "remove_batches", die)
        with pytest.raises(Killed):
            merge_all(house)
    assert house.everything() == before
    merge_all(house)
    assert (ranges(house), house.count(tables.frame)) == ([(1, 2)], 0)


@given(st.sets(st.integers(1, 40), min_size=1), st.sets(st.integers(1, 40)))
def test_ranges_cover_what_is_merged_and_nothing_that_never_came(
    seqs: set[int], other: set[int]
) -> None:
    """Every merged seq lies in exactly one range; what a range covers has come."""
    found = merged.join(ranges_of(seqs), other)
    covered = [seq for one in found for seq in range(one.first, one.last + 1)]
    assert seqs <= set(covered) <= seqs | other
    assert len(covered) == len(set(covered))
    assert all(after.first > before.last + 1 for before, after in pairwise(found))


def test_an_identity_of_another_epoch_is_new(house: House) -> None:
    """Ranges belong to one epoch of one agent."""
    house.take(batch(1))
    merge_all(house)
    with house.engine.begin() as db:
        keys = [
            ("agent-farm", str(EPOCH), 1),
            ("agent-farm", "2-0000000000000007", 1),
            ("agent-shop", str(EPOCH), 1),
        ]
        assert merged.among(db, keys) == {keys[0]}
