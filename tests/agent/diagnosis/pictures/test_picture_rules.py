"""Each picture rule on a camera whose days and nights are known: fault, health, and doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.camera.port import LoginKind
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.learning import learn
from agent.diagnosis.pictures.rules import RULES
from agent.diagnosis.rule import Finding, Sibling, Verdict, View
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome
from shared.reading import Reading, Value
from tests.agent.diagnosis.pictures.days import (
    BASELINES,
    GOOD,
    NIGHT,
    finding,
    learnt,
    picture,
    sibling,
)
from tests.agent.diagnosis.views import NOON, judge, reading, view_of

F, H, U = Verdict.FAULT, Verdict.HEALTHY, Verdict.NO_VERDICT
CLEAR = (sibling("barn", ref_contrast=1.0, ref_veil=0.0),)
FOGGY = (sibling("barn", ref_contrast=0.4, ref_veil=40.0),)
BLACK: dict[str, Value] = {
    **GOOD,
    "light": "none",
    "luma_mean": 4.0,
    "luma_std": 1.0,
    "luma_p99": 6.0,
    "dark_share": 1.0,
}
SOFT = {"ref_detail": 0.4, "ref_detail_p10": 0.3, "ref_detail_p90": 0.6, "sharpness": 0.2}
VEILED = {
    "ref_contrast": 0.4,
    "ref_veil": 45.0,
    "ref_edges_lost": 0.15,
    "ref_edges_lost_block": 0.12,
    "local_contrast": 6.0,
    "veil": 75.0,
}
TILTED = {"ref_detail_slope_x": -1.6, "ref_detail_fit": 0.8}
COVERED = {"ref_edges_lost_block": 0.5, "ref_changed_block": 0.5}
FILMED = {"ref_contrast": 0.55, "ref_veil": 30.0, "ref_detail": 0.5, "ref_detail_p90": 0.6}


@pytest.mark.parametrize(
    ("code", "change", "verdict"),
    [
        ("picture.white", {"bright_share": 0.98, "light": "none"}, F),
        ("picture.exposure", {"bright_share": 0.6}, F),
        ("picture.exposure", {"luma_mean": 35.0, "luma_p99": 90.0}, F),
        ("picture.exposure", {"luma_mean": 35.0, "luma_p99": 230.0}, U),
        ("picture.blurred", SOFT, F),
        ("picture.blurred", {**SOFT, "ref_detail_p90": 1.05}, U),
        ("picture.blurred", {"ref_detail": 0.8}, U),
        ("picture.tilted_focus", {"ref_detail_slope_x": -1.6, "ref_detail_fit": 0.8}, F),
        ("picture.tilted_focus", {"ref_detail_slope_x": -1.6, "ref_detail_fit": 0.1}, U),
        (
            "picture.tilted_focus",
            {"ref_detail_slope_y": 1.6, "ref_detail_fit": 0.8, "ref_similarity": 0.1},
            U,
        ),
        ("picture.moved", {"ref_shift_x": 9.0, "ref_shift_gain": 0.4}, F),
        ("picture.moved", {"ref_shift_x": 9.0, "ref_shift_gain": 0.05}, U),
        (
            "picture.moved",
            {"ref_shift_x": 22.0, "ref_shift_gain": 0.3, "ref_similarity": 0.4},
            F,
        ),
        ("picture.moved", {"ref_shift_x": 3.8}, U),
        ("picture.moved", {"ref_rotation_deg": 8.0}, F),
        (
            "picture.moved",
            {"ref_similarity": 0.1, "ref_changed": 0.85},
            F,
        ),
        (
            "picture.moved",  # a cover has nothing to see
            {"ref_similarity": 0.1, "ref_changed": 0.85, "local_contrast": 5.0},
            U,
        ),
        ("picture.flipped", {"ref_similarity": 0.05, "ref_mirrored": 0.8}, F),
        ("picture.flipped", {"ref_similarity": 0.3, "ref_mirrored": 0.33}, U),
        ("picture.flipped", {"ref_similarity": 0.0, "ref_mirrored": 0.6, "ref_rotated": 0.55}, U),
        ("picture.occluded", {"ref_edges_lost_block": 0.6, "ref_changed_block": 0.6}, F),
        ("picture.occluded", {"ref_edges_lost_block": 0.4, "ref_changed_block": 0.5}, F),
        ("picture.occluded", {"ref_edges_lost_block": 0.4, "ref_changed_block": 0.4}, U),
        ("picture.occluded", {"ref_edges_lost_block": 0.4, "ref_lost_luma": -0.8}, F),
        ("picture.occluded", {"ref_edges_lost_block": 0.4, "ref_lost_luma": 0.8}, U),
        ("picture.distorted", {"ref_bend": 4.5}, F),
        ("picture.distorted", {"ref_bend": 4.5, "ref_similarity": 0.1}, U),
        ("picture.distorted", {"ref_bend": 4.5, "ref_peak": 0.1}, U),
        (
            "picture.dirty",
            {"ref_edges_lost": 0.3, "ref_edges_lost_block": 0.1, "ref_similarity": 0.4},
            F,
        ),
        ("picture.dirty", {"ref_edges_lost": 0.3, "ref_edges_lost_block": 0.1}, U),
        # Before the lens, and no fault of the camera: covers, paint, webs, films, snow.
        ("picture.blurred", {**SOFT, **COVERED}, U),
        ("picture.tilted_focus", {**TILTED, **COVERED}, U),
        ("picture.tilted_focus", {**TILTED, "ref_detail_p90": 0.85}, U),
        ("picture.tilted_focus", {**TILTED, "ref_similarity": 0.4}, U),
        ("picture.tilted_focus", {**TILTED, "ref_contrast": 0.5}, U),
        ("picture.distorted", {"ref_bend": 5.0, **COVERED}, U),
        ("picture.colour_cast", {"red_mean": 150.0, "blue_mean": 60.0, **COVERED}, U),
        (
            "picture.colour_cast",  # paint has edges of its own
            {"red_mean": 150.0, "blue_mean": 60.0, "ref_similarity": 0.4},
            U,
        ),
        ("picture.dirty", {"ref_edges_gained": 0.4}, F),
        ("picture.dirty", {"ref_edges_lost": 0.3, **SOFT}, U),
        ("picture.dirty", {"ref_edges_lost": 0.3, "ref_edges_lost_block": 0.29}, U),
        ("picture.dirty", FILMED, F),
        ("picture.dirty", VEILED, U),
        ("picture.blurred", FILMED, U),
        ("picture.blurred", {**SOFT, **VEILED}, U),
        ("picture.exposure", {"luma_mean": 190.0, "bright_share": 0.2}, F),
        ("picture.colour_cast", {"red_mean": 150.0, "blue_mean": 60.0}, F),
        ("picture.colour_cast", {"red_mean": 135.0}, U),
        ("picture.noise", {"noise": 9.0}, U),
        ("picture.noise", {"noise": 3.0, "change_still": 9.0}, F),
        ("picture.noise", {"noise": 9.0, "change_still": 1.5}, U),
        ("picture.noise", {"noise": 2.6}, U),
        ("picture.stripes", {"row_stripes": 40.0}, F),
        ("picture.stripes", {"column_stripes": 12.0}, U),
        ("picture.blocky", {"blockiness": 2.2}, F),
        ("picture.blocky", {"blockiness": 1.4}, U),
        ("ircut.stuck_open", {"magenta_excess": 0.3, "green_min": 0.95}, F),
        ("ircut.stuck_open", {"magenta_excess": 0.3, "green_min": 0.95, **COVERED}, U),
        ("ircut.stuck_open", {"magenta_excess": 0.05, "green_min": 0.6}, F),
        (
            "ircut.stuck_open",
            {"magenta_excess": 0.05, "green_min": 0.6, "ref_edges_lost_block": 0.5},
            U,
        ),
        ("ircut.stuck_open", {"saturation_mean": 9.0, "green_min": 0.3}, F),
        ("ircut.stuck_open", {"saturation_mean": 9.0}, U),
        (
            "ircut.stuck_open",
            {"saturation_mean": 9.0, "green_min": 0.3, "local_contrast": 8.0},
            U,
        ),
        ("ircut.stuck_closed", {}, U),
    ],
)
def test_by_day(code: str, change: dict[str, Value], verdict: Verdict) -> None:
    """Beyond this camera's own is a fault, a little off is doubt; the siblings see clearly."""
    found = finding(code, siblings=CLEAR, **change)
    assert found.verdict is verdict, found.summary_en
    assert verdict is not U or (found.settle_en and found.settle_zh)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.code not in {"ircut.stuck_closed", "ircut.flapping"}]
)
def test_a_good_picture_is_no_fault(rule: object) -> None:
    """The usual picture of a day or a night opens nothing, and most rules call it healthy."""
    code = rule.code  # type: ignore[attr-defined]
    for base in (GOOD, NIGHT):
        assert finding(code, base, siblings=CLEAR).verdict is not F
    verdicts = {finding(code, base, siblings=CLEAR).verdict for base in (GOOD, NIGHT)}
    asked_of_the_stream = code == "picture.decode_damage"
    assert H in verdicts or asked_of_the_stream


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("picture.blurred", SOFT),
        ("picture.moved", {"ref_shift_x": 9.0, "ref_shift_gain": 0.4}),
        ("picture.moved", {"ref_similarity": 0.1, "ref_changed": 0.9}),
        ("picture.flipped", {"ref_similarity": 0.05, "ref_mirrored": 0.8}),
        ("picture.occluded", {"ref_edges_lost_block": 0.7, "ref_changed_block": 0.7}),
        ("picture.dirty", {"ref_edges_lost": 0.5}),
        ("picture.tilted_focus", {"ref_detail_slope_x": 2.0, "ref_detail_fit": 0.9}),
        ("picture.distorted", {"ref_bend": 5.0}),
        ("picture.condensation", {}),
    ],
)
@pytest.mark.parametrize("siblings", [FOGGY, ()], ids=["siblings in fog", "no sibling"])
def test_fog_is_no_fault(
    code: str, change: dict[str, Value], siblings: tuple[Sibling, ...]
) -> None:
    """What looks milky is unsure while others see it too, or nobody else looks."""
    found = finding(code, siblings=siblings, **{**VEILED, **change})
    assert (found.verdict, found.word) == (U, "unsure"), found.summary_en
    assert found.settle_en


