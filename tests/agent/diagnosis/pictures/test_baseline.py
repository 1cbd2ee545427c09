"""A baseline: robust, old ones still read, seasons tolerated, decay never learnt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.camera.light import Light
from agent.diagnosis.levels import Levels
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.acceptance import Acceptance
from agent.diagnosis.pictures.baseline import (
    RING,
    Column,
    PictureBaseline,
    begun,
    filled,
    stepped,
)
from agent.diagnosis.pictures.comparison import figures_of
from agent.diagnosis.pictures.figures import LEAST_OF
from agent.diagnosis.pictures.learning import learn
from agent.diagnosis.pictures.look import baseline_of
from agent.diagnosis.pictures.rules import RULES
from agent.diagnosis.pictures.spread import norm_of
from agent.diagnosis.rule import Finding, Verdict
from shared.fault import FaultState
from shared.reading import Value
from tests.agent.diagnosis.pictures.days import GOOD, learnt, picture
from tests.agent.diagnosis.views import NOON, view_of

values = st.floats(-1e3, 1e3)
HEALTHY = Finding(
    code="picture.moved", verdict=Verdict.HEALTHY, summary_en="as it should be", summary_zh=""
)


def test_a_picture_as_through_a_film_teaches_nothing() -> None:
    """Though nobody can say yet what it is: a lost focus would become this camera's own."""
    filmed = {"ref_contrast": 0.55, "ref_veil": 30.0, "ref_detail": 0.5, "ref_detail_p90": 0.6}
    assert learn(view_of(picture(), baselines=learnt(count=30)), ()) is not None
    assert learn(view_of(picture(**filmed), baselines=learnt(count=30)), ()) is None


@given(st.lists(values, min_size=RING, max_size=RING), st.lists(values, max_size=90))
def test_a_full_column_gives_way_by_its_leeway_and_no_more(
    first: list[float], later: list[float]
) -> None:
    """Whatever healthy pictures show for a year: the bar ends within the leeway of the first."""
    full = Column(tuple(first))
    column = full
    for value in later:
        column = stepped(column, value, leeway=5.0)
    baseline = msgspec.structs.replace(begun(Light.DAY, at=NOON), columns={"veil": column})
    now, was = baseline.norm("veil", support=1), norm_of(full.values)
    assert now is not None
    assert column.values == full.values
    bars = (now.below(least=9, k=3), now.above(least=9, k=3))
    assert abs(bars[0] - was.below(least=9, k=3)) <= 5.0 + 1e-6
    assert abs(bars[1] - was.above(least=9, k=3)) <= 5.0 + 1e-6


@given(st.lists(values, min_size=RING, max_size=RING), values)
def test_one_week_moves_it_by_a_quarter_of_its_spread(first: list[float], value: float) -> None:
    """A step a day, whatever the picture shows."""
    column = Column(tuple(first))
    for _ in range(7):
        column = stepped(column, value, leeway=1e9)
    limit = max(norm_of(tuple(first)).spread, 1e9 / 2) / 4
    assert abs(column.shift) <= limit + 1e-6


def test_outliers_do_not_move_the_median() -> None:
    """A fifth of the pictures spoilt by headlights: median and spread stay."""
    calm = [100.0 + (i % 5) for i in range(52)]
    norm = norm_of((*calm, *([255.0] * 12)))
    assert abs(norm.median - norm_of(tuple(calm)).median) <= 1
    assert norm.spread < 5


def test_the_baseline_of_an_older_agent_is_read() -> None:
    """What an agent without columns stored speaks through its means, and grows on."""
    old = msgspec.msgpack.encode(("day", 20, 0.3, 110.0, 0.33, 0.34, 0.33, NOON, 0.27))
    baseline = msgspec.msgpack.decode(old, type=PictureBaseline)
    norm = baseline.norm("sharpness", support=20)
    assert norm is not None
    assert (norm.median, norm.low) == (0.3, 0.27)
    assert baseline.norm("noise", support=20) is None
    view = view_of(picture(), baselines={"day": baseline}, now=NOON + timedelta(hours=2))
    grown = learn(view, ())
    assert grown is not None
    assert grown.columns["luma_mean"].values == (110.0,)
    assert (grown.count, grown.light) == (21, Light.DAY)


