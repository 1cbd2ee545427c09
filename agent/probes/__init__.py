"""Probes: each reads one aspect of a device; PROBES lists them in the order they run."""

from __future__ import annotations

from agent.probes import (
    clock,
    identity,
    imaging,
    login,
    picture,
    reachability,
    stream,
    vendor,
)
from agent.probes.probe import Probe

PROBES: tuple[Probe, ...] = (
    reachability.PROBE,
    login.PROBE,
    identity.PROBE,
    clock.PROBE,
    imaging.PROBE,
    vendor.PROBE,
    stream.PROBE,
    picture.PROBE,
)
"""The host probe is not here: it has no camera (``agent.probes.host``)."""