def test_a_lost_focus_is_not_excused_by_another() -> None:
    """Two cameras of a batch may go soft together; only what weather could do is left to it."""
    soft = (sibling("barn", ref_detail=0.4, ref_contrast=0.7),)
    lost = {**SOFT, "ref_contrast": 0.7, "ref_veil": 8.0}
    assert finding("picture.blurred", siblings=soft, **lost).verdict is F
    slight = {"ref_detail": 0.68, "ref_detail_p90": 0.85}
    assert finding("picture.blurred", siblings=soft, **slight).verdict is U
    assert finding("picture.blurred", siblings=CLEAR, **slight).verdict is F


@pytest.mark.parametrize(("sun", "verdict"), [(30.0, F), (-10.0, U), (None, U)])
def test_black_needs_a_day(sun: float | None, verdict: Verdict) -> None:
    """The sun is a witness where the site is known; without any witness nothing is said."""
    assert finding("picture.black", BLACK, sun=sun).verdict is verdict


def veiled_for(hours: int, *, ago_days: tuple[int, ...] = ()) -> tuple[Reading, ...]:
    """Readings of a veil: on earlier days for an hour, and for so many hours up to now.

    An hour after each earlier one the picture is clear.
    """
    found = []
    for days in ago_days:
        at = NOON - timedelta(days=days, hours=1)
        found.append(reading("picture.ref_contrast", 0.4, at))
        found.append(reading("picture.ref_contrast", 1.0, at + timedelta(hours=1)))
    last = [NOON - timedelta(hours=hours - index) for index in range(hours)]
    return (*found, *(reading("picture.ref_contrast", 0.4, at) for at in last))


