"""The camera zoo: every hostile or broken device at every probe, and what came of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.figure import Bound, Figure, Measurement, Size
from tests.zoo.behaviours import BEHAVIOURS
from tests.zoo.judge import Complaint, Kind, complaints
from tests.zoo.roam import roam
from tests.zoo.sighting import Report

_HOW = (
    "the probes of the agent, its camera and decoder child in a process of their own, against"
    " servers in another one, over TCP"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One tour through the whole zoo."""

    report: Report
    complaints: tuple[Complaint, ...]

    def of(self, *kinds: Kind) -> tuple[Complaint, ...]:
        """The complaints of these kinds."""
        return tuple(one for one in self.complaints if one.kind in kinds)


@functools.cache
def visit() -> Visited:
    """Both sizes visit all: what is waited for is waited for side by side."""
    report = roam(BEHAVIOURS)
    if not report.tour.sightings:
        raise RuntimeError("the zoo was not visited")
    return Visited(report=report, complaints=tuple(complaints(BEHAVIOURS, report)))


def _behaviours(size: Size) -> Measurement:
    met = {sighting.animal for sighting in visit().report.tour.sightings} - {"honest"}
    probes = {sighting.probe for sighting in visit().report.tour.sightings}
    return Measurement(value=len(met), made_by=f"each met by {', '.join(sorted(probes))}")


def _crashes(size: Size) -> Measurement:
    found = visit().of(Kind.CRASH, Kind.LOGINS)
    return Measurement(value=len(found), made_by=_listed(found))


def _worst_s(size: Size) -> Measurement:
    worst = max(visit().report.tour.sightings, key=lambda sighting: sighting.seconds)
    return Measurement(
        value=round(worst.seconds, 1), made_by=f"the {worst.probe} probe at {worst.animal}"
    )


def _memory_mb(size: Size) -> Measurement:
    tour = visit().report.tour
    animal, most = max(tour.growth_mb.items(), key=lambda item: item[1])
    where = animal or "all light ones side by side"
    return Measurement(
        value=round(most, 1),
        made_by=f"peak over the process before, at {where}; decoder child {tour.child_mb:.0f} MB",
    )


def _canary_hits(size: Size) -> Measurement:
    report = visit().report
    hits = len(report.strangers) + len(report.injected)
    how = "listeners on loopback alone: no right to open a network namespace"
    if report.sees_all:
        how = "every first packet in a network where all addresses of the world are the watchman's"
    return Measurement(value=hits, made_by=how)


def _credential_bytes(size: Size) -> Measurement:
    report = visit().report
    shown = f"; shown to {', '.join(report.shown)}" if report.shown else ""
    # A password shown to the camera itself without TLS counts like one sent elsewhere.
    return Measurement(
        value=report.login_bytes + len(report.shown),
        made_by=f"{report.foreign_bytes} bytes of any kind to canaries{shown}",
    )


def _wrongly_healthy(size: Size) -> Measurement:
    found = visit().of(Kind.HEALTHY, Kind.HALF, Kind.GUESSED, Kind.UNNAMED)
    return Measurement(value=len(found), made_by=_listed(found))


def _listed(found: tuple[Complaint, ...]) -> str:
    shown = "; ".join(f"{one.animal}: {one.kind.value} {one.text}"[:80] for one in found[:3])
    return shown or f"{len(visit().report.tour.sightings)} visits"


def _figure(
    name: str,
    what: str,
    measure: Callable[[Size], Measurement],
    *,
    target: float = 0,
    unit: str = "",
    bound: Bound = Bound.AT_MOST,
) -> Figure:
    return Figure(
        name=f"camera.{name}",
        what=what,
        unit=unit,
        bound=bound,
        target=target,
        how=_HOW,
        measure=measure,
    )


FIGURES: tuple[Figure, ...] = (
    _figure(
        "zoo_behaviours", "hostile or broken devices that every probe has met", _behaviours,
        target=45, bound=Bound.AT_LEAST,
    ),
    _figure("zoo_crashes", "probes that ended in anything but readings, or logged in too often",
            _crashes),
    _figure("zoo_worst_s", "longest time that a hostile device held a probe", _worst_s,
            target=15, unit="s"),
    _figure("zoo_memory_mb", "most memory that a hostile device cost the main process",
            _memory_mb, target=64, unit="MB"),
    _figure("zoo_canary_hits", "connections, datagrams or headers that a device talked us into",
            _canary_hits),
    _figure("zoo_credential_bytes", "bytes of a login that left for another host",
            _credential_bytes),
    _figure("zoo_wrongly_healthy",
            "readings that a broken answer made good, faults guessed, and failures without a cause",
            _wrongly_healthy),
)  # fmt: skip
