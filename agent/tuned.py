"""What can be tuned, as it stands: each value with whether default, file or order says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.answer_words import Answer
from agent.config import Config, budget_of
from agent.config_problem import ConfigError
from agent.delivery import overlay_store
from agent.delivery.opening import open_for_reading
from agent.delivery.outbox import Outbox, rows_limit
from agent.delivery.salvage import open_or_salvage
from agent.diagnosis.levels import Levels
from agent.overlay import Source, parse
from agent.show import say, show_table, word
from agent.trial import roll_back
from agent.uplink_budget import MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The text, and False when what was ordered no longer fits the file."""

    text: str
    fits: bool


def show_tuned(source: Source, database: Path, lang: str) -> Shown:
    """The configuration that the agent lives with, beside a running agent too."""
    used, trial = _ordered(database)
    overlay = used if trial is None else trial
    unfit: list[str] = []
    try:
        config, over = source.read(overlay), parse(overlay)
    except ConfigError as error:
        config, over = source.local, {}
        unfit = [problem.line(lang) for problem in error.problems]
    head = "order unfit" if unfit else ("order over" if overlay.strip() else "file alone")
    digest = source.digest("" if unfit else used)
    lines = [say(head, lang, file=source.name, digest=digest), *unfit]
    if trial is not None:
        lines.append(say("order on trial", lang, digest=source.digest(trial)))
    rows = [
        [key, f"{value:g}" if isinstance(value, float) else str(value), word(origin, lang)]
        for key, value, origin in _rows(config, source.content, over)
    ]
    lines.append(show_table([word(key, lang) for key in ("key", "value", "from")], rows))
    return Shown(text="\n".join(lines), fits=not unfit)


def forget_order(database: Path, *, outbox_mib: int, now: datetime) -> None:
    """Let the file alone govern; a trial is answered as rolled back. No agent may be running."""
    opened, _ = open_or_salvage(database, now=now)
    try:
        outbox = Outbox(opened, limit_bytes=rows_limit(outbox_mib))
        roll_back(opened, outbox, Answer.DROPPED.told(), now=now)
        with opened.transaction():
            overlay_store.forget(opened)
    finally:
        opened.close()


def _ordered(path: Path) -> tuple[str, str | None]:
    """What is in force and what is on trial; nothing before the first run; sqlite3.Error."""
    if not os.access(path, os.F_OK):
        return "", None
    database = open_for_reading(path)
    try:
        trial = overlay_store.on_trial(database)
        return overlay_store.in_force(database), trial.overlay if trial else None
    finally:
        database.close()


def _rows(
    config: Config, file: Mapping[str, Any], over: Mapping[str, Any]
) -> Iterator[tuple[str, object, str]]:
    """``(key, value, origin)`` of all that an order may set, the outbox's bound, and clips."""
    pace, judgement = config.pace, config.judgement
    levels = {**asdict(Levels()), **judgement.levels}
    values: dict[tuple[str, ...], object] = {
        ("agent", "outbox_mb"): config.outbox_mib,
        ("schedule", "concurrency"): pace.concurrency,
        ("schedule", "watch_seconds"): pace.watch_seconds,
        ("schedule", "clip_seconds"): pace.clip_seconds,
        ("schedule", "health_every_s"): pace.health_every.total_seconds(),
        ("schedule", "telemetry_every_s"): pace.telemetry_every.total_seconds(),
        **{("schedule", "every_s", n): e.total_seconds() for n, e in pace.every.items()},
        ("uplink", "mb_per_month"): config.plan.plan_bytes / MB,
        ("uplink", "hard_cap_mb"): config.plan.cap_bytes / MB,
        ("diagnosis", "opens"): list(judgement.opens),
        ("diagnosis", "clears"): list(judgement.clears),
        **{("diagnosis", "levels", name): level for name, level in levels.items()},
    }
    for path, value in values.items():
        yield ".".join(path), value, _origin(path, file, over)
    for device in config.devices:
        of_file, of_order = _of(file, device.device_id), _of(over, device.device_id)
        place = f"devices.{device.device_id}"
        for key, limit in budget_of(device).limits().items():
            yield f"{place}.budget.{key}", limit, _origin(("budget", key), of_file, of_order)
        poll = max(device.ordered_poll, device.min_poll or device.ordered_poll)
        if poll:
            origin = _origin(("min_poll_interval_s",), of_file, of_order)
            yield f"{place}.min_poll_interval_s", poll.total_seconds(), origin


def _origin(path: tuple[str, ...], file: Mapping[str, Any], over: Mapping[str, Any]) -> str:
    if _has(over, path):
        return "order"
    return "file" if _has(file, path) else "default"


def _has(table: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    found: Any = table
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


def _of(content: Mapping[str, Any], device_id: str) -> Mapping[str, Any]:
    tables = content.get("devices", [])
    return next((table for table in tables if table.get("id") == device_id), {})