@pytest.mark.parametrize(
    ("history", "siblings", "verdict"),
    [
        pytest.param(veiled_for(20), CLEAR, F, id="a day, others clear"),
        pytest.param(veiled_for(12), CLEAR, U, id="half a day of rain in a far view"),
        pytest.param(veiled_for(20), (*CLEAR[:1], *FOGGY), U, id="a day, and others see it too"),
        pytest.param(veiled_for(3), CLEAR, U, id="a morning"),
        pytest.param(veiled_for(8), (), U, id="hours, nobody else looks"),
        pytest.param(veiled_for(8), FOGGY, U, id="fog"),
        pytest.param(veiled_for(1, ago_days=(2, 1)), CLEAR, F, id="three mornings"),
        pytest.param(veiled_for(1, ago_days=(1,)), CLEAR, U, id="two mornings"),
        pytest.param(veiled_for(22), (), U, id="a day of fog, nobody else looks"),
        pytest.param(veiled_for(1, ago_days=(2, 1)), (), U, id="three mornings, nobody looks"),
        pytest.param(veiled_for(1, ago_days=(2, 1)), FOGGY, U, id="three days of fog"),
    ],
)
def test_condensation_needs_time_and_clear_siblings(
    history: tuple[Reading, ...], siblings: tuple[Sibling, ...], verdict: Verdict
) -> None:
    """Fog hits the siblings too, and lifts; humidity inside does neither."""
    view = view_of(
        picture(**VEILED),
        history={"picture.ref_contrast": history},
        baselines=BASELINES,
        siblings=siblings,
    )
    assert judge("picture.condensation", view).verdict is verdict


