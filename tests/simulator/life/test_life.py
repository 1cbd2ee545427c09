"""Lives of cameras: repeatable, changed by every injury, and as physics has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.pictures.competitors import decode_frame
from simulator.life import changes
from simulator.life.day import Site, sun_elevation_deg
from simulator.life.injury import NIGHT_ONLY, Injury, Kind, Severity
from simulator.life.life import Life
from simulator.life.sheet import decode
from simulator.life.sources import Source
from simulator.life.views import open_view
from simulator.life.weather import weather_of

NOON = datetime(2026, 6, 12, 10, 30, tzinfo=UTC)
NIGHT = datetime(2026, 6, 12, 23, 30, tzinfo=UTC)
SIZE = (320, 180)
HOUR = timedelta(hours=1)


def life(injury: Injury | None = None, *, seed: int = 4, site: int = 4) -> Life:
    """A camera over the simulator's own landscape, with an infrared lamp."""
    view = open_view(Source(name="scene:3", scene_seed=3), width=SIZE[0], height=SIZE[1])
    return Life(
        view=view, seed=seed, site=Site(seed=site), injury=injury, width=SIZE[0], height=SIZE[1]
    )


def hurt(kind: Kind, severity: Severity = Severity.MEDIUM, *, seed: int = 1) -> Injury:
    """An injury that began four hours before both moments."""
    onset = (NIGHT if kind in NIGHT_ONLY else NOON) - 4 * HOUR
    return Injury(kind=kind, severity=severity, onset=onset, seed=seed)


def seen(camera: Life, at: datetime) -> np.ndarray:
    """What a viewer of the stream sees."""
    shot = camera.shot(at)
    return decode(shot.coded, shot.codec, size=SIZE).astype(np.float32)


def test_equal_lives_send_equal_pictures_in_any_order() -> None:
    """A life may be resumed at any hour: what was asked before does not matter."""
    first = [life().picture(at) for at in (NOON, NOON + HOUR, NIGHT)]
    again = [life().picture(at) for at in (NIGHT, NOON + HOUR, NOON)]

    assert all(np.array_equal(a, b) for a, b in zip(first, reversed(again), strict=True))


def test_another_camera_of_the_site_has_another_life_under_the_same_sky() -> None:
    """Siblings share sun and weather, and nothing else."""
    one, two = life(seed=4), life(seed=5)

    assert one.shot(NOON).sun_elevation_deg == two.shot(NOON).sun_elevation_deg
    assert not np.array_equal(one.picture(NOON), two.picture(NOON))
    assert weather_of(4, NOON) == weather_of(4, NOON)


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)
def test_medium_is_plain(kind: Kind) -> None:
    """Every injury of medium severity changes what a viewer sees over a few looks."""
    at = NIGHT if kind in NIGHT_ONLY else NOON
    looks = [at + step * timedelta(minutes=17) for step in range(12)]

    assert any(
        np.abs(seen(life(hurt(kind)), look) - seen(life(), look)).mean() > 2.0 for look in looks
    )


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.value)
def test_before_the_onset_nothing_is_wrong(kind: Kind) -> None:
    """A camera that will fail sends what a healthy one sends until then."""
    injury = replace(hurt(kind), onset=NIGHT + HOUR)

    assert life(injury).shot(NOON) == life().shot(NOON)
    assert life(injury).shot(NIGHT) == life().shot(NIGHT)


@pytest.mark.parametrize(
    "kind",
    [
        Kind.DEFOCUS,
        Kind.CONDENSATION,
        Kind.OCCLUSION,
        Kind.OVEREXPOSED,
        Kind.UNDEREXPOSED,
        Kind.NOISE,
        Kind.STRIPES,
        Kind.COLOUR_CAST,
        Kind.IRCUT_OPEN,
        Kind.LEDS_DEAD,
        Kind.IRCUT_CLOSED,
    ],
    ids=lambda kind: kind.value,
)
def test_worse_is_further_from_healthy(kind: Kind) -> None:
    """Severities are in order."""
    at = NIGHT if kind in NIGHT_ONLY else NOON
    healthy = life().picture(at).astype(np.float32)

    away = [
        float(np.abs(life(hurt(kind, severity)).picture(at) - healthy).mean())
        for severity in Severity
    ]

    assert away == sorted(away)
    assert away[0] < away[2]


def test_frozen_sends_the_same_bytes() -> None:
    """A stuck encoder: within a watch and over hours nothing changes, whatever the world does."""
    camera = life(hurt(Kind.FROZEN, seed=2))
    shots = [camera.shot(NOON), camera.shot(NOON + 3 * HOUR)]

    assert {shots[0].coded, shots[1].coded, shots[0].previous} == {shots[0].coded}


