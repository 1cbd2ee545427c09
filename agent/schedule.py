"""What is due, when, and how a device that keeps failing is asked less often; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from agent.probes.probe import Probe

BACK_OFF_CAP: Final = timedelta(minutes=30)
"""A failing device is still asked this often, so that its return is noticed."""
FIRST_BACK_OFF: Final = timedelta(seconds=30)
_MAX_DOUBLINGS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One probe that should run on one device."""

    device_id: str
    probe: Probe
    due_at: datetime


def interval_of(probe: Probe, overrides: Mapping[str, timedelta]) -> timedelta:
    """How often this probe runs: the operator's word, else its own."""
    return overrides.get(probe.name, probe.every)


def next_due_at(
    *,
    last_run: datetime | None,
    interval: timedelta,
    now: datetime,
    failures: int = 0,
    jitter: float = 0.0,
) -> datetime:
    """When a probe runs next; ``now`` when it never ran.

    ``jitter`` in [0, 1) adds up to a tenth of the interval. After ``failures`` failed passes in
    a row the interval is at least ``back_off(failures)``. A last run that lies in the future is
    a clock that was set back: then the probe is due at once.
    """
    if last_run is None or last_run > now:
        return now
    pace = max(interval, back_off(failures))
    return last_run + pace + pace * (0.1 * min(max(jitter, 0.0), 1.0))


def back_off(failures: int) -> timedelta:
    """The least time between passes: 30 s, doubled for each failure, at most 30 minutes."""
    if failures <= 0:
        return timedelta(0)
    factor: int = 2 ** min(failures - 1, _MAX_DOUBLINGS)
    return min(FIRST_BACK_OFF * factor, BACK_OFF_CAP)


def first_due_at(
    probes: Iterable[Probe],
    last_run: Mapping[tuple[str, str], datetime],
    now: datetime,
    *,
    device_id: str,
    overrides: Mapping[str, timedelta],
    jitter: float,
) -> datetime:
    """When the next probe of a device falls due; ``now`` at the soonest."""
    return min(
        (
            next_due_at(
                last_run=last_run.get((device_id, probe.name)),
                interval=interval_of(probe, overrides),
                now=now,
                jitter=jitter,
            )
            for probe in probes
        ),
        default=now,
    )


def due(
    probes: Iterable[Probe],
    last_run: Mapping[tuple[str, str], datetime],
    now: datetime,
    *,
    device_ids: Iterable[str],
    overrides: Mapping[str, timedelta] | None = None,
    failures: Mapping[str, int] | None = None,
    jitter: Mapping[str, float] | None = None,
) -> tuple[Due, ...]:
    """All that should have run by ``now``, the longest overdue device first.

    ``last_run`` is keyed by (device, probe name); ``failures`` and ``jitter`` by device. Within
    a device the probes keep the order of the list, which is the order of execution.
    """
    order = tuple(probes)
    found: dict[str, list[Due]] = {}
    for device_id in device_ids:
        for probe in order:
            due_at = next_due_at(
                last_run=last_run.get((device_id, probe.name)),
                interval=interval_of(probe, overrides or {}),
                now=now,
                failures=(failures or {}).get(device_id, 0),
                jitter=(jitter or {}).get(device_id, 0.0),
            )
            if due_at <= now:
                found.setdefault(device_id, []).append(
                    Due(device_id=device_id, probe=probe, due_at=due_at)
                )
    turns = sorted(found.values(), key=lambda turn: min(d.due_at for d in turn))
    return tuple(one for turn in turns for one in turn)