def test_a_clear_noon_does_not_clear_condensation() -> None:
    """The veil comes back in the morning: only clear days end it."""
    for history, verdict in ((veiled_for(0, ago_days=(1,)), U), ((), H)):
        view = view_of(picture(), history={"picture.ref_contrast": history}, baselines=BASELINES)
        assert judge("picture.condensation", view).verdict is verdict


@pytest.mark.parametrize(
    ("change", "sun", "verdict"),
    [
        ({"luma_mean": 20.0, "luma_p99": 45.0, "light": "none"}, -20.0, F),
        ({"luma_mean": 20.0, "luma_p99": 45.0, "light": "none"}, 1.0, U),
        ({"luma_mean": 3.0, "luma_p99": 6.0, "light": "none"}, -20.0, U),
        ({}, -20.0, H),
    ],
)
def test_a_dead_lamp(change: dict[str, Value], sun: float, verdict: Verdict) -> None:
    """Dark by night where the nights are lit; pitch black may be the sensor and waits for day."""
    assert finding("ir_led.dead", NIGHT, sun=sun, **change).verdict is verdict


def test_a_black_night_before_a_good_day_is_the_lamp() -> None:
    """The day shows that the sensor lives."""
    night = tuple(
        reading("picture.luma_mean", 3.0, NOON - timedelta(hours=hours))
        for hours in range(14, 8, -1)
    )
    view = view_of(picture(), history={"picture.luma_mean": night}, baselines=BASELINES, sun=40.0)
    assert judge("ir_led.dead", view).verdict is F


def test_half_a_lamp() -> None:
    """One side dark at night; by day the same slope says nothing of the lamp."""
    assert finding("ir_led.partial", NIGHT, ref_luma_slope_x=2.5).verdict is F
    assert finding("ir_led.partial", NIGHT, ref_luma_slope_x=1.0).verdict is U
    assert finding("ir_led.partial", ref_luma_slope_x=2.5).verdict is U


