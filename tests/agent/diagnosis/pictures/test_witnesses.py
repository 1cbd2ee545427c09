"""Who may excuse a camera and who may convict it: siblings, the sun, the owner, and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from agent.diagnosis import RULES
from agent.diagnosis.engine import diagnose
from agent.diagnosis.memory import FaultMemory
from agent.diagnosis.pictures.look import look_at
from agent.diagnosis.pictures.others import dim_days
from agent.diagnosis.rule import Sibling, Verdict
from shared.reading import Reading, Value
from tests.agent.diagnosis.pictures.days import BASELINES, finding, picture, sibling
from tests.agent.diagnosis.views import NOON, judge, reading, view_of

F, U = Verdict.FAULT, Verdict.NO_VERDICT
MIST: dict[str, Value] = {
    "ref_contrast": 0.3,
    "ref_veil": 40.0,
    "ref_edges_lost": 0.3,
    "ref_edges_lost_block": 0.25,
}
CLEAR = tuple(sibling(name, ref_contrast=1.0, ref_veil=0.0) for name in ("barn", "lane", "pump"))
TWIN = sibling("twin", ref_contrast=0.3, ref_veil=40.0)
BATCH = tuple(sibling(name, ref_contrast=0.3, ref_veil=40.0) for name in ("b", "c"))


def opened(
    start: datetime,
    days: float,
    siblings: tuple[Sibling, ...],
    veils: tuple[tuple[datetime, datetime], ...],
    *,
    watches: bool = False,
    unseen: tuple[tuple[datetime, datetime], ...] = (),
    every: timedelta = timedelta(minutes=20),
) -> set[str]:
    """Codes that open on a camera that is veiled during these spans, seen every 20 minutes."""
    dim: tuple[datetime, ...] = ()
    memories: dict[str, FaultMemory] = {}
    history: list[Reading] = []
    found: set[str] = set()
    for index in range(int(timedelta(days=days) / every)):
        now = start + every * index
        if any(a <= now < b for a, b in unseen):
            continue
        change = MIST if any(a <= now < b for a, b in veils) else {}
        view = view_of(picture(**change), now=now, baselines=BASELINES, sun=40.0, siblings=siblings)
        past = {"picture.ref_contrast": tuple(history[-480:])}
        view = replace(view, history=past, dim_days=dim)
        look = look_at(view)
        dim = dim_days(view, look) if watches and look is not None else ()
        rules = [rule for rule in RULES if rule.code in ("picture.condensation", "picture.dirty")]
        diagnosis = diagnose(view, memories, rules)
        memories = dict(diagnosis.memories)
        history.append(view.readings["picture.ref_contrast"])
        found |= {step.memory.code for step in diagnosis.steps}
    return found


def test_foggy_mornings_of_a_lone_camera_are_not_claimed() -> None:
    """Two or three in China, whose morning is the agent's midnight, or one fog of 26 hours."""
    start = datetime.fromisoformat("2026-11-10T12:00:00+00:00")
    mornings = tuple(
        (start + timedelta(days=day, hours=10), start + timedelta(days=day, hours=13.5))
        for day in range(3)
    )
    assert not opened(start, 3, (), mornings[:2])
    assert not opened(start, 3, (), mornings)
    assert not opened(start, 2, (), ((start, start + timedelta(hours=26)),))


def test_three_mornings_count_when_another_sees_clearly() -> None:
    """Two across midnight are two and no four; the third is told, a whole day is not waited for."""
    start = datetime.fromisoformat("2026-11-10T12:00:00+00:00")
    mornings = tuple(
        (start + timedelta(days=day, hours=10), start + timedelta(days=day, hours=13.5))
        for day in range(3)
    )
    assert not opened(start, 3, CLEAR[:1], mornings[:2])
    assert opened(start, 3, CLEAR[:1], mornings) == {"picture.condensation"}


@pytest.mark.parametrize(
    ("siblings", "is_told"),
    [
        pytest.param((TWIN,), False, id="a misted twin alone"),
        pytest.param((*CLEAR, TWIN), True, id="three see clearly"),
        pytest.param((CLEAR[0],), True, id="one sees clearly"),
        pytest.param((CLEAR[0], TWIN), False, id="one does and one does not"),
        pytest.param((CLEAR[0], *BATCH), False, id="fog, and one close view"),
        pytest.param(
            (sibling("ir", light="night", ref_contrast=1.0, ref_veil=0.0),),
            False,
            id="one that is lit by its lamp",
        ),
        pytest.param(
            (sibling("soft", usual={"ref_contrast": 0.7}, ref_contrast=0.68, ref_veil=0.0),),
            True,
            id="as usual for that camera",
        ),
        pytest.param(
            (replace(CLEAR[0], suspected=frozenset(("picture.condensation",))),),
            False,
            id="one under suspicion itself",
        ),
    ],
)
def test_one_that_sees_clearly_refutes_weather(
    siblings: tuple[Sibling, ...], is_told: bool
) -> None:
    """And one that does not excuses none beside it; each is held against its own usual."""
    found = opened(NOON, 1, siblings, ((NOON, NOON + timedelta(days=1)),))
    assert found == ({"picture.condensation"} if is_told else set())


def test_a_batch_is_not_excused_for_ever() -> None:
    """No weather lasts a week without one clear picture; a lone camera still waits for another."""
    veil = ((NOON, NOON + timedelta(days=20)),)
    assert not opened(NOON, 6.5, BATCH, veil, watches=True)
    assert opened(NOON, 8, BATCH, veil, watches=True) == {"picture.condensation"}
    assert "picture.condensation" not in opened(NOON, 8, (), veil, watches=True)


