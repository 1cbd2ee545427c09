"""Warranty: calendar months, last day inclusive, factory zone, unknown stays unknown."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.warranty import WarrantyVerdict, judge, last_covered_day

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors" / "claims-and-statistics.json"
ZONE = "Asia/Shanghai"


def test_months_agree_with_the_vectors() -> None:
    """Every vector of the claims page gives its last covered day."""
    if not VECTORS.exists():
        pytest.skip(f"no vectors beside the checkout ({VECTORS.name})")
    rows = json.loads(VECTORS.read_text())["warranty"]

    assert rows
    for row in rows:
        delivered = date.fromisoformat(row["delivery"])
        assert last_covered_day(delivered, row["months"]).isoformat() == row["last_covered_day"]


@pytest.mark.parametrize(
    ("delivered", "months", "last"),
    [
        pytest.param("2024-01-15", 24, "2026-01-15", id="not 730 days"),
        pytest.param("2024-02-29", 24, "2026-02-28", id="leap day"),
        pytest.param("2024-08-31", 18, "2026-02-28", id="month too short"),
        pytest.param("2023-12-31", 24, "2025-12-31", id="year's end"),
    ],
)
def test_last_covered_day(delivered: str, months: int, last: str) -> None:
    """The corresponding day of the last month, or that month's last."""
    assert last_covered_day(date.fromisoformat(delivered), months) == date.fromisoformat(last)


@given(
    delivered=st.dates(date(2000, 1, 1), date(2080, 1, 1)),
    months=st.integers(1, 240),
)
def test_never_longer_nor_shorter_than_the_months(delivered: date, months: int) -> None:
    """The last day lies in the month that many months on, and on the same day unless too short."""
    last = last_covered_day(delivered, months)

    assert (last.year - delivered.year) * 12 + last.month - delivered.month == months
    assert last.day == delivered.day or (last.day < delivered.day and last.day >= 28)


@pytest.mark.parametrize(
    ("onset", "verdict"),
    [
        pytest.param(datetime(2026, 1, 15, 15, 59, tzinfo=UTC), WarrantyVerdict.IN, id="23:59"),
        pytest.param(datetime(2026, 1, 15, 16, 0, tzinfo=UTC), WarrantyVerdict.OUT, id="24:00"),
    ],
)
def test_last_day_counts_to_midnight_at_the_factory(
    onset: datetime, verdict: WarrantyVerdict
) -> None:
    """The last day ends at 24:00 in China, which is 16:00 UTC."""
    judged = judge(
        registered=True, delivered_on=date(2024, 1, 15), months=24, onset_at=onset, zone=ZONE
    )
    assert (judged.verdict, judged.until) == (verdict, date(2026, 1, 15))


@pytest.mark.parametrize("registered", [True, False])
def test_unknown_stays_unknown(registered: bool) -> None:
    """Without a delivery date nothing is valid, whatever else is known."""
    judged = judge(
        registered=registered,
        delivered_on=None,
        months=24,
        onset_at=datetime(2026, 1, 1, tzinfo=UTC),
        zone=ZONE,
    )
    assert (judged.verdict, judged.until) == (WarrantyVerdict.UNKNOWN_SERIAL, None)
    assert judged.reason_en.startswith("warranty unknown")
