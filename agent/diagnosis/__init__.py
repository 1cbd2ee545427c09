"""Diagnosis: rules judge readings, the engine turns findings into episodes; pure."""

from __future__ import annotations

from agent.diagnosis.rule import Rule

RULES: tuple[Rule, ...] = ()


def rules_with(
    *, opens: tuple[int, int] = (3, 5), clears: tuple[int, int] = (5, 5)
) -> tuple[Rule, ...]:
    """The rules with other persistence: (n, m) to open and to clear; ValueError if impossible."""
    raise NotImplementedError
