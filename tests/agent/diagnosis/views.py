"""Views for tests: readings of one pass, written as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from agent.camera.port import LoginKind
from agent.diagnosis import RULES
from agent.diagnosis.levels import Levels
from agent.diagnosis.pictures.baseline import PictureBaseline
from agent.diagnosis.rule import Finding, Sibling, View
from shared.reading import Quality, Reading, Value

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def reading(name: str, value: Value, at: datetime = NOON) -> Reading:
    """A good reading; None makes a failed one."""
    quality = Quality.FAILED if value is None else Quality.GOOD
    return Reading(name, value, "", at, quality)


def view_of(
    values: Mapping[str, Value],
    *,
    now: datetime = NOON,
    history: Mapping[str, tuple[Reading, ...]] | None = None,
    levels: Levels | None = None,
    login: LoginKind = LoginKind.WSSE,
    label_serial: str = "",
    baselines: Mapping[str, PictureBaseline] | None = None,
    sun: float | None = None,
    siblings: tuple[Sibling, ...] = (),
    outdoor: bool = False,
) -> View:
    """A view in which everything was read now."""
    return View(
        now=now,
        readings={name: reading(name, value, now) for name, value in values.items()},
        history=history or {},
        fresh=frozenset(values),
        levels=levels or Levels(),
        recorder_login=login,
        label_serial=label_serial,
        baselines=baselines or {},
        sun_elevation_deg=sun,
        siblings=siblings,
        is_outdoor=outdoor,
    )


def judge(code: str, view: View) -> Finding:
    """What the rule of this code finds."""
    (rule,) = [rule for rule in RULES if rule.code == code]
    return rule.judge(view)
