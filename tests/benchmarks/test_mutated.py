"""A hundred thousand mutated payloads through the product's ingest: each has its one end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks import mutated_intake
from benchmarks.durability_intake import account
from benchmarks.figure import Size
from benchmarks.mutated_intake import Account
from collector.intake.ingest import Ingested, ingest
from shared.receipt import Receipt, SeqRange

KEPT = Account(
    sent=100,
    sent_good=4,
    sent_again=6,
    sent_refusable=80,
    stored=7,
    duplicate=6,
    quarantined=87,
    rows_in_store=7,
    good_in_store=4,
    kept_or_counted=87,
    kept_rows=10,
    receipts_at_odds=0,
    fresh_passed=True,
    peak_rss_mb=1.0,
    slowest_batch_s=1.0,
    took_s=1.0,
    cpu_s=1.0,
)


@pytest.mark.laboratory
def test_each_mutated_payload_has_one_end() -> None:
    """Stored + duplicate + quarantined = sent, end by end, and a good row passes after them."""
    found = account(Size.SHORT)

    assert not any(found.unaccounted().values()), found
    assert found.fresh_passed
    assert found.sent == 100_000
    assert min(found.sent_good, found.sent_again, found.sent_refusable, found.kept_rows) > 0


@pytest.mark.parametrize(
    ("wrong", "end"),
    [
        pytest.param(replace(KEPT, rows_in_store=6), "stored", id="said to be stored"),
        pytest.param(
            replace(KEPT, stored=6, rows_in_store=6, good_in_store=3, duplicate=7),
            "duplicate",
            id="a first one taken for a repeat",
        ),
        pytest.param(
            replace(KEPT, good_in_store=3), "good", id="a good one lost, a false one doubled"
        ),
        pytest.param(replace(KEPT, kept_or_counted=86), "quarantined", id="neither kept nor told"),
        pytest.param(
            replace(KEPT, quarantined=79, kept_or_counted=79, stored=15, rows_in_store=15),
            "refusable",
            id="stored what none may store",
        ),
        pytest.param(replace(KEPT, receipts_at_odds=1), "receipts", id="receipted and not stored"),
        pytest.param(replace(KEPT, sent=101), "sent", id="one without an end"),
    ],
)
def test_one_lost_and_one_doubled_do_not_cancel(wrong: Account, end: str) -> None:
    """Each end is compared for itself."""
    assert not any(KEPT.unaccounted().values())
    assert wrong.unaccounted()[end] > 0


def _unchanged(receipt: Receipt) -> Receipt:
    return receipt


def _silent(receipt: Receipt) -> Receipt:
    return msgspec.structs.replace(receipt, ranges=(), refused=())


def _all_accepted(receipt: Receipt) -> Receipt:
    seqs = tuple(SeqRange(one.seq, one.seq) for one in receipt.refused)
    return msgspec.structs.replace(receipt, ranges=(*receipt.ranges, *seqs), refused=())


def _of_others(receipt: Receipt) -> Receipt:
    return msgspec.structs.replace(receipt, ranges=(*receipt.ranges, SeqRange(900, 900)))


@pytest.mark.parametrize(
    ("tell", "is_right"),
    [
        pytest.param(_unchanged, True, id="as the product does"),
        pytest.param(_silent, False, id="nothing"),
        pytest.param(_all_accepted, False, id="what is refused is accepted"),
        pytest.param(_of_others, False, id="a row that nobody sent"),
    ],
)
def test_receipts_are_held_against_the_store(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tell: Callable[[Receipt], Receipt],
    is_right: bool,
) -> None:
    """A receipt that says too little, too much or the wrong thing is counted."""

    def told(*args: Any, **named: Any) -> Ingested:
        done = ingest(*args, **named)
        return replace(done, receipts=tuple((who, tell(what)) for who, what in done.receipts))

    monkeypatch.setattr(mutated_intake, "ingest", told)
    found = mutated_intake.run(2000, 1, tmp_path)

    assert found.stored > 0
    assert (found.unaccounted()["receipts"] == 0) is is_right
