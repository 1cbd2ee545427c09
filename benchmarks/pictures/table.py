"""The one table, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.pictures.cost import FrameCost
from benchmarks.pictures.expected import GROSS, HARD, OTHER, PASSIVE
from benchmarks.pictures.result import Faulty, Healthy
from benchmarks.pictures.score import (
    LIGHTS,
    Caught,
    Quiet,
    claims_of_maintenance,
    codes_of,
    plain,
    score_faults,
    score_quiet,
)
from simulator.life.injury import Kind, Severity

_HEAD = (
    f"{'fault':16} {'mild':>11} {'medium':>11} {'severe':>11}"
    f" {'right name':>11} {'median h':>9} {'unsure':>7} {'script':>8} {'ffmpeg':>8}"
)


def print_table(
    healthy: Sequence[Healthy], faulty: Sequence[Faulty], cost: FrameCost | None
) -> str:
    """Recall by fault and severity, groups against their goals, false alarms by light, cost."""
    lines = ["Alarms within 24 h of the onset (caught of lives)", _HEAD]
    for kind in Kind:
        own = [one for one in faulty if one.kind == kind.value and not one.real]
        lines.append(_fault_line(kind.value, own))
    real = [one for one in faulty if one.real]
    if real:
        lines.append(_fault_line("(real pictures)", real))
    lines += ["", "Medium or worse, by goal"]
    for name, kinds, goal in (
        ("gross", GROSS, "98 %"),
        ("passive", PASSIVE, "90 %"),
        ("hard", HARD, "80 %"),
        ("others", OTHER, "none"),
    ):
        row = score_faults(plain(faulty, kinds))
        lines.append(f"  {name:8} {_share(row.caught, row.lives):>14}  goal {goal}")
    row = score_faults(plain(faulty, tuple(Kind)))
    lines.append(f"  {'named':8} {_share(row.named, row.caught):>14}  goal 90 %")
    lines.append(
        f"  maintenance faults whose first alarm could become a claim: "
        f"{claims_of_maintenance(faulty)}"
    )
    skipped = sum(1 for one in faulty if one.skipped)
    lines.append(f"  lives not tried, because a false alarm stood at the onset: {skipped}")
    lines += ["", "Healthy lives: alarms per 1,000 camera-days (95 % bound, clustered by source)"]
    for light in LIGHTS:
        lines.append(_quiet_line(light, score_quiet(healthy, light)))
    lines.append(_quiet_line("all", score_quiet(healthy)))
    for code, count in codes_of(healthy).items():
        lines.append(f"    {count} × {code}")
    lines += _rival_lines(healthy)
    if cost is not None:
        lines += ["", *cost.lines()]
    return "\n".join(lines)


def list_lives(healthy: Sequence[Healthy], faulty: Sequence[Faulty]) -> str:
    """One line a false alarm and a line a fault's life: for whoever tunes."""
    lines = [
        f"false {alarm.at} {alarm.light:12} {alarm.code:24} {life.source}"
        for life in healthy
        for alarm in life.alarms
    ]
    for one in sorted(faulty, key=lambda one: (one.kind, one.severity)):
        told = one.skipped or (
            "missed" if one.after_h is None else f"{one.after_h:3.0f} h {', '.join(one.codes)}"
        )
        lines.append(f"life  {one.kind:15} {one.severity:7} {one.variant:2} {told:50} {one.source}")
    return "\n".join(lines)


def _fault_line(name: str, own: Sequence[Faulty]) -> str:
    by_severity = [
        score_faults([one for one in own if one.severity == severity.name.lower()])
        for severity in Severity
    ]
    row = score_faults([one for one in own if one.severity != Severity.MILD.name.lower()])
    cells = " ".join(f"{_share(one.caught, one.lives):>11}" for one in by_severity)
    median = "–" if row.median_h is None else f"{row.median_h:.0f}"
    return (
        f"{name:16} {cells} {_share(row.named, row.caught):>11} {median:>9}"
        f" {_percent(row.unsure):>7} {_rival(row, row.script):>8} {_rival(row, row.ffmpeg):>8}"
    )


def _quiet_line(light: str, row: Quiet) -> str:
    return (
        f"  {light:12} {row.days:8.1f} days of {row.sources:3} sources: {row.alarms:4} alarms,"
        f" {row.per_1000:7.1f} per 1,000 (≤ {row.upper_per_1000:.1f}),"
        f" {row.claimable} claimable; unsure {_percent(row.unsure)}"
    )


def _rival_lines(healthy: Sequence[Healthy]) -> list[str]:
    days = sum(one.compared_days for one in healthy)
    frames = sum(one.frames for one in healthy)
    if not days:
        return []
    lines = []
    for name, opened, alarms in (
        (
            "usual script",
            sum(one.script_opened for one in healthy),
            sum(one.script_frames for one in healthy),
        ),
        (
            "ffmpeg set",
            sum(one.ffmpeg_opened for one in healthy),
            sum(one.ffmpeg_frames for one in healthy),
        ),
    ):
        lines.append(
            f"  {name:12} {days:8.1f} days: {1000 * opened / days:7.1f} per 1,000 with the same"
            f" 3 of 5; on {100 * alarms / frames:.1f} % of single frames"
        )
    return lines


def _rival(row: Caught, caught: int) -> str:
    return _share(caught, row.compared)


def _share(part: int, whole: int) -> str:
    return "–" if not whole else f"{part}/{whole} {100 * part / whole:.0f}%"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
