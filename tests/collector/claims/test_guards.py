"""What each step asks for before it is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from collector.claims import guard_words
from collector.claims.clock_terms import ClockTerms
from collector.claims.guards import NEEDS_OVERRIDE, GuardFacts, OtherLine, refuse
from collector.claims.item_words import ITEM_WORDS
from collector.claims.lifecycle import MOVES, Actor, LineState, Move
from collector.claims.story import Story
from collector.web.voice import load_texts
from tests.collector.claims.logs import BEGIN

S = LineState
NOW = BEGIN + timedelta(days=100)


def row(number: int) -> Move:
    """The row of the table."""
    return next(move for move in MOVES if move.number == number)


def refused(
    number: int, *, actor: Actor = Actor.ENGINEER, story: Story | None = None, **facts: Any
) -> str:
    """The code of the refusal; '' when the step may be taken."""
    found = refuse(
        GuardFacts(
            **{
                "move": row(number),
                "actor": actor,
                "reason": "",
                "story": story or Story(opened_at=BEGIN),
                "now": NOW,
                "line_id": 7,
                "organisation_id": "north",
                "label_serial": "SC24010001",
                "warranty_verdict": "in",
                **facts,
            }
        )
    )
    return found.code if found else ""


APPROVED = Story(
    state=S.APPROVED, path="replace_unit", origin="factory", rma_number="R", rma_at=NOW
)
RESOLVING = replace(APPROVED, state=S.RESOLVING)


@pytest.mark.parametrize(
    ("number", "facts", "code"),
    [
        pytest.param(2, {"missing": ("clip",)}, "incomplete", id="a gap"),
        pytest.param(2, {"missing": ("clip",), "reason": "no agent there"}, "", id="a gap, told"),
        pytest.param(
            2,
            {"missing": ("clip",), "reason": "x", "actor": Actor.SYSTEM},
            "incomplete",
            id="the machine explains no gap",
        ),
        pytest.param(4, {"warranty_verdict": "out"}, "warranty", id="out of warranty"),
        pytest.param(4, {"warranty_verdict": "out", "reason": "seen before"}, "", id="override"),
        pytest.param(
            4,
            {"story": Story(frozen_by="duplicate_serial"), "reason": "x"},
            "frozen",
            id="frozen has no override",
        ),
        pytest.param(24, {"actor": Actor.SYSTEM}, "no_auto_submit", id="nobody asked for it"),
        pytest.param(
            24,
            {
                "terms": ClockTerms(auto_submit=frozenset({"north"})),
                "warranty_verdict": "grey_estimated",
            },
            "warranty",
            id="only 'in' goes by itself",
        ),
        pytest.param(
            24, {"terms": ClockTerms(auto_submit=frozenset({"north"}))}, "", id="goes by itself"
        ),
        pytest.param(6, {}, "names_nothing", id="asks for nothing"),
        pytest.param(6, {"fields": {"missing": ["clip"]}}, "", id="asks for a clip"),
        pytest.param(
            7,
            {
                "actor": Actor.SYSTEM,
                "fields": {"brought": ["clip"]},
                "story": Story(named_gaps=("picture",)),
            },
            "brings_nothing",
            id="another item",
        ),
        pytest.param(
            7,
            {
                "actor": Actor.SYSTEM,
                "fields": {"brought": ["clip"]},
                "story": Story(named_gaps=("clip",)),
            },
            "",
            id="the item",
        ),
        pytest.param(7, {"actor": Actor.INTEGRATOR}, "brings_nothing", id="an empty answer"),
        pytest.param(
            8, {"fields": {"origin": "factory", "rma_number": "R"}}, "no_path", id="no path"
        ),
        pytest.param(
            8, {"fields": {"path": "credit", "rma_number": "R"}}, "no_origin", id="no origin"
        ),
        pytest.param(
            8, {"fields": {"path": "credit", "origin": "user"}}, "no_rma", id="no RMA number"
        ),
        pytest.param(
            8,
            {"fields": {"path": "credit", "origin": "user", "rma_number": "R"}},
            "",
            id="approved",
        ),
        pytest.param(
            9, {"fields": {"reason_code": "because"}}, "no_reject_code", id="no known reason"
        ),
        pytest.param(
            10,
            {"story": Story(path="credit"), "actor": Actor.SYSTEM},
            "no_return",
            id="credit needs no return",
        ),
        pytest.param(10, {"story": APPROVED, "actor": Actor.SYSTEM}, "", id="a replacement does"),
        pytest.param(11, {}, "not_scanned", id="nothing scanned"),
        pytest.param(
            11, {"fields": {"scanned_serial": "SC24010002"}}, "serial_mismatch", id="another unit"
        ),
        pytest.param(
            11, {"fields": {"scanned_serial": " sc2401 0001"}}, "", id="the unit, badly printed"
        ),
        pytest.param(
            11,
            {
                "fields": {"scanned_serial": "SC24010001"},
                "story": Story(rma_at=NOW - timedelta(days=91)),
            },
            "rma_expired",
            id="after 90 days",
        ),
        pytest.param(12, {}, "no_bench", id="no bench result"),
        pytest.param(13, {"story": APPROVED}, "not_returned", id="the unit is still away"),
        pytest.param(13, {"story": replace(APPROVED, state=S.RECEIVED)}, "", id="it is here"),
        pytest.param(14, {"story": RESOLVING}, "no_tracking", id="no tracking"),
        pytest.param(
            14,
            {"story": RESOLVING, "fields": {"tracking": "T"}},
            "no_new_serial",
            id="no new serial",
        ),
        pytest.param(
            14,
            {"story": RESOLVING, "fields": {"tracking": "T", "new_serial": "sc24010001"}},
            "same_serial",
            id="the faulty one again",
        ),
        pytest.param(
            14,
            {"story": RESOLVING, "fields": {"tracking": "T", "new_serial": "SC9"}},
            "",
            id="sent",
        ),
        pytest.param(
            14,
            {"story": replace(RESOLVING, path="parts"), "fields": {"tracking": "T"}},
            "",
            id="parts bring no serial",
        ),
        pytest.param(
            14, {"story": replace(RESOLVING, path="credit")}, "no_credit_note", id="credit"
        ),
        pytest.param(
            14, {"story": replace(RESOLVING, path="firmware_fix")}, "no_version", id="firmware"
        ),
        pytest.param(
            14, {"story": replace(RESOLVING, path="guidance")}, "no_report", id="guidance"
        ),
        pytest.param(
            15,
            {
                "actor": Actor.SYSTEM,
                "story": Story(path="parts", fulfilled_at=NOW - timedelta(days=7)),
            },
            "not_verified",
            id="silence is no recovery",
        ),
        pytest.param(
            15,
            {
                "actor": Actor.SYSTEM,
                "story": Story(path="parts", fulfilled_at=NOW - timedelta(days=6)),
                "fields": {"verified_by_probe": True},
            },
            "not_verified",
            id="too early",
        ),
        pytest.param(
            15,
            {
                "actor": Actor.SYSTEM,
                "story": Story(path="parts", fulfilled_at=NOW - timedelta(days=7)),
                "fields": {"verified_by_probe": True},
            },
            "",
            id="probed for a week",
        ),
        pytest.param(
            15, {"actor": Actor.INTEGRATOR, "story": Story(path="parts")}, "", id="by hand"
        ),
        pytest.param(
            16, {"story": Story(resolved_at=NOW - timedelta(days=13))}, "not_settled", id="13 days"
        ),
        pytest.param(16, {"story": Story(resolved_at=NOW - timedelta(days=14))}, "", id="14 days"),
        pytest.param(
            17,
            {"story": Story(rejected_at=NOW - timedelta(days=15), evidence_at=NOW)},
            "too_late",
            id="late",
        ),
        pytest.param(
            17,
            {
                "story": Story(
                    rejected_at=NOW - timedelta(days=3), evidence_at=NOW - timedelta(days=4)
                )
            },
            "no_news",
            id="nothing new",
        ),
        pytest.param(
            17,
            {
                "story": Story(
                    rejected_at=NOW - timedelta(days=3), evidence_at=NOW, appeal_used=True
                )
            },
            "appealed",
            id="twice",
        ),
        pytest.param(
            17,
            {"story": Story(rejected_at=NOW - timedelta(days=3), evidence_at=NOW)},
            "",
            id="appealed well",
        ),
        pytest.param(
            17,
            {"story": Story(rejected_at=NOW, evidence_at=NOW), "has_open_twin": True},
            "open_twin",
            id="another line is open",
        ),
        pytest.param(19, {}, "no_other", id="into nothing"),
        pytest.param(
            20,
            {"story": Story(state=S.NEED_INFO, moved_at=NOW - timedelta(days=31), reminders=1)},
            "not_silent",
            id="one reminder",
        ),
        pytest.param(
            20,
            {
                "story": Story(
                    state=S.NEED_INFO,
                    moved_at=NOW - timedelta(days=31),
                    heard_at=NOW - timedelta(days=2),
                    reminders=2,
                )
            },
            "not_silent",
            id="heard",
        ),
        pytest.param(
            20,
            {"story": Story(state=S.NEED_INFO, moved_at=NOW - timedelta(days=31), reminders=2)},
            "",
            id="silent",
        ),
        pytest.param(
            23,
            {"warranty_until": date(2026, 5, 1), "today": date(2026, 5, 2)},
            "out_of_warranty",
            id="a day late",
        ),
        pytest.param(
            23,
            {"warranty_until": date(2026, 5, 1), "today": date(2026, 5, 1)},
            "",
            id="the last day",
        ),
        pytest.param(
            23,
            {"warranty_until": None, "today": date(2026, 5, 1)},
            "out_of_warranty",
            id="unknown is never in",
        ),
    ],
)
def test_guard(number: int, facts: dict[str, Any], code: str) -> None:
    """Claims and warranty, section 8, column 'Guard', row by row."""
    assert refused(number, **facts) == code


def test_the_older_line_stays() -> None:
    """A line is merged into an older open one of its own organisation, never into itself."""
    older = OtherLine(id=3, organisation_id="north", is_open=True, opened_at=BEGIN - timedelta(1))
    assert refused(19, other=older) == ""
    assert refused(19, other=replace(older, opened_at=NOW)) == "younger"
    for other in (
        replace(older, id=7),
        replace(older, is_open=False),
        replace(older, organisation_id="south"),
    ):
        assert refused(19, other=other) == "no_other"


def test_two_units_are_two_claims() -> None:
    """A line is not merged into one of another serial, except where both hang at one place."""
    twin = OtherLine(
        id=3,
        organisation_id="north",
        is_open=True,
        opened_at=BEGIN - timedelta(1),
        label_serial="sc2401 0001",
        position_id=5,
    )
    assert refused(19, other=twin) == ""
    other = replace(twin, label_serial="SC24010002")
    assert refused(19, other=other) == "other_unit"
    assert refused(19, other=other, position_id=5) == "", "two names of one device"
    assert refused(19, other=replace(other, label_serial="")) == "", "its label is not known"


def test_refusals_name_items_in_words() -> None:
    """What is missing, why a line is frozen and the verdict are told in the reader's language."""
    assert (
        guard_words.incomplete(("picture", "tried")).line("zh").startswith("缺少：故障图片、已排查")
    )
    assert "duplicate_serial" not in guard_words.frozen("duplicate_serial").line("en")
    for verdict in NEEDS_OVERRIDE:
        said = guard_words.needs_override(verdict)
        assert said.line("zh") != said.line("en")
        assert f"'{verdict}'" not in said.line("en")
    for language in ("en", "zh"):
        texts = load_texts(language)
        told = {name: words.text(language) for name, words in ITEM_WORDS.items()}
        assert told == {k[5:]: v for k, v in texts.items() if k.startswith("must.")}
