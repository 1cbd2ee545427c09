"""A device's words as readings: sentinels and ranges as the packaged example profile has them."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

from agent.camera.profiles.names import UNITS
from shared.reading import Quality, Reading
from simulator.solar.said import NOT_READY, ON_MAINS, Values

_SENTINELS = {"battery.charge": (NOT_READY, ON_MAINS)}  # the second one is Xiongmai's


@functools.cache
def _limits() -> Mapping[str, tuple[tuple[float, ...], tuple[float, float] | None]]:
    """Sentinels and range by name, from ``firmware_profiles/example-vendor.toml``."""
    text = files("firmware_profiles").joinpath("example-vendor.toml").read_text(encoding="utf-8")
    found = {}
    for metric in tomllib.loads(text)["metric"]:
        valid = metric.get("valid")
        found[metric["name"]] = (
            tuple(metric.get("unless", {}).get("equals", ())),
            (valid[0], valid[1]) if valid else None,
        )
    return found


def readings_of(values: Values | None, at: datetime) -> list[Reading]:
    """The readings of one visit; a camera that does not answer gives those of silence."""
    if values is None:
        return [
            Reading("reach.answers", False, "", at, Quality.GOOD),
            Reading("reach.layer", "tcp", "", at, Quality.GOOD),
        ]
    readings = [
        Reading("reach.answers", True, "", at, Quality.GOOD),
        Reading("reach.layer", "none", "", at, Quality.GOOD),
    ]
    readings += [_reading(name, value, at) for name, value in values.items()]
    return readings


def _reading(name: str, value: float | str | bool | None, at: datetime) -> Reading:
    unit = UNITS.get(name, "")
    if value is None:
        return Reading(name, None, unit, at, Quality.MISSING)
    sentinels, valid = _limits().get(name, ((), None))
    if value in (*sentinels, *_SENTINELS.get(name, ())):
        return Reading(name, None, unit, at, Quality.UNKNOWN, raw=str(value))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if valid is not None and is_number and not valid[0] <= float(value) <= valid[1]:
        return Reading(name, None, unit, at, Quality.INVALID, raw=str(value))
    return Reading(name, value, unit, at, Quality.GOOD)