@pytest.mark.parametrize("dim_first", [0, 1, 30], ids=["clear", "dim once", "dim for ten hours"])
def test_an_outage_before_a_fog_is_no_week_of_fog(dim_first: int) -> None:
    """A week without pictures and 25 h of fog over three dates accuse no camera of the site."""
    start = datetime.fromisoformat("2026-11-16T20:00:00+00:00")
    fog = start + timedelta(days=7, hours=3)
    dim = start + timedelta(minutes=20 * dim_first)
    found = opened(
        start,
        8.2,
        BATCH,
        ((start, dim), (fog, fog + timedelta(days=2))),
        watches=True,
        unseen=((start + timedelta(hours=10), fog),),
    )
    assert not found


@pytest.mark.parametrize("outage_days", [1, 3])
def test_a_veil_with_an_outage_is_a_week_when_five_days_saw_it(outage_days: int) -> None:
    """A day that nobody looked costs nothing; after three the days are counted anew."""
    outage = (NOON + timedelta(days=1), NOON + timedelta(days=1 + outage_days))
    veil = ((NOON, NOON + timedelta(days=20)),)
    found = opened(NOON, 8, BATCH, veil, watches=True, unseen=(outage,))
    assert found == ({"picture.condensation"} if outage_days == 1 else set())


def test_a_camera_that_is_seen_once_a_day_has_a_week_too() -> None:
    """A battery's camera, an hour later each day."""
    veil = ((NOON, NOON + timedelta(days=30)),)
    every = timedelta(hours=25)
    assert opened(NOON, 16, BATCH, veil, watches=True, every=every) == {"picture.condensation"}


def test_noise_is_held_against_each_cameras_own() -> None:
    """A cheap sibling that is always noisy, or one in the dark, excuses nothing; rain does."""
    cheap = sibling("cheap", usual={"noise": 9.5}, noise=10.0)
    dark = sibling("dark", light="night", noise=10.0)
    wet = sibling("wet", noise=6.0)
    for one, verdict in ((cheap, F), (dark, F), (wet, U)):
        found = finding("picture.noise", noise=9.0, change_still=9.0, siblings=(one,))
        assert found.verdict is verdict, one.device_id


def test_a_film_is_never_a_lost_focus() -> None:
    """From the first day on it is told as a film, or not at all; the way to know asks to clean."""
    filmed = picture(sharpness=0.07, local_contrast=6.0, veil=60.0, luma_std=20.0)
    memories: dict[str, FaultMemory] = {}
    told: set[str] = set()
    for index in range(40):
        view = view_of(filmed, now=NOON + timedelta(minutes=10 * index), sun=40.0)
        diagnosis = diagnose(view, memories, RULES)
        memories = dict(diagnosis.memories)
        told |= {step.memory.code for step in diagnosis.steps}
    assert told == {"picture.film_left_on"}
    for change in ({"local_contrast": 6.0}, {"veil": 60.0}):
        view = view_of(picture(sharpness=0.07, luma_std=20.0, **change), sun=40.0)
        found = judge("picture.blurred", view)
        assert found.verdict is U
        assert "clean" in found.settle_en
        assert "清洁" in found.settle_zh


@pytest.mark.parametrize(
    ("sun", "outdoor", "verdict"),
    [(None, True, U), (30.0, False, U), (5.0, True, U), (30.0, True, F)],
)
def test_passive_filter_faults_need_daylight(
    sun: float | None, outdoor: bool, verdict: Verdict
) -> None:
    """A purple lamp is no open filter, and colours under LED prove no closed one."""
    view = view_of(
        {**picture(), "imaging.ir_cut_filter": "OFF"},
        baselines=BASELINES,
        sun=sun,
        outdoor=outdoor,
    )
    closed = judge("ircut.stuck_closed", view)
    purple = {"luma_mean": 70.0, "magenta_excess": 0.2, "green_min": 0.95}
    found = finding("ircut.stuck_open", sun=sun, outdoor=outdoor, **purple)
    assert (closed.verdict, found.verdict) == (verdict, verdict)
    assert verdict is F or ("outdoor" in found.settle_en and "outdoor" in closed.settle_zh)


def test_the_panel_is_a_witness_of_daylight() -> None:
    """Without coordinates and without the owner's word."""
    values = {**picture(magenta_excess=0.2, green_min=0.95), "solar.power": 1800.0}
    assert judge("ircut.stuck_open", view_of(values)).verdict is F


@pytest.mark.parametrize(
    ("sun", "days", "verdict"),
    [(1.0, 3, F), (-2.0, 3, F), (1.0, 0.5, U), (-15.0, 3, U), (None, 3, F)],
)
def test_three_black_days_are_told_in_deep_winter(
    sun: float | None, days: float, verdict: Verdict
) -> None:
    """Where the sun hardly rises a camera still sees by its twilight; a polar night is no fault."""
    black: dict[str, Value] = {
        "light": "none",
        "luma_mean": 3.0,
        "luma_p99": 9.0,
        "dark_share": 1.0,
        "luma_std": 1.0,
    }
    past = tuple(
        reading("picture.luma_mean", 3.0, NOON - timedelta(minutes=10 * back))
        for back in range(int(days * 144), 0, -1)
    )
    view = view_of(picture(**black), baselines=BASELINES, sun=sun)
    view = replace(view, history={"picture.luma_mean": past})
    assert judge("picture.black", view).verdict is verdict
