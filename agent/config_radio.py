"""The keys of 4G: how signals are called, and a device's own data plan."""

from __future__ import annotations

from agent.config_table import Table
from agent.radio.classes import DEFAULT_SCHEME, SCHEMES
from agent.uplink_budget import MB


def read_classes(table: Table) -> str:
    """``[radio] classes``: whose quality classes the words are from."""
    scheme = table.choice("classes", DEFAULT_SCHEME, SCHEMES)
    table.finish()
    return scheme


def read_data_plan(table: Table) -> float | None:
    """``data_plan_mb`` of a device with a SIM of its own, in bytes; None when nobody has said."""
    key = "data_plan_mb"
    if not table.has(key):
        return None
    return table.number(key, 0, low=1, high=10_000_000) * MB
