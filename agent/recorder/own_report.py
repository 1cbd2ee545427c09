"""What the agent told last of its host: mounts, heat, clock, restarts, load and its queue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent import show
from agent.config import Config
from agent.delivery import reading_store
from agent.delivery.opening import open_for_reading
from agent.host import host_device
from agent.recorder import words
from shared.reading import Reading


def read(path: Path, config: Config) -> tuple[Reading, ...]:
    """The newest reading of each name; () before the agent's first run."""
    if not path.exists():
        return ()
    database = open_for_reading(path)
    try:
        told = reading_store.latest(database.connection, host_device(config).device_id)
    finally:
        database.close()
    return tuple(told[name] for name in sorted(told))


def as_text(told: Sequence[Reading], lang: str) -> str:
    """A table under the moment of its newest line: an agent that stopped tells old things."""
    if not told:
        return words.NOTHING_TOLD.text(lang)
    newest = max(reading.taken_at for reading in told)
    head = words.OWN_REPORT.filled(at=f"{newest:%Y-%m-%d %H:%M} UTC").text(lang)
    return f"{head}\n{show.show_readings(told, lang)}"


def as_json(told: Sequence[Reading]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "name": reading.name,
            "value": reading.value,
            "unit": reading.unit,
            "quality": reading.quality.value,
            "detail": reading.detail,
            "taken_at": reading.taken_at.isoformat(),
        }
        for reading in told
    ]
