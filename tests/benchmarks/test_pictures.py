"""The picture benchmark itself: its bounds, its plan, its patience, and that it can fall short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figure import Size
from benchmarks.pictures import pool
from benchmarks.pictures.cases import SCALES, Scale, find_sources, plan
from benchmarks.pictures.competitors import (
    Episodes,
    FfmpegSet,
    decode_frame,
    luma_of,
    script_alarms,
)
from benchmarks.pictures.expected import GROSS, HARD, OTHER, PASSIVE, RIGHT_NAMES
from benchmarks.pictures.result import Alarm, Faulty, Healthy
from benchmarks.pictures.score import score_faults, score_quiet, upper_per_1000
from benchmarks.pictures.subject import Subject
from benchmarks.pictures.table import print_table
from shared.catalogue import ENTRIES
from simulator.life.day import Site
from simulator.life.injury import Injury, Kind, Severity
from simulator.life.life import Life
from simulator.life.sources import Part, Source
from simulator.life.views import open_view

NOON = datetime(2026, 6, 12, 10, 30, tzinfo=UTC)
TINY = Scale(
    days=3,
    rounds=1,
    most_cameras=2,
    learn_days=1,
    lives={Severity.MILD: 0, Severity.MEDIUM: 0, Severity.SEVERE: 0},
    compare_each=1,
)


def camera(injury: Injury | None = None) -> Life:
    """One camera over an own landscape that sends H.264."""
    view = open_view(Source(name="scene:3", scene_seed=3))
    return Life(view=view, seed=4, site=Site(seed=4), injury=injury)


def test_no_alarm_leaves_the_rule_of_three() -> None:
    """Without an alarm in 1,500 days up to 2 in 1,000 are possible."""
    assert upper_per_1000([(1000, 0), (500, 0)]) == pytest.approx(2.0)


@given(st.lists(st.tuples(st.floats(1, 500), st.integers(0, 3)), min_size=2, max_size=30))
def test_the_bound_lies_above_what_was_seen(clusters: list[tuple[float, int]]) -> None:
    """Whatever the sources gave, the bound is no lower than the rate."""
    days = sum(pair[0] for pair in clusters)
    rate = min(1000.0, 1000 * sum(pair[1] for pair in clusters) / days)

    assert upper_per_1000(clusters) >= rate


def test_alarms_of_one_source_prove_less() -> None:
    """Ten alarms of one camera bound the rate worse than ten alarms of ten cameras."""
    spread = [(100.0, 1)] * 10
    heaped = [(100.0, 10), *[(100.0, 0)] * 9]

    assert upper_per_1000(heaped) > upper_per_1000(spread)


def test_every_injury_has_a_right_name_and_a_goal() -> None:
    """Names are of the catalogue, and each fault stands in one group."""
    assert sorted(kind.value for kind in (*GROSS, *PASSIVE, *HARD, *OTHER)) == sorted(
        kind.value for kind in Kind
    )
    assert set(RIGHT_NAMES) == set(Kind)
    known = {entry.code for entry in ENTRIES} | {
        "picture.flipped",
        "picture.blocky",
        "picture.exposure",
    }
    assert frozenset().union(*RIGHT_NAMES.values()) <= known


@pytest.mark.parametrize("size", list(Size))
def test_the_plan_gives_each_fault_its_lives(size: Size) -> None:
    """Each fault and severity is tried as often as the size says, on cameras that can show it."""
    sources = [Source(name=f"scene:{seed}", scene_seed=seed) for seed in range(40)]

    cases = plan(sources, SCALES[size])

    tried = [
        (future.injury.kind, future.injury.severity)
        for case in cases
        for one in case.cameras
        for future in one.futures
    ]
    for severity, count in SCALES[size].lives.items():
        assert all(tried.count((kind, severity)) == count for kind in Kind)


def test_figures_never_come_from_tuning_sources(tmp_path: Path) -> None:
    """The two parts share no source, and an absent folder is said."""
    tuning, _ = find_sources(tmp_path / "none", tmp_path, Part.TUNING)
    reported, skipped = find_sources(tmp_path / "none", tmp_path, Part.REPORTED)

    assert not {one.name for one in tuning} & {one.name for one in reported}
    assert "own scenes only" in skipped


def test_a_frozen_camera_is_found_by_the_agents_own_code() -> None:
    """The seam runs decoder, probes, rules and episodes: a frozen life opens picture.frozen."""
    injury = Injury(kind=Kind.FROZEN, severity=Severity.MEDIUM, onset=NOON)
    subject, life = Subject(), camera(injury)

    visits = [subject.visit(life.shot(NOON + timedelta(hours=hour))) for hour in range(12)]

    assert "picture.frozen" in {code for visit in visits for code in visit.opened}


def test_a_branch_leaves_the_past_alone() -> None:
    """What happens in one future is unknown to the next."""
    subject = Subject()
    subject.visit(camera().shot(NOON))
    before = (dict(subject.readings), dict(subject.memories), dict(subject.history))

    subject.branch().visit(camera().shot(NOON + timedelta(hours=1)))

    assert (subject.readings, subject.memories, subject.history) == before


def test_the_usual_script_sees_a_black_picture() -> None:
    """The competitors really look at the frames that the agent gets."""
    injury = Injury(kind=Kind.BLACK, severity=Severity.SEVERE, onset=NOON)
    for life, alarms in ((camera(injury), True), (camera(), False)):
        shot = life.shot(NOON)
        frame = decode_frame(shot.coded, shot.codec)
        assert frame is not None
        assert script_alarms(luma_of(frame)) is alarms
        assert FfmpegSet().alarms(frame) is alarms


def test_competitors_get_the_same_patience() -> None:
    """Three of five open, five quiet ones clear, and it may open again."""
    episodes = Episodes()
    answers = [True, False, True, True, *[False] * 5, True, True, True]

    opened = [episodes.take(alarm) for alarm in answers]

    assert [index for index, new in enumerate(opened) if new] == [3, 11]


def test_results_of_an_earlier_run_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was stopped goes on: a site that is done is not lived twice."""
    monkeypatch.setattr(pool, "KEPT", tmp_path)
    cases = plan([Source(name="scene:1", scene_seed=1)], TINY)
    first = pool.run_sites(cases, workers=1)
    monkeypatch.setattr(pool, "run_site", lambda _: pytest.fail("lived again"))

    assert pool.run_sites(cases, workers=1) == first
    assert sum(first[0].healthy[0].hours.values()) == pytest.approx(72)


