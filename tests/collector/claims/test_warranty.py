"""Warranty: calendar months, last day inclusive, factory zone, unknown stays unknown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.claims.read_policy import PolicyError, parse_policy
from collector.claims.unit_facts import Original, SeenFacts, UnitFacts
from collector.claims.warranty import WarrantyVerdict, at_submission, judge, last_covered_day
from collector.claims.warranty_terms import WarrantyTerms, produced_within

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors" / "claims-and-statistics.json"
ZONE = "Asia/Shanghai"
TERMS = WarrantyTerms(zone=ZONE)
V = WarrantyVerdict


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


def at(day: str, hour: int = 4) -> datetime:
    """A moment on this day, at noon in China."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def unit(delivered: str | None = "2024-01-15", **more: object) -> UnitFacts:
    """A delivered device."""
    on = date.fromisoformat(delivered) if delivered else None
    return UnitFacts(model="M", product="wifi", batch="B", delivered_on=on, **more)  # type: ignore[arg-type]


def verdict(
    known: UnitFacts | None, onset: datetime, terms: WarrantyTerms = TERMS, **seen: object
) -> tuple[WarrantyVerdict, str]:
    """Verdict and last covered day after 24 months."""
    judged = judge(known, SeenFacts(onset_at=onset, **seen), months=24, terms=terms)  # type: ignore[arg-type]
    assert judged.reason_en and judged.reason_zh
    return judged.verdict, str(judged.until or "")


@pytest.mark.parametrize(
    ("onset", "expected"),
    [
        pytest.param(datetime(2026, 1, 15, 15, 59, tzinfo=UTC), V.IN, id="23:59"),
        pytest.param(datetime(2026, 1, 15, 16, 0, tzinfo=UTC), V.OUT, id="24:00"),
    ],
)
def test_last_day_counts_to_midnight_at_the_factory(
    onset: datetime, expected: WarrantyVerdict
) -> None:
    """The last day ends at 24:00 in China, which is 16:00 UTC."""
    assert verdict(unit(), onset) == (expected, "2026-01-15")


@pytest.mark.parametrize("known", [None, unit(None)])
def test_unknown_stays_unknown(known: UnitFacts | None) -> None:
    """Without a delivery date nothing is valid, whatever else is known."""
    judged = judge(known, SeenFacts(onset_at=at("2026-01-01")), months=24, terms=TERMS)
    assert (judged.verdict, judged.until) == (V.UNKNOWN_SERIAL, None)
    assert judged.reason_en.startswith("warranty unknown")


OURS = WarrantyTerms(
    zone=ZONE,
    our_serials=(re.compile(r"SL\d{8}"),),
    our_ouis=frozenset({"aa:bb:cc"}),
    serial_dates=(re.compile(r"SL(?P<year>\d\d)(?P<month>\d\d)\d{4}"),),
)


