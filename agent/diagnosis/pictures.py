"""What rules ask of a picture's figures: its light, its colours, and whether day is certain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from agent.diagnosis.baseline import Light, PictureBaseline
from agent.diagnosis.rule import View
from shared.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The good figures of this pass's picture; there is no Look of a damaged one."""

    luma_mean: float
    luma_std: float
    luma_p99: float
    dark_share: float
    bright_share: float
    sharpness: float
    saturation: float
    magenta_excess: float
    green_min: float
    shares: tuple[float, float, float]  # red, green, blue over their sum
    light: Light

    def colour_distance(self, baseline: PictureBaseline) -> float:
        """The largest difference of a channel's share to the camera's own."""
        own = (baseline.red_share, baseline.green_share, baseline.blue_share)
        return max(abs(now - then) for now, then in zip(self.shares, own, strict=True))


def look_at(view: View) -> Look | None:
    """The picture of this pass; None when it was not read, or any figure of it is not good."""
    names = [
        "luma_mean",
        "luma_std",
        "luma_p99",
        "dark_share",
        "bright_share",
        "sharpness",
        "saturation_mean",
        "magenta_excess",
        "green_min",
        "red_mean",
        "green_mean",
        "blue_mean",
    ]
    values: list[float] = []
    for name in names:
        value = view.number(f"picture.{name}")
        if value is None:
            return None
        values.append(value)
    red, green, blue = values[9:]
    total = max(red + green + blue, 1e-6)
    return Look(
        luma_mean=values[0],
        luma_std=values[1],
        luma_p99=values[2],
        dark_share=values[3],
        bright_share=values[4],
        sharpness=values[5],
        saturation=values[6],
        magenta_excess=values[7],
        green_min=values[8],
        shares=(red / total, green / total, blue / total),
        light=_light_of(view, luma=values[0], saturation=values[6]),
    )


def _light_of(view: View, *, luma: float, saturation: float) -> Light:
    levels = view.levels
    if levels.light_luma <= luma <= levels.light_luma_most:
        if saturation >= levels.colour_saturation:
            return Light.DAY
        if saturation < levels.grey_saturation:
            return Light.NIGHT
    if levels.night_luma <= luma < levels.light_luma and saturation < levels.grey_saturation:
        return Light.NIGHT
    return Light.NONE


def filter_mode(view: View) -> str | None:
    """The filter's setting, "ON", "OFF" or "AUTO", when it is good and not too old."""
    reading = view.readings.get("imaging.ir_cut_filter")
    if reading is None or not reading.good or not isinstance(reading.value, str):
        return None
    if view.now - reading.taken_at > timedelta(seconds=view.levels.filter_mode_age_s):
        return None
    return reading.value.upper()


def baseline_of(view: View, light: Light) -> PictureBaseline | None:
    """The camera's own baseline in this light, once enough good pictures are in it."""
    baseline = view.baselines.get(light.value)
    if baseline is None or baseline.count < view.levels.baseline_pictures:
        return None
    return baseline


def day_is_certain(view: View, *, extreme_since_h: float) -> bool:
    """Whether a black or white picture cannot be the night.

    The device's own panel gives power now, or the picture has been so for longer than a night
    on a camera that is known to see by day.
    """
    solar = view.readings.get("solar.power")
    if solar is not None and view.now - solar.taken_at <= timedelta(minutes=45):
        power_mw = solar.number()
        if power_mw is not None and power_mw >= view.levels.daylight_mw:
            return True
    seen = baseline_of(view, Light.DAY) is not None
    return seen and extreme_since_h >= view.levels.extreme_hours


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
