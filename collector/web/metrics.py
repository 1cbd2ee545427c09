"""Liveness for supervisors and Prometheus metrics; labels are bounded, never a serial."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from collector.intake import arrival
from collector.outlets.sink import NAME
from collector.store import sink as sinks
from collector.store.views.health import Counts, answers, count_all
from collector.web.call import Call
from collector.web.sink_metrics import add_sink
from shared.catalogue import CATALOGUE


async def show_alive(call: Call) -> web.StreamResponse:
    """'ok' while the store answers, rows are taken and jobs run; 503 with the cause otherwise."""
    await call.house.read(answers)
    trouble = call.house.trouble()
    if trouble:
        return web.json_response({"status": "not working", "why": trouble}, status=503)
    return web.json_response({"status": "ok"})


async def show_metrics(call: Call) -> web.StreamResponse:
    """Counts of the whole store, in Prometheus' text format."""
    counts = await call.house.read(lambda db: count_all(db, now=call.now))
    registry = _gauges(counts, call.house.intake())
    if call.house.sink is not None:
        stands = await call.house.read(lambda db: sinks.stands(db, NAME))
        add_sink(registry, call.house.sink(), stands)
    return web.Response(
        body=generate_latest(registry),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
    )


def _gauges(counts: Counts, intake: arrival.Counts) -> CollectorRegistry:
    registry = CollectorRegistry()
    payloads = Counter(
        "preclaim_intake_payloads",
        "Payloads since the start by their end",
        ["end"],
        registry=registry,
    )
    payloads.labels("stored").inc(intake.stored)
    payloads.labels("duplicate").inc(intake.duplicate)
    payloads.labels("quarantined").inc(intake.quarantined)
    families = (
        ("preclaim_devices", "Devices by standing", "standing", counts.devices),
        ("preclaim_open_episodes", "Open fault episodes by code", "code", _known(counts.episodes)),
        ("preclaim_claim_lines", "Pre-claim lines by state", "state", counts.lines),
        ("preclaim_quarantine_rows", "Rows in quarantine by reason", "reason", counts.quarantine),
        ("preclaim_letters", "Messages to people by state", "state", counts.letters),
        ("preclaim_missing_rows", "Numbered rows that never came, by why", "why", counts.gaps),
    )
    for name, meaning, label, values in families:
        gauge = Gauge(name, meaning, [label], registry=registry)
        for value, count in values.items():
            gauge.labels(value).set(count)
    plain = (
        ("preclaim_agents", "Agents known", counts.agents),
        ("preclaim_agents_silent", "Agents past their promise", counts.agents_silent),
        (
            "preclaim_quarantine_not_kept",
            "Refused payloads that were only counted",
            counts.quarantine_not_kept,
        ),
        ("preclaim_decisions_pending", "Decisions not taken yet", counts.decisions_pending),
    )
    for name, meaning, count in plain:
        Gauge(name, meaning, registry=registry).set(count)
    return registry


def _known(episodes: dict[str, int]) -> dict[str, int]:
    """Codes outside the catalogue count together: a newer agent must not grow the labels."""
    found: dict[str, int] = {}
    for code, count in episodes.items():
        label = code if code in CATALOGUE else "other"
        found[label] = found.get(label, 0) + count
    return found