def test_an_older_agent_reads_the_baseline() -> None:
    """An agent that is set back finds its own fields at the front."""

    class Old(msgspec.Struct, frozen=True, array_like=True):
        light: Light
        count: int
        sharpness: float

    found = msgspec.msgpack.decode(msgspec.msgpack.encode(learnt()["day"]), type=Old)
    assert (found.light, found.count >= 20) == (Light.DAY, True)
    assert found.sharpness == pytest.approx(0.4, abs=0.02)


def test_one_picture_an_hour_is_learnt() -> None:
    """Six pictures in an hour are one: they show the same weather and the same lorry."""
    first = learn(view_of(picture()), ())
    assert first is not None
    soon = view_of(picture(), now=NOON + timedelta(minutes=50), baselines={"day": first})
    later = view_of(picture(), now=NOON + timedelta(minutes=60), baselines={"day": first})
    assert learn(soon, ()) is None
    assert learn(later, ()) is not None


def test_a_full_baseline_moves_only_by_healthy_pictures_and_once_a_day() -> None:
    """Nothing held against a picture is not enough once the baseline is full."""
    full = learnt(count=RING)
    assert full["day"].is_full
    tomorrow = NOON + timedelta(days=1)
    dim = view_of(picture(luma_mean=100.0), now=tomorrow, baselines=full)
    assert learn(dim, ()) is None
    moved = learn(dim, (), [HEALTHY])
    assert moved is not None
    assert moved.columns["luma_mean"].values == full["day"].columns["luma_mean"].values
    assert moved.columns["luma_mean"].shift < 0
    same_day = view_of(picture(), now=tomorrow + timedelta(hours=3), baselines={"day": moved})
    assert learn(same_day, (), [HEALTHY]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"luma_std": 3.0},
        {"magenta_excess": 0.2},
        {"sharpness": 0.02},
        {"light": "none"},
        {"luma_mean": None},
    ],
)
def test_what_is_doubtful_is_not_learnt(change: dict[str, Value]) -> None:
    """Flat, pink, without detail, without light, or not measured."""
    assert learn(view_of(picture(**change)), ()) is None


def test_a_found_fault_is_not_learnt() -> None:
    """Not even before it opens."""
    wrong = Finding(code="picture.blurred", verdict=Verdict.FAULT, summary_en="soft", summary_zh="")
    assert learn(view_of(picture()), (), [wrong]) is None


def test_figures_of_a_young_reference_are_not_learnt() -> None:
    """A reference of one picture says little: its figures wait until some are merged."""
    young = learn(view_of(picture(ref_count=1, ref_detail=1.0)), ())
    ripe = learn(view_of(picture(ref_count=4, ref_detail=1.0)), ())
    assert young is not None
    assert ripe is not None
    assert "ref_detail" not in young.columns
    assert ripe.columns["ref_detail"].values == (1.0,)


def test_each_level_of_a_figure_exists() -> None:
    """The table of least changes names levels."""
    assert all(not level or hasattr(Levels(), level) for level in LEAST_OF.values())


def test_a_baseline_is_small() -> None:
    """A full one of one light, every figure in it, is under 32 KB."""
    full = learnt(count=RING)["day"]
    every = msgspec.structs.replace(full, columns={name: filled_up(123.456) for name in LEAST_OF})
    assert len(msgspec.msgpack.encode(every)) < 32_000


def filled_up(value: float) -> Column:
    """A full column."""
    column = Column()
    for _ in range(RING):
        column = filled(column, value)
    return column


