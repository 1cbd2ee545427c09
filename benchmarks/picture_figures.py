"""The figures of the picture verdicts: ``picture.*``, on lives of cameras nothing was tuned on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from benchmarks.figure import Bound, Figure, Measurement, Size
from benchmarks.pictures.cost import FrameCost, measure_cost
from benchmarks.pictures.expected import GROSS, HARD, PASSIVE
from benchmarks.pictures.report import Report, reported
from benchmarks.pictures.score import (
    claims_of_maintenance,
    plain,
    score_faults,
    score_quiet,
)
from simulator.life.injury import Kind


def _made_by(report: Report, what: str) -> str:
    sources = f"{what}; {report.sources} reported sources"
    return f"{sources}; {report.skipped}" if report.skipped else sources


def _false_open(size: Size) -> Measurement:
    report = reported(size)
    row = score_quiet(report.healthy)
    told = (
        f"{row.alarms} alarms in {row.days:.0f} healthy camera-days,"
        f" at most {row.upper_per_1000:.1f} per 1,000 (95 %, clustered by source)"
    )
    return Measurement(value=round(row.per_1000, 2), made_by=_made_by(report, told))


def _false_claimable(size: Size) -> Measurement:
    report = reported(size)
    row = score_quiet(report.healthy)
    told = f"{row.days:.0f} healthy camera-days"
    return Measurement(value=row.claimable, made_by=_made_by(report, told))


def _maintenance_claims(size: Size) -> Measurement:
    report = reported(size)
    told = "lives with dirt, spray, web, film, cover, move or flip"
    return Measurement(value=claims_of_maintenance(report.faulty), made_by=_made_by(report, told))


def _recall(kinds: Sequence[Kind]) -> Callable[[Size], Measurement]:
    def measure(size: Size) -> Measurement:
        report = reported(size)
        row = score_faults(plain(report.faulty, kinds))
        if row.recall is None:
            raise RuntimeError("no life with these faults could be tried")
        told = f"{row.caught} of {row.lives} lives, medium or severe"
        return Measurement(value=round(row.recall, 3), made_by=_made_by(report, told))

    return measure


def _right_name(size: Size) -> Measurement:
    report = reported(size)
    row = score_faults(plain(report.faulty, tuple(Kind)))
    if row.right is None:
        raise RuntimeError("no fault was caught")
    told = f"{row.named} of {row.caught} first alarms, medium or severe"
    return Measurement(value=round(row.right, 3), made_by=_made_by(report, told))


def _cost(read: Callable[[FrameCost], float]) -> Callable[[Size], Measurement]:
    def measure(size: Size) -> Measurement:
        got = measure_cost(size)
        told = (
            f"{got.frames} frames of 1280x720; ffmpeg set {got.ffmpeg_ms:.1f} ms,"
            f" usual script {got.script_ms:.1f} ms in the same run"
        )
        return Measurement(value=round(read(got), 2), made_by=told)

    return measure


_LIVES: Final = (
    "lives of cameras (simulator/life) made from real fixed-camera pictures and own landscapes,"
    " coded by libx264 and mjpeg; decoder, probes, rules, episodes and baselines are the agent's;"
    " the clock is injected; sources are split by a hash of their name"
)
_FRAMES: Final = (
    "CPU time of the agent's figures in one process, one core; counterpart Debian's ffmpeg on the"
    " same decoded frames in the same run, less the same command without filters"
)


def _row(
    name: str, what: str, unit: str, target: float, measure: Callable[[Size], Measurement]
) -> Figure:
    return Figure(
        name=f"picture.{name}",
        what=what,
        unit=unit,
        bound=Bound.AT_LEAST if unit == "share" else Bound.AT_MOST,
        target=target,
        how=_FRAMES if name.startswith("cpu_") else _LIVES,
        measure=measure,
    )


FIGURES: tuple[Figure, ...] = (
    _row(
        "false_open_per_1000",
        "open picture faults on healthy cameras, per 1,000 camera-days",
        "alarms",
        1,
        _false_open,
    ),
    _row(
        "false_claimable",
        "open picture faults on healthy cameras whose code may become a claim",
        "alarms",
        0,
        _false_claimable,
    ),
    _row(
        "maintenance_claims",
        "faults for the fitter whose first alarm has a code that may become a claim",
        "alarms",
        0,
        _maintenance_claims,
    ),
    _row(
        "recall_gross",
        "black, white, LEDs dead, decode damage, frozen, occlusion, defocus, moved: within 24 h",
        "share",
        0.98,
        _recall(GROSS),
    ),
    _row(
        "recall_passive",
        "IR-cut open by day, condensation, stripes, dead lines, blocky, flipped: within 24 h",
        "share",
        0.90,
        _recall(PASSIVE),
    ),
    _row(
        "recall_hard",
        "one-sided defocus, partial LEDs, noise, distortion: within 24 h",
        "share",
        0.80,
        _recall(HARD),
    ),
    _row("right_name", "the right name among the faults caught", "share", 0.90, _right_name),
    _row(
        "cpu_ms_per_frame",
        "CPU of all figures of a 720p frame after decoding, median",
        "ms",
        12,
        _cost(lambda cost: cost.ours_ms),
    ),
    _row(
        "cpu_vs_ffmpeg",
        "the same over blackframe + blurdetect + blockdetect + signalstats",
        "×",
        0.33,
        _cost(lambda cost: cost.ratio),
    ),
)