def test_a_cover_that_shines_is_no_lamp_that_is_out() -> None:
    """Where a lamp is out it is darker; a thing before the lens throws the lamp back."""
    hidden = {"ref_luma_slope_x": 2.5, **COVERED}
    assert finding("ir_led.partial", NIGHT, **hidden, ref_lost_luma=-1.5).verdict is F
    assert finding("ir_led.partial", NIGHT, **hidden, ref_lost_luma=0.6).verdict is U
    lit = {"ref_luma_slope_x": 2.5, "change_still": 0.5}  # a lit window: less gain, less noise
    assert finding("ir_led.partial", NIGHT, **lit).verdict is U
    web = {"ref_luma_slope_x": 2.5, "ref_similarity": 0.3}
    assert finding("ir_led.partial", NIGHT, **web).verdict is U
    fog = finding("ir_led.partial", NIGHT, ref_luma_slope_x=2.5, **VEILED)
    assert fog.verdict is U


def test_what_is_dark_by_day_is_no_fog() -> None:
    """A cover takes contrast from half of the picture; fog would be bright."""
    veiled = {**VEILED, **COVERED}
    assert finding("picture.occluded", **veiled, ref_lost_luma=-1.0).verdict is F
    assert finding("picture.occluded", **veiled, ref_lost_luma=0.4).verdict is U
    lit = {"ref_edges_lost_block": 0.4, "ref_lost_luma": 0.8}
    assert finding("picture.occluded", NIGHT, **lit).verdict is F


def test_snow_is_no_colour_cast_and_no_other_view() -> None:
    """Paler than its own days is no cast; siblings whose views have changed too explain one."""
    green = {**GOOD, "red_mean": 98.0, "green_mean": 126.0, "blue_mean": 52.0}
    snow = {"red_mean": 100.0, "green_mean": 104.0, "blue_mean": 86.0, "saturation_mean": 20.0}
    view = view_of(picture(green, **snow), baselines=learnt(green), sun=30.0)
    assert judge("picture.colour_cast", view).verdict is U
    other = {"ref_similarity": 0.1, "ref_changed": 0.85}
    white = (sibling("barn", ref_contrast=1.0, ref_changed=0.6),)
    assert finding("picture.moved", siblings=white, **other).verdict is U


