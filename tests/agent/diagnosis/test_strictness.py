"""A level that is tightened only ever silences a rule; shown on the rules themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from agent.camera.light import Light
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.pictures.learning import learn
from agent.diagnosis.rule import Verdict, View
from agent.diagnosis.strictness import FARTHEST, tightened
from shared.reading import Reading, Value
from tests.agent.diagnosis.views import NOON, reading, view_of

NUMBERS: Final = {
    "picture.luma_mean": (0, 255),
    "picture.luma_std": (0, 60),
    "picture.luma_p99": (0, 255),
    "picture.dark_share": (0, 1),
    "picture.bright_share": (0, 1),
    "picture.sharpness": (0, 0.5),
    "picture.saturation_mean": (0, 40),
    "picture.magenta_excess": (-0.1, 0.2),
    "picture.green_min": (0, 1),
    "picture.red_mean": (60, 120),
    "picture.green_mean": (60, 120),
    "picture.blue_mean": (60, 120),
    "picture.change": (0, 4),
    "battery.charge": (0, 100),
    "battery.temperature": (-20, 60),
    "solar.power": (0, 3000),
    "cellular.rsrp": (-140, -60),
    "clock.offset": (-900, 900),
    "stream.fps": (0, 30),
    "stream.fps_limit": (25, 25),
    "host.disk_used": (0, 100),
    "host.temperature": (20, 110),
    "recording.newest_age": (0, 5000),
    "recording.longest_gap": (0, 5000),
}
# Where rules change their minds; a uniform draw would seldom meet what is black or white.
CORNERS: Final = {
    "picture.luma_mean": [0.5, 2.0, 3.9, 4.1, 50.0, 100.0, 200.0],
    "picture.luma_p99": [3.0, 59.0, 61.0],
    "picture.dark_share": [0.0, 0.985, 1.0],
    "picture.bright_share": [0.0, 0.3, 0.96, 1.0],
    "picture.change": [0.0, 0.2, 0.39, 0.9, 2.0],
}


@st.composite
def views(draw: st.DrawFn) -> View:
    """A device with any figures, any past, and perhaps a baseline."""
    values: dict[str, Value] = {}
    for name, (low, high) in NUMBERS.items():
        corners = CORNERS.get(name)
        spread = st.floats(low, high)
        values[name] = draw(spread if corners is None else st.sampled_from(corners) | spread)
    values["battery.charging"] = draw(st.sampled_from([False, False, True]))
    values["cellular.registered"] = True
    values["imaging.ir_cut_filter"] = draw(st.sampled_from(["ON", "OFF", "AUTO"]))
    history: dict[str, tuple[Reading, ...]] = {}
    step = timedelta(hours=draw(st.sampled_from([0.2, 1, 3, 12])))
    count = draw(st.integers(0, 40))
    for name in ("picture.luma_mean", "picture.bright_share", "battery.charging", "solar.power"):
        steady = draw(st.booleans())
        others = [values[name]] if steady else [values[name], draw(st.sampled_from([0.0, 500.0]))]
        history[name] = tuple(
            reading(name, others[index % len(others)], NOON - step * (count - index))
            for index in range(count)
        )
    share = draw(st.floats(0.3, 0.37))
    baseline = PictureBaseline(
        light=Light.DAY,
        count=draw(st.sampled_from([5, 20])),
        sharpness=0.2,
        luma_mean=100.0,
        red_share=share,
        green_share=1 / 3,
        blue_share=2 / 3 - share,
        learned_at=NOON,
        sharpness_low=0.18,
    )
    baselines = draw(
        st.sampled_from(
            [{}, {"day": baseline}, {"night": structs.replace(baseline, light=Light.NIGHT_IR)}]
        )
    )
    return view_of(values, history=history, baselines=baselines)


@given(view=views(), part=st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_a_tightened_level_only_silences(view: View, part: float) -> None:
    """Every rule says what it said, or no verdict; and no more pictures enter the baseline."""
    before = {rule.code: rule.judge(view).verdict for rule in RULES}
    learns = learn(view, ()) is not None
    for name in FARTHEST:
        bounds = tightened(name, getattr(Levels(), name))
        assert bounds is not None
        level = bounds[0] + part * (bounds[1] - bounds[0])
        tight = replace(view, levels=replace(view.levels, **{name: level}))
        for rule in RULES:
            verdict = rule.judge(tight).verdict
            assert verdict in (before[rule.code], Verdict.NO_VERDICT), name
        assert learns or learn(tight, ()) is None, name


def test_a_level_goes_one_way_only() -> None:
    """Away from the farthest end nothing is allowed, wherever the file's own level stands."""
    assert tightened("black_luma", 4.0) == (1.0, 4.0)
    assert tightened("black_luma", 8.0) == (1.0, 8.0)
    assert tightened("black_luma", 0.5) == (0.5, 0.5)
    assert tightened("extreme_hours", 20.0) == (20.0, 72.0)
    assert tightened("recording_gap_s", 900.0) is None
