"""Whole lives of sites: truths as told, values as a device would say them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pytest

from simulator.solar.account import months_of
from simulator.solar.cast import STORIES, cast_site
from simulator.solar.grid import STEPS_A_DAY
from simulator.solar.said import ON_MAINS
from simulator.solar.sheet import draw_site, truths_table
from simulator.solar.site import Loss, Site
from simulator.solar.truth import CLAIMABLE, PANEL_SIDE, SITE_WIDE, Truth


def _site(story: Truth, *, turn: int = 0) -> Site:
    return cast_site(STORIES.index(story) + turn * len(STORIES))


def test_equal_seeds_live_equal_lives() -> None:
    """A life can be lived again to look at it; visits come in the order of time."""
    one, again = cast_site(7), cast_site(7)
    visits = list(one.visits(timedelta(hours=6)))
    assert visits == list(again.visits(timedelta(hours=6)))
    assert [visit.at for visit in visits] == sorted(visit.at for visit in visits)
    assert one.place.latitude_deg != cast_site(8).place.latitude_deg


def test_every_truth_has_a_story_and_health_is_usual() -> None:
    """Each truth befalls some site within one round of seeds; most camera-months are healthy."""
    assert set(STORIES) == set(Truth)
    truths = Counter(
        month.truth for seed in range(0, 31, 5) for month in months_of(cast_site(seed))
    )
    assert truths[Truth.HEALTHY] > sum(truths.values()) / 2
    assert len(truths) > 3


@pytest.mark.parametrize("story", sorted(PANEL_SIDE & CLAIMABLE, key=lambda one: one.value))
def test_a_dead_panel_or_charger_empties_its_camera_and_no_other(story: Truth) -> None:
    """The culprit's charge falls after the onset; its healthy siblings stay charged."""
    sites = (_site(story, turn=turn) for turn in range(5))
    site = next(one for one in sites if len(one.cameras) > 2)
    culprit, *others = site.pasts.values()
    matter = culprit.camera.matters[0]
    after = site.grid.step_at(matter.onset) + 40 * STEPS_A_DAY
    assert max(culprit.energy.course.charge[after:]) < 0.6
    healthy = [one for one in others if not one.camera.matters]
    assert healthy
    assert all(np.median(one.energy.course.charge[after:]) > 0.6 for one in healthy)


def test_a_broken_antenna_loses_what_no_sibling_loses() -> None:
    """RSRP falls by 18 dB or more on one camera; the others hear the cell as before."""
    site = _site(Truth.ANTENNA_BROKEN)
    for past in site.pasts.values():
        onset = site.grid.step_at(past.grid.start + timedelta(days=36))
        signal = past.signal.rsrp_dbm
        fell = float(np.median(signal[: 28 * STEPS_A_DAY]) - np.median(signal[onset:]))
        broken = past.camera.has(Truth.ANTENNA_BROKEN)
        assert fell > 14 if broken else abs(fell) < 6


def test_a_power_cut_silences_the_agent_and_a_network_loss_the_cameras() -> None:
    """Without power there is no visit at all; without network there is no answer."""
    sites = (_site(Truth.SITE_OUTAGE, turn=turn) for turn in range(9))
    site = next(one for one in sites if {outage.loss for outage in one.outages} == set(Loss))
    visits = list(site.visits())
    for outage in site.outages:
        within = [one for one in visits if outage.holds(one.at)]
        if outage.loss is Loss.POWER:
            assert not within
        else:
            assert within
            assert all(one.values is None for one in within)


def test_devices_say_what_their_firmware_can_say() -> None:
    """A camera on mains says so by a sentinel or a word, and a missing SIM is not registered."""
    for story in (Truth.MAINS, Truth.SIM_GONE):
        site = _site(story)
        culprit = site.cameras[0]
        last = [
            one.values
            for one in site.visits(timedelta(hours=12))
            if one.device_id == culprit.device_id and one.values is not None
        ][-1]
        if story is Truth.MAINS:
            assert last["battery.source"] == "dc"
            assert last["battery.charge"] in (ON_MAINS, 100.0)
        else:
            assert last["cellular.registered"] is False
            assert last["cellular.sim"] in ("missing", "locked")


def test_a_season_is_told_where_no_story_was_planned() -> None:
    """The books find the low sun by themselves: truth is what happened, not what was planned."""
    months = list(months_of(_site(Truth.LOW_SUN)))
    assert any(one.truth is Truth.LOW_SUN and one.plain_days > 14 for one in months)
    assert Truth.LOW_SUN in SITE_WIDE


def test_a_life_can_be_looked_at() -> None:
    """The table names every camera and truth; the drawing holds a line for each."""
    site = _site(Truth.DIRTY)
    table, drawing = truths_table(site), draw_site(site)
    assert "dirty" in table
    assert drawing.count("<polyline") == 4 * len(site.cameras)
    assert all(one.device_id in table and one.device_id in drawing for one in site.cameras)


@pytest.mark.parametrize(("seed", "camera", "is_plain"), [(542, 0, False), (672, 2, True)])
def test_a_gauge_stuck_where_a_sound_one_would_stand_is_nobodys_matter(
    seed: int, camera: int, *, is_plain: bool
) -> None:
    """At 100, on a battery that is always full, nobody could tell; on one that moves, anybody."""
    site = cast_site(seed)
    own = site.cameras[camera].device_id
    assert site.cameras[camera].has(Truth.GAUGE_STUCK)
    last = [month for month in months_of(site) if month.device_id == own][-1]
    assert (last.plain_days > 0) is is_plain
