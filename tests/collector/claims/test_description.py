"""The defect in plain words, and what was tried before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from collector.claims.description import DefectFacts, FaultFacts, Neighbours, describe
from collector.claims.problem import Both
from collector.claims.report import Tried
from collector.claims.troubleshooting import (
    OUTCOME_WORDS,
    TRIED_WORDS,
    Check,
    CheckOutcome,
    Updated,
    read_check,
    restart_seen,
    tell_check,
    update_seen,
)
from collector.web.voice import Voice

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FAULT = FaultFacts(
    name=Both("IR-cut filter stuck open", "红外滤光片卡在开启位置"),
    meaning=Both("Colours are washed out.", "画面偏品红。"),
    summary=Both("commanded twice, no optical change", "两次指令均无光学变化"),
    first_at=NOON,
    cleared_at=None,
    observations=12,
    firmware="2.800.0",
    is_tested=True,
)
FACTS = DefectFacts(
    serial="SC24010001",
    model="SC-4G",
    batch="B-7",
    delivered_on=date(2025, 3, 1),
    recorder_firmware="V4.2",
    faults=(FAULT,),
    checks=(
        Check(
            what=Tried.RESTARTED,
            outcome=CheckOutcome.NO_CHANGE,
            at=NOON + timedelta(hours=3),
            actor="agent-farm",
            is_seen=True,
        ),
    ),
    neighbours=Neighbours(normal=6, same_fault=0, other_fault=0, unknown=1),
    peers=3,
    pictures=2,
    has_reference=True,
    has_test=True,
)


def test_an_engineer_reads_it_in_one_look() -> None:
    """Unit, fault, since when, how it is known, what was tried, neighbours, peers, files: in both
    languages, a sentence a line."""
    said = describe(FACTS)
    assert said.en.splitlines() == [
        "Device SC24010001, model SC-4G, batch B-7, delivered 2025-03-01.",
        "IR-cut filter stuck open: Colours are washed out. Found: commanded twice, no optical "
        "change. An active test proves it: the part was commanded and watched. First seen "
        "2026-03-01 12:00 UTC, 365 days after delivery, still there; 12 observations. Firmware "
        "2.800.0 on a recorder with V4.2.",
        "Tried: restarted: the fault stayed (seen by the agent), 2026-03-01.",
        "6 of 7 other cameras of its site are normal, 1 not heard of since.",
        "3 other claims of batch B-7 with the same fault.",
        "With it: 2 pictures, a picture of the view when it was good, the log of the active test.",
    ]
    for word in ("SC24010001", "交付后 365 天", "主动测试证实", "故障依旧", "6 台正常", "参考图片"):
        assert word in said.zh
    assert len(said.zh.splitlines()) == len(said.en.splitlines())


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    """Without facts nothing is invented: each gap is named in both languages."""
    said = describe(DefectFacts(serial="", model=""))
    assert ", model not known, batch not known" in said.en
    assert "，型号未知，批次未知" in said.zh
    for word in ("serial number not known", "batch not known", "delivery date not known"):
        assert word in said.en
    assert "Nothing that was tried is recorded" in said.en
    assert "No picture or clip is here" in said.en
    assert said.zh.count("未知") == 4
    assert "None" not in said.en + said.zh


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_reported": True}, "Reported by a person; no agent saw it. Since 2026-03-01."),
        ({"cleared_at": NOON + timedelta(hours=5)}, "over since 2026-03-01 17:00 UTC"),
        ({"firmware": ""}, "Firmware not known"),
        ({"first_at": NOON - timedelta(days=400)}, "First seen 2025-01-25 12:00 UTC, still there"),
    ],
)
def test_the_fault_is_told_as_it_is(change: dict[str, object], words: str) -> None:
    """A report is no observation, an end is named, and days before delivery are not counted."""
    fault = replace(FAULT, **change)  # type: ignore[arg-type]  # by name
    assert words in describe(replace(FACTS, faults=(fault,))).en


def test_a_lot_has_pieces() -> None:
    """A module lot is told by its number and how many failed."""
    lot = replace(FACTS, is_lot=True, quantity=12, serial="", batch="L-3")
    assert describe(lot).en.startswith("12 pieces of lot L-3, model SC-4G.")
    assert describe(lot).zh.startswith("批次 L-3 的 12 件")


@pytest.mark.parametrize(
    ("uptime_s", "is_open", "seen"),
    [
        (3600.0, True, True),
        (3600.0, False, False),  # nobody knows what the restart did
        (9 * 3600.0, True, False),  # it has run since before the fault
        (None, True, False),
        (-1.0, True, False),
        (1e30, True, False),
        (5.0, True, False),  # it comes up just now: the fault had no time to show
    ],
)
def test_a_restart_is_seen_by_its_uptime(uptime_s: float | None, is_open: bool, seen: bool) -> None:
    """Only a good uptime that begins after the onset, while the fault stays, is a restart tried."""
    found = restart_seen(
        uptime_s,
        read_at=NOON + timedelta(hours=8),
        onset_at=NOON,
        is_open=is_open,
        agent="agent-farm",
    )
    assert (found is not None) is seen
    if found is not None:
        assert found.at == NOON + timedelta(hours=7)


def test_an_update_after_the_onset_is_told_with_both_versions() -> None:
    """Which version is the newest nobody knows from here: it says what was before and after."""
    before = Updated(before="1.0", after="1.1", at=NOON - timedelta(days=1))
    first = Updated(before="", after="1.0", at=NOON + timedelta(days=1))
    after = Updated(before="1.1", after="1.2", at=NOON + timedelta(days=2))
    assert update_seen([before, first], onset_at=NOON, is_open=True, agent="a") is None
    assert update_seen([after], onset_at=NOON, is_open=False, agent="a") is None
    found = update_seen([before, after], onset_at=NOON, is_open=True, agent="a")
    assert found is not None
    assert "firmware updated: the fault stayed" in tell_check(found).en
    assert "1.1 → 1.2" in tell_check(found).zh


def test_what_could_not_be_done_is_no_check() -> None:
    """It stays a gap; an event of a newer version that is not known here is left alone."""
    payload = {"what": "restarted", "outcome": "not_possible", "reason": "no ladder"}
    found = read_check(payload, at=NOON, actor="ann")
    assert found is not None
    assert not found.counts
    assert "no ladder" in tell_check(found).en
    assert read_check({"what": "prayed", "outcome": "gone"}, at=NOON, actor="ann") is None


def test_the_words_are_those_of_the_console() -> None:
    """Pack and page say the same of each check, in both languages."""
    for lang in ("en", "zh"):
        voice = Voice(lang)
        for what, words in TRIED_WORDS.items():
            assert words.text(lang) == voice.name("tried", what.value)
        for outcome, words in OUTCOME_WORDS.items():
            if outcome is not CheckOutcome.NOT_TOLD:
                assert words.text(lang) == voice.name("check_outcome", outcome.value)
