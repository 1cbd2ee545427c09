"""From results to figures: recall, right names, false alarms with a bound, doubt. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.pictures.expected import MAINTENANCE, RIGHT_NAMES
from benchmarks.pictures.result import Faulty, Healthy, SiteResult
from simulator.life.injury import Kind, Severity

_Z: Final = 1.959964  # 95 %
_RULE_OF_THREE: Final = 3.0
LIGHTS: Final = ("day", "dusk", "night_ir", "night_colour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """One row of faults: lives, alarms within 24 h, right names, and the competitors' alarms."""

    lives: int
    caught: int
    named: int
    median_h: float | None
    unsure: float | None  # share of the right rules' findings that were without a verdict
    compared: int
    script: int
    ffmpeg: int

    @property
    def recall(self) -> float | None:
        """Share of lives with an alarm within 24 h."""
        return self.caught / self.lives if self.lives else None

    @property
    def right(self) -> float | None:
        """Share of the caught whose first alarm has the right name."""
        return self.named / self.caught if self.caught else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Healthy lives in one light: camera-days, alarms, and how bad it might be at 95 %."""

    days: float
    alarms: int
    claimable: int
    sources: int
    unsure: float | None
    upper_per_1000: float

    @property
    def per_1000(self) -> float:
        """Alarms a thousand camera-days."""
        return 1000 * self.alarms / self.days if self.days else 0.0


def score_faults(faulty: Iterable[Faulty]) -> Caught:
    """One row from its lives; those that could not be tried are left out."""
    tried = [one for one in faulty if not one.skipped]
    caught = [one for one in tried if one.after_h is not None]
    asked = sum(one.asked for one in tried)
    hours = sorted(one.after_h for one in caught if one.after_h is not None)
    compared = [one for one in tried if one.compared]
    return Caught(
        lives=len(tried),
        caught=len(caught),
        named=sum(is_right(one) for one in caught),
        median_h=hours[len(hours) // 2] if hours else None,
        unsure=sum(one.unsure for one in tried) / asked if asked else None,
        compared=len(compared),
        script=sum(one.script_caught for one in compared),
        ffmpeg=sum(one.ffmpeg_caught for one in compared),
    )


def is_right(one: Faulty) -> bool:
    """Whether a right name is among the codes that opened first."""
    return not RIGHT_NAMES[Kind(one.kind)].isdisjoint(one.codes)


def plain(faulty: Iterable[Faulty], kinds: Sequence[Kind]) -> list[Faulty]:
    """Lives of these faults, medium or worse, real ones among them."""
    names = {kind.value for kind in kinds}
    mild = Severity.MILD.name.lower()
    return [one for one in faulty if one.kind in names and one.severity != mild]


def claims_of_maintenance(faulty: Iterable[Faulty]) -> int:
    """Lives whose fault belongs to the fitter, and whose first alarm could become a claim."""
    names = {kind.value for kind in MAINTENANCE}
    return sum(1 for one in faulty if one.kind in names and one.claimable)


def score_quiet(healthy: Sequence[Healthy], light: str | None = None) -> Quiet:
    """Healthy lives, in one light or in all; the bound is clustered by source."""
    by_source: dict[str, list[float]] = {}
    alarms = claimable = findings = unsure = 0
    for life in healthy:
        lights = LIGHTS if light is None else (light,)
        told = [one for one in life.alarms if one.light in lights]
        days = sum(life.hours.get(name, 0.0) for name in lights) / 24
        pair = by_source.setdefault(life.source, [0.0, 0.0])
        pair[0] += days
        pair[1] += len(told)
        alarms += len(told)
        claimable += sum(one.claimable for one in told)
        findings += sum(life.findings.get(name, 0) for name in lights)
        unsure += sum(life.unsure.get(name, 0) for name in lights)
    days = sum(pair[0] for pair in by_source.values())
    return Quiet(
        days=days,
        alarms=alarms,
        claimable=claimable,
        sources=sum(1 for pair in by_source.values() if pair[0]),
        unsure=unsure / findings if findings else None,
        upper_per_1000=upper_per_1000([(pair[0], pair[1]) for pair in by_source.values()]),
    )


def upper_per_1000(clusters: Sequence[tuple[float, float]]) -> float:
    """95 % upper bound of alarms a thousand days, from (days, alarms) of each source.

    Without an alarm the rule of three (Hanley and Lippman-Hand, JAMA 1983): 3 over the days. Else
    Wilson's bound (1927) on days shrunk by the design effect of the sources: the variance of the
    ratio over clusters (Cochran, Sampling Techniques, 1977, 6.4) over that of single days.
    """
    days = sum(pair[0] for pair in clusters)
    alarms = sum(pair[1] for pair in clusters)
    if not days:
        return math.inf
    if not alarms:
        return 1000 * _RULE_OF_THREE / days
    rate = alarms / days
    count = sum(1 for pair in clusters if pair[0])
    spread = sum((one[1] - rate * one[0]) ** 2 for one in clusters)
    variance = spread * count / max(1, count - 1) / days**2
    effect = max(1.0, variance / (rate / days))
    share = min(1.0, rate)
    return 1000 * max(share, _wilson_upper(share, days / effect))  # rounding can go below


def _wilson_upper(share: float, n: float) -> float:
    middle = share + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return (middle + reach) / (1 + _Z**2 / n)


def codes_of(healthy: Iterable[Healthy]) -> Mapping[str, int]:
    """Which codes the false alarms had, most frequent first."""
    found: dict[str, int] = {}
    for life in healthy:
        for alarm in life.alarms:
            found[alarm.code] = found.get(alarm.code, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def gather(results: Iterable[SiteResult]) -> tuple[list[Healthy], list[Faulty]]:
    """All lives of all sites."""
    healthy: list[Healthy] = []
    faulty: list[Faulty] = []
    for one in results:
        healthy += one.healthy
        faulty += one.faulty
    return healthy, faulty
