"""Probes: each reads one aspect of a device; PROBES lists them in the order they run."""

from __future__ import annotations

from agent.probes.probe import Probe

PROBES: tuple[Probe, ...] = ()