SIZE: dict[str, Value] = {"width_px": 1280, "height_px": 720, "source": "stream"}
SMALL: dict[str, Value] = {"width_px": 352, "height_px": 288, "source": "snapshot"}
SUSPECTED = FaultMemory(
    code="picture.blurred",
    state=FaultState.SUSPECTED,
    window=(True,),
    window_at=(NOON - timedelta(hours=1),),
)


@pytest.mark.parametrize("change", [{"width_px": 352, "height_px": 288}, {"source": "snapshot"}])
def test_another_size_or_source_is_no_fault(change: dict[str, Value]) -> None:
    """A fallback without half of the detail: every rule of the camera's own is unsure, and why."""
    soft: dict[str, Value] = {"sharpness": 0.05, "ref_detail": 0.3, "ref_detail_p90": 0.4}
    baselines = learnt({**GOOD, **SIZE})
    view = view_of(picture(**{**SIZE, **change, **soft}), baselines=baselines, sun=30.0)
    findings = [rule.judge(view) for rule in RULES]
    blurred = next(finding for finding in findings if finding.code == "picture.blurred")

    assert baseline_of(view, Light.DAY) is None
    assert [f.code for f in findings if f.verdict is Verdict.FAULT] == []
    assert "learnt anew" in blurred.summary_en
    assert "重新学习" in blurred.summary_zh
    figures = figures_of(view)
    assert figures is not None
    assert figures.figures == ()


def test_a_new_size_begins_anew_when_it_stays_for_a_day() -> None:
    """A stream that is away for hours costs nothing; what stays is the camera's new way.

    Neither a finding of fault nor a suspicion from before the change holds it up.
    """
    baselines = learnt({**GOOD, **SIZE})
    wrong = Finding(code="picture.blurred", verdict=Verdict.FAULT, summary_en="", summary_zh="")
    for hour in range(24):
        view = view_of(picture(**SMALL), baselines=baselines, now=NOON + timedelta(hours=hour))
        found = learn(view, [SUSPECTED], [wrong])
        assert found is not None
        assert not found.took(view.now)
        baselines = {"day": found}
    assert baselines["day"].width_px == 1280
    for hour in range(24, 30):
        view = view_of(picture(**SMALL), baselines=baselines, now=NOON + timedelta(hours=hour))
        baselines = {"day": learn(view, [SUSPECTED], ()) or baselines["day"]}
    assert (baselines["day"].count, baselines["day"].width_px) == (6, 352)


def test_a_camera_that_alternates_between_sizes_keeps_its_own() -> None:
    """Every second picture is of another size, for three days: the first size stays known."""
    baselines = learnt({**GOOD, **SIZE}, count=RING)
    for index in range(72 * 6):
        shown, at = SMALL if index % 2 else SIZE, NOON + timedelta(minutes=10 * index)
        found = learn(view_of(picture(**shown), baselines=baselines, now=at), ())
        baselines = {"day": found or baselines["day"]}
    assert (baselines["day"].width_px, baselines["day"].is_full) == (1280, True)
    assert baselines["day"].strangers <= 1


def test_an_open_fault_is_not_learnt_until_a_person_accepts_the_view() -> None:
    """Not even in another size; what a fitter accepts at its new place is learnt at once."""
    opened = FaultMemory(code="picture.moved", state=FaultState.OPEN, said_at=NOON)
    later = NOON + timedelta(days=2)
    view = view_of(picture(), now=later)
    accepted = Acceptance(
        light=Light.DAY, taken_at=NOON + timedelta(days=1), figures={}, jpeg=b"", reason="aimed"
    )

    assert learn(view, [opened], ()) is None
    assert learn(replace(view, acceptances={"day": accepted}), [opened], ()) is not None
    again = msgspec.structs.replace(opened, window=(True,), window_at=(later,))
    assert learn(replace(view, acceptances={"day": accepted}), [again], ()) is None