def test_a_frozen_sensor_may_show_a_running_clock() -> None:
    """The on-screen clock is drawn behind a stuck sensor: it alone changes, over hours too."""
    camera = life(hurt(Kind.FROZEN, seed=1))
    shots = [camera.picture(NOON), camera.picture(NOON + 3 * HOUR)]

    assert np.array_equal(shots[0][20:], shots[1][20:])
    assert not np.array_equal(shots[0], shots[1])


def test_a_live_still_scene_is_not_frozen() -> None:
    """Sensor noise and wind differ between two key pictures of a healthy camera."""
    shot = life().shot(NOON)

    assert shot.coded != shot.previous


def test_text_on_the_screen_is_drawn_after_the_fault() -> None:
    """A camera out of focus writes its clock as sharp as ever."""
    top, left = slice(4, 12), slice(4, 60)

    healthy = life().picture(NOON)
    blurred = life(hurt(Kind.DEFOCUS, Severity.SEVERE)).picture(NOON)

    assert np.array_equal(healthy[top, left], blurred[top, left])
    assert not np.array_equal(healthy, blurred)


def test_nights_are_grey_and_dead_lamps_dark() -> None:
    """In infrared there is no colour; without its lamp the camera sees next to nothing."""
    healthy = life().picture(NIGHT).astype(np.float32)
    dark = life(hurt(Kind.LEDS_DEAD, Severity.SEVERE)).picture(NIGHT).astype(np.float32)

    assert life().shot(NIGHT).truth_light == "night_ir"
    assert float(np.ptp(healthy, axis=2).max()) == 0.0
    assert dark.mean() < 0.5 * healthy.mean()


def test_a_cover_is_dark_by_day_and_white_at_night() -> None:
    """The lamp of a covered camera shines on the cover."""
    injury = replace(hurt(Kind.OCCLUSION, Severity.SEVERE), onset=NOON - HOUR)
    grey = replace(injury, kind=Kind.OCCLUSION)

    by_day = float(life(grey).picture(NOON).mean()), float(life().picture(NOON).mean())
    by_night = float(life(grey).picture(NIGHT).mean()), float(life().picture(NIGHT).mean())

    assert by_night[0] / by_night[1] > by_day[0] / by_day[1]


def test_leaking_infrared_is_pink_or_re_balanced_pale() -> None:
    """Two thirds of the variants show green lowest, a third hides it by white balance."""
    lowest = []
    for seed in range(3):
        picture = life(hurt(Kind.IRCUT_OPEN, seed=seed)).picture(NOON).astype(np.float32)
        red, green, blue = picture[20:].reshape(-1, 3).mean(axis=0)
        lowest.append(bool(green < 0.97 * min(red, blue)))

    assert lowest == [False, True, True]


def test_the_sun_is_where_it_should_be() -> None:
    """At 47 degrees north the sun of midsummer stands near 66 degrees at local noon."""
    height = sun_elevation_deg(Site(seed=1), datetime(2026, 6, 21, 11, 28, tzinfo=UTC))

    assert height == pytest.approx(66.4, abs=1.0)


def test_a_healthy_camera_has_changes_that_are_no_faults() -> None:
    """Over a year its stream size, its brightness setting, its crop and its text change."""
    moments = [NOON + timedelta(days=day) for day in range(0, 365, 5)]
    camera = life()

    assert len({changes.is_narrow(seed, at) for seed in range(5) for at in moments}) == 2
    assert len({changes.brightness_of(4, at) for at in moments}) == 3
    assert len({changes.crop_of(4, at) for at in moments}) == 4
    assert len({changes.text_of(4, at, shows_clock=False) for at in moments}) > 2
    narrow = next(at for at in moments if changes.is_narrow(3, at))
    shot = replace(camera, seed=3).shot(narrow)
    frame = decode_frame(shot.coded, shot.codec)
    assert frame is not None
    assert frame.width < SIZE[0]


def test_rain_leaves_drops_that_dry() -> None:
    """A camera that the rain reaches sees through drops for a while after it, and then no more."""
    site = next(seed for seed in range(200) if weather_of(seed, NOON).rain > 0.5)
    light = np.random.default_rng(0).random((3, 90, 160), dtype=np.float32)
    dry = next(
        NOON + HOUR * k
        for k in range(72)
        if not any(weather_of(site, NOON + HOUR * k - HOUR * j / 2).rain for j in range(4))
    )

    wet = changes.wet(light, 1, site, NOON, share=0.25)
    assert 0.02 < float((np.abs(wet - light).max(axis=0) > 0.05).mean()) < 0.4
    assert changes.wet(light, 1, site, dry, share=0.25) is light
