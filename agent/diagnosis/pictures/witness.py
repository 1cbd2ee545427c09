"""Who else knows: sun, the device's own panel, the site's other cameras, and the hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from agent.camera.light import Light
from agent.diagnosis.extracted import unless_unproven
from agent.diagnosis.pictures.look import Look, baseline_of
from agent.diagnosis.pictures.others import Others, fog_of, outlasts_weather
from agent.diagnosis.rule import Finding, View
from agent.diagnosis.verdicts import unsure
from shared.reading import Reading

_PANEL: Final = "solar.power"


def day_is_certain(view: View, *, extreme_since_h: float = 0.0) -> bool:
    """Whether a black or white picture cannot be the night.

    The sun stands high enough over a known site, the device's own panel gives power now, or the
    picture has been so for longer than a night on a camera that is known to see by day; where the
    sun of the site is known it must not be deep below the horizon then: polar nights last.
    """
    sun, levels = view.certain_sun_deg, view.levels
    if sun is not None and sun >= levels.sun_day_deg:
        return True
    if sun is None and panel_sees_day(view):
        return True
    seen = baseline_of(view, Light.DAY) is not None
    may_be_seen = sun is None or sun > levels.sun_night_deg
    return seen and may_be_seen and extreme_since_h >= levels.extreme_hours


def panel_sees_day(view: View) -> bool:
    """Whether the device's own solar panel gives power now."""
    power_mw = _panel_mw(view)
    return power_mw is not None and power_mw >= view.levels.daylight_mw


def daylight_falls(view: View) -> bool:
    """Whether daylight certainly falls on what the camera sees, and not a lamp's light alone.

    By the device's own panel, or by the owner's word that it hangs outdoors with the sun well up;
    as an active test asks for (``agent.experiment.witness.is_sun_certain``).
    """
    if panel_sees_day(view):
        return True
    sun = view.certain_sun_deg
    return view.is_outdoor and sun is not None and sun >= view.levels.sun_high_deg


def night_is_certain(view: View) -> bool:
    """Whether the sun is down: a dark picture is then the lamp's affair."""
    sun = view.certain_sun_deg
    if sun is not None:
        return sun <= view.levels.sun_night_deg
    return False


def panel(view: View) -> tuple[str, ...]:
    """The names of the panel's readings that may testify now; none when there are none."""
    return () if _panel_mw(view) is None else (_PANEL,)


def _panel_mw(view: View) -> float | None:
    """The panel's power; None when it is old, unknown, or read by a profile that is unproven."""
    solar = unless_unproven(_PANEL, view.readings)
    if solar is None or view.now - solar.taken_at > timedelta(minutes=45):
        return None
    return solar.number()


def hours_beyond(view: View, name: str, *, below: float | None, above: float | None) -> float:
    """For how many watched hours every good reading of ``name`` lay beyond the level."""
    beyond: list[Reading] = []
    for reading in reversed(view.history.get(name, ())):
        value = reading.number()
        if value is None:
            continue
        if (below is not None and value >= below) or (above is not None and value <= above):
            break
        beyond.append(reading)
    return view.watched(reversed(beyond)).total_seconds() / 3600


def may_be_weather(view: View, look: Look) -> bool:
    """Whether a veil may be fog, rain or snow: another camera sees one too, or nobody else looks.

    A milky picture is weather until another camera of the site sees clearly meanwhile.
    """
    levels = view.levels
    contrast, veil = look.get("ref_contrast"), look.get("ref_veil")
    if contrast is None or veil is None:
        return False
    if contrast >= levels.weather_contrast and veil < levels.weather_veil:
        return False
    if is_veiled_as_a_whole(view, look) is False:
        return False
    seen = fog_of(view, look)
    if seen is Others.CLEAR:
        return False
    return not outlasts_weather(view, look)


def is_veiled_as_a_whole(view: View, look: Look) -> bool | None:
    """Whether the picture by itself, wherever things are in it, has a veil; None when unknown.

    A view that was moved, turned over or hidden in part has little contrast where the reference
    has much, and as much as ever elsewhere; fog takes it from the whole picture.
    """
    baseline, levels = baseline_of(view, look.light), view.levels
    contrast, veil = look.get("local_contrast"), look.get("veil")
    if baseline is None or contrast is None or veil is None:
        return None
    usual = baseline.norm("local_contrast", support=levels.baseline_pictures)
    blacks = baseline.norm("veil", support=levels.baseline_pictures)
    if usual is None or blacks is None:
        return None
    is_pale = contrast < levels.weather_contrast * usual.median
    return is_pale or veil > blacks.median + levels.weather_veil


def is_hidden(view: View, look: Look) -> bool:
    """Whether a part of the view may be covered, painted over or gone: what is wrong is before it.

    Never so where the lost part is only darker by night: there a lamp may be out.
    """
    levels = view.levels
    lost = look.get("ref_edges_lost_block") or 0.0
    changed = look.get("ref_changed_block") or 0.0
    if lost < levels.open_view_lost or changed < levels.open_view_lost:
        return False
    darker = look.get("ref_lost_luma") or 0.0
    return look.light is not Light.NIGHT_IR or darker > levels.lamp_lost_luma


def is_known(view: View, look: Look) -> bool:
    """The edges are those that are known: a web, paint or another view has others as well."""
    baseline, similar = baseline_of(view, look.light), look.get("ref_similarity")
    usual = baseline.norm("ref_similarity", support=1) if baseline else None
    if usual is None or similar is None:
        return False
    return similar >= view.levels.known_share * usual.median


def weather(code: str) -> Finding:
    """No verdict while weather may be the cause."""
    return unsure(
        code,
        "a veil that may be weather",
        "画面有雾状遮挡，可能为天气",
        "hours in which the site's other cameras see clearly",
        "等待同场其他摄像机画面清晰的时段",
    )