@pytest.mark.parametrize(("toggles", "verdict"), [(8, F), (4, U), (1, H), (0, U)])
def test_flapping_is_counted(toggles: int, verdict: Verdict) -> None:
    """Many changes between colour and grey; one is a dusk, none says nothing."""
    values = [30.0 if (index // 2) % 2 == 0 else 1.0 for index in range(2 * toggles + 1)]
    history = tuple(
        reading("picture.saturation_mean", value, NOON - timedelta(minutes=5 * (len(values) - i)))
        for i, value in enumerate(values)
    )
    now = picture(saturation_mean=values[-1])
    view = view_of(now, history={"picture.saturation_mean": history})
    assert judge("ircut.flapping", view).verdict is verdict


LINES = "r100 r220 c40 c300 c500"


@pytest.mark.parametrize(
    ("earlier", "known", "verdict"),
    [
        pytest.param([LINES] * 6, 5, F, id="five, on all pictures"),
        pytest.param([LINES] * 6, 0, H, id="the reference knows them"),
        pytest.param([LINES, "", "", "", "", ""], 5, U, id="seen once"),
        pytest.param(["r100 c40"] * 6, 5, U, id="two of them fixed"),
    ],
)
def test_dead_lines_stay(earlier: list[str], known: int, verdict: Verdict) -> None:
    """At the same places on most pictures, and unknown to the reference."""
    history = tuple(
        reading("picture.line_positions", text, NOON - timedelta(hours=6 - index))
        for index, text in enumerate(earlier)
    )
    view = view_of(
        picture(line_positions=LINES, ref_lines=known),
        history={"picture.line_positions": history},
        baselines=BASELINES,
    )
    assert judge("picture.dead_lines", view).verdict is verdict


@pytest.mark.parametrize(
    ("errors", "touched", "verdict"),
    [(7, False, F), (7, True, U), (0, False, H), (7, None, U), (0, True, U)],
)
def test_damage_is_not_the_network(errors: int, touched: bool | None, verdict: Verdict) -> None:
    """Decoder errors count only in a picture that arrived whole."""
    values: dict[str, Value] = {
        "stream.decode_errors": errors,
        "stream.loss_touched_key_frame": touched,
        "picture.damaged": errors > 0,
    }
    assert judge("picture.decode_damage", view_of(values)).verdict is verdict


@pytest.mark.parametrize(
    ("change", "identical", "advances", "minutes", "verdict"),
    [
        pytest.param(0.0, True, True, 60, F, id="byte for byte"),
        pytest.param(0.2, False, True, 60, F, id="encoded anew"),
        pytest.param(0.0, True, True, 10, U, id="ten minutes"),
        pytest.param(0.0, True, False, 60, U, id="the stream's clock stands"),
        pytest.param(0.7, False, True, 60, U, id="a still scene"),
        pytest.param(2.0, False, True, 60, H, id="live"),
    ],
)
def test_frozen(
    change: float, identical: bool, advances: bool, minutes: int, verdict: Verdict
) -> None:
    """The same key frame again and again while the RTP clock goes on; a still scene is not it."""
    history = tuple(
        reading("picture.luma_mean", 110.0, NOON - timedelta(minutes=back))
        for back in range(minutes, 0, -10)
    )
    values = {
        **picture(change=change, change_still=0.7 * change if change >= 0.7 else 0.0),
        "stream.key_frames_identical": identical,
        "stream.rtp_advances": advances,
    }
    view = view_of(values, history={"picture.luma_mean": history})
    assert judge("picture.frozen", view).verdict is verdict


def test_without_a_baseline_the_camera_is_not_judged() -> None:
    """Rules that compare are unsure, and say that some days are needed."""
    view = view_of(picture(**SOFT, ref_edges_lost_block=0.9, noise=30.0))
    for code in ("picture.blurred", "picture.occluded", "picture.noise", "picture.moved"):
        found = judge(code, view)
        assert found.word == "unsure"
        assert found.settle_en


def test_a_film_is_told_on_the_first_days_only() -> None:
    """Whoever took good pictures once has no film on."""
    filmed = picture(sharpness=0.05, local_contrast=4.0, veil=60.0)
    assert judge("picture.film_left_on", view_of(filmed)).verdict is F
    assert judge("picture.film_left_on", view_of(filmed, baselines=BASELINES)).verdict is H


def test_nothing_is_judged_without_a_picture() -> None:
    """Figures that failed are no verdict, whatever the rule."""
    values: dict[str, Value] = dict.fromkeys(picture(), None)
    view = View(
        now=NOON,
        readings={name: reading(name, value) for name, value in values.items()},
        fresh=frozenset(values),
        levels=Levels(),
        recorder_login=LoginKind.NONE,
        baselines=BASELINES,
    )
    assert {rule.judge(view).verdict for rule in RULES} == {U}


@pytest.mark.parametrize(
    "code",
    [
        "picture.occluded",
        "picture.dirty",
        "picture.film_left_on",
        "picture.moved",
        "picture.flipped",
        "picture.blocky",
        "picture.exposure",
        "ircut.flapping",
    ],
)
def test_what_the_fitter_puts_right_is_never_claimed(code: str) -> None:
    """The catalogue gives maintenance and settings no way to a claim."""
    assert CATALOGUE[code].outcome is not Outcome.CLAIMABLE


def test_dead_lamp_leaves_the_gain_at_its_end() -> None:
    """Dark with the noise of full gain is the lamp; dark and calm is a matter of exposure."""
    dark = {"luma_mean": 30.0, "luma_p99": 90.0}
    calm = {**NIGHT, "change_still": 1.5}
    for still, verdict in ((1.9, F), (0.4, U)):
        view = view_of(
            picture(calm, **dark, change_still=still),
            baselines={**learnt(), **learnt(calm)},
            sun=-30.0,
        )
        assert judge("ir_led.dead", view).verdict is verdict


@pytest.mark.parametrize(
    ("still", "verdict"), [(1.2, H), (0.2, U), (0.0, F)], ids=["live", "calm", "frozen"]
)
def test_a_static_live_scene_is_not_frozen(still: float, verdict: Verdict) -> None:
    """Nothing moves; a sensor's noise in the calmest part tells the live from the frozen one."""
    base = {**GOOD, "change_still": 1.4}
    past = tuple(
        reading("picture.luma_mean", 110.0, at=NOON - timedelta(minutes=10 * back))
        for back in range(12, 0, -1)
    )
    view = view_of(
        {**picture(base, change=0.35, change_still=still), "stream.rtp_advances": True},
        baselines=learnt(base),
        history={"picture.luma_mean": past},
        sun=30.0,
    )
    assert judge("picture.frozen", view).verdict is verdict


def test_a_picture_that_a_decoder_filled_in_says_nothing() -> None:
    """Far more fill than this camera ever had: no rule finds a fault or health, nothing is learnt.

    A camera before a plain wall has such blocks by nature: it is judged as ever.
    """
    filled = picture(grey_fill=0.35, ref_edges_lost_block=0.6, ref_changed_block=0.6)
    stream: dict[str, Value] = {
        "stream.decode_errors": 0,
        "stream.loss_touched_key_frame": False,
        "picture.damaged": False,
    }
    view = view_of({**filled, **stream}, baselines=BASELINES, sun=30.0)
    usual = view_of(filled, baselines=learnt(picture_of_a_wall()), sun=30.0)

    assert [f.code for f in judged(view) if f.verdict is not Verdict.NO_VERDICT] == []
    assert learn(view, ()) is None
    assert [f.code for f in judged(usual) if f.verdict is not Verdict.NO_VERDICT]


def picture_of_a_wall() -> dict[str, Value]:
    """A good picture with a third of it in exactly flat blocks."""
    return {**GOOD, "grey_fill": 0.33}


def judged(view: View) -> list[Finding]:
    """What every picture rule finds."""
    return [rule.judge(view) for rule in RULES]


@pytest.mark.parametrize(("is_swapped", "verdict"), [(True, U), (False, F)])
def test_a_reversed_polarity_is_a_setting_and_no_filter(is_swapped: bool, verdict: Verdict) -> None:
    """It looks the same as a filter that is stuck: colours alone do not convict the part then."""
    pink = picture(GOOD, magenta_excess=0.3, green_min=0.95)
    view = view_of({**pink, "ir.swap": is_swapped}, baselines=BASELINES, sun=40.0, outdoor=True)
    found = judge("ircut.stuck_open", view)

    assert found.verdict is verdict
    assert verdict is F or ("polarity" in found.summary_en and "IrcutSwap 0" in found.settle_en)


@pytest.mark.parametrize(("hours", "verdict"), [(2, U), (23, U), (25, F), (-1, F)])
def test_a_test_that_moved_outweighs_colours_for_a_day(hours: int, verdict: Verdict) -> None:
    """The filter was seen to move: pink is doubt then, and what would settle it is a test."""
    pink = picture(GOOD, magenta_excess=0.3, green_min=0.95)
    view = view_of(pink, baselines=BASELINES, sun=40.0, outdoor=True)
    view = replace(view, filter_moved_at=NOON - timedelta(hours=hours))
    found = judge("ircut.stuck_open", view)

    assert found.verdict is verdict
    assert verdict is F or "a test" in found.summary_en
