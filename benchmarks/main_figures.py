"""The figures of the main job: ``main.*``."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from benchmarks import agent_cost, claim_latency, clean_clone, decoder_memory, malformed
from benchmarks.figure import Bound, Figure, Measurement, Size

SUITE_SECONDS = Path("build/test-seconds")
_MAKES_OWN = frozenset({"ARGS", "MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS"})


def _suite_minutes(size: Size) -> Measurement:
    """What ``make test`` of this very commit took; unless it did already, it does so now."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    seconds = _suite_seconds(commit) if size is Size.SHORT else None
    if seconds is None:
        # What this make was told (ARGS) is not for that one: it would leave out a half.
        told = {name: value for name, value in os.environ.items() if name not in _MAKES_OWN}
        done = subprocess.run(
            ["make", "test"], check=False, env=told, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise RuntimeError(f"make test failed: {(done.stdout + done.stderr)[-600:]}")
        seconds = _suite_seconds(commit)
    if seconds is None:
        raise RuntimeError(f"make test did not say in {SUITE_SECONDS} how long it took")
    return Measurement(value=round(seconds / 60, 2), made_by=f"make test of {commit[:8]}")


def _suite_seconds(commit: str) -> float | None:
    """What the Makefile noted after the whole suite, if that was of this commit."""
    if not SUITE_SECONDS.exists():
        return None
    seconds, _, measured = SUITE_SECONDS.read_text().partition(" ")
    return float(seconds) if measured.strip() == commit else None


def _latency_median(size: Size) -> Measurement:
    got = claim_latency.measure_latency(size)
    return Measurement(value=round(got.median_s, 2), made_by=_by(got))


def _latency_worst(size: Size) -> Measurement:
    got = claim_latency.measure_latency(size)
    return Measurement(value=round(got.worst_s, 2), made_by=_by(got))


def _by(got: claim_latency.Latency) -> str:
    return f"{len(got.seconds)} injections, {got.missing} missing; over Mosquitto"


def _wrong_claims(size: Size) -> Measurement:
    got = claim_latency.measure_endings(size)
    return Measurement(value=got.wrong_claims, made_by="one whole demo, 12 devices, 3 sites")


def _astray(size: Size) -> Measurement:
    got = claim_latency.measure_endings(size)
    return Measurement(value=got.astray, made_by="one whole demo, 12 devices, 3 sites")


def _first_claim(size: Size) -> Measurement:
    got = clean_clone.measure(size)
    return Measurement(
        value=round(got.minutes, 2), made_by=f"git clone + make demo; {got.install_s:.0f} s set-up"
    )


def _agent_rss(size: Size) -> Measurement:
    got = agent_cost.compare(size).ours
    return Measurement(
        value=round(got.main_rss_mb, 1),
        made_by=f"preclaim-agent run, {got.cameras} cameras, each visited at least twice",
    )


def _decoder_rss(size: Size) -> Measurement:
    got = decoder_memory.measure(size)
    return Measurement(
        value=round(got.rss_mb, 1), made_by=f"{got.pictures} key frames by Debian's ffmpeg"
    )


def _cpu_ours(size: Size) -> Measurement:
    got = agent_cost.compare(size).ours
    return Measurement(
        value=round(got.cpu_s_per_camera, 4),
        made_by=f"process accounting, main + decoder child, over {got.visits} visits",
    )


def _cpu_rebuilt(size: Size) -> Measurement:
    got = agent_cost.compare(size)
    ratio = got.rebuilt.cpu_s_per_camera / got.ours.cpu_s_per_camera
    return Measurement(value=round(ratio, 1), made_by="same cameras, same run")


def _cpu_kept(size: Size) -> Measurement:
    got = agent_cost.compare(size)
    ratio = got.kept.cpu_s_per_camera / got.ours.cpu_s_per_camera
    return Measurement(value=round(ratio, 1), made_by="same cameras, same run")


def _malformed(size: Size) -> Measurement:
    got = malformed.measure(size)
    return Measurement(
        value=got.unaccounted,
        made_by=(
            f"{got.sent} sent: {got.stored} stored, {got.duplicate} duplicate,"
            f" {got.quarantined} quarantined; collector alive"
        ),
    )


_CHAIN = (
    "preclaim-sim, preclaim-agent, Mosquitto and preclaim-collector as processes of their own;"
    " ONVIF, RTSP, MQTT and HTTP on loopback; counterpart Debian's Mosquitto"
)
_COST = (
    "preclaim-agent run over 64 simulated cameras and Mosquitto; counterpart onvif-zeep 0.2.12"
    " and Debian's ffmpeg on the same cameras in the same run"
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        name="main.claim_median_s",
        what="fault injected → pre-claim visible through the API, demo settings, median of 20",
        unit="s",
        bound=Bound.AT_MOST,
        target=5,
        how=_CHAIN,
        measure=_latency_median,
    ),
    Figure(
        name="main.claim_worst_s",
        what="the same, worst of 20",
        unit="s",
        bound=Bound.AT_MOST,
        target=15,
        how=_CHAIN,
        measure=_latency_worst,
    ),
    Figure(
        name="main.wrong_claims",
        what="pre-claims from healthy, wrongly configured, firmware, dark or expired devices",
        unit="claims",
        bound=Bound.AT_MOST,
        target=0,
        how="preclaim-demo as a user starts it, embedded broker; read through the HTTP API",
        measure=_wrong_claims,
    ),
    Figure(
        name="main.stories_astray",
        what="demo devices that did not end exactly as they must",
        unit="devices",
        bound=Bound.AT_MOST,
        target=0,
        how="preclaim-demo as a user starts it, embedded broker; read through the HTTP API",
        measure=_astray,
    ),
    Figure(
        name="main.first_claim_min",
        what="clean clone → first pre-claim on the screen with make demo, download included",
        unit="min",
        bound=Bound.AT_MOST,
        target=3,
        how="git clone, then make demo, its terminal read as a person would",
        measure=_first_claim,
    ),
    Figure(
        name="main.test_min",
        what="make test: all on SQLite, then what touches the store on PostgreSQL",
        unit="min",
        bound=Bound.AT_MOST,
        target=12,
        how="make test as a developer calls it, on 2 cores",
        measure=_suite_minutes,
    ),
    Figure(
        name="main.agent_rss_mb",
        what="resident size of the agent's main process with 64 cameras, highest seen",
        unit="MB",
        bound=Bound.AT_MOST,
        target=64,
        how=_COST,
        measure=_agent_rss,
    ),
    Figure(
        name="main.decoder_rss_mb",
        what="highest resident size of the decoder child at 1080p, H.264 and H.265",
        unit="MB",
        bound=Bound.AT_MOST,
        target=120,
        how="the decoder child fed with key frames that Debian's ffmpeg encoded",
        measure=_decoder_rss,
    ),
    Figure(
        name="main.cpu_s_per_camera",
        what="CPU seconds of the agent per camera and sweep (every probe once)",
        unit="s",
        bound=Bound.AT_MOST,
        target=1,
        how=_COST,
        measure=_cpu_ours,
    ),
    Figure(
        name="main.cpu_ratio_rebuilt",
        what="CPU of an onvif-zeep object rebuilt per sweep and an ffmpeg per picture, over ours",
        unit="×",
        bound=Bound.AT_LEAST,
        target=10,
        how=_COST,
        measure=_cpu_rebuilt,
    ),
    Figure(
        name="main.cpu_ratio_kept",
        what="CPU of an onvif-zeep object kept per camera and an ffmpeg per picture, over ours",
        unit="×",
        bound=Bound.AT_LEAST,
        target=1,
        how=_COST,
        measure=_cpu_kept,
    ),
    Figure(
        name="main.malformed_unaccounted",
        what="malformed MQTT payloads that were neither stored, duplicate nor quarantined",
        unit="payloads",
        bound=Bound.AT_MOST,
        target=0,
        how="paho publisher → Mosquitto → preclaim-collector serve; counted by its /metrics",
        measure=_malformed,
    ),
)