@pytest.mark.parametrize(
    ("known", "onset", "seen", "expected"),
    [
        pytest.param(
            unit("2023-01-01", until_override=date(2026, 6, 1), override_reason="recall"),
            "2026-06-01", {}, (V.IN, "2026-06-01"), id="an agreed last day goes first",
        ),
        pytest.param(
            unit(until_override=date(2025, 1, 1)),
            "2025-06-01", {}, (V.OUT, "2025-01-01"), id="agreed to be shorter",
        ),
        pytest.param(unit(blocked="stolen"), "2025-01-01", {}, (V.BLOCKED, ""), id="stolen"),
        pytest.param(
            unit(), "2025-01-01", {"twins": ("Depot: gate",)}, (V.DUPLICATE_SERIAL, ""), id="twin"
        ),
        pytest.param(
            None, "2025-01-01", {"serial": "XX1"}, (V.NOT_OURS, ""), id="another maker's serial"
        ),
        pytest.param(
            None, "2025-01-01", {"macs": ("00:11:22:33:44:55",)}, (V.NOT_OURS, ""), id="their MAC"
        ),
        pytest.param(
            unit(), "2025-01-01", {"serial": "XX1"}, (V.IN, "2026-01-15"), id="registered is ours"
        ),
        pytest.param(
            unit(None), "2026-01-31", {"serial": "SL24020001"}, (V.IN, "2026-02-01"),
            id="surely inside by its production",
        ),
        pytest.param(
            unit(None), "2026-03-01", {"serial": "SL24020001"}, (V.GREY_ESTIMATED, "2026-08-29"),
            id="the window straddles the end",
        ),
        pytest.param(
            unit(None), "2026-08-30", {"serial": "SL24020001"}, (V.OUT, "2026-08-29"),
            id="surely outside by its production",
        ),
        pytest.param(
            None, "2026-01-31", {"serial": "SL24020001"}, (V.UNKNOWN_SERIAL, ""),
            id="a serial alone proves no warranty",
        ),
        pytest.param(
            None, "2026-08-30", {"serial": "SL24020001"}, (V.OUT, "2026-08-29"),
            id="a serial alone speaks against one",
        ),
        pytest.param(
            unit(None), "2026-04-01", {"first_seen_at": at("2024-03-01")}, (V.OUT, "2026-03-01"),
            id="in use too early",
        ),
        pytest.param(
            unit(None), "2026-02-01", {"first_seen_at": at("2024-03-01")}, (V.UNKNOWN_SERIAL, ""),
            id="the first sight proves no delivery",
        ),
        pytest.param(
            unit("2024-03-01", delivered_by="estimate"), "2026-03-15", {},
            (V.GREY_ESTIMATED, "2026-09-01"), id="the list only estimates",
        ),
        pytest.param(
            unit("2025-12-01", original=Original(serial="S0", delivered_on=date(2024, 6, 1))),
            "2026-05-31", {}, (V.IN, "2026-06-01"), id="a replacement carries the rest",
        ),
        pytest.param(
            unit("2026-05-01", original=Original(serial="S0", delivered_on=date(2024, 6, 1))),
            "2026-07-01", {}, (V.GREY_REPLACEMENT, "2026-07-30"), id="its own 90 days are longer",
        ),
        pytest.param(
            unit("2026-05-01", original=Original(serial="S0", delivered_on=date(2024, 6, 1))),
            "2026-07-31", {}, (V.OUT, "2026-07-30"), id="both are over",
        ),
        pytest.param(
            unit("2025-06-02", delivered_by="proof"), "2025-06-01", {}, (V.UNKNOWN_SERIAL, ""),
            id="no fault comes before the delivery",
        ),
        pytest.param(
            unit("2025-06-01"), "2025-06-01", {}, (V.IN, "2027-06-01"), id="dead on arrival",
        ),
        pytest.param(
            unit("2023-05-01", original=Original(serial="S0", delivered_on=None)),
            "2026-07-31", {}, (V.UNKNOWN_SERIAL, ""), id="whose first device has no date",
        ),
    ],
)  # fmt: skip
def test_what_the_delivery_rests_on(
    known: UnitFacts | None,
    onset: str,
    seen: dict[str, object],
    expected: tuple[WarrantyVerdict, str],
) -> None:
    """Agreement, registry, production and first sight count in this order, each for what it is."""
    assert verdict(known, at(onset), OURS, **seen) == expected


def test_start_is_capped_by_production() -> None:
    """Where the factory caps it, a device that lay in a warehouse starts its warranty there."""
    made = unit("2024-12-01", produced_on=date(2024, 1, 1))

    assert verdict(made, at("2026-07-02"), replace(TERMS, start_cap_months=6)) == (
        V.OUT, "2026-07-01",
    )  # fmt: skip
    assert verdict(made, at("2026-07-02")) == (V.IN, "2026-12-01")


@pytest.mark.parametrize(
    ("today", "expected"),
    [("2026-01-15", None), ("2026-01-16", V.GREY_OBSERVED_IN)],
)
def test_seen_inside_and_submitted_after_is_grey(
    today: str, expected: WarrantyVerdict | None
) -> None:
    """The first observation holds; what is submitted after the end tells both days."""
    judged = at_submission(V.IN, date(2026, 1, 15), today=date.fromisoformat(today))

    assert (judged.verdict if judged else None) is expected
    if judged:
        assert "2026-01-15" in judged.reason_en and "2026-01-16" in judged.reason_zh
    assert at_submission(V.OUT, date(2026, 1, 15), today=date(2027, 1, 1)) is None


@given(
    delivered=st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    gap=st.integers(0, 4000),
    months=st.integers(1, 60),
)
def test_estimate_is_never_surer_than_the_truth(delivered: date, gap: int, months: int) -> None:
    """Whatever the true delivery after production: where the estimate says in or out, it is so."""
    made = delivered - timedelta(days=gap % 180)
    onset = datetime.combine(delivered + timedelta(days=gap), time(4), UTC)
    seen = SeenFacts(onset_at=onset, serial="S")
    truth = judge(unit(delivered.isoformat()), seen, months=months, terms=TERMS)
    guess = judge(unit(None, produced_on=made), seen, months=months, terms=TERMS)

    assert guess.verdict in {truth.verdict, V.GREY_ESTIMATED}


def test_patterns_of_the_policy_are_read_or_refused() -> None:
    """A pattern without a date, a broken one and a MAC that is none are named."""
    with pytest.raises(PolicyError) as refused:
        parse_policy(
            '[warranty]\nserial_dates = ["SL", "("]\nour_ouis = ["zz"]\nour_serials = ["["]\n'
        )
    assert [problem.wrong for problem in refused.value.problems] == [
        "no_date_groups", "no_pattern", "no_pattern", "no_oui",
    ]  # fmt: skip
    good = parse_policy("[warranty]\nserial_dates = ['SL(?P<year>..)W(?P<week>..)']\n")
    assert produced_within("SL24W10", good.cover_terms) == (date(2024, 3, 4), date(2024, 3, 10))
    assert produced_within("SL24W99", good.cover_terms) is None
