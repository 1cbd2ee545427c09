"""What the site's other cameras show now: the control of a picture verdict."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Final

import msgspec

from agent.diagnosis.rule import Sibling
from shared.reading import Reading

FRESH: Final = timedelta(hours=2)
MOST: Final = 16
"""Other cameras that are looked at: enough to know the weather, and bounded in cost."""
FIGURES: Final = (
    "ref_contrast",
    "ref_veil",
    "ref_detail",
    "ref_colour",
    "ref_changed",
    "noise",
    "saturation_mean",
    "luma_mean",
    "light",
)
_NAMES: Final = msgspec.json.encode([f"picture.{figure}" for figure in FIGURES]).decode()
_decoder: Final = msgspec.msgpack.Decoder(Reading)


def read_siblings(db: sqlite3.Connection, device_id: str, *, now: datetime) -> tuple[Sibling, ...]:
    """Other cameras with a baseline, by the newest good figures that are no older than FRESH.

    One with an open picture fault bears no witness: its own fault explains what it shows, and two
    cameras of a bad batch must not excuse each other.
    """
    rows = db.execute(
        """
        SELECT other.device_id, (
            SELECT blob FROM history
            WHERE history.device_id = other.device_id AND history.name = wanted.value
            ORDER BY id DESC LIMIT 1)
        FROM (SELECT DISTINCT device_id FROM baseline
              WHERE kind LIKE 'light:%' AND device_id <> ? AND device_id NOT IN (
                  SELECT device_id FROM episode WHERE code LIKE 'picture.%')
              LIMIT ?) AS other,
             json_each(?) AS wanted
        """,
        (device_id, MOST, _NAMES),
    ).fetchall()
    figures: dict[str, dict[str, float]] = {}
    lights: dict[str, str] = {}
    for other, blob in rows:
        reading = None if blob is None else _decoder.decode(blob)
        if reading is None or abs(now - reading.taken_at) > FRESH or not reading.good:
            continue
        if isinstance(reading.value, str):
            lights[other] = reading.value
        elif (value := reading.number()) is not None:
            figures.setdefault(other, {})[reading.name.removeprefix("picture.")] = value
    return tuple(
        Sibling(device_id=other, figures=found, light=lights.get(other, ""))
        for other, found in sorted(figures.items())
    )
