"""How camera-months and claims are held against the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.energy.claims import decide_all
from benchmarks.energy.expected import GRACE_DAYS, NAMES, grace_of
from benchmarks.energy.profile import readings_of
from benchmarks.energy.run import is_for_tuning, seeds_of
from benchmarks.energy.score import score_claims, score_months
from benchmarks.energy.subject import Episode, Heard
from collector.claims.decision import Verdict
from shared.catalogue import CATALOGUE
from shared.catalogue_entry import Outcome
from shared.reading import Quality
from simulator.solar.account import months_of
from simulator.solar.camera import Camera, Firmware
from simulator.solar.cast import STORIES, cast_site
from simulator.solar.gauge import Gauge, Method
from simulator.solar.site import Site
from simulator.solar.truth import CLAIMABLE, Truth


def _heard(site: Site, code: str, *, day: float, device: int = 0) -> Heard:
    """One fault of one camera that stands to the end."""
    at = site.grid.start + timedelta(days=day)
    episode = Episode(
        device_id=site.cameras[device].device_id,
        code=code,
        onset_at=at - timedelta(days=3),
        opened_at=at,
        summary="",
    )
    return Heard(episodes=[episode])


def test_seeds_for_tuning_are_never_reported() -> None:
    """What rules were made by is in no figure."""
    assert not set(seeds_of(60, tuning=True)) & set(seeds_of(60, tuning=False))
    share = sum(map(is_for_tuning, range(2_000))) / 2_000
    assert share == pytest.approx(0.3, abs=0.03)


def test_every_name_is_a_fault_code_of_the_right_outcome() -> None:
    """Only the product's own faults have claimable names; an excuse has none."""
    for truth, codes in NAMES.items():
        for code in codes - {"mains"}:
            claimable = CATALOGUE[code].outcome is Outcome.CLAIMABLE
            assert claimable is (truth in CLAIMABLE), (truth, code)
    assert all(grace_of(truth) > 0 for truth in GRACE_DAYS)


def test_the_right_name_is_correct_and_any_other_is_not() -> None:
    """The same months, once named well, once not at all and once untruly."""
    site = cast_site(STORIES.index(Truth.SIM_GONE))
    last = {month.device_id: month for month in months_of(site)}[site.cameras[0].device_id]
    assert last.truth is Truth.SIM_GONE

    def of_last(heard: Heard) -> tuple[bool, bool, bool]:
        scored = [
            one
            for one in score_months(site, heard)
            if (one.device_id, one.month) == (last.device_id, last.index)
        ]
        return scored[0].asked, scored[0].named, scored[0].correct

    assert of_last(_heard(site, "cellular.sim_missing", day=40)) == (True, True, True)
    assert of_last(Heard()) == (True, False, False)
    assert of_last(_heard(site, "battery.not_charging", day=40)) == (True, False, False)


def test_wear_that_a_device_does_not_tell_is_asked_for_separately() -> None:
    """Left open it is no miss; with something untrue beside it, it counts as any other month."""
    site = cast_site(STORIES.index(Truth.BATTERY_WORN))
    blind = replace(site.cameras[0], firmware=Firmware.VOLTAGE)
    telling = replace(blind, firmware=Firmware.CURRENT, gauge=Gauge(method=Method.COULOMBS))

    def of_last(camera: Camera, heard: Heard) -> tuple[bool, bool]:
        scored = score_months(replace(site, cameras=(camera, *site.cameras[1:])), heard)
        last = [one for one in scored if one.device_id == camera.device_id][-1]
        assert last.truth == Truth.BATTERY_WORN.value
        return last.asked, last.hidden

    assert of_last(telling, Heard()) == (True, False)
    assert of_last(blind, Heard()) == (False, True)
    assert of_last(blind, _heard(site, "solar.panel_weak", day=70)) == (True, True)


def test_silence_about_a_healthy_camera_is_correct() -> None:
    """And a fault that opens on it is not."""
    site = cast_site(STORIES.index(Truth.HEALTHY))
    assert all(one.correct for one in score_months(site, Heard()) if not one.asked)
    told = score_months(site, _heard(site, "solar.panel_dead", day=50))
    assert any(one.wrong == ("solar.panel_dead",) for one in told)


@pytest.mark.parametrize(
    ("story", "code", "right", "excused"),
    [
        pytest.param(Truth.PANEL_DEAD, "solar.panel_dead", True, False, id="the product's"),
        pytest.param(Truth.DIRTY, "solar.panel_dead", False, True, id="dirt is an excuse"),
        pytest.param(Truth.PANEL_DEAD, "battery.capacity_lost", False, False, id="wrong part"),
    ],
)
def test_a_claim_is_right_for_its_own_fault_alone(
    story: Truth, code: str, right: bool, excused: bool
) -> None:
    """Whatever opens on a camera with an excuse is counted as from it."""
    site = cast_site(STORIES.index(story))
    heard = _heard(site, code, day=60)
    assert [one.verdict for one in decide_all(site, heard)] == [Verdict.CLAIM]
    (claim,) = score_claims(site, heard)
    assert (claim.right, claim.excused) == (right, excused)


def test_sentinels_become_what_a_profile_makes_of_them() -> None:
    """255 % is unknown, not charge; a path that is absent is missing; no answer is silence."""
    at = cast_site(0).grid.start
    said = {"battery.charge": 255.0, "cellular.rsrq": None, "cellular.rsrp": 12.0}
    found = {one.name: one.quality for one in readings_of(said, at)}
    assert found["battery.charge"] is Quality.UNKNOWN
    assert found["cellular.rsrq"] is Quality.MISSING
    assert found["cellular.rsrp"] is Quality.INVALID
    assert [one.value for one in readings_of(None, at)] == [False, "tcp"]
