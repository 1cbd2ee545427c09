"""What one visit or a search found, as the terminal and programs read it."""

from __future__ import annotations

from typing import TextIO

from agent import once, show
from agent.camera.onvif.discovery import Found
from agent.camera.port import Target
from agent.show_certificate import show_certificate
from shared.reading import Reading


def print_visit(visit: once.Visit, lang: str, out: TextIO) -> None:
    """Readings, findings, the layer that failed, and what it cost."""
    print(show.show_readings(visit.readings, lang), file=out)
    print(file=out)
    certificate = show_certificate(visit.readings, lang)
    if certificate:
        print(certificate, file=out)
        print(file=out)
    print(show.show_findings(visit.findings, lang), file=out)
    if visit.failed_layer is not None:
        print(f"{show.word('layer', lang)}: {visit.failed_layer.value}", file=out)
    costs = visit.costs
    total = costs.bytes_sent + costs.bytes_received
    print(
        f"{show.word('cost', lang)}: {total} B, {costs.requests} {show.word('requests', lang)}, "
        f"{costs.login_attempts} {show.word('logins', lang)}, "
        f"{costs.writes} {show.word('writes', lang)}",
        file=out,
    )


def visit_as_json(target: Target, visit: once.Visit) -> dict[str, object]:
    """The same for programs; names are the contract."""
    return {
        "address": target.address,
        "failed_layer": visit.failed_layer.value if visit.failed_layer else None,
        "readings": [_reading_as_json(reading) for reading in visit.readings],
        "findings": [
            {
                "code": finding.code,
                "verdict": finding.verdict.value,
                "summary_en": finding.summary_en,
                "summary_zh": finding.summary_zh,
            }
            for finding in visit.findings
        ],
        "costs": {
            "requests": visit.costs.requests,
            "bytes_sent": visit.costs.bytes_sent,
            "bytes_received": visit.costs.bytes_received,
            "login_attempts": visit.costs.login_attempts,
            "writes": visit.costs.writes,
        },
    }


def _reading_as_json(reading: Reading) -> dict[str, object]:
    return {
        "name": reading.name,
        "value": reading.value,
        "unit": reading.unit,
        "quality": reading.quality.value,
        "cause": reading.cause,
        "raw": reading.raw,
        "detail": reading.detail,
        "taken_at": reading.taken_at.isoformat(),
    }


def found_as_json(found: Found) -> dict[str, object]:
    """One device that answered."""
    return {
        "address": found.address,
        "name": found.name,
        "hardware": found.hardware,
        "endpoint": found.endpoint,
        "stated": list(found.stated),
    }