def test_the_table_counts_what_was_missed() -> None:
    """A life without an alarm lowers recall, an alarm of another name lowers the right names."""
    common = {
        "source": "a",
        "kind": "defocus",
        "severity": "medium",
        "variant": 0,
        "claimable": [],
        "visits": 3,
        "unsure": 1,
        "asked": 4,
        "compared": True,
        "script_caught": False,
        "ffmpeg_caught": True,
    }
    lives = [
        Faulty(after_h=3.0, codes=["picture.blurred"], **common),
        Faulty(after_h=5.0, codes=["picture.dirty"], **common),
        Faulty(after_h=None, codes=[], **common),
    ]

    row = score_faults(lives)

    assert (row.lives, row.caught, row.named, row.ffmpeg, row.script) == (3, 2, 1, 3, 0)
    assert row.unsure == pytest.approx(0.25)


def test_false_alarms_are_told_by_light() -> None:
    """An alarm at night is no alarm by day."""
    life = Healthy(
        source="a",
        hours={"day": 120.0, "night_ir": 120.0},
        alarms=[Alarm(code="picture.blurred", at="", light="night_ir", claimable=True)],
        findings={"day": 10, "night_ir": 10},
        unsure={"day": 5, "night_ir": 10},
        compared_days=0,
        script_opened=0,
        ffmpeg_opened=0,
        frames=0,
        script_frames=0,
        ffmpeg_frames=0,
    )

    day, night = (score_quiet([life], light) for light in ("day", "night_ir"))

    assert (day.alarms, night.alarms, night.claimable) == (0, 1, 1)
    assert (day.unsure, night.unsure) == (0.5, 1.0)
    assert "picture.blurred" in print_table([life], [], None)
