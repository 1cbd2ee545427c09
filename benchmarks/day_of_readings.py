"""A made-up day of readings: slow random walks, as gauges and modems give them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from shared.reading import Quality, Reading, Value

EVERY: Final = timedelta(minutes=5)
# Name, unit, first value, digits behind the point (None: a whole number, or a word).
_NAMES: Final[tuple[tuple[str, str, Value, int | None], ...]] = (
    ("reach.answers", "", True, None),
    ("login.accepted", "", "digest", None),
    ("clock.offset", "s", 0.84, 2),
    ("battery.charge", "%", 78, None),
    ("battery.voltage", "mV", 3911, None),
    ("battery.charging", "", True, None),
    ("battery.current", "mA", -112, None),
    ("battery.temperature", "°C", 18.4, 1),
    ("solar.power", "mW", 2310, None),
    ("cellular.registered", "", "home", None),
    ("cellular.operator", "", "Example", None),
    ("cellular.rsrp", "dBm", -97, None),
    ("cellular.rsrq", "dB", -11, None),
    ("cellular.sinr", "dB", 9, None),
    ("cellular.band", "", "B20", None),
    ("stream.fps", "1/s", 14.97, 2),
    ("stream.bitrate", "kbit/s", 812.4, 1),
    ("stream.longest_gap", "s", 0.071, 3),
    ("stream.lost_packets", "", 0, None),
    ("picture.luma_mean", "", 104.2, 1),
    ("picture.sharpness", "", 0.264, 3),
    ("picture.saturation_mean", "", 0.231, 3),
    ("picture.change", "", 1.42, 2),
    ("imaging.ir_cut_filter", "", "auto", None),
    ("clock.source", "", "ntp", None),
)
FIELDS: Final = len(_NAMES)


def walk(
    device: str, *, since: datetime, samples: int, dice: random.Random
) -> Iterator[tuple[str, Reading]]:
    """``samples`` visits of one device, a few seconds off the full five minutes.

    At each visit 60 % of the numbers with a fraction move by up to 1 %, 30 % of the whole ones
    by one: the recipe by which the targets were set.
    """
    values = {name: value for name, _, value, _ in _NAMES}
    for sample in range(samples):
        at = since + sample * EVERY + timedelta(seconds=dice.uniform(0, 3))
        for name, unit, _, digits in _NAMES:
            values[name] = _move(values[name], digits, dice)
            yield device, Reading(name, values[name], unit, at, Quality.GOOD)


def _move(value: Value, digits: int | None, dice: random.Random) -> Value:
    if isinstance(value, bool | str) or value is None:
        return value
    if digits is None:
        return value + dice.choice((-1, 1)) if dice.random() < 0.3 else value
    return round(value * dice.uniform(0.99, 1.01), digits) if dice.random() < 0.6 else value
