"""What the owner says of the recorder beside the agent."""

from __future__ import annotations

from agent.camera.port import LoginKind
from agent.config_table import Table


def read_capabilities(agent: Table) -> frozenset[LoginKind]:
    """``recorder_capabilities``: every kind of login that the recorder speaks; empty: unsaid."""
    kinds = [kind.value for kind in LoginKind if kind is not LoginKind.NONE]
    return frozenset(LoginKind(name) for name in agent.choices("recorder_capabilities", kinds))
